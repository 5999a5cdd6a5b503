"""What the demo company would have written on its charts: its releases, and the outage of a connector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from data.demo import planted, releases
from data.demo.story import Story


@dataclass(frozen=True)
class Mark:
    """Something that happened, at a moment or over a span."""

    kind: Literal["release", "outage"]
    text: str
    start: datetime
    end: datetime | None = None


def marks(story: Story, start: datetime, end: datetime) -> Iterator[Mark]:
    """What happened from `start` up to `end`, since the company was founded."""
    start = max(start, story.date(0))
    for number in range(releases.next_number(story, start), releases.next_number(story, end)):
        yield Mark("release", f"Release {releases.version(number)}", releases.released_at(story, number))
    day = story.date(story.before_opening(planted.OUTAGE_DAYS_AGO))
    began, ended = (day + timedelta(hours=hour) for hour in planted.OUTAGE_HOURS)
    if start < ended and began < end:
        yield Mark("outage", f"Connector {planted.OUTAGE_CONNECTOR} down", began, ended)
