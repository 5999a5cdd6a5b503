"""Activity: rows, tenants and people of each kind of data."""

from __future__ import annotations

from datetime import UTC, datetime

from analytics.activity import over_time, who
from analytics.scope import Scope
from data.store import open_store

SCOPE = Scope(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 2, tzinfo=UTC))


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
    assert [tuple(row) for row in who(store, SCOPE).itertuples(index=False)] == [
        ("events", 4, 2, 3),
        ("logs", 1, 0, 0),
    ]
    frame = over_time(store, SCOPE)
    assert len(frame) == 2 * 120
    some = frame[frame["rows"] > 0]
    assert [(row.bucket.strftime("%H:%M"), row.table_name, row.rows) for row in some.itertuples()] == [
        ("00:00", "events", 1),
        ("00:01", "events", 3),
        ("01:59", "logs", 1),
    ]
