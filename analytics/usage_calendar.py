"""Billing months: they begin on a tenant's own day, at midnight on its own clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

from analytics.scope import Scope
from analytics.zones import (
    MICROSECOND,
    UnknownTimezone,
    day_start,
    is_day_start,
    month_before,
    month_start,
    next_month,
    zone,
)

LAST_DAY = 31


class BadMonth(ValueError):
    """What was named is no month; the text says how to write one."""


@dataclass(frozen=True, order=True)
class Terms:
    """On which day of the month, and on whose clock, a tenant's billing month begins."""

    day: int = 1
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        if not 1 <= self.day <= LAST_DAY:
            raise ValueError(f"a billing month begins on a day from 1 to {LAST_DAY}, not {self.day}")
        zone(self.timezone)


@dataclass(frozen=True)
class Period:
    """A billing month: its name is the calendar month in which it begins; `ends_at` is not in it."""

    month: str
    starts_at: datetime
    ends_at: datetime


@lru_cache(maxsize=1024)
def terms_of(day: int | None, timezone: str, others: Terms) -> Terms:
    """A tenant's terms by what is known of it; what is missing or cannot be is as for all others."""
    try:
        named = zone(timezone).key if timezone else others.timezone
    except UnknownTimezone:
        named = others.timezone
    return Terms(day if day is not None and 1 <= day <= LAST_DAY else others.day, named)


def read_month(month: str | date) -> date:
    """The first day of a month that is given as 2026-03 or as any day in it."""
    if isinstance(month, date):
        return date(month.year, month.month, 1)
    try:
        return month_start(date.fromisoformat(month if len(month) > len("2026-03") else f"{month}-01"))
    except ValueError as error:
        raise BadMonth(f"{month!r} is no month: write it as 2026-03") from error


def period(month: date, terms: Terms) -> Period:
    """The billing month that begins in a calendar month; where that has no such day, on its last one."""
    return Period(f"{month:%Y-%m}", _begins(month, terms), _begins(next_month(month), terms))


def period_at(moment: datetime, terms: Terms) -> Period:
    """The billing month that a moment lies in."""
    local = month_start(moment.astimezone(zone(terms.timezone)).date())
    begun = _begins(local, terms) <= moment.astimezone(UTC)
    return period(local if begun else month_before(local), terms)


def asked(scope: Scope, terms: Terms) -> tuple[Period, ...]:
    """The billing months of a window: of whole calendar months those of their names, else all it touches."""
    named = whole_months(scope)
    return tuple(period(month, terms) for month in named) or tuple(periods(scope.start, scope.end, terms))


def told_month(scope: Scope, terms: Terms) -> Period:
    """The one billing month that a window speaks of: of whole calendar months that are over the last one's.

    Else the one that holds the window's end, so that a window that is going on is told of what goes on too.
    """
    named = whole_months(scope)
    if named and is_day_start(scope.end, scope.timezone) and scope.end <= scope.present:
        found = period(named[-1], terms)
        if found.starts_at < scope.present:
            return found
    return period_at(min(scope.end, scope.present) - MICROSECOND, terms)


def whole_months(scope: Scope) -> tuple[date, ...]:
    """The calendar months that a window is made of, by their first days; none where it cuts one.

    The last one may be going on: this month is whole as far as it has come. A window of so many days that
    begins with a month by chance ends with a day, and is none.
    """
    first = month_start(scope.start.astimezone(zone(scope.timezone)).date())
    last = (scope.end - MICROSECOND).astimezone(zone(scope.timezone)).date()
    begins = day_start(first, scope.timezone) == scope.start.astimezone(UTC)
    over = day_start(next_month(last), scope.timezone) == scope.end.astimezone(UTC)
    goes_on = scope.end >= scope.present and not is_day_start(scope.end, scope.timezone)
    if not (begins and (over or goes_on)):
        return ()
    found = [first]
    while next_month(found[-1]) <= last:
        found.append(next_month(found[-1]))
    return tuple(found)


def periods(start: datetime, end: datetime, terms: Terms) -> Iterator[Period]:
    """The billing months that a window touches, each whole; `end` is not in the window."""
    found = period_at(start, terms)
    while found.starts_at < end:
        yield found
        found = period_at(found.ends_at, terms)


def _begins(month: date, terms: Terms) -> datetime:
    last = monthrange(month.year, month.month)[1]
    return day_start(month.replace(day=min(terms.day, last)), terms.timezone)
