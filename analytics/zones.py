"""Local calendars: when a day, a month or a bucket begins on somebody's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from fractions import Fraction
from functools import cache, lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

Grain = Literal["minute", "quarter_hour", "hour", "day", "week", "month"]

EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
EARLIEST, LATEST = 1900, 2200  # years; beyond these, what is compared with a moment leaves the calendar

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

FIXED_LENGTHS = {
    "minute": timedelta(minutes=1),
    "quarter_hour": timedelta(minutes=15),
    "hour": timedelta(hours=1),
}
# Buckets below a day follow the instant, so that the hour that a clock repeats stays two of them; they are
# counted from a local midnight, so that they begin with the local hour also where that is no hour of UTC.
ORIGIN = date(2000, 1, 3)


class UnknownTimezone(ValueError):
    """The name is not in the IANA time zone database."""


def naive(moment: datetime) -> datetime:
    """A moment as the store holds it: in UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


@cache
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as Europe/Berlin."""
    if name in _zone_names():
        return ZoneInfo(name)
    raise UnknownTimezone(f"unknown timezone {name!r}: {_advice(name)}")


def day_start(day: date, timezone: str) -> datetime:
    """The first instant of a local day, in UTC; where midnight is skipped, the instant the clocks jump to."""
    return datetime.combine(day, time(), zone(timezone)).astimezone(UTC)


def is_day_start(instant: datetime, timezone: str) -> bool:
    """Whether a local day begins at this instant."""
    # In UTC: Python calls a local time that comes twice equal to no time of another zone.
    return day_start(instant.astimezone(zone(timezone)).date(), timezone) == instant.astimezone(UTC)


def month_start(day: date) -> date:
    """The first day of the month that holds `day`."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after the one that holds `day`."""
    return month_start(month_start(day) + timedelta(days=31))


def month_before(day: date) -> date:
    """The first day of the month before the one that holds `day`."""
    return month_start(month_start(day) - timedelta(days=1))


def bucket_end(bucket: datetime, grain: Grain, timezone: str, week_start: str = "monday") -> datetime:
    """The instant, in UTC, at which the bucket that begins at `bucket` is over."""
    if grain in FIXED_LENGTHS:
        return bucket.astimezone(UTC) + FIXED_LENGTHS[grain]
    day = bucket.astimezone(zone(timezone)).date()
    if grain == "month":
        return day_start(next_month(day), timezone)
    days = 7 if grain == "week" else 1
    return day_start(_first_day(day, grain, week_start) + timedelta(days=days), timezone)


def bucket_starts(
    start: datetime, end: datetime, grain: Grain, timezone: str, week_start: str = "monday"
) -> tuple[datetime, ...]:
    """When those buckets of days, weeks or months begin that lie between two moments, both included."""
    local = zone(timezone)
    first, last = (_first_day(each.astimezone(local).date(), grain, week_start) for each in (start, end))
    return _starts(first, last, grain, timezone)


def months(start: datetime, end: datetime, timezone: str) -> Fraction:
    """How many calendar months a window is: each part of one by that month's own length."""
    whole = Fraction(0)
    for begins in bucket_starts(start, end - MICROSECOND, "month", timezone):
        ends = bucket_end(begins, "month", timezone)
        inside = min(end, ends) - max(start, begins)
        whole += Fraction(inside // MICROSECOND, (ends - begins) // MICROSECOND)
    return whole


def bucket_start(instant: datetime, grain: Grain, timezone: str, week_start: str = "monday") -> datetime:
    """When the bucket begins that holds a moment, in UTC."""
    if grain not in get_args(Grain):
        raise ValueError(f"a grain is one of {', '.join(get_args(Grain))}, not {grain!r}")
    if week_start not in WEEKDAYS:
        raise ValueError(f"a week starts on one of {', '.join(WEEKDAYS)}, not {week_start!r}")
    if grain in FIXED_LENGTHS:
        moment = instant.astimezone(UTC)
        return moment - (moment - day_start(ORIGIN, timezone)) % FIXED_LENGTHS[grain]
    return bucket_starts(instant, instant, grain, timezone, week_start)[0]


def _first_day(day: date, grain: Grain, week_start: str) -> date:
    if grain == "month":
        return month_start(day)
    return day - timedelta(days=(day.weekday() - WEEKDAYS.index(week_start)) % 7) if grain == "week" else day


@lru_cache(maxsize=1024)
def _starts(first: date, last: date, grain: Grain, timezone: str) -> tuple[datetime, ...]:
    found: list[datetime] = []
    while first <= last:
        found.append(day_start(first, timezone))
        first = next_month(first) if grain == "month" else first + timedelta(days=7 if grain == "week" else 1)
    return tuple(found)


def offsets(start: datetime, end: datetime, timezone: str) -> tuple[tuple[datetime | None, int], ...]:
    """How many seconds a local clock is ahead of UTC from `start` to `end`, newest first.

    Each pair says since when; the last one, whose time is None, holds from the beginning.
    """
    changes = [
        change
        for year in range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1)
        for change in _changes(year, timezone)
        if start < change[0] <= end
    ]
    return (*reversed(changes), (None, _ahead(start, timezone)))


@cache
def _changes(year: int, timezone: str) -> tuple[tuple[datetime, int], ...]:
    """When a clock is set in a year, and what it is ahead of UTC from then on."""
    found: list[tuple[datetime, int]] = []
    step = timedelta(days=1)
    at, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    while at < end:
        if _ahead(at, timezone) != _ahead(at + step, timezone):
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                same = _ahead(middle, timezone) == _ahead(at, timezone)
                low, high = (middle, high) if same else (low, middle)
            found.append((high, _ahead(high, timezone)))
        at += step
    return tuple(found)


def _ahead(instant: datetime, timezone: str) -> int:
    ahead = instant.astimezone(zone(timezone)).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0


@cache
def _zone_names() -> frozenset[str]:
    # Files that describe this machine, not a place: another engine would not know them.
    return frozenset(available_timezones()) - {"localtime", "posixrules", "Factory"}


def _advice(name: str) -> str:
    by_lower = {known.lower(): known for known in _zone_names()}
    by_lower |= {known.lower().rpartition("/")[2]: known for known in sorted(_zone_names(), reverse=True)}
    wanted = name.strip().lower().replace(" ", "_")
    close = get_close_matches(wanted, by_lower, n=1, cutoff=0.75)
    if close:
        return f"did you mean {by_lower[close[0]]!r}?"
    return "use a name such as 'UTC', 'Europe/Berlin' or 'America/New_York'"
