"""Customers and their silence, by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics import customers
from analytics.filters import field
from analytics.scope import Scope
from tests.analytics.table import rows, table

TENANTS = """
    tenant_id  name    plan  owner  region  created_at
    acme       Acme    pro   mira   eu      2025-01-01T00:00:00Z
    globex     Globex  free  ken    us      2025-06-01T00:00:00Z
    never      Never   free  ken    us      2026-01-07T00:00:00Z
    later      Later   free  ken    us      2026-01-08T00:00:00Z
    undated    -       -     -      -       -
"""
RUNS = """
    run_id  tenant_id  occurred_at           action_type
    1       acme       2025-12-01T00:00:00Z  slack
    2       acme       2026-01-01T00:00:00Z  email
    3       globex     2025-12-31T23:59:59Z  slack
    4       unknown    2025-12-20T12:00:00Z  slack
    5       -          2025-12-01T00:00:00Z  slack
    6       globex     2026-01-08T00:00:00Z  slack
"""
A_DAY = Scope(datetime(2026, 1, 7, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))


@pytest.fixture
def company(store):
    store.append("tenants", table(TENANTS))
    store.append("runs", table(RUNS))
    return store


def test_a_tenant_is_known_from_its_signing_up(company):
    assert rows(customers.known(company, A_DAY)) == [
        ("acme", "Acme", "pro", "eu", "mira", "2025-01-01T00:00+00:00"),
        ("globex", "Globex", "free", "us", "ken", "2025-06-01T00:00+00:00"),
        ("never", "Never", "free", "us", "ken", "2026-01-07T00:00+00:00"),
        ("undated", "undated", "", "", "", None),
    ]


def test_seven_days_without_an_execution_are_silence(company):
    # acme ran exactly seven days before the end, so within them; globex a second earlier.
    assert rows(customers.inactive(company, A_DAY)) == [
        ("globex", "Globex", "free", "ken", "2025-12-31T23:59+00:00", 7, 1),
        ("unknown", "unknown", "", "", "2025-12-20T12:00+00:00", 18, 1),
        ("never", "Never", "free", "ken", None, None, 0),
        ("undated", "undated", "", "", None, None, 0),
    ]


def test_silence_is_counted_up_to_the_end_of_the_window_and_not_to_now(company):
    earlier = Scope(
        datetime(2025, 12, 27, tzinfo=UTC),
        datetime(2025, 12, 28, tzinfo=UTC),
        now=datetime(2026, 1, 9, tzinfo=UTC),
    )
    assert rows(customers.inactive(company, earlier)) == [
        ("unknown", "unknown", "", "", "2025-12-20T12:00+00:00", 7, 1),
        ("acme", "Acme", "pro", "mira", "2025-12-01T00:00+00:00", 27, 1),
        ("globex", "Globex", "free", "ken", None, None, 0),
        ("undated", "undated", "", "", None, None, 0),
    ]


def test_a_filter_asks_for_silence_of_its_kind(company):
    slack = Scope(A_DAY.start, A_DAY.end, where=field("action_type") == "slack")
    found = customers.inactive(company, slack)
    assert found["tenant_id"].tolist() == ["globex", "unknown", "acme", "never", "undated"]
    assert found["executions"].tolist() == [1, 1, 1, 0, 0]
