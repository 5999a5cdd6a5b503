"""Survival: what share of customers is still there at each age, and whether groups of them differ.

Kaplan and Meier's estimate (1958): who is still there counts up to today and leaves without being lost. The
band is pointwise, of Greenwood's variance on the scale of log(-log), so that it stays between 0 and 1.
Whether groups differ is told by the log-rank test over all ages.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

CONFIDENCE = 0.95
GROUP, DURATION, LOST = "group", "duration", "lost"


@dataclass(frozen=True)
class LogRank:
    """Whether groups are lost alike: the statistic, its degrees of freedom, and how often chance does it."""

    chi2: float
    degrees: int
    p_value: float


def survival(lives: pd.DataFrame, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The share that is still there at each age at which anybody was lost or seen last, and at age 0.

    `lives` has a row a customer: its `duration`, whether it was `lost` at its end or is seen no further, and
    maybe its `group`. The share at an age counts who was lost at it; `at_risk` is who was there until it.
    Where nobody was lost yet, and where nobody is left, the band is the share itself.
    """
    checked(lives)
    if GROUP not in lives:
        return _curve(lives, confidence)
    parts = [_curve(own, confidence).assign(**{GROUP: name}) for name, own in lives.groupby(GROUP, sort=True)]
    names = [GROUP, "age", "at_risk", "share", "low", "high"]
    empty = _curve(lives, confidence).assign(**{GROUP: lives[GROUP].iloc[:0]}).iloc[:0]
    return (pd.concat(parts, ignore_index=True) if parts else empty)[names]


def checked(lives: pd.DataFrame) -> None:
    """Refuses what is no length of a life."""
    durations = lives[DURATION].to_numpy(dtype=np.float64)
    if not np.isfinite(durations).all() or (durations < 0).any():
        raise ValueError("a duration is a number that is not below 0: leave out whoever has none")


def _curve(lives: pd.DataFrame, confidence: float) -> pd.DataFrame:
    ages, at_risk, lost = table_of(lives)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.cumprod(1 - lost / at_risk)
        spread = np.cumsum(lost / (at_risk * (at_risk - lost)))
        width = NormalDist().inv_cdf(0.5 + confidence / 2) * np.sqrt(spread) / np.log(share)
        low, high = (
            np.exp(-np.exp(np.log(-np.log(share)) - width)),
            np.exp(-np.exp(np.log(-np.log(share)) + width)),
        )
    ends = (share == 1.0) | (share == 0.0)
    return pd.DataFrame(
        {
            "age": ages,
            "at_risk": at_risk.astype(np.int64),
            "share": share,
            "low": np.where(ends, share, low),
            "high": np.where(ends, share, high),
        }
    )


def table_of(lives: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Age 0 and those at which anything happens; how many were there until each, and were lost at it."""
    durations = lives[DURATION].to_numpy(dtype=np.float64)
    ended = lives[LOST].to_numpy(dtype=np.bool_)
    ages = np.unique(np.concatenate([np.zeros(min(len(durations), 1)), durations]))
    ordered = np.sort(durations)
    at_risk = len(ordered) - np.searchsorted(ordered, ages, side="left")
    gone = np.sort(durations[ended])
    lost = np.searchsorted(gone, ages, side="right") - np.searchsorted(gone, ages, side="left")
    return ages, at_risk.astype(np.float64), lost.astype(np.float64)


def at(curve: pd.DataFrame, ages: Floats) -> pd.DataFrame:
    """A curve of one group at ages of one's own: each as at the last age up to it that the curve has.

    Past the last age of anybody nothing is known; `at_risk` is who was there until just then.
    """
    known = curve["age"].to_numpy()
    places = np.searchsorted(known, ages, side="right") - 1
    found = curve.iloc[np.maximum(places, 0)].reset_index(drop=True)
    later = np.searchsorted(known, ages, side="left")
    inside = later < len(known)
    at_risk = curve["at_risk"].to_numpy()[np.minimum(later, len(known) - 1)]
    found = found.assign(age=ages, at_risk=at_risk)
    return found[inside & (places >= 0)].reset_index(drop=True)


def median(curve: pd.DataFrame) -> float:
    """The first age at which half or fewer are left; NaN where more than half still are."""
    half = curve.loc[curve["share"] <= 0.5, "age"]
    return float(half.iloc[0]) if len(half) else float("nan")


def log_rank(lives: pd.DataFrame) -> LogRank | None:
    """Whether groups are lost at the same rate at every age; None of one group, or where nobody was lost."""
    from scipy.special import chdtrc  # noqa: PLC0415  a page without a test need not wait for it

    checked(lives)
    names = sorted(lives[GROUP].unique())
    ages = np.unique(lives.loc[lives[LOST].astype(bool), DURATION].to_numpy(dtype=np.float64))
    if len(names) < 2 or not len(ages):
        return None
    at_risk, lost = (np.zeros((len(names), len(ages))) for _ in range(2))
    for place, name in enumerate(names):
        own = lives[lives[GROUP] == name]
        durations = own[DURATION].to_numpy(dtype=np.float64)
        gone = np.sort(durations[own[LOST].to_numpy(dtype=np.bool_)])
        at_risk[place] = len(own) - np.searchsorted(np.sort(durations), ages, side="left")
        lost[place] = np.searchsorted(gone, ages, side="right") - np.searchsorted(gone, ages, side="left")
    everybody, all_lost = at_risk.sum(axis=0), lost.sum(axis=0)
    part = at_risk / everybody
    excess = (lost - all_lost * part).sum(axis=1)[:-1]
    tied = np.divide(
        all_lost * (everybody - all_lost), everybody - 1, out=np.zeros(len(ages)), where=everybody > 1
    )
    spread = np.diag((part * tied).sum(axis=1)) - (part * tied) @ part.T
    spread = spread[:-1, :-1]
    # A group of which nobody was there when anybody was lost tells nothing.
    telling = np.diag(spread) > 0
    if not telling.any():
        return None
    excess, spread = excess[telling], spread[np.ix_(telling, telling)]
    chi2 = float(excess @ np.linalg.pinv(spread) @ excess)
    degrees = int(np.linalg.matrix_rank(spread))
    return LogRank(chi2, degrees, float(chdtrc(degrees, chi2)))
