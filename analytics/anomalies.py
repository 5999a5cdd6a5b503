"""What is out of the ordinary for its hour of the week, or its day, and which values explain it.

A bucket is measured against its peers: buckets of the eight weeks before at the same hour of the week, those
an hour before and after included (of days, the same weekday). What to expect is their median. A range around
it holds what is ordinary: `REACH` times their spread, which is the median distance from the median, as large
as the standard deviation of a bell curve, or what a tenth of the peers reach above it if that is more, as
costs reach further up than down. No spread is smaller than that of all buckets together by their
size, nor than chance makes of counts; so few quiet weeks make no narrow range. What lies outside is unusual
where it also differs from the median by a part of it, and by a floor; an hour by itself, with ordinary ones
on both sides, only where it is twice as far out, as single dear calls make such hours. Six hours together are
measured in the same way, as where little happens each hour by itself tells too little: of six that are
unusual, those from the first to the last that differ from their medians by the part are. A bucket that is not
over is never judged, nor is one with less than half of the peers that it may have. How often a quiet series
is called unusual is measured by `python -m scripts.false_alarms`; docs/ai-cost.md has the figures.

What was unusual is no peer of the weeks after it, unless a twentieth of all was.

Buckets one after the other on one side of their range are one episode. What explains it are the values of
each dimension that moved most: what they came to, less the median of their peers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.zones import Grain

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

WEEKS = 8
REACH, DAY_REACH = 5.0, 4.0
# By what part of what is expected a value must differ, unless a series says otherwise.
LEAST = 0.5
# By how many of its ranges a single hour must be off; two hours one after the other by one each.
ALONE = 2.0
# How many hours are also measured together.
STRETCH = 6
# How much wider the median distance from the median, and the 90% quantile above it, are in a bell curve.
AS_A_BELL, UPPER, UPPER_AS_A_BELL = 1.4826, 0.9, 1.2816
SMALLEST = 1e-12
# Up to this part of all buckets is left out as unusual.
RARE = 0.05
# By what part of the difference a value must be over its usual part of the whole to explain it.
STANDS_OUT = 0.2
SLOTS: dict[Grain, int] = {"hour": 7 * 24, "day": 7}
Side = Literal["high", "low"]


@dataclass(frozen=True)
class Ranges:
    """What to expect of each bucket, between which values it is ordinary, and whether it is unusual.

    What is expected is no number where there are too few peers.
    """

    expected: Floats
    low: Floats
    high: Floats
    unusual: Flags


@dataclass(frozen=True)
class Episode:
    """Unusual buckets one after the other: their places, and on which side of their range they lie."""

    places: tuple[int, ...]
    side: Side


def slots_of(buckets: pd.DatetimeIndex, grain: Grain) -> npt.NDArray[np.int64]:
    """Which hour of the week, or day of it, each local bucket is."""
    days = buckets.day_of_week.to_numpy().astype(np.int64)
    return days if grain == "day" else days * 24 + buckets.hour.to_numpy()


def weeks_of(buckets: pd.DatetimeIndex) -> npt.NDArray[np.int64]:
    """In which week each local bucket lies, counted on."""
    naive = buckets.tz_localize(None)
    return ((naive - pd.Timestamp("1970-01-05")) // timedelta(days=7)).to_numpy().astype(np.int64)


def clock_of(buckets: pd.DatetimeIndex, grain: Grain) -> npt.NDArray[np.int64]:
    """Local buckets counted on by the clock, so that a clock change moves nothing."""
    return slots_of(buckets, grain) + weeks_of(buckets) * SLOTS[grain]


def peers_of(clock: npt.NDArray[np.int64], grain: Grain) -> tuple[npt.NDArray[np.int64], Flags]:
    """For each bucket the places that its peers would have, all before it, and which of them there are."""
    near = (-1, 0, 1) if grain == "hour" else (0,)
    before = np.array([week * SLOTS[grain] - step for week in range(1, WEEKS + 1) for step in near])
    wanted = clock[:, None] - before[None, :]
    places = np.minimum(np.searchsorted(clock, wanted), max(len(clock) - 1, 0))
    return places, clock[places] == wanted


def quantiles(held: Floats, counts: npt.NDArray[np.int64], share: float) -> Floats:
    """The quantile of each row, whose first so many values are sorted numbers; of none, no number."""
    place = np.maximum(counts - 1, 0) * share
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    low, high = (np.take_along_axis(held, each[:, None], axis=1)[:, 0] for each in (below, above))
    return low + (high - low) * (place - below)


@dataclass(frozen=True)
class Bars:
    """By how much a value must differ to be unusual: in all, and as a part of what is expected."""

    floor: float
    least: float = LEAST
    counts: bool = False


def ranges(buckets: pd.DatetimeIndex, values: Floats, grain: Grain, *, judged: Flags, bars: Bars) -> Ranges:
    """The ranges of buckets that follow each other, and which of those to be judged are unusual."""
    if not len(values):
        nothing = np.zeros(0)
        return Ranges(nothing, nothing, nothing, np.zeros(0, dtype=np.bool_))
    peers = peers_of(clock_of(buckets, grain), grain)
    found = both_ways(values, values, peers, grain, bars)
    if 0 < found.unusual.sum() <= RARE * len(values):
        # What was unusual is no measure for the weeks after it; where much was, it is what is usual now.
        found = both_ways(values, np.where(found.unusual, np.nan, values), peers, grain, bars)
    return replace(found, unusual=found.unusual & judged)


Peers = tuple[npt.NDArray[np.int64], Flags]


def both_ways(values: Floats, usual: Floats, peers: Peers, grain: Grain, bars: Bars) -> Ranges:
    """Each value against its peers; hours also in stretches of several."""
    found = measured(values, usual, peers, grain, bars)
    if grain != "hour" or len(values) < STRETCH:
        return found
    whole, before = (_summed(each) for each in (values, usual))
    together = measured(whole, before, peers, grain, replace(bars, floor=STRETCH * bars.floor))
    unusual = found.unusual.copy()
    differs = np.nan_to_num(values - found.expected) / np.maximum(bars.least * found.expected, SMALLEST)
    for last in np.flatnonzero(together.unusual).tolist():
        side = 1 if whole[last] > together.expected[last] else -1
        hours = np.arange(last - STRETCH + 1, last + 1)
        if found.unusual[hours].any():
            continue  # an hour that is unusual by itself says when, and makes all around it so together
        far = hours[side * differs[hours] > 1]
        if len(far):
            unusual[far[0] : far[-1] + 1] = True
    return replace(found, unusual=unusual)


def _summed(values: Floats) -> Floats:
    """What each hour and those before it come to; no number for the first ones."""
    sums = np.lib.stride_tricks.sliding_window_view(values, STRETCH).sum(axis=1)
    return np.concatenate([np.full(STRETCH - 1, np.nan), sums])


def measured(values: Floats, usual: Floats, peers: Peers, grain: Grain, bars: Bars) -> Ranges:
    """Each value against its peers among those that are usual."""
    places, there = peers
    there = there & ~np.isnan(usual[places])
    known = there.sum(axis=1)
    enough = known >= places.shape[1] // 2
    held = np.sort(np.where(there, usual[places], np.nan), axis=1)
    expected = np.where(enough, quantiles(held, known, 0.5), np.nan)
    away = quantiles(np.sort(np.abs(held - expected[:, None]), axis=1), known, 0.5)
    above = quantiles(held, known, UPPER) - expected
    spread = np.maximum(AS_A_BELL * away, above / UPPER_AS_A_BELL)
    spread = np.maximum(spread, usual_share(usual, expected) * expected)
    if bars.counts:
        spread = np.maximum(spread, np.sqrt(np.maximum(expected, 1.0)))
    times = REACH if grain == "hour" else DAY_REACH
    reach = np.maximum(np.maximum(times * spread, bars.least * expected), bars.floor)
    off = np.nan_to_num((values - expected) / np.maximum(reach, SMALLEST))
    unusual = lasting(off) if grain == "hour" else np.abs(off) > 1
    return Ranges(expected, np.maximum(expected - reach, 0), expected + reach, unusual)


def lasting(off: Floats) -> Flags:
    """Which hours lie outside of their range for two hours and more, or far out."""
    above, below = off > 1, off < -1
    beside = [np.zeros(len(off), dtype=np.bool_) for _ in range(2)]
    for side, far in zip(beside, (above, below), strict=True):
        side[1:] |= far[:-1]
        side[:-1] |= far[1:]
    return (above & beside[0]) | (below & beside[1]) | (np.abs(off) > ALONE)


def usual_share(values: Floats, expected: Floats) -> float:
    """By what part of what is expected buckets usually differ from it."""
    known = ~np.isnan(values) & ~np.isnan(expected) & (expected > 0)
    if not known.any():
        return 0.0
    off = (values[known] - expected[known]) / expected[known]
    return max(AS_A_BELL * float(np.median(np.abs(off))), float(np.quantile(off, UPPER)) / UPPER_AS_A_BELL)


def episodes(values: Floats, found: Ranges) -> list[Episode]:
    """Unusual buckets one after the other, as one each."""
    made: list[Episode] = []
    for place in np.flatnonzero(found.unusual).tolist():
        side: Side = "high" if values[place] > found.expected[place] else "low"
        if made and made[-1].places[-1] == place - 1 and made[-1].side == side:
            made[-1] = Episode((*made[-1].places, place), side)
        else:
            made.append(Episode((place,), side))
    return made


@dataclass(frozen=True)
class Moved:
    """The value of a dimension that moved most, by how much, and what part of the whole that is.

    `usual_share` is its part of what is expected; `among` is how many values of the dimension moved.
    """

    dimension: str
    value: str
    amount: float
    share: float
    usual_share: float
    among: int

    @property
    def stands_out(self) -> bool:
        """Whether it moved by more than its usual part; a value by itself is told as it is."""
        return self.among == 1 or self.share - self.usual_share > STANDS_OUT


def movers(
    parts: pd.DataFrame, buckets: pd.DatetimeIndex, grain: Grain, places: Sequence[int]
) -> list[Moved]:
    """The value of each dimension that moved most in these buckets, the dimension that tells most first.

    `parts` has a row a bucket, dimension and value: bucket, dimension, value, amount.
    """
    chosen, made = buckets[list(places)], list[Moved]()
    at, there = peers_of(clock_of(buckets, grain), grain)
    peers = [buckets[at[place][there[place]]] for place in places]
    for dimension, of_it in parts.groupby("dimension", sort=True):
        table = of_it.pivot_table(
            index="bucket", columns="value", values="amount", aggfunc="sum", fill_value=0.0
        )
        excess, usual = pd.Series(0.0, table.columns), pd.Series(0.0, table.columns)
        for bucket, before in zip(chosen, peers, strict=True):
            expected = table.reindex(before, fill_value=0.0).median()
            excess = excess + (table.reindex([bucket], fill_value=0.0).iloc[0] - expected)
            usual = usual + expected
        whole = float(excess.sum())
        if excess.empty or whole == 0:
            continue
        name = str((excess * np.sign(whole)).idxmax())
        usually = float(usual[name]) / float(usual.sum()) if usual.sum() else 0.0
        share, among = float(excess[name]) / whole, int((excess != 0).sum())
        made.append(Moved(str(dimension), name, float(excess[name]), share, usually, among))
    return sorted(made, key=lambda each: (not each.stands_out, -each.share))


def explained(moved: Iterable[Moved]) -> str:
    """document_extraction (feature) 97%, claude-opus-4-1 (model) 96%, 40 tenants, none stands out."""
    return ", ".join(
        f"{each.value or '(none)'} ({each.dimension}) {min(each.share, 1.0):.0%}"
        if each.stands_out
        else f"{each.among} {PLURALS.get(each.dimension, f'{each.dimension}s')}, none stands out"
        for each in moved
    )


PLURALS = {"category": "categories"}
