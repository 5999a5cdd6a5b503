"""The demo company's clock: which day is which, and the random numbers that belong to a day."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

SEED = 7
DAYS = 120
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(microseconds: int) -> datetime:
    """The aware moment of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=microseconds)


@dataclass(frozen=True)
class Story:
    """One telling of the demo company: everything in it follows from these four values.

    Day 0 is `days` days before the opening; the story goes on past the opening for as long as it is asked to.
    """

    opening: datetime
    days: int = DAYS
    scale: float = 1.0
    seed: int = SEED

    @classmethod
    def opened_at(cls, now: datetime, *, days: int = DAYS, scale: float = 1.0, seed: int = SEED) -> Story:
        """The story whose last day before living on is the day of `now` (UTC)."""
        midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(midnight, days, scale, seed)

    @property
    def founded_us(self) -> int:
        """The first moment of day 0."""
        return micros(self.opening) - self.days * DAY_US

    def start_us(self, day: int) -> int:
        """The first microsecond of a day."""
        return self.founded_us + day * DAY_US

    def day_of(self, microseconds: int) -> int:
        """The day a moment lies in; negative before the founding."""
        return (microseconds - self.founded_us) // DAY_US

    def date(self, day: int) -> datetime:
        """The first moment of a day, aware."""
        return moment(self.start_us(day))

    def before_opening(self, days: int) -> int:
        """The day that lies so many days before the opening."""
        return self.days - days

    def rng(self, subject: str, *cell: int) -> np.random.Generator:
        """Random numbers of one subject and cell: asked for again, they are the same again."""
        return np.random.default_rng([self.seed, zlib.crc32(subject.encode()), *cell])
