"""Which windows of history are read next: the newest first, each about as large as one batch of the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from data.sources.pull import Window

HOUR = timedelta(hours=1)
FIRST, LARGEST = 20_000, 200_000  # records: the first window is there at once
LONGEST = timedelta(days=31)
BLIND = timedelta(days=1)  # where the source cannot count


def hour_of(moment: datetime) -> datetime:
    """The full hour, in UTC."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def backwards(start: datetime, stop: datetime, counts: Mapping[datetime, int] | None) -> Iterator[Window]:
    """The windows that make up [start, stop), the newest first. `counts`: records by hour, where they are
    known.
    """
    if counts is None:
        yield from _blind(start, stop)
        return
    size = FIRST
    upper, held = stop, 0
    hour = hour_of(stop - timedelta(microseconds=1)) if stop > start else start
    while upper > start:
        lower = max(hour, start)
        many = counts.get(hour, 0)
        if held and held + many > size:
            yield Window(min(hour + HOUR, upper), upper)
            upper, held, size = min(hour + HOUR, upper), 0, LARGEST
            continue
        if many > LARGEST and upper <= hour + HOUR:
            yield from _parts(lower, upper, -(-many // LARGEST))
            upper, held, size = lower, 0, LARGEST
        else:
            held += many
        if lower == start or (upper - lower >= LONGEST and upper > lower):
            if upper > lower:
                yield Window(lower, upper)
            upper, held = lower, 0
        hour -= HOUR


def _parts(start: datetime, stop: datetime, many: int) -> Iterator[Window]:
    """A stretch in equal parts, the newest first."""
    part = (stop - start) / many
    edges = [start + part * n for n in range(many)] + [stop]
    yield from (Window(edges[n], edges[n + 1]) for n in reversed(range(many)))


def _blind(start: datetime, stop: datetime) -> Iterator[Window]:
    length = HOUR
    while stop > start:
        begin = max(start, stop - length)
        yield Window(begin, stop)
        stop, length = begin, BLIND
