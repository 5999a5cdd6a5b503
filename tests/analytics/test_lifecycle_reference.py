"""Random lifecycles over random journeys, each answered as brute force answers it; and the laws they keep."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.lifecycle import STATES, lifecycle, stickiness
from analytics.query import Query
from analytics.steps import Step
from tests.analytics import journeys as brute_force
from tests.analytics.test_retention_reference import JOURNEYS, NOTHING, SEEDS, scopes
from tests.examples import examples

UNITS = ["user_id", "user_id", "tenant_id", "session_id", "properties.plan"]


@pytest.fixture(scope="module")
def stores(in_memory):
    opened = {seed: in_memory() for seed in SEEDS}
    for seed, store in opened.items():
        JOURNEYS[seed].land(store)
    return opened


@st.composite
def asked(draw):
    """A scope, what its filter means, and the rest of a lifecycle's arguments."""
    step = draw(
        st.sampled_from([Step(None), Step("open"), Step(("open", "buy")), Step("mail", table="runs")])
    )
    units = UNITS[:3] if step.table == "runs" else UNITS
    grain = draw(st.sampled_from(["hour", "day", "day", "week", "month"]))
    rest = (step, grain, draw(st.sampled_from(units)), draw(st.sampled_from(["monday", "sunday"])))
    # Long windows need more than one mask.
    return (*draw(scopes(draw(st.sampled_from([grain, "week", "month"])))), rest)


@settings(max_examples=examples(60), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_a_lifecycle_is_that_of_brute_force(stores, seed, question):
    scope, keep, rest = question
    found = lifecycle(stores[seed], scope, *rest)
    found["bucket"] = [bucket.astimezone(UTC) for bucket in found["bucket"]]
    expected = brute_force.lifecycle(JOURNEYS[seed], scope, *rest, keep)
    assert list(found.itertuples(index=False, name=None)) == expected


@settings(max_examples=examples(25), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), question=asked())
def test_stickiness_is_that_of_brute_force(stores, seed, question):
    scope, keep, rest = question
    found = stickiness(stores[seed], scope, *rest)
    assert list(found.itertuples(index=False, name=None)) == brute_force.stickiness(
        JOURNEYS[seed], scope, *rest, keep
    )


@settings(max_examples=examples(8), deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), drawn=scopes("month"))
def test_those_who_are_new_come_again_or_are_back_are_the_active_ones_and_who_was_active_is_one_of_them(
    stores, seed, drawn
):
    scope, _ = drawn
    found = lifecycle(stores[seed], scope)
    active = Query(("active_users",), grain="day")(stores[seed], scope)["active_users"].tolist()
    assert (found["new"] + found["returning"] + found["resurrecting"]).tolist() == active
    assert (-found["dormant"]).tolist()[1:] == [
        before - again for before, again in zip(active, found["returning"].tolist()[1:], strict=False)
    ]
    assert (
        sum(stickiness(stores[seed], scope)["actors"])
        == Query(("active_users",))(stores[seed], scope)["active_users"][0]
    )
    assert tuple(found.columns) == ("bucket", *STATES, "complete")
