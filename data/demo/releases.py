"""Releases of the platform: one every week, and one that brought an error."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from data.demo import planted
from data.demo.columns import Ints
from data.demo.story import DAY_US, HOUR_US, Story, micros, moment

EVERY_DAYS = 7


def first_release_us(story: Story) -> int:
    """A moment of release; the others are whole weeks from it."""
    day = story.before_opening(planted.RELEASE_DAYS_AGO)
    return story.start_us(day) + planted.RELEASE_HOUR * HOUR_US


def release_numbers(story: Story, moments: Ints) -> Ints:
    """How many releases after the planted one each moment lies (negative before it)."""
    return (moments - first_release_us(story)) // (EVERY_DAYS * DAY_US)


def released_at(story: Story, number: int) -> datetime:
    """When a release went out, so many after the planted one."""
    return moment(first_release_us(story) + number * EVERY_DAYS * DAY_US)


def next_number(story: Story, instant: datetime) -> int:
    """The first release at or after an instant."""
    return -((first_release_us(story) - micros(instant)) // (EVERY_DAYS * DAY_US))


def version(number: int) -> str:
    """The name of a release."""
    return f"4.{60 + number}.0"


def versions(story: Story, moments: Ints) -> tuple[tuple[str, ...], Ints]:
    """The release that ran at each moment: names, and the index of one for each."""
    found, index = np.unique(release_numbers(story, moments), return_inverse=True)
    return tuple(version(int(number)) for number in found), index.astype(np.int64)
