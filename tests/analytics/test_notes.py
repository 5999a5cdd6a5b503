"""Notes of a CRM and of the app in one list, each with who and when; and in the timeline."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.filters import field
from analytics.notes import Note, Notes, Timeline, Written
from analytics.scope import Scope
from tests.analytics.table import rows, table

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
NOON = datetime(2026, 1, 8, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CRM = table("""
    event_id  tenant_id  occurred_at           event_type    attributes
    1         acme       2026-01-08T09:00:00Z  note_added    {"text":"Wants_SSO","author":"Mara"}
    2         acme       2026-01-08T10:00:00Z  TaskCreated   {"title":"Send_it","owner":"Ben","due_date":"2026-01-12"}
    3         acme       2026-01-08T11:00:00Z  task_created  {"title":"Call","status":"Completed"}
    4         globex     2026-01-08T10:30:00Z  call_logged   {"body":"Happy"}
    5         acme       2026-01-09T00:00:00Z  note_added    {"text":"Later"}
    6         acme       2026-01-08T10:45:00Z  app_opened    {"text":"Nothing_of_a_CRM"}
    7         -          2026-01-08T10:45:00Z  note_added    {"text":"Of_nobody"}
""")
TOLD = Written(
    "1",
    (
        Note("acme", "contact", "Spoke to Ada", "local", NOON),
        Note("globex", "outreach", "Saved", "local", NOON + HOUR),
        Note("acme", "note", "Yesterday", "local", NOON - 24 * HOUR),
        Note("initech", "note", "Of a stranger", "local", NOON),
    ),
    (Note("", "release", "Release 4.2", "Ben", NOON + 2 * HOUR),),
)


@pytest.fixture
def filled(store):
    store.append("tenants", table("tenant_id name plan\nacme Acme pro\nglobex Globex free"))
    store.append("events", [each | {"attributes": json.loads(each["attributes"])} for each in CRM])
    return store


def written(view, scope=DAY, told=TOLD):
    found = Notes(told)(view, scope)
    return [(f"{row[0][11:16]} {row[1]}", *row[2:7]) for row in rows(found)]


def test_notes_of_both_kinds_stand_in_one_list_with_who_and_when(filled):
    assert written(filled) == [
        ("13:00 outreach", "Saved", "local", "", None, "Globex"),
        ("12:00 contact", "Spoke to Ada", "local", "", None, "Acme"),
        ("11:00 task", "Call", "", "done", None, "Acme"),
        ("10:30 contact", "Happy", "", "", None, "Globex"),
        ("10:00 task", "Send_it", "Ben", "open", "2026-01-12T00:00+00:00", "Acme"),
        ("09:00 note", "Wants_SSO", "Mara", "", None, "Acme"),
    ]


def test_a_tenant_is_told_what_is_written_of_it_alone(filled):
    own = replace(DAY, tenants=frozenset({"globex"}))
    assert {row[-1] for row in written(filled.view(frozenset({"globex"})), own)} == {"Globex"}
    assert [row[1] for row in written(filled, own)] == ["Saved", "Happy"]
    # Of a tenant that no row names there is what was written of it.
    assert [row[1:] for row in written(filled, replace(DAY, tenants=frozenset({"initech"})))] == [
        ("Of a stranger", "local", "", None, "initech")
    ]


def test_a_filter_by_what_tenants_are_holds_for_both_and_another_leaves_out_those_of_the_app(filled):
    free = Notes(TOLD)(filled, replace(DAY, where=field("tenant.plan") == "free"))
    assert free["text"].tolist() == ["Saved", "Happy"]
    by_type = Notes(TOLD)(filled, replace(DAY, where=field("event_type") == "note_added"))
    assert by_type["text"].tolist() == ["Wants_SSO"]
    assert [note.startswith("Left out: ") for note in by_type.attrs["notes"]] == [True]


def test_what_was_written_is_told_in_the_timeline_once(filled):
    filled.append("runs", table("""
        run_id  tenant_id  occurred_at           status  workflow_name  error_message
        1       acme       2026-01-08T10:15:00Z  failed  Sync           lost
    """))  # fmt: skip
    found = Timeline(TOLD)(filled, replace(DAY, tenants=frozenset({"acme"})))
    told = [(row[0][11:16], *row[1:3]) for row in rows(found)]
    assert told == [
        ("14:00", "release", "Release 4.2, Ben"),
        ("12:00", "contact", "Spoke to Ada, local"),
        ("11:00", "task", "Call"),
        ("10:15", "failure", "Sync failed: lost"),
        ("10:00", "task", "Send_it, Ben"),
        ("09:00", "note", "Wants_SSO, Mara"),
    ]


def test_a_window_up_to_now_holds_what_was_written_a_moment_ago_and_an_older_one_does_not(filled):
    late = Written("late", (Note("acme", "note", "Just now", "local", DAY.end + HOUR),))
    assert written(filled, told=late)[0][1] == "Just now"
    assert "Just now" not in {row[1] for row in written(filled, replace(DAY, now=DAY.end + HOUR), late)}


def test_what_the_app_holds_is_part_of_what_an_answer_is_cached_by():
    assert len({Notes(told).name for told in (None, TOLD, Written("2"))}) == 3
    assert Notes(TOLD).to_dict() == Notes().to_dict()
