"""When something was done, as a cohort asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics.forms import BadForm, read_object
from analytics.scope import Scope
from analytics.steps import MICROSECOND, check_lengths, length_of


@dataclass(frozen=True)
class During:
    """When something was done: ever, in the `last` so long before now, from `start` up to `end`, or in the
    `window` of whoever asks.
    """

    last: timedelta | None = None
    start: datetime | None = None
    end: datetime | None = None
    window: bool = False

    def __post_init__(self) -> None:
        if (self.last is not None) + (self.start is not None or self.end is not None) + self.window > 1:
            raise ValueError("something was done in the last days, between two moments, or in the window")
        check_lengths(self.last)
        for moment in (self.start, self.end):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("a moment needs a timezone: pass an aware datetime")
        if self.start is not None and self.end is not None and self.start >= self.end:
            raise ValueError("it ends after it starts")

    def span(self, scope: Scope) -> tuple[datetime | None, datetime | None]:
        """From when, and before when, in a scope; nothing where it does not matter."""
        if self.last is not None:
            return scope.present - self.last, None
        return (scope.start, scope.end) if self.window else (self.start, self.end)

    def sentence(self) -> str:
        """When, after a verb: "in the last 30 days"; nothing for ever."""
        if self.last is not None:
            return f" in the last {length(self.last)}"
        if self.window:
            return " in the window"
        since = f" from {_moment(self.start)}" if self.start is not None else ""
        return f"{since} before {_moment(self.end)}" if self.end is not None else since

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "last": None if self.last is None else self.last // MICROSECOND,
            "start": self.start and self.start.isoformat(),
            "end": self.end and self.end.isoformat(),
            "window": self.window,
        }

    @classmethod
    def from_dict(cls, form: object) -> During:
        """When, of its JSON form; a key that it does not know is refused."""
        names = ("last", "start", "end", "window")
        known = read_object("time", form, names, needed=names)
        last, window = known["last"], known["window"]
        if not isinstance(window, bool):
            raise BadForm("window is true or false")
        moments = {name: None if (at := known[name]) is None else moment_of(at) for name in ("start", "end")}
        return cls(None if last is None else length_of(last), **moments, window=window)


EVER = During()


def moment_of(text: object) -> datetime:
    """A moment of its JSON form."""
    if not isinstance(text, str):
        raise BadForm("a moment is a text such as 2026-01-08T14:30:00+00:00")
    return datetime.fromisoformat(text)


def length(span: timedelta) -> str:
    """A length of time in words: 30 days, 36 hours, 1 minute."""
    for name, unit in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        if not span % unit:
            return f"{span // unit} {name}{'' if span == unit else 's'}"
    return f"{span.total_seconds():g} seconds"


def _moment(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%-d %b %Y, %H:%M} UTC"
