"""Random retentions over random journeys, each answered as brute force answers it; and the laws they keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.filters import field
from analytics.retention import RetentionSpec, retention, retention_people
from analytics.scope import ALL_TENANTS, Scope
from analytics.steps import Step
from tests.analytics import journeys as brute_force
from tests.analytics.journeys import Journeys
from tests.examples import examples

SEEDS = (1, 2, 3)
JOURNEYS = {seed: Journeys.drawn(seed) for seed in SEEDS}
DAYS = st.integers(0, 44)
# A filter, and what it means of a row.
FILTERS = [
    (None, lambda row: True),
    (field("tenant_id") != "globex", lambda row: row["tenant_id"] != "globex"),
    (field("user_id") != "2", lambda row: row["user_id"] != "2"),
]
NOTHING = HealthCheck.too_slow, HealthCheck.function_scoped_fixture


@pytest.fixture(scope="module")
def stores(in_memory):
    opened = {seed: in_memory() for seed in SEEDS}
    for seed, store in opened.items():
        JOURNEYS[seed].land(store)
    return opened


@st.composite
def scopes(draw, period="day"):
    """A window about as long as some intervals, often cut by local days, and its present."""
    start = datetime(2026, 2, 12, tzinfo=UTC) + timedelta(
        days=draw(DAYS), hours=draw(st.sampled_from([0, 5, 7]))
    )
    most = {"hour": 20, "day": 24 * 12, "week": 24 * 30, "month": 24 * 45}[period]
    length = timedelta(hours=draw(st.integers(1, most)))
    now = start + length + draw(st.sampled_from([0, 0, 1, 9, 40])) * timedelta(days=1)
    tenants = draw(st.sampled_from([ALL_TENANTS, ALL_TENANTS, frozenset({"acme"})]))
    zone = draw(st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]))
    where, keep = draw(st.sampled_from(FILTERS))
    return Scope(start, start + length, zone, tenants, where, now), keep


@st.composite
def asked(draw):
    """A retention, its scope, and what the scope's filter means in plain Python."""
    steps = st.sampled_from([Step("signup"), Step("open"), Step(("open", "buy")), Step(None), Step("buy")])
    start, returning = draw(steps), draw(steps)
    unit = draw(st.sampled_from(["user_id", "user_id", "tenant_id", "session_id", "properties.plan"]))
    breakdown = draw(st.sampled_from([None, None, "properties.plan"]))
    if unit in ("user_id", "tenant_id") and breakdown is None and draw(st.booleans()):
        returning = draw(st.sampled_from([Step("mail", table="runs"), Step(None, table="runs")]))
    period = draw(st.sampled_from(["hour", "day", "day", "week", "month"]))
    spec = RetentionSpec(
        replace(start, nth=draw(st.sampled_from([1, 1, 1, 2]))),
        returning,
        period=period,
        periods=draw(st.sampled_from([1, 2, 5, 11])),
        mode=draw(st.sampled_from(["first_time", "recurring"])),
        counting=draw(st.sampled_from(["exact", "on_or_after"])),
        clock=draw(st.sampled_from(["calendar", "calendar", "rolling"])),
        at_least=draw(st.sampled_from([1, 1, 2])),
        unit=unit,
        week_start=draw(st.sampled_from(["monday", "sunday"])),
        breakdown=breakdown,
        breakdown_at=draw(st.sampled_from(["start", "both"])) if breakdown else "start",
        breakdown_limit=draw(st.sampled_from([None, 1, 2])) if breakdown else None,
    )
    return spec, *draw(scopes(period))


def cells(frame, *names):
    keys = [
        frame["breakdown"] if "breakdown" in frame else [None] * len(frame),
        frame["cohort"],
        frame["period"],
    ]
    keys[1] = [moment.astimezone(UTC) for moment in keys[1]]
    return dict(zip(zip(*keys, strict=True), zip(*(frame[name] for name in names), strict=True), strict=True))


@settings(max_examples=examples(80), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_a_retention_is_that_of_brute_force(stores, seed, question):
    spec, scope, keep = question
    found = cells(retention(stores[seed], scope, spec), "actors", "complete")
    expected = brute_force.retention(JOURNEYS[seed], scope, spec, keep)
    assert found == {key: (len(came), complete) for key, (came, complete) in expected.items()}


@settings(max_examples=examples(25), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked(), data=st.data())
def test_the_people_of_a_cell_are_those_that_it_counts(stores, seed, question, data):
    spec, scope, keep = question
    expected = brute_force.retention(JOURNEYS[seed], scope, spec, keep)
    counted = [key for key, (came, _) in expected.items() if came]
    if counted:
        value, cohort, period = data.draw(st.sampled_from(counted))
        found = retention_people(stores[seed], scope, spec, cohort, period, breakdown=value)
        assert sorted(found.itertuples(index=False, name=None)) == sorted(
            (unit, tenant) for tenant, unit in expected[value, cohort, period][0]
        )


@settings(max_examples=examples(15), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_on_or_after_is_at_least_exact_and_never_grows_along_a_row(stores, seed, question):
    spec, scope, _ = question
    exact, later = (
        retention(stores[seed], scope, replace(spec, counting=counting))
        for counting in ("exact", "on_or_after")
    )
    assert (later["actors"] >= exact["actors"]).all()
    rows = later["actors"].to_numpy().reshape(-1, spec.periods)[:, 1:]
    assert (rows[:, 1:] <= rows[:, :-1]).all()


@settings(max_examples=examples(12), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_two_sets_of_tenants_add_up_to_both(stores, seed, question):
    spec, scope, _ = question
    spec = replace(spec, breakdown=None, breakdown_limit=None)
    acme, globex, both = (
        retention(stores[seed], replace(scope, tenants=frozenset(tenants)), spec)["actors"]
        for tenants in ({"acme"}, {"globex"}, {"acme", "globex"})
    )
    assert (acme + globex == both).all()


@settings(max_examples=examples(12), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_coming_back_by_anything_is_at_least_coming_back_by_one_thing(stores, seed, question):
    spec, scope, _ = question
    spec = replace(spec, returning=Step("open"), breakdown=None, breakdown_limit=None)
    one, any_ = (
        retention(stores[seed], scope, replace(spec, returning=step))["actors"]
        for step in (Step("open"), Step(None))
    )
    assert (one <= any_).all()


@settings(max_examples=examples(12), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_values_at_the_start_part_the_whole(stores, seed, question):
    spec, scope, _ = question
    parted = replace(spec, breakdown="properties.plan", breakdown_at="start")
    whole = retention(stores[seed], scope, replace(spec, breakdown=None, breakdown_limit=None))
    parts = retention(stores[seed], scope, parted).groupby(["cohort", "period"])["actors"].sum()
    assert parts.tolist() == (whole["actors"].tolist() if len(parts) else [])
