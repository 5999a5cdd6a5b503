"""Who saw which variant first, and what they did after, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics import assignments
from analytics.assignments import experiments, outcomes, summed
from analytics.experiment import compare
from analytics.scope import Scope
from analytics.settings import Declared, Exposure, Goal
from tests.analytics.table import rows, table, window

EVENTS = """
    event_id  occurred_at           tenant_id  user_id  anonymous_id  event_type          experiment  variant    amount
    # before anybody saw anything
    h1        2026-01-01T08:00:00Z  acme       ann      -             bought              -           -          10
    h2        2026-01-02T08:00:00Z  acme       ann      -             bought              -           -          30
    h3        2025-12-01T08:00:00Z  acme       ann      -             bought              -           -          999
    # ann buys later the same day, twice; what she sees again changes nothing
    a1        2026-01-05T08:00:00Z  acme       ann      -             experiment_exposed  price       control    -
    a2        2026-01-05T09:00:00Z  acme       ann      -             bought              -           -          5
    a3        2026-01-06T09:00:00Z  acme       ann      -             experiment_exposed  price       control    -
    a4        2026-01-07T07:00:00Z  acme       ann      -             bought              -           -          7
    # the ann of another tenant is somebody else
    b1        2026-01-05T08:30:00Z  globex     ann      -             experiment_exposed  price       treatment  -
    b2        2026-01-08T08:30:00Z  globex     ann      -             bought              -           -          20
    # ben was a visitor first: the visitor's exposure counts, and what he bought as ben
    c1        2026-01-05T10:00:00Z  acme       -        anon_1        experiment_exposed  price       treatment  -
    c2        2026-01-06T10:00:00Z  acme       ben      -             experiment_exposed  price       treatment  -
    c3        2026-01-06T09:00:00Z  acme       ben      -             bought              -           -          2
    # cy saw both variants
    d1        2026-01-05T11:00:00Z  acme       cy       -             experiment_exposed  price       control    -
    d2        2026-01-06T11:00:00Z  acme       cy       -             experiment_exposed  price       treatment  -
    d3        2026-01-06T12:00:00Z  acme       cy       -             bought              -           -          50
    # dan buys in the very instant, and too late: exactly two days are in time, a microsecond more is not
    e1        2026-01-06T08:00:00Z  acme       dan      -             experiment_exposed  price       control    -
    e2        2026-01-06T08:00:00Z  acme       dan      -             bought              -           -          1
    e3        2026-01-08T08:00:00.000001Z  acme  dan    -             bought              -           -          1
    # eve buys exactly two days later, and did so before any window
    f1        2026-01-06T08:00:00Z  acme       eve      -             experiment_exposed  price       treatment  -
    f2        2026-01-08T08:00:00Z  acme       eve      -             bought              -           -          4
    # nobody's rows, and an exposure that names no variant
    g1        2026-01-06T08:00:00Z  acme       -        -             experiment_exposed  price       treatment  -
    g2        2026-01-06T08:00:00Z  acme       fay      -             experiment_exposed  price       -          -
    # another experiment, and one that ended before the window
    i1        2026-01-06T08:00:00Z  acme       ann      -             experiment_exposed  colour      1          -
    j1        2025-12-06T08:00:00Z  acme       ann      -             experiment_exposed  old         1          -
"""
IDENTITIES = """
    tenant_id  alias   person_id  since
    acme       anon_1  ben        2026-01-06T08:59:00Z
"""
# From the sixth: those who were exposed on the fifth lie before the window, and count.
WINDOW = window("2026-01-06", "2026-01-09")
BOUGHT = Goal("bought", days=2)


def judged(goal: Goal, **fields: object) -> dict[str, Declared]:
    return {"price": Declared(goal, **fields)}


@pytest.fixture(scope="module")
def shop(in_memory):
    store = in_memory()
    typed = [
        {key: float(value) if key == "amount" else value for key, value in row.items()}
        for row in table(EVENTS)
    ]
    store.append("events", typed, source="shop")
    store.append("identities", table(IDENTITIES), source="shop")
    return store


def price(shop, goal: Goal = BOUGHT, scope: Scope = WINDOW, **fields):
    (found,) = [
        each for each in experiments(shop, scope, declared=judged(goal, **fields)) if each.name == "price"
    ]
    return found


def by_variant(shop, goal: Goal = BOUGHT, scope: Scope = WINDOW, **fields):
    """The sums of all days, a row a variant."""
    found = outcomes(shop, scope, [price(shop, goal, scope, **fields)])
    return found.groupby("variant", as_index=False)[list(assignments.SUMS)].sum()


def test_experiments_are_those_with_an_exposure_in_the_window_the_latest_begun_first(shop):
    found = experiments(shop, WINDOW, declared=judged(BOUGHT))
    assert [(each.name, f"{each.first_at:%F %H}", f"{each.last_at:%F %H}") for each in found] == [
        ("colour", "2026-01-06 08", "2026-01-06 08"),
        ("price", "2026-01-05 08", "2026-01-06 11"),
    ]
    assert [each.goal for each in found] == [Goal(), BOUGHT]


def test_people_count_once_where_they_were_seen_first_and_mixed_ones_are_set_apart(shop):
    # control: ann, dan; treatment: the other ann, ben, eve; cy saw both, nobody is nobody.
    found = by_variant(shop)
    assert rows(found[["variant", "n", "did"]]) == [("", 1, 0), ("control", 2, 1), ("treatment", 3, 2)]


def test_what_counts_lies_after_the_exposure_and_within_its_days(shop):
    found = outcomes(shop, WINDOW, [price(shop)])
    # ann and ben converted on the days that they did; the other ann only on the third day after.
    assert rows(found[["variant", "bucket", "n", "did"]]) == [
        ("", None, 1, 0),
        ("control", None, 1, 1),
        ("control", "2026-01-06T00:00+00:00", 1, 0),
        ("treatment", None, 2, 0),
        ("treatment", "2026-01-06T00:00+00:00", 1, 1),
        ("treatment", "2026-01-08T00:00+00:00", 0, 1),
    ]


def test_who_has_days_left_is_known(shop):
    # At the end of the eighth those of the sixth have had their two days but for eight hours more.
    assert rows(by_variant(shop, scope=window("2026-01-06", "2026-01-08"))[["variant", "n", "waiting"]]) == [
        ("", 1, 0),
        ("control", 2, 1),
        ("treatment", 3, 1),
    ]


def test_counts_and_sums_of_each_person_and_their_squares(shop):
    counted = by_variant(shop, replace(BOUGHT, measured="count"))
    # ann bought twice; ben and eve once.
    assert rows(counted[["variant", "y", "yy"]])[1:] == [("control", 2, 4), ("treatment", 2, 2)]
    paid = by_variant(shop, Goal("bought", "sum", "amount", days=2))
    assert rows(paid[["variant", "y", "yy"]])[1:] == [("control", 12, 144), ("treatment", 6, 20)]
    assert rows(summed(paid, Goal("bought", "sum", "amount"))[["variant", "actors", "mean", "sd"]])[1:] == [
        ("control", 2, 6.0, round(72**0.5, 6)),
        ("treatment", 3, 2.0, 2.0),
    ]


def test_a_mean_is_of_those_who_have_one(shop):
    goal = Goal("bought", "mean", "amount", days=2)
    found = by_variant(shop, goal)
    # ann's two come to 6 on average; ben 2, eve 4; dan and the other ann have none.
    assert rows(summed(found, goal)[["variant", "actors", "mean"]])[1:] == [
        ("control", 1, 6.0),
        ("treatment", 2, 3.0),
    ]


def test_what_they_did_in_as_many_days_before_is_their_history(shop):
    four = by_variant(shop, Goal("bought", "sum", "amount", days=4))
    # ann: 10 + 30 before within four days, 12 after; the 999 lies further back. The other ann paid 20 by then.
    assert rows(four[["variant", "x", "xx", "xy"]])[1:] == [
        ("control", 40, 1600, 480),
        ("treatment", 0, 0, 0),
    ]
    assert rows(by_variant(shop, Goal("bought", days=4))[["variant", "x", "xy"]])[1:] == [
        ("control", 1, 1),
        ("treatment", 0, 0),
    ]


def test_any_event_but_an_exposure_will_do_where_no_goal_is_named(shop):
    assert rows(by_variant(shop, Goal(days=2))[["variant", "did"]]) == [
        ("", 0),
        ("control", 1),
        ("treatment", 2),
    ]


def test_tenants_can_be_what_takes_part(shop):
    # acme saw both variants, and globex one.
    found = by_variant(shop, Goal("bought", days=3), unit="tenant")
    assert rows(found[["variant", "n", "did"]]) == [("", 1, 0), ("treatment", 1, 1)]


def test_only_the_tenants_of_the_scope_take_part(shop):
    globex = replace(WINDOW, tenants=frozenset({"globex"}))
    assert [each.name for each in experiments(shop, globex)] == []
    wider = window("2026-01-05", "2026-01-09", tenants=frozenset({"globex"}))
    assert rows(by_variant(shop, scope=wider)[["variant", "n"]]) == [("treatment", 1)]


def test_several_experiments_are_read_together_as_apart(shop):
    found = experiments(shop, WINDOW, declared=judged(BOUGHT))
    together = outcomes(shop, WINDOW, found)
    for each in found:
        alone = outcomes(shop, WINDOW, [each])
        assert rows(together[together["experiment"] == each.name]) == rows(alone)
    assert rows(outcomes(shop, WINDOW, [])) == []


def test_the_control_is_declared_or_called_so_or_the_first(shop):
    found = price(shop)
    assert found.control(["treatment", "control"]) == "control"
    assert found.control(["red", "Off"]) == "Off"
    assert found.control(["red", "blue"]) == "blue"
    assert price(shop, control="treatment").control(["control", "treatment"]) == "treatment"


def test_another_tool_s_exposures_are_read_by_its_own_names(store):
    told = [
        {"event_id": f"{n}", "occurred_at": f"2026-01-06T0{n}:00:00Z", "tenant_id": "acme", "user_id": f"u{n}",
         "event_type": "$feature_flag_called", "properties": {"$feature_flag": 'a "quoted" flag', "$feature_flag_response": n > 2}}
        for n in range(5)
    ]  # fmt: skip
    store.append("events", told, source="hog")
    (found,) = experiments(store, WINDOW)
    assert (found.name, found.told_by.event) == ('a "quoted" flag', "$feature_flag_called")
    assert rows(outcomes(store, WINDOW, [found])[["variant", "n"]]) == [("false", 3), ("true", 2)]
    assert found.control(["true", "false"]) == "false"


def test_which_events_tell_it_is_a_setting(store):
    odd = Exposure('saw "it"', 'the "test"', "arm")
    row = {
        "event_id": "1",
        "occurred_at": "2026-01-06T01:00:00Z",
        "tenant_id": "acme",
        "user_id": "u",
        "event_type": 'saw "it"',
    }
    store.append("events", [{**row, "properties": {'the "test"': 7, "arm": 2}}], source="own")
    assert experiments(store, WINDOW) == []
    (found,) = experiments(store, WINDOW, told_by=(odd,))
    assert (found.name, rows(outcomes(store, WINDOW, [found])[["variant", "n"]])) == ("7", [("2", 1)])


def test_a_goal_that_the_exposures_name_is_the_goal(store):
    row = {"tenant_id": "acme", "user_id": "u", "event_type": "experiment_exposed"}
    store.append(
        "events",
        [
            {**row, "event_id": "1", "occurred_at": "2026-01-06T01:00:00Z", "properties": {"experiment": "x", "variant": "a", "goal": "first"}},
            {**row, "event_id": "2", "occurred_at": "2026-01-07T01:00:00Z", "properties": {"experiment": "x", "variant": "a", "goal": "second"}},
            {**row, "event_id": "3", "occurred_at": "2026-01-08T01:00:00Z", "properties": {"experiment": "x", "variant": "a"}},
        ],
        source="own",
    )  # fmt: skip
    assert [each.goal for each in experiments(store, WINDOW)] == [Goal("second")]


def test_what_is_found_can_be_compared(shop):
    found = compare(summed(by_variant(shop).query("variant != ''").reset_index(drop=True), BOUGHT))
    assert rows(found[["variant", "actors", "conversions", "lift"]]) == [
        ("control", 2, 1, None),
        ("treatment", 3, 2, round(1 / 3, 6)),
    ]
