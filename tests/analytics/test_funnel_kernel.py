"""The compiled funnel against one that tries every choice of rows, and the laws that hold for any journeys."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.funnel_kernel import FOREVER, NONE, Journeys, Terms, solve, warm
from tests.analytics import funnel_reference as reference
from tests.analytics.funnel_reference import Row, Rules
from tests.examples import examples

EVENTS = "abcx"
ORDERS = ("ordered", "strict", "unordered")
LATE = 10**6


@pytest.fixture(autouse=True, scope="module")
def compiled():
    warm()


def rows(most=7):
    return st.lists(st.builds(Row, st.integers(0, 5), st.sampled_from(EVENTS), st.booleans()), max_size=most)


@st.composite
def funnels(draw, orders=ORDERS, most=4):
    """Few kinds of steps, so that they repeat and share rows; short windows and entries; the rare options too."""
    kinds = st.sampled_from([frozenset(each) for each in ("a", "b", "c", "ab", "abc")])
    steps = tuple(draw(st.lists(kinds, min_size=1, max_size=most)))
    order, size = draw(st.sampled_from(orders)), len(steps)
    rules = Rules(steps, order, window=draw(st.sampled_from([0, 1, 2, 3, 9])), first=draw(st.booleans()))
    if draw(st.booleans()):
        rules = replace(rules, entry=draw(st.sampled_from([(0, 3), (2, 4), (1, 9)])))
    if draw(st.booleans()):
        rules = replace(rules, within=tuple(draw(st.sampled_from([None, 0, 1, 2])) for _ in steps))
    if draw(st.integers(0, 3)) == 0:
        rules = replace(rules, nth=tuple(draw(st.sampled_from([1, 1, 2])) for _ in steps))
    if order == "unordered" and draw(st.integers(0, 3)) == 0:
        rules = replace(rules, chosen=draw(st.integers(1, size)))
    if size > 1 and draw(st.booleans()):
        pairs = st.tuples(st.sampled_from("xa"), st.integers(1, size - 1), st.integers(2, size))
        found = draw(st.lists(pairs.filter(lambda each: each[1] < each[2]), max_size=2))
        rules = replace(rules, exclusions=tuple(found))
    return rules


def in_numbers(rules: Rules, edges=None) -> Terms:
    """The funnel as the kernel reads it."""
    low, high = rules.entry
    return Terms(
        len(rules.steps),
        rules.order,
        rules.window,
        edges or (low, high),
        within=[FOREVER if each is None else each for each in rules.within],
        alike=[rules.steps.index(each) for each in rules.steps],
        nth=rules.nth,
        exclusions=[(after - 1, before - 1) for _, after, before in rules.exclusions],
        first=rules.first,
    )


def journeys(units: list[list[Row]], rules: Rules) -> Journeys:
    """The rows of several units as arrays, each row's steps and exclusions as bits."""
    flat = [(unit, row) for unit, its in enumerate(units) for row in its]
    masks = []
    for _, row in flat:
        fits = [
            row.event in events and (row.chosen or n != rules.chosen)
            for n, events in enumerate(rules.steps, 1)
        ]
        mask = sum(1 << n for n, fit in enumerate(fits) if fit)
        hits = [
            len(rules.steps) + n for n, (event, _, _) in enumerate(rules.exclusions) if event == row.event
        ]
        masks.append(mask | sum(1 << bit for bit in hits))
    return Journeys(
        np.array([unit for unit, _ in flat], np.uint64),
        np.array([row.time for _, row in flat], np.int64),
        np.array(masks, np.uint32),
    )


def solved(units: list[list[Row]], rules: Rules, edges=None):
    """What the kernel finds: by unit and stretch the times of the steps, and their rows within the unit."""
    given_rows = journeys(units, rules)
    paths = solve(given_rows, in_numbers(rules, edges))
    begins = np.cumsum([0, *(len(each) for each in units)])
    found = {}
    for level, stretch, places in zip(paths.levels, paths.stretches, paths.rows, strict=True):
        if level:
            unit = int(given_rows.units[places[0]])
            chosen = [int(place) for place in places[:level]]
            times = tuple(int(given_rows.times[place]) for place in chosen)
            found[unit, int(stretch)] = times, tuple(place - int(begins[unit]) for place in chosen)
        assert set(places[level:]) <= {NONE}
    return found


@settings(max_examples=examples(150), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=4), funnels())
def test_it_finds_what_trying_everything_finds(units, rules):
    found = solved(units, rules)
    for number, unit in enumerate(units):
        expected = reference.solve(unit, rules)
        times, chosen = found.get((number, 0), (None, None))
        assert times == (None if expected is None else expected.times)
        if expected is not None and rules.order != "unordered":
            assert chosen in set(reference.all_chains(unit, reference.filled_by(unit, rules), rules))


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(rows(), min_size=1, max_size=3), funnels())
def test_each_stretch_of_entries_is_solved_by_itself(units, rules):
    edges = (0, 2, 3, 6)
    found = solved(units, rules, edges)
    for number, unit in enumerate(units):
        for stretch, entry in enumerate(pairwise(edges)):
            expected = reference.solve(unit, replace(rules, entry=entry))
            assert found.get((number, stretch), (None,))[0] == (None if expected is None else expected.times)


def reached(units, rules):
    """How many units reached each step."""
    levels = [len(times) for times, _ in solved(units, rules).values()]
    return [sum(level >= step for level in levels) for step in range(1, len(rules.steps) + 1)]


@settings(max_examples=examples(40), deadline=None)
@given(st.lists(rows(30), min_size=1, max_size=20), funnels(most=6), st.integers(0, 5))
def test_laws_of_counts(units, rules, more):
    counts = reached(units, rules)
    assert counts == sorted(counts, reverse=True)
    if not rules.exclusions and not (rules.order == "unordered" and rules.within):
        wider = reached(units, replace(rules, window=rules.window + more))
        assert all(wide >= count for wide, count in zip(wider, counts, strict=True))
    moved = [[replace(row, time=row.time + LATE) for row in unit] for unit in units]
    entry = (rules.entry[0] + LATE, rules.entry[1] + LATE)
    assert reached(moved, replace(rules, entry=entry)) == counts
    if rules.order != "strict":
        stray = [[*unit, Row(2, "elsewhere")] for unit in units]
        assert reached(stray, rules) == counts


A_OR_B = frozenset("ab")
# Of steps alike, rows of one instant fill different ones: what a choice step by step gets wrong.
UNLIKE = {
    "a step beside its own second time": (
        Rules((frozenset("a"), frozenset("a")), "unordered", nth=(1, 2), entry=(1, 9)),
        [Row(0, "a"), Row(1, "a"), Row(2, "a")],
        (1, 2),
    ),
    "a step that asks for one value, after a like one that does not": (
        Rules((frozenset("a"), frozenset("a")), "unordered", chosen=2),
        [Row(1, "a"), Row(2, "a", chosen=False)],
        (1, 2),
    ),
    "a second time at one instant with rows that like steps and others fill": (
        Rules((frozenset("b"), A_OR_B, A_OR_B), "unordered", window=1, nth=(1, 1, 2)),
        [Row(0, "a"), Row(0, "b"), Row(1, "a"), Row(1, "b")],
        (0, 1, 1),
    ),
    "the second time is the row that another step needs": (
        Rules((frozenset("b"), A_OR_B, A_OR_B), "unordered", window=1, nth=(1, 1, 2)),
        [Row(0, "a"), Row(0, "b"), Row(1, "x")],
        (0, 0),
    ),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_without_an_order_like_steps_that_rows_fill_differently(case):
    rules, unit, times = UNLIKE[case]
    assert reference.solve(unit, rules).times == times
    assert solved([unit], rules)[0, 0][0] == times


def random_rows(count, steps, units, seed=1):
    """Rows of a few events each instant, in no order of time, each of one or two steps."""
    random = np.random.default_rng(seed)
    bits = np.uint32(1) << random.integers(0, steps, (2, count)).astype(np.uint32)
    masks = np.where(random.random(count) < 0.2, bits[0] | bits[1], bits[0])
    owners = random.integers(0, units, count).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return Journeys(owners, random.integers(0, 5000, count), masks.astype(np.uint32))


def test_threads_and_batches_find_what_one_unit_after_the_other_finds():
    """More rows than a batch holds, of which one unit has as many as all others."""
    many = random_rows(150_000, 5, 3000)
    many.units[::2] = 7
    for order in ORDERS:
        terms = Terms(5, order, 60, (0, 5000))
        paths = solve(many, terms)
        levels = dict(zip(many.units[paths.rows[:, 0]].tolist(), paths.levels.tolist(), strict=True))
        for unit in [7, *np.unique(many.units)[:40].tolist()]:
            its = np.flatnonzero(many.units == unit)
            alone = solve(Journeys(many.units[its], many.times[its], many.masks[its]), terms)
            assert levels.get(unit, 0) == (int(alone.levels[0]) if len(alone.levels) else 0)


def test_a_long_journey_keeps_its_chains():
    """Far more arrivals at steps than there is room for nodes: the path is that of the last rows."""
    beats = 30_000
    times = np.arange(beats, dtype=np.int64)
    masks = np.full(beats, 0b011, np.uint32)
    masks[-1] = 0b100
    paths = solve(
        Journeys(np.zeros(beats, np.uint64), times, masks), Terms(3, "ordered", FOREVER, (0, beats))
    )
    assert paths.levels.tolist() == [3]
    assert paths.rows.tolist() == [[beats - 3, beats - 2, beats - 1]]


def test_the_tenth_time_counts_from_long_before_the_window():
    times = np.array([1, 2, 3, 11, 12], np.int64)
    masks = np.array([0b10, 0b10, 0b10, 0b01, 0b10], np.uint32)
    fourth = Terms(2, "ordered", 100, (10, 20), nth=(1, 4), since=10)
    assert solve(Journeys(np.zeros(5, np.uint64), times, masks), fourth).rows.tolist() == [[3, 4]]
    third = Terms(2, "ordered", 100, (10, 20), nth=(1, 3), since=10)
    assert solve(Journeys(np.zeros(5, np.uint64), times, masks), third).levels.tolist() == [1]


def test_first_and_last_rows_that_carry_a_value():
    """Rows of no step and rows without a value do not count."""
    value = 1 << 31
    masks = np.array([1, 1 | value, value, 2 | value, 2, 4 | value], np.uint32)
    times = np.array([5, 6, 1, 9, 10, 11], np.int64)
    paths = solve(
        Journeys(np.zeros(6, np.uint64), times, masks), Terms(2, "ordered", 100, (0, 100), touched=True)
    )
    assert (paths.first_touch.tolist(), paths.last_touch.tolist()) == ([1], [3])
