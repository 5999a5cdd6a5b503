"""Intervals: the buckets of a window on its own clock, one after the other, numbered from 0."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime

import pandas as pd

from analytics.scope import Grain, Scope
from analytics.zones import MICROSECOND, bucket_end, bucket_start


@dataclass(frozen=True)
class Intervals:
    """Buckets that follow each other: when each begins, and when the last is over, in UTC."""

    bounds: tuple[datetime, ...]
    timezone: str

    @classmethod
    def of(cls, scope: Scope, grain: Grain, week_start: str, *, before: int = 0, after: int = 0) -> Intervals:
        """The buckets that the window touches, and so many more before and after them."""
        first = bucket_start(scope.start, grain, scope.timezone, week_start)
        for _ in range(before):
            first = bucket_start(first - MICROSECOND, grain, scope.timezone, week_start)
        bounds = [first]
        while bounds[-1] < scope.end:
            bounds.append(bucket_end(bounds[-1], grain, scope.timezone, week_start))
        for _ in range(after):
            bounds.append(bucket_end(bounds[-1], grain, scope.timezone, week_start))
        return cls(tuple(bounds), scope.timezone)

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @property
    def end(self) -> datetime:
        """When the last is over."""
        return self.bounds[-1]

    def over(self, number: int, now: datetime) -> bool:
        """Whether the interval of that number is over."""
        return self.bounds[number + 1] <= now

    def holding(self, moment: datetime) -> int:
        """The number of the interval that holds a moment."""
        number = bisect_right(self.bounds, moment.astimezone(UTC)) - 1
        if not 0 <= number < len(self):
            raise ValueError(f"{moment:%F %T} lies in none of the intervals that the window touches")
        return number

    def starts(self) -> pd.DatetimeIndex:
        """When each begins, on the local clock."""
        begun = pd.DatetimeIndex(self.bounds[:-1], dtype="datetime64[us, UTC]")
        return begun.tz_convert(self.timezone)
