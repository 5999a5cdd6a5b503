"""The tenants that a person may choose from."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.scope import ALL_TENANTS
from data.store import open_store
from service.tenant_names import TenantNames

NOW = datetime(2026, 1, 10, tzinfo=UTC)


@pytest.fixture
def store():
    store = open_store("duckdb://:memory:")
    store.append("runs", [{"run_id": "1", "occurred_at": "2026-01-09T10:00:00Z", "tenant_id": "globex"}])
    store.append(
        "tenants", [{"tenant_id": "acme", "name": "Zeta Acme"}, {"tenant_id": "idle", "name": "Idle"}]
    )
    yield store
    store.close()


def test_tenants_by_name_with_those_that_only_rows_know(store):
    names = TenantNames().of(store, store.view(ALL_TENANTS), NOW)
    assert list(names.items()) == [("globex", "globex"), ("idle", "Idle"), ("acme", "Zeta Acme")]


def test_nobody_reads_the_name_of_a_tenant_that_is_not_theirs(store):
    known = TenantNames()
    known.of(store, store.view(ALL_TENANTS), NOW)
    assert dict(known.of(store, store.view(frozenset({"acme"})), NOW)) == {"acme": "Zeta Acme"}
