"""The searches that are shipped find something in the demo company, and not everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.scope import Scope
from analytics.search import parse
from data import demo
from data.store import open_store
from service.saved import SHIPPED

NOW = datetime(2026, 3, 18, 15, 7, tzinfo=UTC)
COUNT = "select count(*) as n from runs"


@pytest.fixture(scope="module")
def store():
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    demo.fill(opened, NOW, days=12, scale=0.1)
    yield opened
    opened.close()


@pytest.mark.parametrize("saved_id", SHIPPED)
def test_a_shipped_search_finds_some_of_the_executions(store, saved_id):
    search = SHIPPED[saved_id]
    start = NOW - timedelta(days=12)
    where = parse(search.text, search.syntax, NOW)
    found = store.frame(Scope(start, NOW, where=where), COUNT)["n"][0]
    assert 0 < found < store.frame(Scope(start, NOW), COUNT)["n"][0]
