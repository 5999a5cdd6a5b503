"""Week 2: newcomers by hand, a planted effect by any name, noise as noise, and small numbers in words."""

from __future__ import annotations

import math
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from analytics import week2
from analytics.logistic import logistic
from tests.analytics.table import at, rows, table, window

EVENTS = """
    event_id  tenant_id  user_id  occurred_at           event_type
    1         acme       ann      2026-01-05T00:00:00Z  opened
    2         acme       a-ann    2026-01-11T23:59:59Z  shared
    # Day 7, which is week 2, and a moment past it.
    3         acme       ann      2026-01-12T00:00:00Z  shared
    4         acme       bob      2026-01-05T00:00:00Z  opened
    5         acme       bob      2026-01-05T01:00:00Z  opened
    6         acme       bob      2026-01-19T00:00:00Z  opened
    # The first event of all lies before the window, or is too young, or came long after joining.
    7         acme       old      2025-12-30T00:00:00Z  opened
    8         acme       old      2026-01-05T00:00:00Z  opened
    9         acme       young    2026-01-18T00:00:01Z  opened
    10        acme       known    2026-01-06T00:00:00Z  opened
    11        acme       -        2026-01-06T00:00:00Z  opened
    # The same name at another tenant is somebody else.
    12        brisk      bob      2026-01-18T00:00:00Z  registered
    13        brisk      bob      2026-01-31T23:59:59Z  opened
"""
PEOPLE = "tenant_id person_id created_at\nacme known 2026-01-01T00:00:00Z\nacme ann 2026-01-05T00:00:00Z"
MONTH = window("2026-01-01", "2026-02-01")
# What is not known is said before anything is computed of it.
pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    store.append("events", table(EVENTS))
    store.append("people", table(PEOPLE))
    store.append("identities", table("tenant_id alias person_id\nacme a-ann ann"))
    return store


def test_who_is_new_what_they_used_and_whether_they_came_back(company):
    assert rows(week2.used(company, MONTH)) == [
        ("acme", "ann", "2026-01-05T00:00+00:00", "opened", 1, True),
        ("acme", "ann", "2026-01-05T00:00+00:00", "shared", 1, True),
        ("acme", "bob", "2026-01-05T00:00+00:00", "opened", 2, False),
        ("brisk", "bob", "2026-01-18T00:00+00:00", "registered", 1, True),
    ]


def test_of_very_many_rows_those_of_the_newest_people_are_shown_whole(company):
    rows_of_all = week2.used(company, MONTH)
    for most, people, left_out in (
        (1, ["bob"], 2),
        (3, ["ann", "ann", "bob"], 1),
        (4, ["ann", "ann", "bob", "bob"], 0),
    ):
        shown, without = week2.newest_people(rows_of_all, most)
        assert (shown["person"].tolist(), without) == (people, left_out)


def test_few_newcomers_are_counted_and_no_model_is_made(company):
    found = week2.drivers(company, MONTH)
    assert rows(found[["feature", "tried", "stayed_with", "others", "stayed_without", "said"]]) == [
        ("opened", 2, 0.5, 1, 1.0, "not in the model"),
        ("shared", 1, 1.0, 2, 0.5, "not in the model"),
    ]
    assert found["coefficient"].isna().all()
    assert found.attrs["notes"] == (
        "No model: of 3 newcomers 2 came back and 1 did not; it takes 50 of each.",
    )
    assert rows(week2.calibration(company, MONTH))[0][:4] == ("all", None, 0.666667, 3)
    assert np.isnan(week2.chance(week2.what_if(company, MONTH), {})).all()


def drawn(rng: np.random.Generator, effects: dict[str, float], people: int):
    """How often each newcomer uses what, and whether it comes back."""
    times = {name: rng.poisson(1.2, people) for name in ("alpha", "beta", "gamma")}
    odds = -0.4 + sum(effects.get(name, 0.0) * np.log1p(used) for name, used in times.items())
    return times, rng.random(people) < logistic(odds)


def newcomers(seed: int, names: dict[str, str], effects: dict[str, float], people: int = 600):
    """Events of newcomers who use three features at random and come back by these effects."""
    times, came = drawn(np.random.default_rng(seed), effects, people)
    start, found = at("2026-01-01"), []
    for n in range(people):
        first = start + timedelta(minutes=60 * n)
        deeds = [("came", first)]
        deeds += [(names.get(name, name), first + timedelta(hours=1 + k, minutes=ord(name[0])))
                  for name, used in times.items() for k in range(used[n])]  # fmt: skip
        deeds += [("came", first + timedelta(days=8))] if came[n] else []
        found += [
            {
                "event_id": f"{n} {k}",
                "tenant_id": "t",
                "user_id": f"p{n}",
                "event_type": kind,
                "occurred_at": moment,
            }
            for k, (kind, moment) in enumerate(deeds)
        ]
    return pd.DataFrame(found)


SPRING = window("2026-01-01", "2026-04-01")


@pytest.mark.parametrize(
    ("seed", "names"),
    [(3, {}), (2, {"beta": "xq_17", "alpha": "beta", "gamma": "alpha"})],
    ids=["as they are", "renamed"],
)
def test_a_planted_effect_is_found_whatever_it_is_called(in_memory, seed, names):
    store = in_memory()
    store.append("events", newcomers(seed, names, {"beta": 1.2}))
    found = week2.drivers(store, SPRING)
    strongest = found.iloc[0]
    assert strongest["feature"] == names.get("beta", "beta")
    assert strongest["low"] < 1.2 < strongest["high"]
    assert strongest["said"].startswith(
        ("done 1 time, it goes with a chance of week 2 ", "done 2 times, it goes with a chance of week 2 ")
    )
    assert found[found["p_value"] < 0.05]["feature"].tolist() == [strongest["feature"]]
    assert "more than the share of all does" in found.attrs["notes"][1]
    judged = week2.calibration(store, SPRING)
    assert "better than by chance: ROC AUC 0." in judged.attrs["notes"][0]
    # As many come back as was expected, within the interval, in nearly every group.
    inside = (judged["came_low"] <= judged["expected"]) & (judged["expected"] <= judged["came_high"])
    assert inside.sum() >= len(judged) - 1


def test_noise_is_told_as_noise(in_memory):
    store = in_memory()
    store.append("events", newcomers(5, {}, {}))
    found = week2.drivers(store, SPRING)
    told = found[found["coefficient"].notna()]
    assert set(told["said"]) == {"no difference that chance does not make"}
    assert "no better than the share of all" in found.attrs["notes"][1]
    assert "no better than by chance" in week2.calibration(store, SPRING).attrs["notes"][0]


def test_of_sixty_noises_about_three_pass_for_something():
    rng, found = np.random.default_rng(11), 0
    for _ in range(60):
        times, came = drawn(rng, {}, 300)
        made = week2.model(pd.DataFrame(times).assign(stayed=came), list(times))
        found += bool((week2.effects(made)["p_value"] < 0.05).any())
    assert 1 <= found <= 7


def test_the_calculator_gives_what_the_model_gives(in_memory):
    store = in_memory()
    store.append("events", newcomers(1, {}, {"beta": 1.2}))
    terms = week2.what_if(store, SPRING)
    people, features = week2.newcomers(store, SPRING)
    made = week2.model(people, features)
    given = {"alpha": 1.0, "beta": 3.0, "gamma": 0.0}
    values = np.array([[math.log1p(given[name]) for name in made.features]])
    expected = [float(each[0]) for each in made.fitted.chance(values)]
    assert week2.chance(terms, given) == pytest.approx(expected)
    assert week2.chance(terms, {})[0] < expected[0]


def test_the_area_under_the_curve_by_hand():
    # Of six pairs of one who came and one who did not, four are in order and one is a tie.
    area, low, high = week2.auc(np.array([0.9, 0.4, 0.3, 0.5, 0.4]), np.array([1.0, 1, 1, 0, 0]))
    assert area == pytest.approx((2 + 0.5 + 0) / 6)
    assert low < area < high
    assert np.isnan(week2.auc(np.array([0.5]), np.array([1.0]))).all()


def drawn_alike(size: int) -> tuple[pd.DataFrame, list[str]]:
    """Newcomers of which every third uses a feature once: two chances are all that a model can tell."""
    used = np.arange(size) % 3 == 0
    came = np.where(used, np.arange(size) % 2 == 0, np.arange(size) % 5 == 0)
    people = pd.DataFrame({"alpha": used.astype(np.int64), "stayed": came})
    return people, ["alpha"]


def test_newcomers_of_equal_chances_are_in_one_group():
    made, later, expected = week2.judged(*drawn_alike(600))
    groups = week2._groups(expected, later["stayed"].to_numpy(dtype=np.float64))
    assert made.fitted is not None
    # Of the last 180 there are 120 without it, of whom every fifth came, and 60 with it, of whom every second did.
    assert [(group, rows, round(came, 3)) for group, _, came, rows, *_ in groups] == [
        ("20%", 120, 0.2),
        ("50%", 60, 0.5),
    ]


@pytest.mark.parametrize(
    ("effect", "low", "high", "words"),
    [
        (0.12, 0.04, 0.20, "12 points (4 to 20) higher"),
        (-0.12, -0.20, -0.04, "12 points (4 to 20) lower"),
        # What Wald's test finds need not lie clear of 0 as a difference of chances.
        (0.12, -0.03, 0.27, "12 points (-3 to 27) higher"),
        (-0.12, -0.27, 0.03, "12 points (-3 to 27) lower"),
    ],
)
def test_an_effect_is_said_with_both_ends_of_its_interval(effect, low, high, words):
    row = {"effect": effect, "effect_low": low, "effect_high": high, "p_value": 0.04, "typical": 2.0}
    (said,) = week2._said(pd.DataFrame([row]))
    assert said == f"done 2 times, it goes with a chance of week 2 {words}"


def test_nobody_new(store):
    for question in (week2.drivers, week2.calibration, week2.used):
        assert len(question(store, MONTH)) == 0
    assert len(week2.what_if(store, MONTH)) == 1
