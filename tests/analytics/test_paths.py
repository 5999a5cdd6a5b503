"""Paths by hand, and that at every step as much goes on as came."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.paths import ENTRY, EXIT, OTHER, Paths
from analytics.query import Query
from analytics.scope import Scope
from analytics.steps import Step
from tests.analytics.table import at, table
from tests.analytics.test_retention_reference import JOURNEYS, NOTHING, SEEDS, scopes

# ann comes twice, as more than half an hour lies between; bo's second name is the alias of bo.
CLICKS = """
event_id event_type user_id tenant_id occurred_at
1        home       ann     acme      2026-06-01T09:00:00Z
2        list       ann     acme      2026-06-01T09:05:00Z
3        list       ann     acme      2026-06-01T09:06:00Z
4        edit       ann     acme      2026-06-01T09:36:00Z
5        home       ann     acme      2026-06-01T10:06:01Z
6        list       ann     acme      2026-06-01T10:07:00Z
7        home       bo      acme      2026-06-01T09:00:00Z
8        help       bo2     acme      2026-06-01T09:01:00Z
9        search     cy      acme      2026-06-01T09:00:00Z
10       home       cy      acme      2026-06-01T09:01:00Z
11       list       cy      acme      2026-06-01T09:02:00Z
"""
DAY = Scope(at("2026-06-01"), at("2026-06-02"))


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(CLICKS))
    opened.append("identities", [{"tenant_id": "acme", "alias": "bo2", "person_id": "bo"}])
    return opened


def links(store, paths, scope=DAY):
    found = paths(store, scope)
    return [f"{r.step} {r.source} > {r.target} {r.sittings}/{r.share_of}" for r in found.itertuples()]


def test_from_an_event_on_each_sitting_is_one_path(store):
    assert links(store, Paths(Step("home"), steps=4)) == [
        "0 home > list 3/4",
        "0 home > help 1/4",
        "1 list > (exit) 2/3",
        "1 help > (exit) 1/1",
        "1 list > edit 1/3",
        "2 edit > (exit) 1/1",
    ]


def test_up_to_an_event_paths_are_told_backwards_and_read_forwards(store):
    assert links(store, Paths(Step("list"), "to", steps=3)) == [
        "-1 home > list 3/3",
        "-2 (entry) > home 2/3",
        "-2 search > home 1/3",
    ]


def test_without_an_event_they_begin_with_what_is_done_first_or_end_with_what_is_done_last(store):
    assert links(store, Paths(steps=2)) == ["0 home > list 2/3", "0 home > help 1/3", "0 search > home 1/1"]
    assert links(store, Paths(None, "to", steps=2))[0] == "-1 home > list 2/2"


def test_what_is_seldom_is_one_node(store):
    assert links(store, Paths(Step("home"), steps=2, most=1)) == ["0 home > list 3/4", "0 home > (other) 1/4"]


def test_a_longer_pause_may_be_allowed(store):
    assert links(store, Paths(Step("home"), steps=4, gap_minutes=31))[:1] == ["0 home > list 2/3"]


def test_steps_that_say_more_than_a_name_are_anchors_too(store):
    assert links(store, Paths(Step(("help", "edit")), "to", steps=2)) == [
        "-1 list > edit 1/1",
        "-1 home > help 1/1",
    ]


@settings(max_examples=25, deadline=None, suppress_health_check=NOTHING)
@given(
    seed=st.sampled_from(SEEDS),
    drawn=scopes("month"),
    anchor=st.sampled_from([None, Step("open"), Step("signup")]),
    direction=st.sampled_from(["from", "to"]),
    steps=st.integers(2, 5),
    most=st.integers(1, 3),
)
def test_at_every_step_as_much_goes_on_as_came(  # noqa: PLR0917
    journeys, seed, drawn, anchor, direction, steps, most
):
    scope, _ = drawn
    found = Paths(anchor, direction, steps, most, gap_minutes=300)(journeys[seed], scope)
    near, far = ("source", "target") if direction == "from" else ("target", "source")
    found["step"] = found["step"] if direction == "from" else -found["step"] - 1
    for step in range(1, steps - 1):
        came = (
            found[(found["step"] == step - 1) & ~found[far].isin([EXIT, ENTRY])]
            .groupby(far)["sittings"]
            .sum()
        )
        went = found[found["step"] == step].groupby(near)["sittings"].sum()
        assert came.to_dict() == went.to_dict()
    names = set(found["source"]) | set(found["target"])
    assert names <= {"signup", "open", "buy", OTHER, EXIT, ENTRY}
    assert len(set(found.loc[found["step"] == 1, near]) - {OTHER}) <= most


@pytest.fixture(scope="module")
def journeys(in_memory):
    opened = {seed: in_memory() for seed in SEEDS}
    for seed, each in opened.items():
        JOURNEYS[seed].land(each)
    return opened


@settings(max_examples=10, deadline=None, suppress_health_check=NOTHING)
@given(seed=st.sampled_from(SEEDS), drawn=scopes("month"))
def test_with_a_gap_as_long_as_it_may_be_paths_are_never_more_than_people_and_days(journeys, seed, drawn):
    scope, _ = drawn
    found = Paths(steps=2, gap_minutes=1440)(journeys[seed], scope)
    people = int(Query(("active_users",))(journeys[seed], scope)["active_users"][0])
    assert people <= found["sittings"].sum() <= Query(("events",))(journeys[seed], scope)["events"][0]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"direction": "back"}, "from an event or to one"),
        ({"steps": 1}, "steps of paths are a whole number from 2"),
        ({"most": 0}, "most of paths"),
        ({"gap_minutes": 0}, "gap_minutes of paths"),
        ({"anchor": Step(None, table="runs")}, "paths are of events"),
    ],
)
def test_what_are_no_paths(wrong, says):
    with pytest.raises(ValueError, match=says):
        Paths(**wrong)
