"""What the board of experiments says, of two experiments that are made by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics import ab_tests
from analytics.ab_tests import Course, Prospect, Result, words
from analytics.experiment import compare
from analytics.experiment_power import Plan, needed
from analytics.settings import Goal
from tests.analytics.shop import DAYS, did, events, told
from tests.analytics.table import rows, window

# From the ninth to the twelfth, on the clock of New York.
WINDOW = window("2026-01-08", "2026-01-13", "America/New_York")


@pytest.fixture(scope="module")
def shop(in_memory):
    store = in_memory()
    store.append("events", list(events()), source="shop")
    return store


def test_the_list_tells_of_each_experiment_what_to_make_of_it(shop):
    found = ab_tests.listed(shop, WINDOW)
    assert rows(found.drop(columns=["split_p", "verdict", "goal_event"])) == [
        ("price", "running", "did bought within 14 days", "control, treatment", 270, 0,
         "2026-01-09T10:00-05:00", "2026-01-11T10:00-05:00"),
        ("layout", "ended", "", "a, b", 299, 1,
         "2026-01-08T10:00-05:00", "2026-01-08T14:00-05:00"),
    ]  # fmt: skip
    assert found["goal_event"].tolist() == ["bought", ""]
    # 12 of 120 against 45 of 150.
    assert found["verdict"].tolist() == [
        "treatment is ahead of control by 200.0% (at least +18.8%). This holds however often one looks.",
        "Broken split (less than 1 in a million by chance): mend the assignment, do not read the result.",
    ]
    assert found["split_p"].round(4).tolist() == [0.0679, 0.0]


def test_the_result_is_that_of_the_one_that_began_last(shop):
    found = Result()(shop, WINDOW)
    assert rows(found[["variant", "people", "conversions", "rate", "mean", "lift"]]) == [
        ("control", 120, 12, 0.1, None, None),
        ("treatment", 150, 45, 0.3, None, 2.0),
    ]
    expected = compare(
        found.rename(columns={"people": "actors"})[["variant", "actors", "conversions"]].astype(
            {"conversions": int, "actors": int}
        )
    )
    for name in ("low", "high", "p_value", "chance_best"):
        assert found[name].tolist() == pytest.approx(expected[name].tolist(), nan_ok=True)
    # What a choice loses is told as a part of the control's 10 %.
    assert found["expected_loss"].tolist() == pytest.approx((expected["expected_loss"] / 0.1).tolist())
    assert found.attrs["notes"] == (
        "price, judged by: did bought within 14 days.",
        "270 still have some of their 14 days left.",
    )


def test_another_experiment_and_another_goal_can_be_asked_for(shop):
    other = Result("layout")(shop, WINDOW)
    assert other["people"].tolist() == [199, 100]
    assert other.attrs["notes"][1:3] == (
        "The split is broken (less than 1 in a million by chance): do not read the result.",
        "1 saw several variants and are set apart.",
    )
    paid = Result("price", Goal("bought", "sum", "amount", days=1))(shop, WINDOW)
    assert rows(paid[["people", "conversions", "rate", "mean", "lift"]]) == [
        (120, None, None, 0.5, None),
        (150, None, None, 1.5, 2.0),
    ]
    assert rows(Result("no such")(shop, WINDOW)) == []


def test_the_split_of_a_mean_is_of_all_who_were_assigned_not_of_those_who_have_one(shop):
    found = Result("price", Goal("bought", "mean", "amount", days=1))(shop, WINDOW)
    conversion = Result("price", Goal("bought", "conversion", days=1))(shop, WINDOW)
    assert rows(found[["people", "conversions"]]) == rows(conversion[["people", "conversions"]])
    assert found.attrs["notes"][1:] == conversion.attrs["notes"][1:]
    assert not any("broken" in note for note in found.attrs["notes"])


def test_the_course_is_what_was_known_at_the_end_of_each_local_day(shop):
    found = Course()(shop, WINDOW)
    assert rows(found[["bucket", "variant", "lift", "people", "complete"]]) == [
        ("2026-01-09T00:00-05:00", "treatment", 2.0, 90, True),
        ("2026-01-10T00:00-05:00", "treatment", 2.0, 180, True),
        ("2026-01-11T00:00-05:00", "treatment", 2.0, 270, True),
    ]
    # After a day of 4 of 40 nothing is ruled out; from then on more and more is.
    assert found["low"].isna().tolist() == [True, False, False]
    assert found["low"].iloc[1] < 0 < found["low"].iloc[2]
    result = Result()(shop, WINDOW)
    assert found["low"].iloc[-1] < result["low"].iloc[-1] < 2.0


@pytest.mark.parametrize(
    "goal",
    [
        Goal("bought"),
        Goal("bought", "count"),
        Goal("bought", "sum", "amount"),
        Goal("bought", "mean", "amount"),
    ],
)
def test_the_last_look_is_the_result(shop, store, goal):
    # Some bought before they saw anything, so that there is history to take noise away.
    before = [
        did("bought", f"{variant}-09-{n}", DAYS[0] - timedelta(days=2))
        for variant in ("control", "treatment")
        for n in range(3, 9)
    ]
    store.append("events", [*events(), *before], source="shop")
    for each in (shop, store):
        course, result = Course("price", goal)(each, WINDOW), Result("price", goal)(each, WINDOW)
        assert course["lift"].iloc[-1] == pytest.approx(result["lift"].iloc[-1])
        low, high = course[["low", "high"]].iloc[-1]
        assert not low > result["low"].iloc[-1]
        assert not high < result["high"].iloc[-1]


def test_the_course_of_a_window_that_begins_later_goes_on_from_what_was_before(shop):
    later = window("2026-01-11", "2026-01-13", "America/New_York")
    whole, part = Course()(shop, WINDOW), Course()(shop, later)
    assert rows(part) == rows(whole)[-1:]


def test_days_on_which_nothing_happened_are_days_of_the_course(store):
    quiet = [told("x", variant, f"{variant}-{n}", DAYS[0], "bought") for variant in "ab" for n in range(20)]
    store.append("events", [*quiet, did("bought", "b-1", DAYS[0] + timedelta(days=2))], source="shop")
    found = Course()(store, WINDOW)
    assert rows(found[["bucket", "people"]]) == [
        ("2026-01-09T00:00-05:00", 40),
        ("2026-01-10T00:00-05:00", 40),
        ("2026-01-11T00:00-05:00", 40),
    ]


def test_the_next_one_is_planned_from_what_this_one_had(shop):
    found = Prospect()(shop, WINDOW)
    # 270 people in two days and 49 seconds, of whom 10 % of the control converted.
    assert rows(found) == [(0.1, round(270 / (2 + 49 / 86_400), 6), needed(Plan(0.1, 0.1)).in_all)]
    assert rows(Prospect("no such")(shop, WINDOW)) == [(None, None, None)]


@pytest.mark.parametrize(
    ("goal", "says"),
    [
        (Goal("bought"), "did bought within 14 days"),
        (Goal(days=1), "did anything within a day"),
        (Goal("bought", "count"), "how often they did bought within 14 days"),
        (Goal("bought", "sum", "amount", 7), "sum of amount of bought within 7 days"),
        (Goal("bought", "mean", "amount"), "mean amount of bought within 14 days"),
    ],
)
def test_a_goal_in_words(goal, says):
    assert words(goal) == says


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"measured": "median"}, "one of conversion, count, sum, mean"),
        ({"days": 0}, "within 1 to 400 days"),
        ({"measured": "sum"}, "name it"),
        ({"attribute": "amount"}, "name none"),
    ],
)
def test_a_goal_that_means_nothing_is_refused_with_what_to_change(values, says):
    with pytest.raises(ValueError, match=says):
        Goal(**values)


def test_one_variant_alone_is_told_and_compared_with_nothing(store):
    store.append("events", [told("x", "a", f"u{n}", DAYS[0]) for n in range(5)], source="shop")
    found = ab_tests.listed(store, WINDOW)
    assert rows(found[["variants", "split_p", "verdict"]]) == [
        ("a", None, "Only one variant was seen: there is nothing to compare.")
    ]
    assert rows(Result()(store, WINDOW)[["variant", "people", "lift"]]) == [("a", 5, None)]
    assert rows(Course()(store, WINDOW)) == []


def test_who_all_saw_several_variants_leave_nothing_to_compare(store):
    both = [told("x", variant, "u", DAYS[0] + timedelta(hours=n)) for n, variant in enumerate("ab")]
    store.append("events", both, source="shop")
    assert rows(ab_tests.listed(store, WINDOW)[["people", "set_apart", "verdict"]]) == [
        (0, 1, "Everybody saw several variants.")
    ]
    assert rows(Result()(store, WINDOW)) == []
    assert rows(Prospect()(store, WINDOW)) == [(None, None, None)]


def test_an_experiment_without_a_goal_is_listed_and_not_judged(store):
    people = [told("x", variant, f"{variant}-{n}", DAYS[0], "") for variant in "ab" for n in range(20)]
    store.append("events", [*people, did("bought", "b-1", DAYS[1])], source="shop")
    assert rows(ab_tests.listed(store, WINDOW)[["goal", "people", "verdict"]]) == [
        ("", 40, "No goal is named: choose what it is judged by.")
    ]
    # Asked for by itself, anything that they did will do.
    assert Result("x")(store, WINDOW)["conversions"].tolist() == [0, 1]


def test_of_many_experiments_those_that_began_last_are_listed(store):
    flags = [
        told(f"flag {n}", "on", "u", DAYS[0] + n * timedelta(minutes=1)) for n in range(ab_tests.MOST + 3)
    ]
    store.append("events", flags, source="shop")
    found = ab_tests.listed(store, WINDOW)
    assert (len(found), found["experiment"].iloc[0]) == (ab_tests.MOST, f"flag {ab_tests.MOST + 2}")
    assert found.attrs["notes"] == (f"The {ab_tests.MOST} that began last, of {ab_tests.MOST + 3}.",)


def test_only_one_s_own_tenants_are_told_of(shop):
    globex = replace(WINDOW, tenants=frozenset({"globex"}))
    assert rows(ab_tests.listed(shop, globex)) == []
