"""Forecasts of MRR and of AI cost: the next three months week by week, each with a range.

The history is the whole weeks of the window, from the first that has anything. The method is exponential
smoothing with drift: the level is a weighted mean of the past (the weight is the one that would have told
each week best from the weeks before it), the drift half the slope of the straight line through them, as in
the Theta method of Assimakopoulos and Nikolopoulos (2000). The range holds four of five: what single weeks
missed by, grown with the distance, and what the drift may be wrong by; it is widened until it would have
held four of five in the past as well. What forecasts of the past missed by is told beside it. With less than
twelve weeks it says nothing of the future.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.analysis import analysis
from analytics.columns import BUCKET, COMPLETE
from analytics.mrr import paid
from analytics.query import Query, answer
from analytics.question import Column
from analytics.scope import Scope
from analytics.view import View
from analytics.zones import bucket_start, bucket_starts

Floats = npt.NDArray[np.float64]

FEWEST_WEEKS, AHEAD, NEAR = 12, 13, 4
INSIDE = 0.8
REACH = NormalDist().inv_cdf(0.5 + INSIDE / 2)
WEIGHTS = tuple(weight / 10 for weight in range(1, 11))
CENT, NANO, ZERO = Decimal("0.01"), Decimal("1e-9"), Decimal("0.00")
SMALLEST = 1e-9


@dataclass(frozen=True)
class Outlook:
    """What to expect of the weeks ahead, and between which values each should lie."""

    expected: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Tried:
    """What forecasts of the past missed by, as a share of the values; how many a wider range holds."""

    weeks: int
    error: float
    inside: float
    widened: float
    trials: int


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars."""
    return Column(name, label, "usd", definition)


MRR = usd("mrr_usd", "MRR", "What tenants pay a month at the end of the week.")
COST = usd("ai_cost_usd", "AI cost", "What the model calls of the week cost.")
EXPECTED = usd("expected_usd", "Expected", "The forecast.")
LOW = usd("expected_usd_low", "At least", "Four of five weeks should lie above it, or within the range.")
HIGH = usd("expected_usd_high", "At most", "Four of five weeks should lie below it, or within the range.")


@analysis(tables=("subscriptions",), columns=(BUCKET, MRR, EXPECTED, LOW, HIGH, COMPLETE), grain="week")
def mrr(view: View, scope: Scope) -> pd.DataFrame:
    """MRR at the end of each week, and what to expect of the next 13 weeks."""
    return looked_ahead(paid(view, scope, "week"), "mrr_usd", scope)


@analysis(tables=("llm_calls",), columns=(BUCKET, COST, EXPECTED, LOW, HIGH, COMPLETE), grain="week")
def ai_cost(view: View, scope: Scope) -> pd.DataFrame:
    """AI cost of each week, and what to expect of the next 13 weeks."""
    return looked_ahead(answer(view, scope, Query(("ai_cost_usd",), grain="week")), "ai_cost_usd", scope)


def looked_ahead(weeks: pd.DataFrame, value: str, scope: Scope) -> pd.DataFrame:
    """The whole weeks of a series with what to expect of those after, and a note of how sure that is."""
    weeks = weeks.astype({value: object})
    whole = weeks[weeks["complete"] & (weeks["bucket"] >= scope.start)].reset_index(drop=True)
    known = [float(each) if not pd.isna(each) else 0.0 for each in whole[value]]
    first = next((place for place, each in enumerate(known) if each > 0), len(known))
    whole, series = whole.iloc[first:].reset_index(drop=True), np.array(known[first:], dtype=np.float64)
    if len(series) < FEWEST_WEEKS:
        note = f"No forecast: it takes {FEWEST_WEEKS} whole weeks of history, and there are {len(series)}."
        return noted(typed(beside(whole, value, [None] * len(whole)), value), note)
    # The lines meet where the history ends.
    past = beside(whole, value, [*[None] * (len(whole) - 1), dollars(series[-1])])
    tried = [each for each in (backtest(series, NEAR), backtest(series, AHEAD)) if each is not None]
    coming = outlook(series, AHEAD, max([1.0, *(each.widened for each in tried)]))
    ahead = pd.DataFrame(
        {
            "bucket": weeks_after(whole["bucket"].iloc[-1].to_pydatetime(), scope),
            value: pd.Series([None] * AHEAD, dtype=object),
            "complete": False,
            **columns_of(coming),
        }
    )
    return noted(typed(pd.concat([past, ahead], ignore_index=True), value), *map(words, tried))


def beside(whole: pd.DataFrame, value: str, held: list[Decimal | None]) -> pd.DataFrame:
    """The weeks that are over, with the same value of each as forecast and as both ends of its range."""
    same = pd.Series(held, whole.index, dtype=object)
    names = (column.name for column in (EXPECTED, LOW, HIGH))
    return whole[["bucket", value, "complete"]].assign(**dict.fromkeys(names, same))


def outlook(series: Floats, ahead: int, widened: float = 1.0) -> Outlook:
    """What to expect of the weeks after a series; see the module for the method."""
    count = len(series)
    drift = float(np.polyfit(np.arange(count, dtype=np.float64), series, 1)[0]) / 2
    tries = [smoothed(series, drift, weight) for weight in WEIGHTS]
    best = min(range(len(WEIGHTS)), key=lambda place: float((tries[place][1] ** 2).sum()))
    level, missed = tries[best]
    spread = float(np.sqrt((missed**2).sum() / max(len(missed) - 2, 1)))
    far = np.arange(1, ahead + 1, dtype=np.float64)
    expected = level + drift * far
    reach = widened * REACH * spread * np.sqrt(1 + (far - 1) * WEIGHTS[best] ** 2 + far**2 / count)
    return Outlook(np.maximum(expected, 0), np.maximum(expected - reach, 0), np.maximum(expected + reach, 0))


def smoothed(series: Floats, drift: float, weight: float) -> tuple[float, Floats]:
    """The level after the last value, and what each value missed by from those before it."""
    level, missed = float(series[0]), np.zeros(len(series) - 1)
    for place, value in enumerate(series[1:]):
        missed[place] = value - (level + drift)
        level += drift + weight * missed[place]
    return level, missed


def backtest(series: Floats, ahead: int) -> Tried | None:
    """What forecasts so many weeks ahead missed by, one made at each week of the past; None of too few."""
    ends = range(FEWEST_WEEKS, len(series) - ahead + 1)
    if len(ends) < 2:
        return None
    made = [outlook(series[:end], ahead) for end in ends]
    came = [float(series[end + ahead - 1]) for end in ends]
    missed = [abs(float(each.expected[-1]) - value) for each, value in zip(made, came, strict=True)]
    reached = [max(float(each.high[-1] - each.expected[-1]), SMALLEST) for each in made]
    needed = sorted(miss / reach for miss, reach in zip(missed, reached, strict=True))
    # So wide that four of five of these would have been inside.
    widened = needed[min(len(needed) - 1, ceil(INSIDE * len(needed)) - 1)]
    held = float(np.mean([each <= max(widened, 1.0) for each in needed]))
    return Tried(
        ahead, float(np.mean(missed)) / max(float(np.mean(came)), SMALLEST), held, widened, len(made)
    )


def words(tried: Tried) -> str:
    """4 weeks ahead, 26 forecasts of the past were off by 3.1% on average; 81% lay in such a range."""
    said = f"{tried.weeks} weeks ahead, {tried.trials} forecasts of the past were off by {tried.error:.1%} "
    return f"{said}on average; {tried.inside:.0%} lay in such a range."


def weeks_after(last: datetime, scope: Scope) -> pd.DatetimeIndex:
    """The weeks after one."""
    begin = bucket_start(last + timedelta(days=8), "week", scope.timezone)
    until = begin + timedelta(weeks=AHEAD - 1, days=1)
    starts = bucket_starts(begin, until, "week", scope.timezone)
    return pd.DatetimeIndex(starts[:AHEAD]).tz_convert(scope.timezone).as_unit("us")


def columns_of(found: Outlook) -> dict[str, pd.Series]:
    """An outlook as columns of dollars."""
    parts = zip((EXPECTED, LOW, HIGH), (found.expected, found.low, found.high), strict=True)
    return {column.name: pd.Series([dollars(each) for each in part], dtype=object) for column, part in parts}


def dollars(value: float) -> Decimal:
    """A number as dollars and cents."""
    return Decimal(repr(float(value))).quantize(CENT)


def exact(value: float) -> Decimal:
    """A number as dollars as the store keeps them, to a billionth."""
    return Decimal(repr(float(value))).quantize(NANO).normalize() + ZERO


def typed(frame: pd.DataFrame, value: str) -> pd.DataFrame:
    """The frame with the types that it has whatever is in it."""
    money = dict.fromkeys((value, *(column.name for column in (EXPECTED, LOW, HIGH))), object)
    return frame.astype({**money, "complete": bool})


def noted(frame: pd.DataFrame, *notes: str) -> pd.DataFrame:
    """The frame with sentences of how sure it is."""
    frame.attrs["notes"] = notes
    return frame
