"""What admins see of a store as a whole, and that nobody else does."""

from __future__ import annotations

import pytest

from data.store import open_store
from service.access import LOCAL, NotAllowed, Principal
from service.sources import Sources

GUEST = Principal("guest", frozenset({"acme"}))


@pytest.fixture
def store():
    store = open_store("duckdb://:memory:")
    store.append(
        "runs",
        [
            {"run_id": "1", "occurred_at": "2026-01-06T10:00:00Z", "tenant_id": "acme"},
            {"run_id": "2", "occurred_at": "2026-01-07T10:00:00Z", "tenant_id": "acme"},
            {"run_id": "3", "occurred_at": "2026-01-08T10:00:00Z", "tenant_id": "globex"},
            {"run_id": "4", "occurred_at": "2026-01-09T10:00:00Z"},
        ],
    )
    yield store
    store.close()


def test_a_table_says_its_rows_their_span_and_how_many_have_a_tenant(store):
    tables = Sources().overview(LOCAL, store).tables
    row = tables.iloc[0]
    assert tables["name"].tolist() == ["runs"]
    assert (row["rows"], row["with_tenant"]) == (4, 0.75)
    assert [f"{row[name]:%Y-%m-%d}" for name in ("first_at", "last_at")] == ["2026-01-06", "2026-01-09"]


def test_a_new_store_shows_no_table_no_file_and_no_quarantine():
    store = open_store("duckdb://:memory:")
    overview = Sources().overview(LOCAL, store)
    assert (len(overview.tables), len(overview.loads)) == (0, 0)
    assert Sources().quarantine(LOCAL, store).empty
    store.close()


@pytest.mark.parametrize("read", [Sources().overview, Sources().quarantine])
def test_who_is_no_admin_is_refused(store, read):
    with pytest.raises(NotAllowed, match="for admins"):
        read(GUEST, store)
