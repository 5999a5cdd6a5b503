"""What queries promise beyond what every question does: rows behind, windows compared, totals."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.scope import Scope
from tests.promises import promises
from tests.promises.cases import ALL_AT_ONCE, OF_ABSENCE, scopes_of
from tests.promises.questions import MEASURES, QUERIES, QUESTIONS

BEHIND = {
    name: question
    for name, question in QUESTIONS.items()
    if name not in OF_ABSENCE and any(question.behind(column.name) for column in question.columns)
}
WHOLE = {name: query for name, query in QUERIES.items() if query.limit is None}
OF_TWO = QUERIES["of two sources by tenant"]
CUT = {
    **{name: replace(query, limit=2) for name, query in WHOLE.items() if query.by},
    **{f"first by {name}": replace(OF_TWO, limit=2, order=f"-{name}") for name in OF_TWO.measures},
}


@pytest.mark.parametrize("name", BEHIND, ids=str)
def test_as_many_rows_are_behind_a_count_as_it_shows(name, world):
    promises.has_as_many_rows_behind(BEHIND[name], next(iter(scopes_of(name).values())), world)


@pytest.mark.parametrize("query", CUT.values(), ids=CUT.keys())
def test_behind_a_cut_list_are_the_rows_of_the_groups_it_shows(query, world):
    promises.has_as_many_rows_behind(query, ALL_AT_ONCE, world)


@pytest.mark.parametrize("query", WHOLE.values(), ids=WHOLE.keys())
def test_the_window_before_is_what_it_answers_by_itself(query, world):
    promises.compares_as_asked_apart(query, ALL_AT_ONCE, world)


NEW_YORK = ZoneInfo("America/New_York")
PREVIOUS = {
    "local days": (
        Scope(
            datetime(2026, 3, 9, tzinfo=NEW_YORK), datetime(2026, 3, 16, tzinfo=NEW_YORK), "America/New_York"
        ),
        Scope(
            datetime(2026, 3, 2, tzinfo=NEW_YORK), datetime(2026, 3, 9, tzinfo=NEW_YORK), "America/New_York"
        ),
    ),
    "the month so far": (
        Scope(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC)),
        Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 9, 11, tzinfo=UTC)),
    ),
    "an hour": (
        Scope(datetime(2026, 3, 9, 11, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),
        Scope(datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 11, tzinfo=UTC)),
    ),
}


@pytest.mark.parametrize(
    ("scope", "before"),
    [
        pytest.param(*windows, id=when, marks=[] if when == "the month so far" else pytest.mark.heavy)
        for when, windows in PREVIOUS.items()
    ],
)
@pytest.mark.parametrize("query", MEASURES.values(), ids=MEASURES.keys())
def test_the_period_before_of_every_measure_is_that_window_asked_for_by_itself(query, scope, before, world):
    before = replace(before, now=scope.now)
    # A question is told nothing but its scope: where the two are one value, so are the answers of every other question.
    assert repr(scope.previous()) == repr(before)
    promises.compares_as_asked_apart(query, scope, world, before)


@pytest.mark.parametrize("query", WHOLE.values(), ids=WHOLE.keys())
def test_rows_add_up_to_the_totals(query, world):
    promises.adds_up_to_its_totals(query, ALL_AT_ONCE, world)
