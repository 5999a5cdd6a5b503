"""The model of losses: fitted as scikit-learn fits, used without it; what raises a risk, in words.

Only what compares with scikit-learn imports it: every process that collects this would, for a second.
"""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from analytics import churn_model
from analytics.churn_model import Curve, columns, curve_of, fit, from_dict, line, to_dict
from analytics.churn_reasons import reasons
from tests.analytics.losses import FEATURES, Known, world

CLOSE = 1e-9
ROWS = world(1, effect=4.0)
RAW, LOST = columns(ROWS, FEATURES), ROWS["lost"].to_numpy()


def test_columns_are_on_their_scale_beside_their_own_past_and_say_what_is_unknown():
    frame = pd.DataFrame({"people": [7.0, 0.0], "before": [3.0, 0.0], "rate": [0.5, np.nan]})
    found = columns(frame, (Known("people", "before"), Known("rate", scale="plain")))
    assert found.to_dict("list") == {
        "people": [np.log(8), 0.0],
        "people_change": [np.log(8) - np.log(4), 0.0],
        "people_unknown": [0.0, 0.0],
        "rate": [0.5, pytest.approx(np.nan, nan_ok=True)],
        "rate_unknown": [0.0, 1.0],
    }


def test_the_regression_is_scikit_learns_over_standardised_columns():
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    fitted = fit(RAW, LOST)
    matrix = StandardScaler().fit_transform(RAW)
    matrix = np.clip(matrix, -3, 3)
    theirs = LogisticRegression(C=0.25, solver="newton-cg", tol=1e-12).fit(matrix, LOST)
    assert fitted.score(RAW) == pytest.approx(theirs.decision_function(matrix), abs=1e-7)
    assert fitted.probability(RAW) == pytest.approx(1 / (1 + np.exp(-fitted.score(RAW))), abs=CLOSE)


def test_boosted_trees_are_scikit_learns_read_without_it():
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415

    fitted = fit(RAW, LOST, "boosting")
    matrix = fitted.design.matrix(RAW)
    theirs = HistGradientBoostingClassifier(early_stopping=False, random_state=0, **churn_model.TREES)
    assert fitted.score(RAW) == pytest.approx(theirs.fit(matrix, LOST).decision_function(matrix), abs=CLOSE)


@pytest.mark.parametrize("method", ["logistic", "boosting"])
def test_a_model_is_kept_as_json_and_says_the_same(method):
    fitted = fit(RAW, LOST, method)
    again = from_dict(json.loads(json.dumps(to_dict(fitted))))
    assert again == fitted
    assert (again.probability(RAW) == fitted.probability(RAW)).all()


def test_what_is_unknown_counts_as_the_mean_and_what_never_varies_counts_as_nothing():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "same": [5.0] * 4})
    fitted = fit(frame, np.array([0.0, 0, 1, 1]))
    assert fitted.design.names == ("a",)
    odd = pd.DataFrame({"a": [np.nan, 2.5], "same": [9.0, 5.0]})
    unknown, mean = fitted.score(odd)
    assert unknown == mean == fitted.start


def test_who_is_like_nobody_it_learnt_from_is_told_of_as_the_furthest_of_these():
    fitted = fit(RAW, LOST)
    far, further = (RAW.mean().to_frame().T + RAW.std(ddof=0) * times for times in (3, 300))
    assert fitted.score(further) == pytest.approx(fitted.score(far))


def test_tenants_of_whom_all_is_known_are_told_by_a_model_of_some_of_whom_it_was_not():
    told = (Known("rate", scale="plain"),)
    learnt = columns(pd.DataFrame({"rate": [0.1, np.nan, 0.3, np.nan]}), told)
    fitted = fit(learnt, np.array([0.0, 1, 0, 1]))
    assert fitted.design.names == ("rate", "rate_unknown")
    known, unknown = (columns(pd.DataFrame({"rate": [rate]}), told) for rate in (0.2, np.nan))
    assert fitted.probability(known)[0] < 0.5 < fitted.probability(unknown)[0]


def test_few_losses_bend_a_curve_little_many_as_isotonic_regression():
    from sklearn.isotonic import IsotonicRegression  # noqa: PLC0415

    random = np.random.default_rng(5)
    score = random.normal(-3, 1, 30)
    assert curve_of(score, np.zeros(30)).slope == pytest.approx(1, abs=0.5)
    score = random.normal(-2, 1, 20_000)
    lost = (random.random(20_000) < 1 / (1 + np.exp(-2 * score))).astype(float)
    # What was too timid by half is told so: the slope of the truth is 2, within four standard errors.
    assert line(score[:3000], lost[:3000], free=True).slope == pytest.approx(2, abs=0.4)
    theirs = IsotonicRegression(out_of_bounds="clip", y_min=1e-6, y_max=1 - 1e-6).fit(score, lost)
    wide = np.linspace(-8, 4, 50)
    assert lost.sum() > churn_model.ISOTONIC_LOSSES
    assert curve_of(score, lost).probability(wide) == pytest.approx(theirs.predict(wide), abs=CLOSE)
    assert Curve().probability(np.array([0.0])) == [0.5]


@pytest.mark.parametrize("method", ["logistic", "boosting"])
def test_the_strongest_reason_is_the_fall_that_was_planted(method):
    fitted = fit(RAW, LOST, method)
    fallen = (ROWS["people"] < 0.5 * ROWS["people_before"]) & (ROWS["people_before"] > 5)
    chosen = ROWS[fallen].head(20)
    said = reasons(fitted, chosen, FEATURES, lambda name, row: f"{name} {row[name]:g}")
    people = [f"people {count:g}" for count in chosen["people"]]
    assert [each[0] for each in said] == people
    assert max(map(len, said)) <= 3


def test_features_that_tell_of_the_same_thing_speak_with_one_voice():
    two = (
        Known("silent_days", scale="plain"),
        Known("run_silent_days", scale="plain"),
        Known("x", scale="plain"),
    )
    rows = pd.DataFrame(
        {"silent_days": [0.0, 1, 9, 8], "run_silent_days": [0.0, 2, 9, 9], "x": [1.0, 2, 3, 2]}
    )
    fitted = fit(columns(rows, two), np.array([0.0, 0, 1, 1]))
    (said,) = reasons(fitted, rows.tail(1), two, lambda name, row: name)
    assert len([name for name in said if name != "x"]) == 1
    # Who has nothing to say leaves it to the next.
    (said,) = reasons(fitted, rows.tail(1), two, lambda name, row: "" if name == said[0] else name)
    assert len([name for name in said if name != "x"]) == 1
