"""Which variant is best, as odds: from what was seen alone, each variant's rate or mean as a distribution.

A share of conversions is Beta-distributed with a flat prior; a mean is normal, with its squared error as
variance. Both numbers are integrals over one line, taken by quadrature: nothing is drawn, so nothing varies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from analytics.experiment_tests import Group, special_functions

Values = npt.NDArray[np.float64]

# Between these quantiles of each distribution lies a piece of the line on which all of them are smooth.
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
TAIL = 1e-13


@dataclass(frozen=True)
class Belief:
    """What is believed of one variant: its expectation, and the distribution around it."""

    expected: float
    density: Callable[[Values], Values]
    below: Callable[[Values], Values]
    quantile: Callable[[Values], Values]


def of_share(conversions: int, actors: int) -> Belief:
    """The belief about a rate of which so many of so many were seen, with every rate as likely before."""
    special: Any = special_functions()
    a, b = conversions + 1.0, actors - conversions + 1.0
    return Belief(
        a / (a + b),
        lambda x: np.exp(special.xlogy(a - 1, x) + special.xlog1py(b - 1, -x) - special.betaln(a, b)),
        lambda x: special.betainc(a, b, x),
        lambda q: special.betaincinv(a, b, q),
    )


def of_mean(group: Group) -> Belief:
    """The belief about a mean of many people."""
    special: Any = special_functions()
    centre, spread = group.mean, float(np.sqrt(group.squared_error))
    return Belief(
        centre,
        lambda x: np.exp(-0.5 * ((x - centre) / spread) ** 2) / (spread * np.sqrt(2 * np.pi)),
        lambda x: special.ndtr((x - centre) / spread),
        lambda q: centre + spread * special.ndtri(q),
    )


def best(beliefs: Sequence[Belief]) -> tuple[list[float], list[float]]:
    """Each variant's chance to be the best, and what choosing it loses on average against the best."""
    x, weight, lowest = line(beliefs)
    below = np.array([each.below(x) for each in beliefs])
    all_below = np.prod(below, axis=0)
    chances = [
        float(np.sum(weight * each.density(x) * np.prod(np.delete(below, place, axis=0), axis=0)))
        for place, each in enumerate(beliefs)
    ]
    # The expectation of the largest: it is above `lowest` for certain, and above x where not all are below.
    largest = lowest + float(np.sum(weight * (1 - all_below)))
    total = sum(chances)
    return [chance / total for chance in chances], [max(largest - each.expected, 0.0) for each in beliefs]


def line(beliefs: Sequence[Belief]) -> tuple[Values, Values, float]:
    """Places with their weights over all that the variants may be, dense where any of them is likely."""
    near = np.linspace(0.0, 1.0, 26)[1:-1]
    tails = np.geomspace(TAIL, near[0], 8)[:-1]
    levels = np.concatenate([tails, near, 1 - tails[::-1]])
    edges = np.unique(np.concatenate([each.quantile(levels) for each in beliefs]))
    half = np.diff(edges)[:, None] / 2
    x = (edges[:-1, None] + half) + half * NODES
    return x.ravel(), (half * WEIGHTS).ravel(), float(edges[0])
