"""Closing billing months on the page: what is due is told first, and a click writes it once."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from data.store import open_store

PAGE = "customers/tenant_usage.py"


@pytest.fixture
def own(tmp_path, monkeypatch, app):
    """A store of one's own with an execution of four months ago."""
    store = open_store(tmp_path / "tenantscope.duckdb")
    long_ago = datetime.now(UTC) - timedelta(days=120)
    store.append("runs", [{"run_id": "1", "tenant_id": "acme", "occurred_at": long_ago, "status": "success"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    return app


def test_what_is_due_is_told_and_written_once(own):
    at = own(PAGE)
    at.button(key="close_months").click().run()
    assert any("1 billing month of 1 tenant can be closed." in each.value for each in at.markdown)
    at.button(key="close_months_now").click().run()
    again = own(PAGE)
    again.button(key="close_months").click().run()
    assert any("Every month that is over is closed" in each.value for each in again.markdown)


def test_a_billing_month_is_chosen_by_its_name(app):
    at = app(PAGE)
    now = datetime.now(UTC).date()
    month = (now.replace(day=1) - timedelta(days=1)).replace(day=1)
    at.selectbox(key="w_billing_month").select(month).run()
    assert f'"window":"{month}~{now.replace(day=1) - timedelta(days=1)}"' in at.text_input(key="scope").value
