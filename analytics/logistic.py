"""Logistic regression by maximum likelihood, with the intervals that its information matrix gives."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
MOST_STEPS, SMALL_STEP = 60, 1e-10
# Further from 0 a coefficient is on its way to infinity: some value leaves no doubt about the outcome.
SEPARATED = 25.0


@dataclass(frozen=True)
class Fitted:
    """Coefficients, the intercept first, with their covariance, and how likely they make what was seen."""

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    log_likelihood_of_share: float

    @property
    def errors(self) -> Floats:
        """The standard errors."""
        return np.sqrt(np.diag(self.covariance))

    def probability(self, values: Floats) -> Floats:
        """The probability of each row of values."""
        return logistic(with_intercept(values) @ self.coefficients)

    def chance(self, values: Floats, confidence: float = CONFIDENCE) -> tuple[Floats, Floats, Floats]:
        """The probability of each row of values, and its interval on the scale of the log odds."""
        rows = with_intercept(values)
        odds = rows @ self.coefficients
        spread = np.sqrt(np.einsum("ij,jk,ik->i", rows, self.covariance, rows))
        reach = NormalDist().inv_cdf(0.5 + confidence / 2) * spread
        return logistic(odds), logistic(odds - reach), logistic(odds + reach)

    def better_than_share(self) -> float:
        """How often chance alone makes a model of so many values fit so much better than the share of all."""
        from scipy.special import chdtrc  # noqa: PLC0415  a page without a fit need not wait for it

        gained = max(2 * (self.log_likelihood - self.log_likelihood_of_share), 0.0)
        return float(chdtrc(len(self.coefficients) - 1, gained))


def fit(values: Floats, happened: Floats) -> Fitted | None:
    """The fit of a row a case, by Newton's method; None where there is none: outcomes are separated, or one.

    `values` has a column a feature, `happened` is 1 or 0.
    """
    rows = with_intercept(values)
    share = float(happened.mean()) if len(happened) else 0.0
    if not 0 < share < 1:
        return None
    found = np.zeros(rows.shape[1])
    found[0] = np.log(share / (1 - share))
    likelihood = _likelihood(rows, happened, found)
    of_share = likelihood
    for _ in range(MOST_STEPS):
        chance = logistic(rows @ found)
        information = (rows * (chance * (1 - chance))[:, None]).T @ rows
        slope = rows.T @ (happened - chance)
        try:
            step = np.linalg.solve(information, slope).astype(np.float64)
        except np.linalg.LinAlgError:
            return None
        found, likelihood = _forward(rows, happened, found, step, likelihood)
        if np.abs(found[1:]).max(initial=0.0) > SEPARATED:
            return None
        if np.abs(step).max() < SMALL_STEP:
            covariance = _inverse(information)
            return None if covariance is None else Fitted(found, covariance, likelihood, of_share)
    return None


def with_intercept(values: Floats) -> Floats:
    """The values with a column of ones before them."""
    return np.column_stack([np.ones(len(values)), values])


def logistic(odds: Floats) -> Floats:
    """Log odds as probabilities, without overflow."""
    return np.exp(-np.logaddexp(0.0, -odds))


def _likelihood(rows: Floats, happened: Floats, coefficients: Floats) -> float:
    odds = rows @ coefficients
    return float(happened @ odds - np.logaddexp(0.0, odds).sum())


def _forward(
    rows: Floats, happened: Floats, found: Floats, step: Floats, likelihood: float
) -> tuple[Floats, float]:
    """One step, halved until it makes what was seen no less likely."""
    part = 1.0
    for _ in range(30):
        tried = found + part * step
        reached = _likelihood(rows, happened, tried)
        if reached >= likelihood - 1e-12 * abs(likelihood):
            return tried, reached
        part /= 2
    return found, likelihood


def _inverse(information: Floats) -> Floats | None:
    """The covariance; None where features say the same and none can be told from the others."""
    if np.linalg.cond(information) > 1e12:
        return None
    return np.linalg.inv(information).astype(np.float64)
