"""The newest rows and the tenants that a person may choose from."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.scope import ALL_TENANTS, Scope
from data.store import open_store
from service.presence import TenantNames, newest, newest_ever

NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def store():
    store = open_store("duckdb://:memory:")
    store.append(
        "runs",
        [
            {"run_id": "1", "occurred_at": "2026-01-06T10:00:00Z", "tenant_id": "acme"},
            {"run_id": "2", "occurred_at": "2026-01-09T10:00:00Z", "tenant_id": "globex"},
            {"run_id": "3", "occurred_at": "2026-01-09T11:00:00Z"},
        ],
    )
    store.append(
        "tenants", [{"tenant_id": "acme", "name": "Zeta Acme"}, {"tenant_id": "idle", "name": "Idle"}]
    )
    yield store
    store.close()


def moments(frame) -> dict[str, str]:
    return {
        row.table_name: f"{row.newest_at:%d %H:%M}" if row.newest_at == row.newest_at else ""
        for row in frame.itertuples()
    }


def test_the_newest_row_of_the_window_and_of_all_time(store):
    day = Scope(
        NOW - timedelta(days=5), NOW - timedelta(days=3), tenants=frozenset({"globex", "acme"}), now=NOW
    )
    tables = ("runs", "llm_calls")
    assert moments(newest(tables)(store, day)) == {"llm_calls": "", "runs": "06 10:00"}
    assert moments(newest_ever(tables)(store, day)) == {"llm_calls": "", "runs": "09 10:00"}


def test_tenants_by_name_with_those_that_only_rows_know(store):
    names = TenantNames().of(store, store.view(ALL_TENANTS), NOW)
    assert list(names.items()) == [("globex", "globex"), ("idle", "Idle"), ("acme", "Zeta Acme")]


def test_nobody_reads_the_name_of_a_tenant_that_is_not_theirs(store):
    known = TenantNames()
    known.of(store, store.view(ALL_TENANTS), NOW)
    assert dict(known.of(store, store.view(frozenset({"acme"})), NOW)) == {"acme": "Zeta Acme"}
