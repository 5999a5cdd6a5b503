"""Activity: rows, tenants and people of each kind of data."""

from __future__ import annotations

from datetime import UTC, datetime

from analytics.activity import by_kind, over_time, top_tenants, totals, trend
from analytics.scope import Scope
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
