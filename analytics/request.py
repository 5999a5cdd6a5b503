"""What an address asks for: the part of a scope that a link carries, before rights and the clock."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import cast

from analytics import filters
from analytics.filters import Filter
from analytics.forms import BadForm, read_form
from analytics.scope import Scope
from analytics.search import EVERYTHING, LONGEST, SYNTAXES, Syntax, parse
from analytics.zones import EARLIEST, LATEST, day_start, month_before, month_start, zone

VERSION = 1
LONGEST_TEXT = 4096

LENGTHS: Mapping[str, timedelta] = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
    "90d": timedelta(days=90),
}
MONTH, LAST_MONTH = "month", "last_month"

_CHOICE = re.compile(r"[a-z_]{1,40}")
_ROLE = re.compile(r"[a-z-]{0,40}")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?")


@dataclass(frozen=True)
class Request:
    """Which tenants, which window, whose clock, which filters; by default everything of the last day.

    `compare` is whether numbers stand beside those of the window before, or which window they stand beside;
    `choices` are what a page lets one choose of its own, by name: which experiment it tells of.
    `presenting` is whether names are masked, `named` are the tenants that are not.
    """

    tenants: tuple[str, ...] = ()
    window: str = "24h"
    timezone: str = "UTC"
    where: Filter | None = None
    search: str = ""  # as it was typed: what cannot be read is said where it becomes a filter
    syntax: Syntax = "kql"
    compare: bool | str = True
    demo: bool = False
    role: str = ""  # for whom the pages are put in order; '' for nobody in particular
    choices: tuple[tuple[str, str], ...] = ()
    presenting: bool = False
    named: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "tenants", tuple(self.tenants))
        zone(self.timezone)
        _check_window(self.window, self.timezone)
        if not all(isinstance(tenant, str) and tenant for tenant in cast("tuple[object, ...]", self.tenants)):
            raise ValueError("tenants are named by their ids, which are not empty")
        _check_search(self.search, self.syntax)
        if isinstance(self.compare, str):
            custom_window(self.compare, self.timezone)
        elif not isinstance(self.compare, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("compare is true, false or a window such as 2026-11-01~2026-11-07")
        if not isinstance(self.demo, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("demo is true or false")
        if not (isinstance(self.role, str) and _ROLE.fullmatch(self.role)):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ValueError("a role is a short name of small letters")
        object.__setattr__(self, "choices", _choices(self.choices))
        object.__setattr__(self, "named", tuple(self.named))
        if not isinstance(self.presenting, bool):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("presenting is true or false")
        if not all(isinstance(tenant, str) and tenant for tenant in cast("tuple[object, ...]", self.named)):
            raise ValueError("tenants that are not masked are named by their ids, which are not empty")

    def text(self) -> str:
        """What the address holds: compact JSON, empty where everything is the default."""
        changed = {name: value for name, value in self.to_dict().items() if value != _DEFAULTS[name]}
        if not changed:
            return ""
        return json.dumps({"version": VERSION, **changed}, ensure_ascii=False, separators=(",", ":"))

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "tenants": list(self.tenants),
            "window": self.window,
            "timezone": self.timezone,
            "where": None if self.where is None else filters.to_dict(self.where),
            "search": self.search,
            "syntax": self.syntax,
            "compare": self.compare,
            "demo": self.demo,
            "role": self.role,
            "choices": dict(self.choices),
            "presenting": self.presenting,
            "named": list(self.named),
        }

    @classmethod
    def from_dict(cls, form: object) -> Request:
        """The request of a JSON form; an unknown key is refused, a missing one is the default."""
        named = read_form("request", form, VERSION, tuple(_DEFAULTS))
        fields = {**_DEFAULTS, **named}
        tenants, where, choices = fields["tenants"], fields["where"], fields["choices"]
        if not isinstance(tenants, list) or not isinstance(fields["named"], list):
            raise BadForm("tenants are a list of ids")
        if not isinstance(choices, dict):
            raise BadForm("choices are texts by name")
        for name in ("window", "timezone"):
            if not isinstance(fields[name], str):
                raise BadForm(f"{name} is a text")
        return cls(
            tenants=tuple(cast("list[str]", tenants)),
            window=cast("str", fields["window"]),
            timezone=cast("str", fields["timezone"]),
            where=None if where is None else filters.from_dict(where),
            search=cast("str", fields["search"]),
            syntax=cast("Syntax", fields["syntax"]),
            compare=cast("bool | str", fields["compare"]),
            demo=cast("bool", fields["demo"]),
            role=cast("str", fields["role"]),
            choices=tuple(cast("dict[str, str]", choices).items()),
            presenting=cast("bool", fields["presenting"]),
            named=tuple(cast("list[str]", fields["named"])),
        )

    @classmethod
    def parse(cls, text: str) -> Request:
        """The request that an address holds; the default where the address holds none, or nonsense."""
        return cls.read(text) or cls()

    @classmethod
    def read(cls, text: str) -> Request | None:
        """The request that an address holds; None where it holds nonsense."""
        if not text:
            return cls()
        if len(text) > LONGEST_TEXT:
            return None
        try:
            return cls.from_dict(json.loads(text))
        except (ValueError, TypeError, OverflowError, RecursionError):
            return None

    def choice(self, name: str) -> str:
        """What was chosen of that name; nothing where nothing was."""
        return dict(self.choices).get(name, "")

    @property
    def narrowed(self) -> bool:
        """Whether a filter or a search leaves rows out."""
        return self.where is not None or bool(self.search.strip())

    def filter_at(self, now: datetime) -> Filter | None:
        """The filters and the search as one when it is `now`; SearchError where the search cannot be read."""
        found = parse(self.search, self.syntax, now, self.timezone)
        if found == EVERYTHING:
            return self.where
        return found if self.where is None else self.where & found

    def window_at(self, now: datetime) -> tuple[datetime, datetime]:
        """The start and the end of the window, in UTC, when it is `now`.

        The month so far is the month of the last moment before `now`: on the stroke of a new month it is
        the whole month that has just ended. The last month is the whole one before that. Pass a `now` that is
        snapped to a tick (`analytics.scope.snap`).
        """
        instant = now.astimezone(UTC)
        if self.window in LENGTHS:
            return instant - LENGTHS[self.window], instant
        if self.window in {MONTH, LAST_MONTH}:
            latest = (instant - timedelta(microseconds=1)).astimezone(zone(self.timezone)).date()
            this = day_start(month_start(latest), self.timezone)
            if self.window == MONTH:
                return this, instant
            return day_start(month_before(latest), self.timezone), this
        return custom_window(self.window, self.timezone)

    def length_at(self, now: datetime) -> timedelta:
        """How long the window is, which decides how often it moves on."""
        start, end = self.window_at(now)
        return end - start


def compared_scope(request: Request, scope: Scope) -> Scope | None:
    """The scope that one on the page is compared with; None where the page does not compare."""
    if isinstance(request.compare, bool):
        return scope.previous() if request.compare else None
    start, end = custom_window(request.compare, request.timezone)
    return replace(scope, start=start, end=end)


def custom_window(text: str, timezone: str) -> tuple[datetime, datetime]:
    """The start and the end, in UTC, of "2026-11-16T19:42~2026-11-19T04:23" on a local clock.

    A date without a time is the whole day: the first one from its beginning, the last one to its end.
    """
    first, tilde, last = text.partition("~")
    if not tilde:
        raise ValueError(
            f"no window {text!r}: use {', '.join(LENGTHS)}, {MONTH}, {LAST_MONTH} or 2026-11-16~2026-11-19"
        )
    start = _local_instant(first, timezone, days_later=0)
    end = _local_instant(last, timezone, days_later=1)
    if start >= end:
        raise ValueError(f"the window must end after it starts: {first} is not before {last}")
    if start.year < EARLIEST or end.year > LATEST:
        raise ValueError(f"a window lies between the years {EARLIEST} and {LATEST}")
    return start, end


def custom_window_text(start: datetime, end: datetime, timezone: str) -> str:
    """The window of two instants as an address holds it: local times, as exact as they need to be."""
    return "~".join(_local_text(instant, timezone) for instant in (start, end))


def _local_instant(text: str, timezone: str, *, days_later: int) -> datetime:
    if _DATE.fullmatch(text):
        return day_start(date.fromisoformat(text) + timedelta(days=days_later), timezone)
    if _DATE_TIME.fullmatch(text):
        return datetime.fromisoformat(text).replace(tzinfo=zone(timezone)).astimezone(UTC)
    raise ValueError(f"{text!r} is no local time: write it as 2026-11-16T19:42 or 2026-11-16")


def _local_text(instant: datetime, timezone: str) -> str:
    local = instant.astimezone(zone(timezone)).replace(tzinfo=None)
    return local.isoformat() if local.second or local.microsecond else local.isoformat(timespec="minutes")


def _choices(pairs: Iterable[tuple[object, object]]) -> tuple[tuple[str, str], ...]:
    """The choices in the order of their names; an empty one is none."""
    for name, value in pairs:
        if not (isinstance(name, str) and _CHOICE.fullmatch(name)):
            raise ValueError("a choice has a short name of small letters")
        if not isinstance(value, str) or any("\ud800" <= sign <= "\udfff" for sign in value):
            raise ValueError("what is chosen is a text of whole characters")
    return tuple(sorted((str(name), str(value)) for name, value in dict(pairs).items() if value))


def _check_search(search: object, syntax: object) -> None:
    if syntax not in SYNTAXES:
        raise ValueError(f"the syntax of a search is one of {', '.join(SYNTAXES)}")
    if not isinstance(search, str) or len(search) > LONGEST:
        raise ValueError(f"a search is a text of at most {LONGEST:,} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in search):
        raise ValueError("a search holds whole characters")


def _check_window(window: str, timezone: str) -> None:
    if window not in LENGTHS and window not in {MONTH, LAST_MONTH}:
        custom_window(window, timezone)


_DEFAULTS: Mapping[str, object] = Request().to_dict()
