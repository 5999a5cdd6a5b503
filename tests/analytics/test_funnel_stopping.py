"""A funnel that nobody waits for any more ends inside its compiled loops too."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.funnel_attempt import attempt_room
from analytics.funnel_kernel import FOREVER, Journeys, Terms, solve, warm
from analytics.funnel_ordered import chains_room, solve_ordered
from analytics.funnel_rules import Found
from analytics.funnel_strict import runs_room, solve_strict
from analytics.funnel_units import sorted_room
from analytics.funnel_unordered import solve_unordered
from analytics.stopping import current, flag, stopped_by
from analytics.view import QueryCancelled
from data.cancel import Cancel, cancelling

UNITS = 50
TERMS = Terms(1, "ordered", FOREVER, (0, UNITS))
LOOPS = {
    "ordered": (solve_ordered, lambda rules: chains_room(UNITS, rules)),
    "strict": (solve_strict, runs_room),
    "unordered": (solve_unordered, lambda rules: attempt_room(UNITS, rules)),
}


@pytest.fixture(autouse=True, scope="module")
def compiled():
    warm()


def one_row_each(units: int) -> Journeys:
    return Journeys(np.arange(units, dtype=np.uint64), np.zeros(units, np.int64), np.ones(units, np.uint32))


@pytest.mark.parametrize("order", LOOPS)
def test_a_loop_that_is_stopped_in_the_middle_goes_no_further(order):
    """The flag lies where the loop writes the level of its first unit, so that it is set just then."""
    loop, room = LOOPS[order]
    found = Found(
        np.zeros(max(UNITS, 8), np.int8),
        np.empty(UNITS, np.int32),
        np.empty(UNITS, np.int32),
        np.empty((UNITS, 1), np.int32),
    )
    rows = sorted_room(UNITS)
    rows.times[:], rows.masks[:], rows.places[:] = 0, 1, range(UNITS)
    rows.first[:] = range(UNITS + 1)
    edges = np.array([0, UNITS], np.int64)
    rules = TERMS.rules(flag())
    assert loop(rows, UNITS, edges, rules, room(rules), found) == UNITS
    found.levels[:] = 0
    rules = TERMS.rules(found.levels[:8].view(np.int64))
    assert loop(rows, UNITS, edges, rules, room(rules), found) == 1


@pytest.mark.parametrize("units", [0, UNITS, 150_000])
def test_a_question_that_was_cancelled_is_not_solved(units):
    switch = Cancel()
    with cancelling(switch):
        assert len(solve(one_row_each(units), TERMS).levels) == units
        switch.cancel()
        with pytest.raises(QueryCancelled):
            solve(one_row_each(units), TERMS)
    assert len(solve(one_row_each(units), TERMS).levels) == units


def test_the_flag_in_force_is_that_of_the_innermost_question():
    outer, inner = flag(), flag()
    with stopped_by(outer):
        with stopped_by(inner):
            assert current() is inner
        assert current() is outer
    assert current()[0] == 0
