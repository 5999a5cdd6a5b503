"""Times as a search writes them: 2026-01-08, 2026-01-08T14:30, now-1d/d, 2026-01-08||+1M/d."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from analytics.zones import EARLIEST, LATEST, day_start, month_start, zone

EXAMPLES = "a time such as 2026-01-08, 2026-01-08T14:30, now-1d or now/d"

_WRITTEN = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?)?)?)?"
)
_EPOCH_MS = re.compile(r"\d{12,14}")
_STEP = re.compile(r"([+-]\d{1,6}|/)([yMwdhHms])")
_FIXED = {
    "h": timedelta(hours=1),
    "H": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
}
_FINEST = ("fraction", "second", "minute", "hour", "day", "month", "year")
_UNITS = {"second": "s", "minute": "m", "hour": "h", "day": "d", "month": "M", "year": "y"}


class BadMoment(ValueError):
    """The text is no time."""


@dataclass(frozen=True)
class Stretch:
    """What a text about a time covers: from `start` to before `end`; one instant where they are equal."""

    start: datetime
    end: datetime

    @property
    def instant(self) -> bool:
        """Whether it is one instant."""
        return self.start == self.end

    def each(self, change: Callable[[datetime], datetime]) -> Stretch:
        """Both ends changed."""
        return Stretch(change(self.start), change(self.end))


def stretch(text: str, now: datetime | None, timezone: str) -> Stretch:
    """The stretch of time that a text means on a local clock; a day is a whole day, `now` an instant."""
    try:
        found = _stretch(text, now, timezone)
    except OverflowError:
        raise BadMoment("it leaves the calendar") from None
    if found.start.year < EARLIEST or found.end.year > LATEST:
        raise BadMoment(f"times lie between the years {EARLIEST} and {LATEST}")
    return found


def _stretch(text: str, now: datetime | None, timezone: str) -> Stretch:
    if text.startswith("now"):
        if now is None:
            raise BadMoment("nothing here says what is now")
        instant = now.astimezone(UTC)
        return _stepped(Stretch(instant, instant), text.removeprefix("now"), timezone)
    anchor, bars, steps = text.partition("||")
    found = _written(anchor, timezone)
    if bars and not steps:
        raise BadMoment("after || stands a step such as +1d or /d")
    return _stepped(found, steps, timezone)


def _stepped(found: Stretch, steps: str, timezone: str) -> Stretch:
    at = 0
    while at < len(steps):
        step = _STEP.match(steps, at)
        if step is None:
            raise BadMoment(f"{steps[at:]!r} is no step such as +1d, -2h or /d")
        amount, unit = step[1], step[2]
        if amount == "/":
            start = _floor(found.start, unit, timezone)
            found = Stretch(start, _plus(start, 1, unit, timezone))
        else:
            count = int(amount)
            found = found.each(lambda moment, count=count, unit=unit: _plus(moment, count, unit, timezone))
        at = step.end()
    return found


def _written(text: str, timezone: str) -> Stretch:
    if _EPOCH_MS.fullmatch(text):
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(text))
        return Stretch(instant, instant)
    match = _WRITTEN.fullmatch(text) if text.isascii() else None
    if match is None:
        raise BadMoment(f"{text!r} is no time")
    said = {name: value for name, value in match.groupdict().items() if value is not None}
    clock = _offset(said.get("zone")) or zone(timezone)
    numbers = {name: int(said[name]) for name in _UNITS if name in said}
    micro = int(said.get("fraction", "")[:6].ljust(6, "0"))
    try:
        local = datetime(**{"month": 1, "day": 1, **numbers}, microsecond=micro, tzinfo=clock)
    except ValueError as error:
        raise BadMoment(f"{text!r} is no time: {error}") from None
    finest = next(name for name in _FINEST if name in said)
    start = local.astimezone(UTC)
    if finest == "fraction":
        return Stretch(start, start)
    if "zone" in said:
        return Stretch(start, start + _FIXED[_UNITS[finest]])
    if finest in ("day", "month", "year"):
        start = day_start(local.date(), timezone)
    return Stretch(start, _plus(start, 1, _UNITS[finest], timezone))


def _offset(text: str | None) -> tzinfo | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(f"2026-01-01T00:00{text}").tzinfo
    except ValueError:
        raise BadMoment(f"{text!r} is no offset such as Z or +01:00") from None


def _plus(moment: datetime, count: int, unit: str, timezone: str) -> datetime:
    """Hours and less pass as they are; days, weeks, months and years on the local calendar."""
    if unit in _FIXED:
        return moment + count * _FIXED[unit]
    local = moment.astimezone(zone(timezone))
    if unit in "dw":
        day = local.date() + timedelta(days=count * (7 if unit == "w" else 1))
    else:
        months = local.year * 12 + local.month - 1 + count * (12 if unit == "y" else 1)
        year, month = divmod(months, 12)
        if not 1 <= year <= 9999:
            raise OverflowError
        day = date(year, month + 1, min(local.day, monthrange(year, month + 1)[1]))
    if local.time() == datetime.min.time():
        return day_start(day, timezone)
    return datetime.combine(day, local.time(), zone(timezone)).astimezone(UTC)


def _floor(moment: datetime, unit: str, timezone: str) -> datetime:
    """The beginning of the hour, day, week (Monday), month or year that holds the moment."""
    local = moment.astimezone(zone(timezone))
    if unit in _FIXED:
        into = timedelta(microseconds=local.microsecond)
        into += timedelta(seconds=local.second) if unit != "s" else timedelta()
        into += timedelta(minutes=local.minute) if unit in "hH" else timedelta()
        return moment - into
    day = local.date()
    if unit == "w":
        day -= timedelta(days=day.weekday())
    elif unit == "M":
        day = month_start(day)
    elif unit == "y":
        day = day.replace(month=1, day=1)
    return day_start(day, timezone)
