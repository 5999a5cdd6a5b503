"""Activity: rows, tenants and people of each kind of data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.activity import SQL, TABLES, by_kind, over_time, top_tenants, totals, trend, without
from analytics.filters import field
from analytics.scope import Scope
from analytics.view import NotFilterable
from data.contract import faults
from data.store import open_store

SCOPE = Scope(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=UTC))


def rows(frame):
    return [tuple(row) for row in frame.itertuples(index=False)]


def test_rows_tenants_and_people_of_each_kind_of_data():
    store = open_store("duckdb://:memory:")
    store.append(
        "events",
        [
            {"occurred_at": "2026-01-01T00:00:30Z", "tenant_id": "acme", "user_id": "1"},
            {"occurred_at": "2026-01-01T00:01:00Z", "tenant_id": "acme", "user_id": "1"},
            {"occurred_at": "2026-01-01T00:01:59Z", "tenant_id": "globex", "user_id": "1"},
            {"occurred_at": "2026-01-01T00:01:59Z", "anonymous_id": "a"},
            {"occurred_at": "2026-01-01T02:00:00Z", "tenant_id": "later", "user_id": "2"},
        ],
    )
    store.append("logs", [{"occurred_at": "2026-01-01T01:59:59Z", "message": "nobody"}])
    assert rows(totals(store, SCOPE)) == [(5, 2, 3)]
    assert rows(by_kind(store, SCOPE)) == [("Events", 4, 2, 3), ("Log lines", 1, 0, 0)]
    assert rows(top_tenants(store, SCOPE)) == [("acme", "acme", 2), ("globex", "globex", 1)]
    by_minute = trend(store, SCOPE)
    assert len(by_minute) == 120
    assert rows(by_minute[by_minute["rows"] > 0][["rows", "tenants", "people"]]) == [
        (1, 1, 1),
        (3, 2, 3),
        (1, 0, 0),
    ]
    frame = over_time(store, SCOPE)
    assert len(frame) == 2 * 120
    some = frame[frame["rows"] > 0]
    assert [(row.bucket.strftime("%H:%M"), row.kind, row.rows) for row in some.itertuples()] == [
        ("00:00", "Events", 1),
        ("00:01", "Events", 3),
        ("01:59", "Log lines", 1),
    ]


def test_a_field_that_some_kinds_lack_counts_the_others_and_says_so():
    store, moment = open_store("duckdb://:memory:"), "2026-01-01T00:01:00Z"
    store.append("logs", [{"occurred_at": moment, "tenant_id": "a", "host": "web1", "message": "x"}])
    store.append("logs", [{"occurred_at": moment, "tenant_id": "a", "host": "web2", "message": "y"}])
    store.append("runs", [{"run_id": "1", "occurred_at": moment, "status": "success", "host": "web1"}])
    otel = {"resource": {"host": {"name": "web1"}}}
    store.append("events", [{"occurred_at": moment, "tenant_id": "b", "attributes": otel}])
    store.append("llm_calls", [{"call_id": "1", "occurred_at": moment, "tenant_id": "c"}])
    on_web1 = replace(SCOPE, where=field("host") == "web1")
    frame = by_kind(store, on_web1)
    assert rows(frame) == [("Events", 1, 1, 0), ("Executions", 1, 0, 0), ("Log lines", 1, 1, 0)]
    assert frame.attrs["notes"] == (
        "Left out, as they cannot be filtered by host: llm_calls, spans, errors, costs.",
    )
    assert rows(totals(store, on_web1)) == [(3, 2, 0)]
    assert {kind for _, kind, _, _ in rows(over_time(store, on_web1))} == {
        "Events",
        "Executions",
        "Log lines",
    }
    assert rows(top_tenants(store, on_web1)) == [("a", "a", 1), ("b", "b", 1)]
    assert trend(store, on_web1)["rows"].sum() == 3


def test_a_field_that_no_kind_of_row_has_is_refused():
    store = open_store("duckdb://:memory:")
    with pytest.raises(NotFilterable):
        totals(store, replace(SCOPE, where=field("alias") == "x"))


@pytest.mark.parametrize("block", SQL)
@pytest.mark.parametrize("gone", [("events",), ("logs", "costs"), TABLES[:-1]])
def test_a_statement_without_some_tables_is_one_that_reads_the_others(block, gone):
    sql = without(SQL[block], gone)
    assert faults(sql) == ()
    assert [table for table in TABLES if f" from {table}" in sql] == [
        table for table in TABLES if table not in gone
    ]
