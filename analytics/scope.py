"""The scope of a question: which tenants, which window, whose clock, which filters, and what is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, cast, final

from analytics import filters
from analytics.filters import Filter
from analytics.forms import read_form
from analytics.zones import Grain, day_start, is_day_start, month_before, month_start, next_month, zone

__all__ = ["ALL_TENANTS", "AllTenants", "Grain", "Scope", "Tenants", "covers", "snap"]

VERSION = 1

_TICKS = (
    (timedelta(hours=1), timedelta(seconds=10)),
    (timedelta(hours=24), timedelta(seconds=60)),
)
_LONGEST_TICK = timedelta(minutes=5)

_GRAINS: tuple[tuple[timedelta, Grain], ...] = (
    (timedelta(hours=2), "minute"),
    (timedelta(hours=8), "quarter_hour"),
    (timedelta(days=8), "hour"),
    (timedelta(days=100), "day"),
    (timedelta(days=2 * 366), "week"),
)
# A local day has 25 hours once a year.
_COARSE: tuple[tuple[timedelta, Grain], ...] = (
    (timedelta(hours=49), "hour"),
    (timedelta(days=62), "day"),
    (timedelta(days=2 * 366), "week"),
)


@final
class AllTenants:
    """Every tenant, and the rows that have none; `ALL_TENANTS` is its one instance."""

    _one: AllTenants | None = None

    def __new__(cls) -> AllTenants:
        if cls._one is None:
            cls._one = super().__new__(cls)
        return cls._one

    def __repr__(self) -> str:
        return "ALL_TENANTS"

    def __reduce__(self) -> str:
        return "ALL_TENANTS"


ALL_TENANTS: Final = AllTenants()
Tenants = AllTenants | frozenset[str]


def covers(allowed: Tenants, asked: Tenants) -> bool:
    """Whether who may see `allowed` may see `asked`."""
    if isinstance(allowed, AllTenants):
        return True
    return not isinstance(asked, AllTenants) and asked <= allowed


@dataclass(frozen=True)
class Scope:
    """Which tenants, which window (`end` exclusive), whose clock, which filters, and what is now."""

    start: datetime
    end: datetime
    timezone: str = "UTC"
    tenants: Tenants = ALL_TENANTS
    where: Filter | None = None
    now: datetime | None = None  # the end of the window, unless given

    def __post_init__(self) -> None:
        zone(self.timezone)
        start, end = _utc("start", self.start), _utc("end", self.end)
        if start >= end:
            raise ValueError(f"the window must end after it starts: {start:%F %T} is not before {end:%F %T}")
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "end", end)
        object.__setattr__(self, "now", end if self.now is None else _utc("now", self.now))
        object.__setattr__(self, "tenants", _tenants(self.tenants))
        if self.where is not None and not isinstance(self.where, Filter):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("`where` must be a filter, such as field('status') == 'failed'")

    @property
    def present(self) -> datetime:
        """What is now: `now`, which is never missing once a scope is made."""
        return cast("datetime", self.now)

    def previous(self) -> Scope:
        """The window to compare with: as long, just before; a month so far against the month before.

        Whole local days stay whole local days through clock changes. A window that begins with a local
        month and ends inside its month, or with it, is compared with the month before up to the same local
        time; whole days that merely begin on a 1st are compared with as many days before.
        """
        start, end = self._previous_window()
        return replace(self, start=start, end=end)

    def narrowed(self, where: Filter | None) -> Scope:
        """The same scope with one more condition."""
        if where is None:
            return self
        return replace(self, where=where if self.where is None else self.where & where)

    def grain(self) -> Grain:
        """The bucket that fits the window: about thirty to two hundred of them."""
        local = zone(self.timezone)
        on_the_wall = self.end.astimezone(local).replace(tzinfo=None) - self.start.astimezone(local).replace(
            tzinfo=None
        )
        # Eight local days are eight days, also when one of them has 25 hours.
        length = min(self.end - self.start, on_the_wall)
        for longest, grain in _GRAINS:
            if length <= longest:
                return grain
        return "month"

    def coarse_grain(self) -> Grain:
        """The bucket of which a window has few enough to stand beside each other: hours up to two days."""
        length = self.end - self.start
        for longest, grain in _COARSE:
            if length <= longest:
                return grain
        return "month"

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "timezone": self.timezone,
            "tenants": None if isinstance(self.tenants, AllTenants) else sorted(self.tenants),
            "where": None if self.where is None else filters.to_dict(self.where),
            "now": self.present.isoformat(),
        }

    @classmethod
    def from_dict(cls, form: Mapping[str, object]) -> Scope:
        """The scope of a JSON form; a key that it does not know is refused."""
        known = read_form("scope", form, VERSION, ("start", "end", "timezone", "tenants", "where", "now"))
        tenants, where, now = known.get("tenants"), known.get("where"), known.get("now")
        return cls(
            start=_instant("start", known.get("start")),
            end=_instant("end", known.get("end")),
            timezone=cast("str", known.get("timezone", "UTC")),
            tenants=ALL_TENANTS if tenants is None else cast("frozenset[str]", tenants),
            where=None if where is None else filters.from_dict(where),
            now=None if now is None else _instant("now", now),
        )

    def _previous_window(self) -> tuple[datetime, datetime]:
        if not is_day_start(self.start, self.timezone):
            return self.start - (self.end - self.start), self.start
        local = zone(self.timezone)
        first, last = self.start.astimezone(local), self.end.astimezone(local)
        before = month_before(first.date())
        if first.day == 1 and self.end == day_start(next_month(first.date()), self.timezone):
            return day_start(before, self.timezone), self.start
        if is_day_start(self.end, self.timezone):
            days = last.date() - first.date()
            return day_start(first.date() - days, self.timezone), self.start
        if first.day == 1 and month_start(last.date()) == first.date():
            same_point = last.replace(tzinfo=None) - datetime.combine(first.date(), datetime.min.time())
            point = datetime.combine(before, datetime.min.time(), local) + same_point
            return day_start(before, self.timezone), min(point.astimezone(UTC), self.start)
        return self.start - (self.end - self.start), self.start


def snap(now: datetime, length: timedelta) -> datetime:
    """The last tick at or before `now`: every 10 s for windows up to 1 h, 60 s up to 24 h, 5 min beyond."""
    tick = next((tick for longest, tick in _TICKS if length <= longest), _LONGEST_TICK)
    instant = _utc("now", now)
    return instant - (instant - datetime(1970, 1, 1, tzinfo=UTC)) % tick


def _utc(name: str, value: datetime) -> datetime:
    if not isinstance(value, datetime):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"`{name}` must be a datetime, not {type(value).__name__}")
    if value.tzinfo is None:
        raise ValueError(f"`{name}` has no timezone: pass an aware datetime, as with tzinfo=UTC")
    return value.astimezone(UTC)


def _instant(name: str, text: object) -> datetime:
    if not isinstance(text, str):
        raise ValueError(f"`{name}` must be a time such as '2026-01-08T14:30:00+00:00'")
    return _utc(name, datetime.fromisoformat(text))


def _tenants(tenants: Tenants | Iterable[object]) -> Tenants:
    if isinstance(tenants, AllTenants):
        return tenants
    if isinstance(tenants, str):
        raise TypeError(f"`tenants` must be a set of ids, such as frozenset({{{tenants!r}}}), or ALL_TENANTS")
    ids: set[str] = set()
    for tenant in tenants:
        if not isinstance(tenant, str):
            raise TypeError(f"a tenant's id must be text, not {type(tenant).__name__}")
        if not tenant:
            raise ValueError("only ALL_TENANTS sees rows without a tenant: name the tenants that you mean")
        ids.add(tenant)
    if not ids:
        raise ValueError("no tenant at all: name at least one, or pass ALL_TENANTS")
    return frozenset(ids)
