"""How good predictions of losses are: ranking, precision, calibration, each with what chance makes of it.

Every row is a tenant at a cutoff, so rows of one tenant go together: intervals come from drawing tenants, not
rows. Ties count half in the area under the ROC curve, and share their ranks wherever the top is cut.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.funnel_questions import wilson

Floats = npt.NDArray[np.float64]

TOP = 0.1
DRAWS, SEED = 400, 7
BINS = 10


@dataclass(frozen=True)
class Ranking:
    """How well a score puts those lost before the others, with 95% intervals over tenants."""

    auc: float
    low: float
    high: float
    precision: float  # the area under the curve of precision and recall: average precision
    recall: float  # share of the losses that are in the top tenth
    lift: float  # how many times as many losses the top tenth has as a tenth by chance


@dataclass(frozen=True)
class Bin:
    """Rows of similar predictions: what was said on average, what came, and the band of chance around it."""

    rows: int
    lost: int
    said: float
    came: float
    low: float
    high: float


def ranking(score: Floats, lost: Floats, tenants: npt.NDArray[np.int64]) -> Ranking:
    """How well a score ranks."""
    low, high = interval(drawn(score, lost, tenants))
    recall, lift = top(score, lost)
    return Ranking(auc(score, lost), low, high, average_precision(score, lost), recall, lift)


def auc(score: Floats, lost: Floats, weights: Floats | None = None) -> float:
    """The chance that a row that was lost has a higher score than one that was not, a tie being half."""
    return _auc(*_ties(score), lost, np.ones(len(lost)) if weights is None else weights)


def average_precision(score: Floats, lost: Floats) -> float:
    """Mean of the precision at each score that has losses, weighted by how many: the step-wise PR area."""
    order, last = _ties(-score)
    hits = np.cumsum(lost[order])[last]
    seen = (last + 1).astype(np.float64)
    gained = np.diff(hits, prepend=0.0)
    return float((gained * hits / seen).sum() / hits[-1]) if hits[-1] else float("nan")


def top(score: Floats, lost: Floats, share: float = TOP) -> tuple[float, float]:
    """Recall and lift in the top share of the rows; rows that tie at its edge count in part."""
    order, last = _ties(-score)
    room = share * len(score)
    hits = np.concatenate(([0.0], np.cumsum(lost[order])[last]))
    seen = np.concatenate(([0.0], (last + 1).astype(np.float64)))
    caught = float(np.interp(room, seen, hits))
    recall = caught / hits[-1] if hits[-1] else float("nan")
    return recall, recall / share


def brier(probability: Floats, lost: Floats) -> float:
    """The mean square of what the probabilities missed by."""
    return float(np.mean((probability - lost) ** 2))


def calibration(probability: Floats, lost: Floats, bins: int = BINS) -> list[Bin]:
    """Rows in bins of equal size by their predictions, with Wilson's 95% band around what came.

    Equal predictions stay together, so there may be fewer bins.
    """
    order, last = _ties(probability)
    wanted = np.arange(1, bins + 1) * len(probability) / bins
    ends = np.unique(last[np.searchsorted(last + 1, wanted - 0.5)]) + 1
    found: list[Bin] = []
    for start, end in zip((0, *ends[:-1]), ends, strict=True):
        rows = order[start:end]
        hits = int(lost[rows].sum())
        low, high = wilson(hits, len(rows))
        said = float(probability[rows].mean())
        found.append(Bin(len(rows), hits, said, hits / len(rows), float(low), float(high)))
    return found


def drawn(score: Floats, lost: Floats, tenants: npt.NDArray[np.int64]) -> Floats:
    """The AUC of so many draws of the tenants with replacement: the same draws for every score."""
    order, last = _ties(score)
    count = int(tenants.max()) + 1 if len(tenants) else 0
    random = np.random.default_rng(SEED)
    found = np.full(DRAWS, np.nan)
    for place in range(DRAWS):
        times = np.bincount(random.integers(0, count, count), minlength=count).astype(np.float64)
        found[place] = _auc(order, last, lost, times[tenants])
    return found


def interval(values: Floats) -> tuple[float, float]:
    """The middle 95% of draws; those that had no loss say nothing."""
    known = values[~np.isnan(values)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)


def _ties(score: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows from the lowest score up, and the place of the last row of each different score."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    return order, np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))


def _auc(order: npt.NDArray[np.int64], last: npt.NDArray[np.int64], lost: Floats, weights: Floats) -> float:
    hit = (lost * weights)[order]
    kept = ((1 - lost) * weights)[order]
    hits, others = (np.diff(np.cumsum(each)[last], prepend=0.0) for each in (hit, kept))
    below = np.cumsum(others) - others
    whole = hits.sum() * others.sum()
    return float((hits * (below + others / 2)).sum() / whole) if whole else float("nan")
