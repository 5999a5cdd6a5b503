"""What queries promise beyond what every question does: rows behind, windows compared, totals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.promises import promises
from tests.promises.cases import OF_ABSENCE, scopes_of
from tests.promises.questions import QUERIES, QUESTIONS
from tests.promises.world import SCOPES

THROUGH = SCOPES["local days through a clock change"]
BEHIND = {
    name: question
    for name, question in QUESTIONS.items()
    if name not in OF_ABSENCE and any(question.behind(column.name) for column in question.columns)
}
WHOLE = {name: query for name, query in QUERIES.items() if query.limit is None}
CUT = {name: replace(query, limit=2) for name, query in WHOLE.items() if query.by}


@pytest.mark.parametrize("name", BEHIND)
def test_as_many_rows_are_behind_a_count_as_it_shows(name, world):
    (scope,) = (scope for scope in scopes_of(name).values() if scope.where is not None)
    promises.has_as_many_rows_behind(BEHIND[name], scope, world)


@pytest.mark.parametrize("query", CUT.values(), ids=CUT.keys())
def test_behind_a_cut_list_are_the_rows_of_the_groups_it_shows(query, world):
    promises.has_as_many_rows_behind(query, THROUGH, world)


@pytest.mark.parametrize("query", WHOLE.values(), ids=WHOLE.keys())
def test_the_window_before_is_what_it_answers_by_itself(query, world):
    promises.compares_as_asked_apart(query, THROUGH, world)


@pytest.mark.parametrize("query", WHOLE.values(), ids=WHOLE.keys())
def test_rows_add_up_to_the_totals(query, world):
    promises.adds_up_to_its_totals(query, THROUGH, world)
