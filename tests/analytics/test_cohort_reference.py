"""Cohorts against a reading of every criterion in plain Python.

Rows are (tenant, person, event, day), people a to d of two tenants; it is the end of day 30.
"""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.cohort import Cohort, cohort
from analytics.criteria import AllOf, AnyOf, Criterion, Did, First, Has, NoneOf, Restarted, Stopped
from analytics.during import During
from analytics.filters import field
from analytics.scope import Scope
from analytics.steps import Step
from data.store import open_store
from tests.analytics.table import at

DAYS = timedelta(days=1)

ROW = st.tuples(
    st.sampled_from("xy"), st.sampled_from("abcd"), st.sampled_from(["p", "q"]), st.integers(0, 30)
)
NAMES, LENGTHS = st.sampled_from(["p", "q"]), st.integers(1, 20)
WHEN = st.one_of(st.none(), LENGTHS)
LEAVES = st.one_of(
    st.tuples(st.just("did"), NAMES, st.integers(0, 3), st.integers(0, 2), WHEN),
    st.tuples(st.just("first"), NAMES, WHEN),
    st.tuples(st.just("stopped"), NAMES, LENGTHS, WHEN),
    st.tuples(st.just("restarted"), NAMES, LENGTHS, LENGTHS),
    st.tuples(st.just("plan")),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(parts, min_size=1, max_size=3)),
        st.tuples(st.just("not"), parts),
    ),
    max_leaves=5,
)
TODAY = at("2026-02-01")  # day 30 is 31 January


def spec_of(tree) -> Criterion:  # noqa: PLR0911  one return a criterion
    match tree:
        case ("and", parts):
            return AllOf(tuple(map(spec_of, parts)))
        case ("or", parts):
            return AnyOf(tuple(map(spec_of, parts)))
        case ("not", part):
            return NoneOf(spec_of(part))
        case ("did", name, low, more, days):
            return Did(Step(name), low, low + more, during_of(days))
        case ("first", name, days):
            return First(Step(name), during_of(days))
        case ("stopped", name, quiet, active):
            return Stopped(Step(name), quiet * DAYS, active * DAYS if active else None)
        case ("restarted", name, recent, quiet):
            return Restarted(Step(name), recent * DAYS, quiet * DAYS)
        case _:
            return Has(field("tenant.plan") == "pro")


def during_of(days) -> During:
    return During(last=days * DAYS) if days else During()


def ago(rows, tenant, person) -> dict[str, list[int]]:
    """How many days before now somebody did what."""
    own = [(event, 31 - day) for t, p, event, day in rows if (t, p) == (tenant, person)]
    return {name: [days for event, days in own if event == name] for name in "pq"}


def holds(tree, tenant, days_of) -> bool:  # noqa: PLR0911  one return a criterion
    """Whether the criterion holds of one person: `days_of` are the days before now of each event."""
    match tree:
        case ("and", parts):
            return all(holds(part, tenant, days_of) for part in parts)
        case ("or", parts):
            return any(holds(part, tenant, days_of) for part in parts)
        case ("not", part):
            return not holds(part, tenant, days_of)
        case ("did", name, low, more, days):
            return low <= sum(ago <= (days or 99) for ago in days_of[name]) <= low + more
        case ("first", name, days):
            return bool(days_of[name]) and max(days_of[name]) <= (days or 99)
        case ("stopped", name, quiet, active):
            return bool(days_of[name]) and quiet < min(days_of[name]) <= quiet + (active or 99)
        case ("restarted", name, recent, quiet):
            late, early = ([ago for ago in days_of[name] if test(ago)] for test in (lambda ago: ago <= recent, lambda ago: ago > recent + quiet))  # fmt: skip
            return bool(late) and bool(early) and len(late) + len(early) == len(days_of[name])
        case _:
            return tenant == "x"


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(trees=st.lists(TREES, min_size=4, max_size=4), seed=st.integers(0, 3))
def test_every_criterion_means_what_it_means_on_paper(journeys, trees, seed):
    rows, store = journeys[seed]
    people = {(tenant, person) for tenant, person, _, _ in rows}
    for tree in trees:
        expected = sorted(
            (tenant, person) for tenant, person in people if holds(tree, tenant, ago(rows, tenant, person))
        )
        found = cohort(store, Scope(TODAY - 7 * DAYS, TODAY), Cohort(spec_of(tree)))
        assert list(zip(found["tenant_id"], found["unit"], strict=True)) == expected


@pytest.fixture(scope="module")
def journeys():
    """Four stores of random rows, and the rows."""
    made = []
    for seed in range(4):
        draw = random.Random(seed)
        rows = [
            (draw.choice("xy"), draw.choice("abcd"), draw.choice("pq"), draw.randrange(31))
            for _ in range(20 + 20 * seed)
        ]
        store = open_store("duckdb://:memory:")
        store.append("tenants", [{"tenant_id": "x", "plan": "pro"}, {"tenant_id": "y", "plan": "free"}])
        store.append(
            "events",
            [
                {"event_id": str(n), "tenant_id": tenant, "user_id": person, "event_type": event, "occurred_at": TODAY + (day - 31) * DAYS}
                for n, (tenant, person, event, day) in enumerate(rows)
            ],
        )  # fmt: skip
        made.append((rows, store))
    yield made
    for _, store in made:
        store.close()
