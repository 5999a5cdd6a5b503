"""The searches and cohorts that are shipped find something in the demo company, and not everything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from analytics.cohort import Cohort, cohort
from analytics.criteria import Did
from analytics.scope import Scope
from analytics.search import parse
from analytics.steps import Step
from data import demo
from data.store import open_store
from service.saved import SHIPPED, Search
from service.saved_cohort import SHIPPED as COHORTS

NOW = datetime(2026, 3, 18, 15, 7, tzinfo=UTC)
COUNT = "select count(*) as n from runs"


@pytest.fixture(scope="module")
def store():
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    demo.fill(opened, NOW, days=12, scale=0.1)
    yield opened
    opened.close()


@pytest.mark.parametrize("saved_id", [name for name, what in SHIPPED.items() if isinstance(what, Search)])
def test_a_shipped_search_finds_some_of_the_executions(store, saved_id):
    search = SHIPPED[saved_id]
    start = NOW - timedelta(days=12)
    where = parse(search.text, search.syntax, NOW)
    found = store.frame(Scope(start, NOW, where=where), COUNT)["n"][0]
    assert 0 < found < store.frame(Scope(start, NOW), COUNT)["n"][0]


@pytest.mark.parametrize("saved_id", COHORTS)
def test_a_shipped_cohort_has_some_of_the_people(store, saved_id):
    scope = Scope(NOW - timedelta(days=12), NOW)
    everybody = Cohort(Did(Step("dreamt"), None, 0))
    # In twelve days everybody is new.
    most = 1 if saved_id == "shipped-new-people" else 0.9
    assert (
        0 < len(cohort(store, scope, COHORTS[saved_id].cohort)) <= most * len(cohort(store, scope, everybody))
    )
