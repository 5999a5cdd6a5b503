"""Attribute keys: which fields of their own the rows of a scope carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from analytics.attribute_keys import keys
from analytics.scope import Scope
from tests.analytics.table import rows

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))


def event(name: str, tenant: str, **properties: object) -> dict[str, object]:
    return {
        "occurred_at": "2026-01-08T10:00:00Z",
        "event_id": name,
        "tenant_id": tenant,
        "properties": properties,
    }


def test_keys_are_those_of_the_rows_of_the_scope(store):
    store.append(
        "events",
        [
            event("1", "acme", plan="pro", **{"http.route": "/"}),
            event("2", "acme", plan="free"),
            event("3", "globex", secret=1),
        ],
    )
    store.append(
        "runs",
        [
            {
                "occurred_at": "2026-01-09T10:00:00Z",
                "run_id": "1",
                "tenant_id": "acme",
                "attributes": {"late": 1},
            }
        ],
    )
    asked = keys(("runs", "events"))
    assert rows(asked(store, DAY)) == [
        ("events", "http.route", 1),
        ("events", "plan", 2),
        ("events", "secret", 1),
    ]
    acme = replace(DAY, tenants=frozenset({"acme"}))
    assert rows(asked(store.view(acme.tenants), acme)) == [("events", "http.route", 1), ("events", "plan", 2)]
    assert asked.tables == ("events", "runs")


def test_the_keys_of_one_table_alone(store):
    store.append("events", [event("1", "acme", plan="pro")])
    assert set(keys(("events",))(store, DAY)["table_name"]) == {"events"}
