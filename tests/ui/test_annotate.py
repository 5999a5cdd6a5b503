"""The dialog of annotations: what it takes, what it refuses, what it lists, and for whom."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from analytics.request import Request
from analytics.scope import Scope
from data.store import open_store
from service.access import LOCAL, Principal
from service.house import close_house, house
from tests.ui.looking import HANGS_SECONDS
from ui import context

WEEK = Request(window="2026-01-05~2026-01-11", timezone="America/New_York")
YEAR = Scope(
    datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC), now=datetime(2027, 1, 1, tzinfo=UTC)
)
ACME_ONLY = Principal("ada", frozenset({"acme"}))


def page() -> None:
    """A page that opens the dialog on every run."""
    from ui import address, annotate, context  # noqa: PLC0415  run by Streamlit as a script of its own

    address.carrier()
    annotate.annotate_dialog(context.visit())


@pytest.fixture
def var(tmp_path, monkeypatch):
    """Two tenants in a store of one's own, and no house open yet."""
    close_house()
    store = open_store(tmp_path / "tenantscope.duckdb")
    for tenant in ("acme", "globex"):
        row = {"event_id": tenant, "occurred_at": "2026-01-06T10:00:00Z", "tenant_id": tenant}
        store.append("events", [row])
    store.close()
    monkeypatch.setenv("TENANTSCOPE_VAR", os.fspath(tmp_path))
    yield tmp_path
    close_house()


@pytest.fixture
def who(var, monkeypatch):
    """Sets who sits at the browser."""
    return lambda principal: monkeypatch.setattr(context, "who", lambda: principal)


def opened(request: Request = WEEK) -> AppTest:
    at = AppTest.from_function(page, default_timeout=HANGS_SECONDS)
    at.query_params["scope"] = request.text()
    at.run()
    assert not at.exception
    return at


def labelled(widgets, label: str):
    (found,) = [each for each in widgets if each.label == label]
    return found


def add(at: AppTest) -> AppTest:
    labelled(at.button, "Add").click().run()
    assert not at.exception
    return at


def written() -> list[tuple[str, str, str, datetime, datetime | None]]:
    found = house().annotations(demo=False).between(LOCAL, YEAR)
    return [(each.kind, each.text, each.tenant, each.start, each.end) for each in found]


def test_what_the_form_says_is_written_on_the_clock_of_the_page_and_listed(var):
    at = opened()
    labelled(at.text_input, "In a few words").input("Price *change*")
    labelled(at.segmented_control, "What happened").set_value("change")
    labelled(at.datetime_input, "When").set_value(datetime(2026, 1, 7, 9, 30))
    labelled(at.datetime_input, "Until").set_value(datetime(2026, 1, 7, 11, 0))
    add(at)
    start, end = datetime(2026, 1, 7, 14, 30, tzinfo=UTC), datetime(2026, 1, 7, 16, 0, tzinfo=UTC)
    assert written() == [("change", "Price *change*", "", start, end)]
    assert ":material/tune: Price \\*change\\*" in [each.value for each in at.markdown]
    assert any("7 Jan, 09\\:30 to 11\\:00 · All tenants · by local" in each.value for each in at.caption)
    assert labelled(at.text_input, "In a few words").value == ""


def test_without_a_word_about_when_it_is_the_last_minute_of_the_window(var):
    at = opened()
    labelled(at.text_input, "In a few words").input("Late")
    add(at)
    assert written() == [("release", "Late", "", datetime(2026, 1, 12, 4, 59, tzinfo=UTC), None)]
    assert ":material/rocket_launch: Late" in [each.value for each in at.markdown]


@pytest.mark.parametrize(
    ("text", "until", "said"),
    [
        ("  ", None, "Say in a few words what happened, and when."),
        ("x", datetime(2026, 1, 1), "A span ends after it begins: choose a later end, or none for a moment."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_in_the_form(var, text, until, said):
    at = opened()
    labelled(at.text_input, "In a few words").input(text)
    labelled(at.datetime_input, "Until").set_value(until)
    add(at)
    assert [each.value for each in at.error] == [said]
    assert labelled(at.text_input, "In a few words").value == text
    assert written() == []


@pytest.mark.parametrize(
    ("principal", "tenants", "options", "chosen"),
    [
        (LOCAL, (), ["All tenants", "acme", "globex"], ""),
        (LOCAL, ("globex",), ["All tenants", "globex"], "globex"),
        (LOCAL, ("globex", "acme"), ["All tenants", "globex", "acme"], ""),
        (ACME_ONLY, (), ["acme"], "acme"),
        (ACME_ONLY, ("acme", "globex"), ["acme"], "acme"),
    ],
)
def test_people_write_for_whom_they_may_see(who, principal, tenants, options, chosen):
    who(principal)
    at = opened(Request(window=WEEK.window, tenants=tenants))
    for_whom = labelled(at.selectbox, "For")
    assert (for_whom.options, for_whom.value) == (options, chosen)
    labelled(at.text_input, "In a few words").input("x")
    add(at)
    assert [tenant for _, _, tenant, *_ in written()] == [chosen]


def test_only_ones_own_can_be_removed(who):
    annotations = house().annotations(demo=False)
    start = datetime(2026, 1, 8, tzinfo=UTC)
    annotations.add(LOCAL, kind="note", text="for all", start=start)
    annotations.add(LOCAL, kind="note", text="globex's", start=start, tenant="globex")
    annotations.add(ACME_ONLY, kind="note", text="mine", start=start, tenant="acme")
    who(ACME_ONLY)
    at = opened()
    shown = [each.value for each in at.markdown if each.value.startswith(":material/sticky")]
    assert sorted(shown) == [":material/sticky_note_2: for all", ":material/sticky_note_2: mine"]
    labelled(at.button, "Remove").click().run()
    assert sorted(text for _, text, *_ in written()) == ["for all", "globex's"]


def test_metadata_that_cannot_be_read_are_said_without_a_stack_trace(var):
    (var / "metadata.sqlite").write_text("this is no database, and long enough for the engine to look at it")
    at = opened()
    assert ["metadata.sqlite cannot be used" in each.value for each in at.error] == [True]
    labelled(at.text_input, "In a few words").input("x")
    add(at)
    assert all("data.backup --restore" in each.value for each in at.error)
