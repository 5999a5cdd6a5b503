"""Experiments: which variant is better, by how much, and how sure that is; from counts or means alone.

The tests of two variants are those of `experiment_tests`, the odds those of `experiment_bayes`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from analytics import experiment_bayes as bayes
from analytics.experiment_tests import (
    NOTHING,
    Comparison,
    Group,
    Interval,
    always,
    share,
    smoothed,
    special_functions,
    two_proportions,
    welch,
)

BEFORE = ("before_mean", "before_sd", "covariance")
FOUND = (
    "lift", "low", "high", "p_value", "chance_best", "expected_loss",
    "difference", "difference_low", "difference_high", "always_low", "always_high", "srm_p",
)  # fmt: skip


def compare(
    frame: pd.DataFrame,
    *,
    control: str | None = None,
    shares: Mapping[str, float] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Each variant against the control, which is the first row unless it is named.

    A row has `variant`, `actors` and either `conversions` or `mean` and `sd`; with `before_mean`, `before_sd`
    and `covariance`, what the people did before takes part of the noise away (`adjusted`). Added are `lift`
    with the interval `low` to `high`, `p_value`, `chance_best`, `expected_loss`, the same as a `difference`,
    the lifts that hold however often one looks (`always_low`, `always_high`), and `srm_p`: how likely so
    uneven a split is. The split that was meant is of equal parts, unless `shares` says otherwise. It is of
    the actors, or of `assigned` where a mean is of those alone who did what it is of.
    """
    names = [str(name) for name in frame["variant"]]
    if len(set(names)) < len(names):
        raise ValueError("each variant has one row: add up the rows of the same name first")
    if control is not None and control not in names:
        raise ValueError(f"there is no variant {control!r}: there are {', '.join(names)}")
    known = adjusted(frame)
    base = names.index(control) if control is not None else 0
    groups = groups_of(known)
    against = [
        _unlike() if place == base else _compared(known, groups, place, base, confidence)
        for place in range(len(names))
    ]
    chances, losses = _odds(known, groups)
    sequence = at_every_look(known, base, confidence)
    split = known["assigned"] if "assigned" in known else known["actors"]
    parts = None if shares is None else [shares.get(name, 0.0) for name in names]
    values = {
        **{name: [getattr(each, name) for each in against] for name in FOUND[:4]},
        "chance_best": chances,
        "expected_loss": losses,
        **{name: [getattr(each, name) for each in against] for name in FOUND[6:9]},
        "always_low": [low for low, _ in sequence],
        "always_high": [high for _, high in sequence],
        "srm_p": [sample_ratio([int(each) for each in split], parts)] * len(names),
    }
    return known.assign(**{name: np.array(values[name], dtype="float64") for name in FOUND})


def at_every_look(frame: pd.DataFrame, control: int = 0, confidence: float = 0.95) -> list[Interval]:
    """The lifts against one of the rows that are not ruled out, all together and however often one looks."""
    groups = guarded(adjusted(frame))
    each = together(len(groups) - 1, confidence)
    return [
        NOTHING if place == control else always(group, groups[control], each)
        for place, group in enumerate(groups)
    ]


def together(comparisons: int, confidence: float = 0.95) -> float:
    """How sure each of several comparisons must be, so that all hold with this confidence (Bonferroni)."""
    return 1 - (1 - confidence) / max(comparisons, 1)


def guarded(frame: pd.DataFrame) -> list[Group]:
    """The people of each variant, of whom at least one converted and one did not, for a look at few."""
    if "conversions" in frame.columns:
        return [smoothed(*pair) for pair in _pairs(frame)]
    return groups_of(frame)


def groups_of(frame: pd.DataFrame) -> list[Group]:
    """The people of each variant."""
    if "conversions" in frame.columns:
        return [share(*pair) for pair in _pairs(frame)]
    columns = (frame[name].astype("float64") for name in ("actors", "mean", "sd"))
    return [Group(int(n), mean, sd**2) for n, mean, sd in zip(*columns, strict=True)]


def adjusted(frame: pd.DataFrame) -> pd.DataFrame:
    """CUPED: means and deviations without what the same people's numbers before their first exposure explain.

    One slope for all variants, from the covariance inside them, so that it knows nothing of the effect (Deng,
    Xu, Kohavi and Walker, WSDM 2013). Where nothing is known of before, all stays as it is.
    """
    if not set(BEFORE) <= set(frame.columns):
        return frame
    n = frame["actors"].astype("float64")
    freedom = (n - 1).clip(lower=0)
    variance = float((freedom * frame["before_sd"].fillna(0.0) ** 2).sum())
    if not variance > 0:
        return frame
    slope = float((freedom * frame["covariance"].fillna(0.0)).sum()) / variance
    middle = float((n * frame["before_mean"].fillna(0.0)).sum() / n.sum())
    left = frame["sd"] ** 2 - 2 * slope * frame["covariance"] + slope**2 * frame["before_sd"] ** 2
    return frame.drop(columns=list(BEFORE)).assign(
        mean=frame["mean"] - slope * (frame["before_mean"] - middle),
        sd=np.sqrt(left.clip(lower=0.0)),
    )


def sample_ratio(actors: Sequence[int], shares: Sequence[float] | None = None) -> float:
    """How likely a split as uneven as this is, by chance alone (chi-square)."""
    total = sum(actors)
    parts = [1.0] * len(actors) if shares is None else list(shares)
    if len(actors) < 2 or not total:
        return math.nan
    if any(people and not part for people, part in zip(actors, parts, strict=True)):
        return 0.0
    wanted = [(people, total * part / sum(parts)) for people, part in zip(actors, parts, strict=True) if part]
    distance = sum((people - expected) ** 2 / expected for people, expected in wanted)
    return float(special_functions().chdtrc(len(wanted) - 1, distance)) if len(wanted) > 1 else math.nan


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values of several comparisons, so that all together keep the significance (Holm, 1979)."""
    known = sorted((p, place) for place, p in enumerate(p_values) if not math.isnan(p))
    found, largest = [math.nan] * len(p_values), 0.0
    for rank, (p, place) in enumerate(known):
        largest = max(largest, min(1.0, p * (len(known) - rank)))
        found[place] = largest
    return found


def _pairs(frame: pd.DataFrame) -> list[tuple[int, int]]:
    """Conversions and people of each variant."""
    return [(int(x), int(n)) for x, n in zip(frame["conversions"], frame["actors"], strict=True)]


def _compared(
    frame: pd.DataFrame, groups: list[Group], mine: int, base: int, confidence: float
) -> Comparison:
    if "conversions" not in frame.columns:
        return welch(groups[mine], groups[base], confidence)
    pairs = _pairs(frame)
    return two_proportions(pairs[mine], pairs[base], confidence)


def _odds(frame: pd.DataFrame, groups: list[Group]) -> tuple[list[float], list[float]]:
    nothing = [math.nan] * len(groups)
    if len(groups) < 2:
        return nothing, nothing
    if "conversions" in frame.columns:
        return bayes.best([bayes.of_share(*pair) for pair in _pairs(frame)])
    if any(group.actors < 2 or not group.variance > 0 for group in groups):
        return nothing, nothing
    return bayes.best([bayes.of_mean(group) for group in groups])


def _unlike() -> Comparison:
    return Comparison(*[math.nan] * 7)
