"""Measures of predictions, by hand and beside scikit-learn's."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.churn_metrics import (
    auc,
    average_precision,
    brier,
    calibration,
    drawn,
    interval,
    ranking,
    top,
)

CLOSE = 1e-9


def many(seed: int, *, ties: bool) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    score = random.integers(0, 12, 500).astype(float) if ties else random.normal(size=500)
    return score, (random.random(500) < 1 / (1 + np.exp(2.5 - 0.2 * score))).astype(float)


@pytest.mark.parametrize("ties", [False, True])
def test_areas_and_the_brier_score_are_those_of_scikit_learn(ties):
    from sklearn import metrics  # noqa: PLC0415  every process that collects this would import it, for a second

    score, lost = many(4, ties=ties)
    said = 1 / (1 + np.exp(-score))
    assert auc(score, lost) == pytest.approx(metrics.roc_auc_score(lost, score), abs=CLOSE)
    assert average_precision(score, lost) == pytest.approx(
        metrics.average_precision_score(lost, score), abs=CLOSE
    )
    assert brier(said, lost) == pytest.approx(metrics.brier_score_loss(lost, said), abs=CLOSE)
    times = np.random.default_rng(1).integers(0, 4, 500).astype(float)
    assert auc(score, lost, times) == pytest.approx(
        metrics.roc_auc_score(lost, score, sample_weight=times), abs=CLOSE
    )


def test_areas_by_hand():
    # Pairs of a loss and none: 0.9 over 0.4 and 0.1, 0.4 ties with one and is over the other.
    score, lost = np.array([0.9, 0.4, 0.4, 0.1]), np.array([1.0, 1.0, 0.0, 0.0])
    assert auc(score, lost) == (1 + 1 + 0.5 + 1) / 4
    # At 0.9 half of the losses at precision 1, at 0.4 the other half at precision 2 of 3.
    assert average_precision(score, lost) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3, abs=CLOSE)


def test_the_top_tenth_by_hand_and_a_tie_at_its_edge_counts_in_part():
    lost = np.array([1.0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
    # Two of twenty are the top tenth: one of four losses, 2.5 times as many as by chance.
    assert top(np.arange(20, 0, -1.0), lost) == pytest.approx((0.25, 2.5), abs=CLOSE)
    # The first three share one score, so the two rooms hold two thirds of their two losses.
    score = np.array([9.0, 9, 9, *range(8, -9, -1)])
    assert top(score, lost) == pytest.approx((1 / 3, 10 / 3), abs=CLOSE)
    # Where nothing is told apart, a tenth holds a tenth.
    assert top(np.zeros(20), lost) == pytest.approx((0.1, 1.0), abs=CLOSE)


def test_calibration_by_hand_keeps_equal_predictions_together():
    said = np.array([0.1, 0.1, 0.1, 0.2, 0.3, 0.9])
    lost = np.array([0.0, 0, 1, 0, 1, 1])
    low, high = calibration(said, lost, bins=2)
    assert (low.rows, low.lost, low.said, low.came) == (3, 1, pytest.approx(0.1), 1 / 3)
    assert (high.rows, high.lost, high.said, high.came) == (3, 2, pytest.approx(1.4 / 3), 2 / 3)
    # Wilson's interval of one of three.
    assert (low.low, low.high) == pytest.approx((0.061492, 0.792340), abs=1e-6)
    (only,) = calibration(np.full(6, 0.5), lost, bins=4)
    assert (only.rows, only.lost) == (6, 3)


def test_tenants_are_drawn_not_rows():
    score, lost = many(3, ties=False)
    alone, tenths = np.arange(500), np.repeat(np.arange(50), 10)
    of_rows, of_tenants = interval(drawn(score, lost, alone)), interval(drawn(score, lost, tenths))
    assert of_rows[0] < auc(score, lost) < of_rows[1]
    # The same rows, each ten times: no more is known than before, by tenants; by rows it would seem so.
    again = (np.repeat(each, 10) for each in (score, lost, alone))
    assert interval(drawn(*again)) == pytest.approx(of_rows, abs=CLOSE)
    assert of_tenants != of_rows


def test_what_nobody_was_lost_in_has_no_rank():
    nothing = ranking(np.arange(4.0), np.zeros(4), np.arange(4))
    assert np.isnan([nothing.auc, nothing.low, nothing.precision, nothing.recall]).all()
