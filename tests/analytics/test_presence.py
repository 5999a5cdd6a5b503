"""Presence: the newest row of each table, in the window and ever, and whose rows there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics import presence
from analytics.scope import Scope
from data.tables import FACTS
from tests.analytics.table import rows, table

NOW = datetime(2026, 1, 10, tzinfo=UTC)
MINE = frozenset({"globex", "acme"})
DAYS = Scope(NOW - timedelta(days=5), NOW - timedelta(days=3), tenants=MINE, now=NOW)


@pytest.fixture
def store(store):
    store.append(
        "runs",
        table("""
            run_id  occurred_at           tenant_id
            1       2026-01-06T10:00:00Z  acme
            2       2026-01-09T10:00:00Z  globex
            3       2026-01-09T11:00:00Z  -
        """),
    )
    store.append("tenants", [{"tenant_id": "acme", "name": "Zeta"}, {"tenant_id": "idle", "name": "Idle"}])
    return store


def test_the_newest_row_of_the_window_and_of_all_time(store):
    tables = ("runs", "llm_calls")
    now, ever = presence.newest(tables)(store, DAYS), presence.newest_ever(tables)(store, DAYS)
    assert rows(now) == [("runs", "2026-01-06T10:00+00:00"), ("llm_calls", None)]
    assert rows(ever) == [("runs", "2026-01-09T10:00+00:00"), ("llm_calls", None)]
    assert presence.latest(ever) == datetime(2026, 1, 9, 10, tzinfo=UTC)
    assert presence.latest(ever[1:]) is None


def test_a_question_reads_the_tables_of_its_board_and_no_other():
    asked = presence.newest({"llm_calls", "runs"})
    assert (asked.name, asked.tables) == ("presence.newest:runs+llm_calls", ("runs", "llm_calls"))


def test_every_table_of_facts_can_be_asked_for():
    assert set(presence.TABLES) == set(FACTS)


def test_the_tenants_are_those_with_a_name_and_those_that_only_rows_know(store):
    everybody = Scope(DAYS.start, DAYS.end, now=NOW)
    assert rows(presence.tenants(store, everybody)) == [
        ("globex", "globex"),
        ("idle", "Idle"),
        ("acme", "Zeta"),
    ]
    assert rows(presence.tenants(store, DAYS)) == [("globex", "globex"), ("acme", "Zeta")]
