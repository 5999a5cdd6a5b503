"""Projections: where use will stand at a month's end if it goes on so, and when it passes a limit."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WEEK = 7
HISTORY_DAYS = 28
# Of less nothing is said.
FEWEST_DAYS = 3
# Eight of ten months end inside the range: what the normal law leaves out on each side is a tenth.
REACH = 1.2816
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Projection:
    """The use at the month's end: the middle, and the range in which eight of ten months end."""

    middle: float
    low: float
    high: float


def project(daily: Sequence[float], used: float, now: datetime, ends: datetime) -> Projection | None:
    """The use at a month's end, from the use of the last whole days, the newest first; None of too few days.

    Each coming day is expected to be as the same days of the week were. The range widens with what days
    differ from that, with the number of days to come, and where few days are known.
    """
    if len(daily) < FEWEST_DAYS:
        return None
    means = _means(daily)
    middle = used + sum(part * means[ahead % WEEK] for ahead, part in _to_come(now, ends))
    length = max(0.0, (ends - now) / DAY)
    spread = math.sqrt(_variance(daily, means) * length * (1 + length / len(daily)))
    return Projection(middle, max(used, middle - REACH * spread), middle + REACH * spread)


def passes_at(
    daily: Sequence[float], used: float, limit: float, now: datetime, ends: datetime
) -> datetime | None:
    """When the use is expected to reach a limit before the month's end; None where it is not."""
    if len(daily) < FEWEST_DAYS:
        return None
    means, so_far = _means(daily), used
    for ahead, part in _to_come(now, ends):
        rate = means[ahead % WEEK]
        if so_far + part * rate >= limit and rate > 0:
            return now + (ahead + (limit - so_far) / rate) * DAY
        so_far += part * rate
    return None


def _to_come(now: datetime, ends: datetime) -> Iterator[tuple[int, float]]:
    """The days until the end, by how many lie before each, and how much of the last one is left."""
    left, ahead = (ends - now) / DAY, 0
    while left > 0:
        yield ahead, min(left, 1.0)
        left, ahead = left - 1, ahead + 1


def _means(daily: Sequence[float]) -> list[float]:
    """What the next seven days are expected to bring: the mean of their days of the week.

    Where less than two weeks are known, the mean of all days.
    """
    alike = (daily[WEEK - 1 - ahead :: WEEK] if _weekly(daily) else daily for ahead in range(WEEK))
    return [sum(each) / len(each) for each in alike]


def _variance(daily: Sequence[float], means: Sequence[float]) -> float:
    """How much days differ from the others of their day of the week."""
    freedom = len(daily) - (WEEK if _weekly(daily) else 1)
    return sum((value - means[-1 - back % WEEK]) ** 2 for back, value in enumerate(daily)) / freedom


def _weekly(daily: Sequence[float]) -> bool:
    return len(daily) >= 2 * WEEK
