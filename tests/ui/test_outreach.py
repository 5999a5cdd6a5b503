"""Outreach over the board of churn: what the dialog writes, for whom, and who sees none of it."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from analytics.request import Request
from data.store import open_store
from service.access import LOCAL, Principal
from service.house import close_house, house
from tests.ui.looking import HANGS_SECONDS
from ui import context

WEEK = Request(window="2026-01-05~2026-01-11")


def page() -> None:
    """A page that opens the dialog on every run."""
    import streamlit as st  # noqa: PLC0415  run by Streamlit as a script of its own

    from ui import address, context, outreach  # noqa: PLC0415

    address.carrier()
    visit = context.visit()
    st.dialog("Outreach")(outreach.contents)(visit, visit.scope())


def line() -> None:
    """The line over the board alone."""
    from ui import address, context, outreach  # noqa: PLC0415  run by Streamlit as a script of its own

    address.carrier()
    visit = context.visit()
    outreach.above(visit, visit.scope())


@pytest.fixture
def var(tmp_path, monkeypatch):
    """Two tenants that pay, one of them silent for longer, in a store of one's own."""
    close_house()
    store = open_store(tmp_path / "tenantscope.duckdb")
    for tenant, day in (("acme", "06"), ("globex", "03")):
        used = {"event_id": tenant, "user_id": "u", "occurred_at": f"2026-01-{day}T10:00:00Z"}
        store.append("events", [{**used, "tenant_id": tenant}])
        paid = {"change_id": tenant, "subscription_id": tenant, "status": "active", "mrr_usd": "10"}
        store.append("subscriptions", [{**paid, "occurred_at": "2026-01-01T10:00:00Z", "tenant_id": tenant}])
        store.append("tenants", [{"tenant_id": tenant, "name": tenant, "owner": f"{tenant}.friend"}])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    yield tmp_path
    close_house()


def opened() -> AppTest:
    at = AppTest.from_function(page, default_timeout=HANGS_SECONDS)
    at.query_params["scope"] = WEEK.text()
    at.run()
    assert not at.exception
    return at


def labelled(widgets, label: str):
    (found,) = [each for each in widgets if each.label == label]
    return found


def test_what_was_done_is_noted_and_listed_with_who_and_the_next_call_stands_first(var):
    at = opened()
    assert labelled(at.selectbox, "Tenant").options == ["globex", "acme"]
    labelled(at.segmented_control, "How it stands").set_value("contacted")
    labelled(at.text_input, "Owner").input("Mara")
    labelled(at.text_area, "Note").input("Calls *back*")
    labelled(at.button, "Note it").click().run()
    assert not at.exception
    (change,) = house().outreach(demo=False).history(LOCAL, "globex")
    assert (change.state, change.owner, change.note, change.author) == (
        "contacted",
        "Mara",
        "Calls *back*",
        "local",
    )
    assert ":material/call: Contacted: Calls \\*back\\*" in [each.value for each in at.markdown]
    assert any("by local · owner Mara" in each.value for each in at.caption)
    assert labelled(at.text_area, "Note").value == ""


def test_the_owner_is_whom_the_list_shows_until_another_is_noted(var):
    at = opened()
    assert labelled(at.text_input, "Owner").value == "globex.friend"
    labelled(at.segmented_control, "How it stands").set_value("lost")
    labelled(at.button, "Note it").click().run()
    # Nobody chose an owner: when the data name another, the list follows them.
    (change,) = house().outreach(demo=False).history(LOCAL, "globex")
    assert (change.state, change.owner) == ("lost", "")
    labelled(at.selectbox, "Tenant").set_value("globex").run()
    labelled(at.text_input, "Owner").input("Mara")
    labelled(at.button, "Note it").click().run()
    labelled(at.selectbox, "Tenant").set_value("globex").run()
    assert labelled(at.text_input, "Owner").value == "Mara"


def test_nobody_notes_what_is_of_others(var, monkeypatch):
    monkeypatch.setattr(context, "who", lambda: Principal("ada", frozenset({"acme"})))
    at = opened()
    assert labelled(at.selectbox, "Tenant").options == ["acme"]


def test_who_presents_sees_no_way_to_the_notes(var):
    for request, ways in ((WEEK, 1), (replace(WEEK, presenting=True), 0)):
        at = AppTest.from_function(line, default_timeout=HANGS_SECONDS)
        at.query_params["scope"] = request.text()
        at.run()
        assert not at.exception
        assert len([each for each in at.button if each.label == "Note what was done"]) == ways
