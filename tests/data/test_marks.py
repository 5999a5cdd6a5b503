"""Marks: conditions of a question's own, as columns of the relations of their table."""

from __future__ import annotations

import pytest

from analytics.filters import field
from analytics.view import Mark
from data.store import open_store
from tests.data.conftest import NOW, tuples
from tests.data.test_door import RUNS


@pytest.fixture(scope="module")
def runs():
    """One store for all tests, which only read."""
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    opened.append("runs", RUNS)
    yield opened
    opened.close()


MARKED = """select run_id, "mark.large" as large, "mark.any" as any_row from runs where "mark.large" or run_id = 'mid'
order by occurred_at"""


def test_a_mark_says_which_rows_fulfil_a_questions_own_condition(runs, february):
    marks = {"large": Mark("runs", field("attributes.size") >= 2), "any": Mark("runs")}
    found = tuples(runs.frame(february, MARKED, marks=marks))
    assert found == [
        ("first", True, True),
        ("mid", None, True),
        ("nobody", True, True),
        ("last", True, True),
    ]


def test_a_mark_stands_in_the_relations_of_its_table_alone(runs, february):
    text = """select count(*) filter (where "mark.large") as n from runs_history as r where not exists
    (select 1 from events as e where e.tenant_id = r.tenant_id)"""
    assert tuples(runs.frame(february, text, marks={"large": Mark("runs", field("size") >= 4)})) == [(2,)]


def test_a_mark_by_the_plan_of_that_moment(runs, february):
    mark = {"free": Mark("runs", field("plan_then") == "")}
    assert tuples(
        runs.frame(february, 'select count(*) filter ("mark.free") as n from runs', marks=mark)
    ) == [(4,)]


def test_a_mark_that_nobody_gave_is_named(runs, february):
    with pytest.raises(ValueError, match=r'marks=\{"large": Mark'):
        runs.frame(february, MARKED)
