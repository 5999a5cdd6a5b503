"""Survival: published tables to the digit, the answers of lifelines, and laws.

`recorded/lifelines.json` is what lifelines 0.30.3 (`KaplanMeierFitter`, `multivariate_logrank_test`) says of 200
lives in three groups; it takes pandas below 3 and is therefore none of our dependencies.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from analytics.scope import Scope
from analytics.stays import LostOf, Stays, StaysAt
from analytics.survival import at, log_rank, median, survival
from tests.stores import in_memory

# Weeks until relapse of 42 children with leukaemia (Freireich et al. 1963), a + where they were seen last; as in
# Kleinbaum and Klein, Survival Analysis, chapters 1 and 2.
TREATED = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
PLACEBO = "1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"
# Their table 2.3, and the 95 % bands by log(-log) that R's `survfit` and SAS print of the same.
PUBLISHED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
BANDS = {6: (0.620, 0.952), 7: (0.563, 0.923), 10: (0.503, 0.889), 13: (0.432, 0.849), 23: (0.188, 0.680)}


def lives(text: str, group: str = "") -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "duration": [float(each.strip("+")) for each in text.split()],
            "lost": ["+" not in each for each in text.split()],
        }
    )
    return found.assign(group=group) if group else found


@pytest.fixture(scope="module")
def recorded():
    return json.loads((Path(__file__).parent / "recorded/lifelines.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def three(recorded):
    return pd.DataFrame(recorded["lives"], columns=["duration", "lost", "group"])


def test_the_published_table_of_the_treated_children():
    curve = survival(lives(TREATED)).set_index("age")
    assert {age: round(curve.loc[age, "share"], 4) for age in PUBLISHED} == PUBLISHED
    assert {age: tuple(curve.loc[age, ["low", "high"]].round(3)) for age in BANDS} == BANDS
    risk = {0: 21, 6: 21, 7: 17, 9: 16, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6, 35: 1}
    assert {age: curve.loc[age, "at_risk"] for age in risk} == risk


def test_the_published_table_is_that_of_customers_with_such_subscriptions():
    """A week of theirs is a month here: who was seen last is still there, the others left after so many."""
    until, rows = pd.Timestamp("2026-01-01", tz="UTC"), list[dict[str, object]]()
    for group, text in (("treated", TREATED), ("placebo", PLACEBO)):
        for place, life in enumerate(lives(text).itertuples()):
            whose, began = f"{group} {place}", until - pd.DateOffset(months=int(life.duration))
            told = {"tenant_id": whose, "subscription_id": whose, "plan": group}
            began_with = {"change_id": f"in {whose}", "occurred_at": began, "status": "active", "mrr_usd": 9}
            rows.append({**told, **began_with})
            if life.lost:
                left = {"occurred_at": until, "status": "cancelled", "mrr_usd": 0}
                rows.append({**told, "change_id": f"out {whose}", **left})
    after = (until + pd.Timedelta(days=1)).to_pydatetime()
    with in_memory() as store:
        assert store.append("subscriptions", rows).rejected == 0
        scope = Scope(after - timedelta(days=30), after, now=after)
        table = StaysAt()(store, scope).set_index(["segment", "age_months"])
        lost = LostOf()(store, scope).set_index("segment")
        notes = Stays()(store, scope).attrs["notes"]
    assert [round(table.loc[("treated", age), "share"], 4) for age in (6, 12)] == [
        PUBLISHED[6],
        PUBLISHED[10],
    ]
    assert tuple(table.loc[("treated", 6), ["low", "high"]].astype(float).round(3)) == BANDS[6]
    # After 24 only those are left of whom it is not known: more than four of the treated, nobody else.
    assert round(table.loc[("treated", 24), "share"], 4) == PUBLISHED[23]
    assert round(table.loc[("placebo", 3), "share"], 4) == round(16 / 21, 4)
    assert lost["median_months"].to_dict() == {"treated": 23, "placebo": 8}
    assert lost[["customers", "lost"]].to_dict("index") == {
        "treated": {"customers": 21, "lost": 9},
        "placebo": {"customers": 21, "lost": 21},
    }
    assert "chi2 = 16.8" in " ".join(notes)


def test_the_published_medians_and_log_rank():
    both = pd.concat([lives(TREATED, "treated"), lives(PLACEBO, "placebo")])
    curves = survival(both)
    assert median(curves[curves["group"] == "treated"]) == 23
    assert median(curves[curves["group"] == "placebo"]) == 8
    found = log_rank(both)
    assert found is not None
    assert (round(found.chi2, 2), found.degrees, round(found.p_value, 6)) == (16.79, 1, 0.000042)


def test_nobody_is_left_and_nobody_is_lost():
    last = survival(lives(PLACEBO)).iloc[-1]
    assert last.tolist() == [23, 1, 0, 0, 0]
    assert survival(lives("3+ 5+"))[["share", "low", "high"]].to_numpy().tolist() == [[1.0] * 3] * 3
    assert np.isnan(median(survival(lives("3+ 5+"))))


def test_lifelines_says_the_same(recorded, three):
    curves = survival(three)
    expected = pd.DataFrame(recorded["rows"], columns=["group", "age", "share", "low", "high"])
    pd.testing.assert_frame_equal(curves[list(expected)], expected, rtol=1e-9, atol=1e-12)
    found = log_rank(three)
    assert (found.chi2, found.p_value) == pytest.approx((recorded["chi2"], recorded["p"]), rel=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_statsmodels_says_the_same(seed):
    rng = np.random.default_rng(seed)
    found = pd.DataFrame(
        {
            "duration": rng.integers(0, 30, 80).astype(float),
            "lost": rng.random(80) < 0.5,
            "group": rng.integers(0, 2 + seed % 3, 80),
        }
    )
    curve = survival(found.drop(columns="group"))
    theirs = SurvfuncRight(found["duration"], found["lost"].astype(int))
    own = curve.set_index("age").loc[theirs.surv_times, "share"]
    np.testing.assert_allclose(own, theirs.surv_prob, rtol=1e-9)
    chi2, p_value = survdiff(found["duration"], found["lost"].astype(int), found["group"])
    tested = log_rank(found)
    assert (tested.chi2, tested.p_value) == pytest.approx((chi2, p_value), rel=1e-9)


def test_a_curve_never_rises_and_lies_in_its_band(three):
    for _, curve in survival(three).groupby("group"):
        assert (curve["share"].diff().dropna() <= 0).all()
        assert ((curve["low"] <= curve["share"]) & (curve["share"] <= curve["high"])).all()


def test_without_censoring_it_is_the_share_that_lives_longer():
    durations = pd.Series([float(each) for each in PLACEBO.split()])
    curve = survival(lives(PLACEBO))
    assert curve["share"].tolist() == pytest.approx([(durations > age).mean() for age in curve["age"]])


def test_a_curve_at_ages_of_ones_own_ends_with_the_last_life():
    found = at(survival(lives(TREATED)), np.array([0.0, 5.0, 6.0, 12.0, 35.0, 36.0]))
    assert found["share"].round(4).tolist() == [1.0, 1.0, 0.8571, 0.7529, 0.4482]
    assert found["at_risk"].tolist() == [21, 21, 21, 12, 1]


def test_groups_that_cannot_be_told_apart():
    assert log_rank(lives(TREATED, "one")) is None
    assert log_rank(pd.concat([lives("3+", "a"), lives("4+", "b")])) is None
    assert log_rank(pd.concat([lives("1+", "a"), lives("4", "b")])) is None


def test_nobody_at_all_and_no_length_of_a_life():
    assert len(survival(lives(""))) == 0
    assert list(survival(lives("", "a"))) == ["group", "age", "at_risk", "share", "low", "high"]
    with pytest.raises(ValueError, match="not below 0"):
        survival(lives("-1"))
