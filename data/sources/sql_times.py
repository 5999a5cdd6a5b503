"""How a column of a database says when: as a moment, as a clock's time without a zone, as a number that
counts from 1970, or as text.

A zone's clock is turned back once a year, so that an hour comes twice, and forward, so that one never comes.
A time that comes twice is its second hour, one that never comes counts on from before the jump: as
`data/reading.sql` has it for every time without a zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from data.sources.pull import Window

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICRO, _DAY = timedelta(microseconds=1), timedelta(days=1)
_QUARTER, _HOUR = 900, 3600
_UTC = ZoneInfo("UTC")


Range = tuple[datetime | None, datetime | None]


class Times(Protocol):
    """How one column is compared with a window, counted by hour, and read."""

    def within(self, column: str, window: Window) -> tuple[str, list[Any]]:
        """The condition that a row is of a window, and its values."""
        ...

    def edges(self, select: str, column: str, rows: str) -> list[str]:
        """Questions after the oldest and the newest value of some rows."""
        ...

    def bucket(self, column: str) -> str:
        """SQL of the stretch that a row is of, as a number."""
        ...

    def hour(self, bucket: Any) -> datetime | None:
        """The hour that such a stretch lies in."""
        ...

    def latest(self, value: Any) -> datetime | None:
        """The moment that a value says; None where it says none."""
        ...

    def upto(self, value: Any) -> datetime | None:
        """What is certainly no later than any value from here on, in the order of the column."""
        ...


def read(text: Any) -> datetime | None:
    """A time as a database writes it, with its zone or without; None where it is none."""
    try:
        return text if isinstance(text, datetime) else datetime.fromisoformat(str(text))
    except ValueError:
        return None


def latest(clock: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a time on a zone's clock."""
    return max(_moments(clock, zone))


def earliest(clock: datetime, zone: ZoneInfo) -> datetime:
    """No later than the moment of this time, and of any later one."""
    return min(_moments(clock, zone))


def _moments(clock: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if clock.tzinfo is not None:
        return clock.astimezone(UTC), clock.astimezone(UTC)
    first, second = (clock.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second


@dataclass(frozen=True)
class Clock:
    """Moments, or the times of a zone's clock. `param`: how the SQL takes one; `seconds`: how it counts them,
    from 1970 on the same clock, of the column `{}`.
    """

    zone: ZoneInfo
    param: str
    seconds: str

    def within(self, column: str, window: Window) -> tuple[str, list[Any]]:
        """See `Times`."""
        ranges = list(clock_ranges(window.start, window.stop, self.zone))
        parts: list[str] = []
        values: list[Any] = []
        for start, stop in ranges:
            edges = [(">=", start), ("<", stop)]
            said = [f"{column} {sign} {self.param}" for sign, edge in edges if edge is not None]
            values += [_text(edge) for _, edge in edges if edge is not None]
            parts.append(" and ".join(said) or f"{column} is not null")
        return (f"({' or '.join(f'({part})' for part in parts)})" if parts else "1 = 0"), values

    def edges(self, select: str, column: str, rows: str) -> list[str]:
        """See `Times`."""
        return _ends(select, column, rows)

    def bucket(self, column: str) -> str:
        """See `Times`: a quarter of an hour, as some zones are so much ahead."""
        return f"floor({self.seconds.format(column)} / {_QUARTER})"

    def hour(self, bucket: Any) -> datetime | None:
        """See `Times`."""
        clock = EPOCH.replace(tzinfo=None) + timedelta(seconds=int(bucket) * _QUARTER)
        return latest(clock, self.zone).replace(minute=0, second=0)

    def latest(self, value: Any) -> datetime | None:
        """See `Times`."""
        return None if (clock := read(value)) is None else latest(clock, self.zone)

    def upto(self, value: Any) -> datetime | None:
        """See `Times`."""
        return None if (clock := read(value)) is None else earliest(clock, self.zone)


def _ends(select: str, column: str, rows: str) -> list[str]:
    return [f"select {select} {rows} order by {column} {way} limit 1" for way in ("asc", "desc")]


def _text(clock: datetime) -> str:
    return clock.strftime("%Y-%m-%d %H:%M:%S.%f").rjust(26, "0")


def clock_ranges(
    start: datetime | None, stop: datetime | None, zone: ZoneInfo
) -> Iterator[tuple[datetime | None, datetime | None]]:
    """The times on a zone's clock whose moments lie in [start, stop): one range, or more where the clock is
    turned forward between them.
    """
    jumps = list(_jumps(start, stop, zone))
    begin = None if start is None else _first(start, zone)
    for at in jumps:
        before, after = _wall(at - _MICRO, zone) + _MICRO, _wall(at, zone)
        yield from _range(begin, before)
        # Times that never were, and the moments that they are read as: those after the jump.
        skipped, size = before, after - before
        lower = skipped if start is None else skipped + max(start - at, timedelta(0))
        upper = after if stop is None else skipped + min(stop - at, size)
        yield from _range(lower, upper)
        begin = after if start is None or start < at else begin
    yield from _range(begin, None if stop is None else _first(stop, zone))


def _range(
    start: datetime | None, stop: datetime | None
) -> Iterator[tuple[datetime | None, datetime | None]]:
    if start is None or stop is None or start < stop:
        yield start, stop


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _first(moment: datetime, zone: ZoneInfo) -> datetime:
    """The earliest time on the clock whose moment is this one or later."""
    wall = _wall(moment, zone)
    meant = latest(wall, zone)
    if meant == moment:
        return wall
    return _wall(
        _jump(moment, meant, zone), zone
    )  # an hour that comes twice begins when the clock is set back


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock is changed between two moments, to the microsecond."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > _MICRO:
        middle = before + (after - before) / 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def _jumps(start: datetime | None, stop: datetime | None, zone: ZoneInfo) -> Iterator[datetime]:
    """When the clock is turned forward, of those moments that matter between two others."""
    if zone.key == "UTC" or (start is None and stop is None):
        return
    begin = (start or EPOCH) - 2 * _DAY
    end = (stop or (start or EPOCH) + timedelta(days=3653)) + _DAY
    day = begin
    while day < end:
        following = min(day + _DAY, end)
        ahead, then = day.astimezone(zone).utcoffset(), following.astimezone(zone).utcoffset()
        if ahead is not None and then is not None and then > ahead:
            at = _jump(day, following, zone)
            # The times that are skipped are read as the moments after the jump.
            if (stop is None or at <= stop) and (start is None or start < at + (then - ahead)):
                yield at
        day = following


@dataclass(frozen=True)
class Count:
    """A number of units since 1970, `per` of them a second; `whole`: none between two of them."""

    per: int
    whole: bool
    divided: str

    def within(self, column: str, window: Window) -> tuple[str, list[Any]]:
        """See `Times`."""
        edges = [(">=", window.start), ("<", window.stop)]
        said = [f"{column} {sign} {self._mark}" for sign, edge in edges if edge is not None]
        return " and ".join(said) or f"{column} is not null", [
            self._number(edge) for _, edge in edges if edge is not None
        ]

    @property
    def _mark(self) -> str:
        return "?" if self.divided.startswith("cast(") else "%s"

    def _number(self, moment: datetime) -> int | float:
        micros = (moment - EPOCH) // _MICRO
        if not self.whole:
            return micros * self.per / 1_000_000
        return -(-micros * self.per // 1_000_000)  # the first whole one that is not before

    def edges(self, select: str, column: str, rows: str) -> list[str]:
        """See `Times`."""
        return _ends(select, column, rows)

    def bucket(self, column: str) -> str:
        """See `Times`."""
        return self.divided.format(column, _HOUR * self.per)

    def hour(self, bucket: Any) -> datetime | None:
        """See `Times`."""
        return EPOCH + timedelta(hours=int(bucket))

    def latest(self, value: Any) -> datetime | None:
        """See `Times`."""
        try:
            number = int(value) if self.whole else float(value)
            return EPOCH + timedelta(microseconds=number * 1_000_000 // self.per)
        except (ValueError, OverflowError):
            return None

    upto = latest


def per_second(value: float) -> int | None:
    """How many units a second has of which so many have gone by since 1970; None where it counts no time."""
    for most, per in ((1e8, None), (1e11, 1), (1e14, 1000), (1e17, 1_000_000), (1e20, 1_000_000_000)):
        if value < most:
            return per
    return None


@dataclass(frozen=True)
class Text:
    """ISO 8601 in any of its forms, which sort by the day at least: what SQLite has for times.

    `placed` and `hour_number` are functions of our own in that database.
    """

    zone: ZoneInfo | None

    def within(self, column: str, window: Window) -> tuple[str, list[Any]]:
        """See `Times`: by days, for which an index serves, and then exactly."""
        said: list[str] = []
        values: list[Any] = []
        if window.start is not None:
            said += [f"{column} >= ?", f"placed({column}) >= ?"]
            values += [f"{window.start - 2 * _DAY:%Y-%m-%d}", _micros(window.start)]
        if window.stop is not None:
            said += [f"{column} < ?", f"placed({column}) < ?"]
            values += [f"{window.stop + 2 * _DAY:%Y-%m-%d}", _micros(window.stop)]
        return " and ".join(said) or f"{column} is not null", values

    def edges(self, select: str, column: str, rows: str) -> list[str]:
        """See `Times`: texts of neighbouring days may stand in any order."""
        del select
        low, high = (f"(select {each}({column}) {rows})" for each in ("min", "max"))
        near = f"{rows} and {column}"
        return [
            f"select min(placed({column})) {near} < date(substr({low}, 1, 10), '+3 days')",
            f"select max(placed({column})) {near} >= date(substr({high}, 1, 10), '-2 days')",
        ]

    def bucket(self, column: str) -> str:
        """See `Times`."""
        return f"hour_number({column})"

    def hour(self, bucket: Any) -> datetime | None:
        """See `Times`."""
        return None if bucket is None else EPOCH + timedelta(hours=bucket)

    def latest(self, value: Any) -> datetime | None:
        """See `Times`; also of what `placed` gave."""
        micros = value if isinstance(value, int) else self.placed(value)
        return None if micros is None else EPOCH + timedelta(microseconds=micros)

    def upto(self, value: Any) -> datetime | None:
        """See `Times`: the day before, as texts of one day may stand in any order."""
        day = read(str(value)[:10])
        return None if day is None else day.replace(tzinfo=UTC) - _DAY

    def placed(self, value: Any) -> int | None:
        """The microseconds since 1970 of a text; where only its day can be read, of that day."""
        said = str(value)
        clock = read(said) if said[4:5] == "-" else None
        if clock is None:
            clock = read(said[:10]) if said[4:5] == "-" else None
        return None if clock is None else _micros(latest(clock, self.zone or _UTC))

    def hour_number(self, value: Any) -> int | None:
        """The hours since 1970 of a text."""
        micros = self.placed(value)
        return None if micros is None else micros // 3_600_000_000

    @staticmethod
    def unplaced(column: str) -> str:
        """The condition of texts that cannot begin with a day since 1970."""
        return f"({column} < '1970' or {column} >= '3')"


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // _MICRO
