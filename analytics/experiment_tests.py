"""Two groups of an experiment beside each other: p-values, and intervals of lifts and differences.

A group is `Group(actors, mean, variance)`; of a conversion the mean is the share that converted. Lifts are
relative to the control: 0.05 is five per cent more. The interval of a lift excludes 0 exactly where its
p-value is below 1 - confidence, as both come of the same statistic.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

Interval = tuple[float, float]
NOTHING: Interval = (math.nan, math.nan)

# By how much bisection may miss an end, in units of the ratio itself.
EXACT = 1e-13
MOST_STEPS = 200
# The confidence sequence is tightest when so many people are in it. To choose it after a look at the
# data would break what it promises, so it is the same for every experiment.
TIGHTEST_AT = 2_000


@dataclass(frozen=True)
class Group:
    """The people of a variant: how many, the mean of what they did, and its variance between people."""

    actors: int
    mean: float
    variance: float

    @property
    def squared_error(self) -> float:
        """The variance of the mean."""
        return self.variance / self.actors if self.actors else math.nan


@dataclass(frozen=True)
class Comparison:
    """One variant against the control: lift and difference, each with its interval, and the p-value."""

    lift: float
    low: float
    high: float
    p_value: float
    difference: float
    difference_low: float
    difference_high: float


def share(conversions: int, actors: int) -> Group:
    """The group of people of whom so many converted."""
    rate = conversions / actors if actors else math.nan
    return Group(actors, rate, rate * (1 - rate))


def smoothed(conversions: int, actors: int) -> Group:
    """The same with a variance that never is 0: that of one conversion and one other more."""
    rate = (conversions + 1) / (actors + 2)
    return Group(actors, share(conversions, actors).mean, rate * (1 - rate))


def two_proportions(mine: Interval, control: Interval, confidence: float = 0.95) -> Comparison:
    """Two shares, each (conversions, people): the pooled z-test, and the score intervals that belong to it.

    The ratio's is Koopman's (1984), the difference's Miettinen's and Nurminen's (1985), both uncorrected.
    """
    (x1, n1), (x0, n0) = mine, control
    if not (n1 and n0):
        return Comparison(*[math.nan] * 7)
    rate, other = x1 / n1, x0 / n0
    limit = normal_quantile(0.5 + confidence / 2)
    p_value = two_sided(_difference_score(mine, control, 0.0))
    low, high = _crossings(lambda d: _difference_score(mine, control, d), rate - other, limit, (-1.0, 1.0))
    lift, ratio = math.nan, NOTHING
    if x0:
        lift = rate / other - 1
        top = _beyond(lambda r: _ratio_score(mine, control, r), max(rate / other, 1.0), limit)
        ratio = _crossings(lambda r: _ratio_score(mine, control, r), rate / other, limit, (0.0, top))
    return Comparison(lift, ratio[0] - 1, ratio[1] - 1, p_value, rate - other, low, high)


def welch(mine: Group, control: Group, confidence: float = 0.95) -> Comparison:
    """Two means whose variances differ: Welch's t-test and interval; that of the lift by Fieller (1954)."""
    if min(mine.actors, control.actors) < 2:
        return Comparison(*[math.nan] * 7)
    difference = mine.mean - control.mean
    squared = mine.squared_error + control.squared_error
    if not squared > 0:
        lift = _over(difference, abs(control.mean))
        p_value = 1.0 if difference == 0 else 0.0
        return Comparison(lift, lift, lift, p_value, difference, difference, difference)
    freedom = squared**2 / sum(each.squared_error**2 / (each.actors - 1) for each in (mine, control))
    special = special_functions()
    p_value = 2 * float(special.stdtr(freedom, -abs(difference) / math.sqrt(squared)))
    limit = float(special.stdtrit(freedom, 0.5 + confidence / 2))
    half = limit * math.sqrt(squared)
    low, high = lift_between(mine, control, limit)
    lift = _over(difference, abs(control.mean))
    return Comparison(lift, low, high, p_value, difference, difference - half, difference + half)


def lift_between(mine: Group, control: Group, limit: float) -> Interval:
    """The lifts within `limit` standard errors of what was seen; nothing where none is ruled out."""
    m1, m0 = mine.mean, control.mean
    v1, v0 = mine.squared_error, control.squared_error
    leading, constant = m0**2 - limit**2 * v0, m1**2 - limit**2 * v1
    if leading <= 0:
        # The control may as well be nothing: no lift is too large, though some may be too small.
        open_end = leading < 0 < constant and min(m0, m1) > 0
        return (fieller(m1 * m0, leading, constant)[0] - 1, math.inf) if open_end else NOTHING
    low, high = fieller(m1 * m0, leading, constant)
    return (low - 1, high - 1) if m0 > 0 else (1 - high, 1 - low)


def fieller(middle: float, leading: float, constant: float) -> Interval:
    """The ratios at which leading * ratio² - 2 * middle * ratio + constant is 0."""
    root = math.sqrt(max(middle**2 - leading * constant, 0.0))
    return (middle - root) / leading, (middle + root) / leading


def always(mine: Group, control: Group, confidence: float = 0.95) -> Interval:
    """The lifts that are not ruled out, however often one looks: an asymptotic confidence sequence.

    The normal mixture of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, "Time-uniform central limit theory
    and asymptotic confidence sequences", Annals of Statistics 52 (2024), applied to each lift as Fieller
    does: the true one is inside at all looks together with this confidence, once groups are not tiny.
    """
    if min(mine.actors, control.actors) < 2:
        return NOTHING
    return lift_between(mine, control, always_limit(mine.actors + control.actors, 1 - confidence))


def always_limit(people: float, alpha: float) -> float:
    """How many standard errors a confidence sequence allows when so many people are in it."""
    rho = mixture(alpha)
    spread = people * rho + 1
    return math.sqrt(2 * spread / (people * rho) * math.log(math.sqrt(spread) / alpha))


def mixture(alpha: float) -> float:
    """The square of the mixture's parameter by which the sequence is tightest at `TIGHTEST_AT` people."""
    wide = -2 * math.log(alpha)
    return (wide + math.log(wide + 1)) / TIGHTEST_AT


def two_sided(z: float) -> float:
    """The p-value of a statistic that is standard normal where there is no effect."""
    return math.erfc(abs(z) / math.sqrt(2))


def normal_quantile(probability: float) -> float:
    """The point below which a standard normal lies with this probability."""
    return float(special_functions().ndtri(probability))


def _ratio_score(mine: Interval, control: Interval, ratio: float) -> float:
    """How far the shares are from having this ratio, in standard errors of that case."""
    (x1, n1), (x0, n0) = mine, control
    a, b, c = (n1 + n0) * ratio, -(n1 * ratio + x1 + n0 + x0 * ratio), x1 + x0
    p0 = 2 * c / (-b + math.sqrt(max(b * b - 4 * a * c, 0.0)))
    p1 = min(p0 * ratio, 1.0)
    squared = p1 * (1 - p1) / n1 + ratio**2 * p0 * (1 - p0) / n0
    return _over_root(x1 / n1 - ratio * x0 / n0, squared)


def _difference_score(mine: Interval, control: Interval, difference: float) -> float:
    """How far the shares are from having this difference, in standard errors of that case."""
    (x1, n1), (x0, n0) = mine, control
    p0 = _likeliest(mine, control, difference)
    p1 = min(max(p0 + difference, 0.0), 1.0)
    return _over_root(x1 / n1 - x0 / n0 - difference, p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)


def _likeliest(mine: Interval, control: Interval, d: float) -> float:
    """The likeliest share of the control where the other's is larger by `d`: the root of a cubic."""
    (x1, n1), (x0, n0) = mine, control
    n, x = n1 + n0, x1 + x0
    if d == 0:
        return x / n
    l2 = (n1 + 2 * n0) * d - n - x
    l1 = (n0 * d - n - 2 * x0) * d + x
    l0 = x0 * d * (1 - d)
    q = l2**3 / (3 * n) ** 3 - l1 * l2 / (6 * n**2) + l0 / (2 * n)
    p = math.copysign(math.sqrt(max(l2**2 / (3 * n) ** 2 - l1 / (3 * n), 0.0)), q)
    turn = (math.pi + math.acos(max(-1.0, min(1.0, q / p**3)))) / 3 if p else 0.0
    return min(max(2 * p * math.cos(turn) - l2 / (3 * n), 0.0, -d), 1.0, 1.0 - d)


def _crossings(score: Callable[[float], float], middle: float, limit: float, ends: Interval) -> Interval:
    """Where a falling score is `limit` above 0, and where below it, on either side of its zero."""
    return (
        _bisected(lambda at: score(at) > limit, ends[0], middle),
        _bisected(lambda at: score(at) >= -limit, middle, ends[1]),
    )


def _bisected(before: Callable[[float], bool], low: float, high: float) -> float:
    """The place up to which `before` holds."""
    for _ in range(MOST_STEPS):
        if high - low <= EXACT * max(1.0, abs(low)):
            break
        middle = (low + high) / 2
        low, high = (middle, high) if before(middle) else (low, middle)
    return (low + high) / 2


def _beyond(score: Callable[[float], float], start: float, limit: float) -> float:
    """A place where a falling score has fallen below -limit."""
    at = start
    for _ in range(MOST_STEPS):
        if score(at) < -limit:
            break
        at *= 2
    return at


def _over(value: float, divisor: float) -> float:
    return value / divisor if divisor else math.nan


def _over_root(value: float, squared: float) -> float:
    if squared > 0:
        return value / math.sqrt(squared)
    return 0.0 if value == 0 else math.copysign(math.inf, value)


@cache
def special_functions() -> Any:
    """scipy's special functions."""
    # Imported when an experiment is first compared: it would add a fifth of a second to the app's start.
    from scipy import special  # noqa: PLC0415

    return special
