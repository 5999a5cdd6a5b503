"""The relation `calendar`: each step of a window with its local bucket, and with its local time where asked.

Every zone of today is whole quarter hours off, so a quarter hour has one bucket. Where buckets begin is told
from Python: the engine's own functions of zones take a hundred times as long as a division.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from analytics.scope import Grain, Scope
from analytics.zones import FIXED_LENGTHS, ORIGIN, bucket_starts, day_start, offsets
from data import dialect

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def calendar(
    scope: Scope, grain: Grain, week_start: str, put: Callable[[object], str], *, on_the_clock: bool
) -> str:
    """Steps `q` with their `bucket`; on the clock also `hour_of_day` (0-23) and `weekday` (1 is Monday)."""
    width = dialect.calendar_width(grain)
    first, last = _step(_us(scope.start), width), _step(_us(scope.end) - 1, width)
    begin, end = (EPOCH + step * width * MICROSECOND for step in (first, last))
    if grain in FIXED_LENGTHS:
        length = FIXED_LENGTHS[grain] // MICROSECOND
        origin = put(_us(day_start(ORIGIN, scope.timezone)) % length)
        steps = dialect.equal_buckets(put(first), put(last + 1), width, length, origin)
    else:
        starts = [_us(each) for each in bucket_starts(begin, end, grain, scope.timezone, week_start)]
        bounds = [first, *(-(-each // width) for each in starts[1:]), last + 1]
        steps = dialect.listed_buckets(put(bounds[:-1]), put(bounds[1:]), put(starts))
    if not on_the_clock:
        return steps
    ahead = offsets(begin, end, scope.timezone)
    parts = (
        f"{dialect.local_part(part, f'make_timestamp(q * {width})', ahead)} as {part}"
        for part in dialect.LOCAL_TIMES
    )
    return f"select q, bucket, {', '.join(parts)} from ({steps})"


def _us(moment: datetime) -> int:
    return (moment - EPOCH) // MICROSECOND


def _step(us: int, width: int) -> int:
    """The step of a moment, as the engine divides: towards 1970."""
    return us // width if us >= 0 else -(-us // width)
