"""Logistic regression: a case by hand, statsmodels' answers, and what has no answer."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from analytics.logistic import fit, logistic


def test_of_one_yes_or_no_it_is_the_odds_ratio_of_the_table():
    # 30 of 40 with it, 20 of 60 without: log odds -0.693 and a ratio of 6; 1/30 + 1/10 + 1/20 + 1/40 = 0.208.
    did = np.repeat([1.0, 1.0, 0.0, 0.0], [30, 10, 20, 40])
    came = np.repeat([1.0, 0.0, 1.0, 0.0], [30, 10, 20, 40])
    found = fit(did[:, None], came)
    assert found.coefficients == pytest.approx([math.log(20 / 40), math.log(6)])
    assert found.errors[1] ** 2 == pytest.approx(1 / 30 + 1 / 10 + 1 / 20 + 1 / 40)
    chance, low, high = found.chance(np.array([[1.0], [0.0]]))
    assert chance == pytest.approx([0.75, 1 / 3])
    # The interval of 30 of 40 on the scale of the log odds: log 3 +- 1.96 x sqrt(1/30 + 1/10).
    reach = 1.959964 * math.sqrt(1 / 30 + 1 / 10)
    assert (low[0], high[0]) == pytest.approx(
        tuple(1 / (1 + math.exp(-(math.log(3) + sign * reach))) for sign in (-1, 1))
    )


@pytest.mark.parametrize("seed", range(4))
def test_statsmodels_says_the_same(seed):
    rng = np.random.default_rng(seed)
    values = np.log1p(rng.poisson(2.0, (400, 5)))
    came = (rng.random(400) < logistic(values @ rng.normal(0, 0.6, 5) - 0.5)).astype(float)
    theirs = sm.Logit(came, sm.add_constant(values)).fit(disp=0)
    found = fit(values, came)
    np.testing.assert_allclose(found.coefficients, theirs.params, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(found.errors, theirs.bse, rtol=1e-6)
    assert found.log_likelihood == pytest.approx(theirs.llf)
    assert found.better_than_share() == pytest.approx(theirs.llr_pvalue, rel=1e-6)


def test_what_cannot_be_fitted_has_no_fit():
    values = np.array([[0.0], [0.0], [1.0], [1.0]])
    assert fit(values, np.array([0.0, 0.0, 1.0, 1.0])) is None  # separated
    assert fit(values, np.ones(4)) is None  # one outcome
    assert fit(values[:0], np.ones(0)) is None
    same = np.random.default_rng(1).random((50, 1))
    assert fit(np.hstack([same, same]), (np.arange(50) % 3 == 0).astype(float)) is None
