"""Steps: what somebody did, as a funnel, a retention or a cohort asks for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import cast

from analytics import filters
from analytics.filters import Filter, field, sentence
from analytics.forms import BadForm, made, read_form
from analytics.view import Mark
from analytics.zones import MICROSECOND

VERSION = 1

# What a row of each table is called by, so that a step can name it as it names an event.
NAMED_BY = MappingProxyType(
    {
        "events": "event_type",
        "runs": "action_type",
        "llm_calls": "operation",
        "logs": "message",
        "spans": "name",
        "metrics": "name",
        "errors": "type",
        "subscriptions": "status",
        "costs": "category",
    }
)


@dataclass(frozen=True)
class Step:
    """Something that was done: an event of that name, or of any of several, or any row that a filter keeps.

    `event` None is any row. Rows of another `table` than events are named by the column in NAMED_BY. `nth` is
    which time of somebody's it is, in all history; `within` is the longest time since the step before.
    """

    event: str | tuple[str, ...] | None
    where: Filter | None = None
    label: str | None = None
    table: str = "events"
    nth: int = 1
    within: timedelta | None = None

    def __post_init__(self) -> None:
        if isinstance(self.event, list):
            object.__setattr__(self, "event", tuple(cast("list[str]", self.event)))
        _check(self)

    @property
    def events(self) -> tuple[str, ...]:
        """The names that its rows may have; none where any name will do."""
        if self.event is None:
            return ()
        return (self.event,) if isinstance(self.event, str) else self.event

    @property
    def condition(self) -> Filter | None:
        """What a row must fulfil; None where any row of the table will do."""
        if not self.events:
            return self.where
        named = field(NAMED_BY[self.table])
        chosen = named == self.events[0] if len(self.events) == 1 else named.isin(self.events)
        return chosen if self.where is None else chosen & self.where

    @property
    def mark(self) -> Mark:
        """The same as a mark on rows, for the SQL of an analysis."""
        return Mark(self.table, self.condition)

    @property
    def name(self) -> str:
        """What people call it: its label, or what it asks for in words."""
        if self.label:
            return self.label
        said = " or ".join(event or f"{self.table} without a name" for event in self.events)
        what = said or f"any of {self.table}"
        counted = what if self.nth == 1 else f"{what}, time {self.nth}"
        return counted if self.where is None else f"{counted} where {sentence(self.where)}"

    def same_rows(self, other: Step) -> bool:
        """Whether the other step asks for the very same rows, whatever it is called."""
        return (self.table, self.events, self.where) == (other.table, other.events, other.where)

    def to_dict(self) -> dict[str, object]:
        """The JSON form: what is as it always is stays out, since a link holds many steps."""
        form: dict[str, object] = {"version": VERSION, "event": self.event}
        if isinstance(self.event, tuple):
            form["event"] = list(self.event)
        if self.where is not None:
            form["where"] = filters.to_dict(self.where)
        if self.within is not None:
            form["within"] = self.within // MICROSECOND
        usual = Step(None)
        form |= {
            name: value
            for name in ("label", "table", "nth")
            if (value := getattr(self, name)) != getattr(usual, name)
        }
        return form

    @classmethod
    def from_dict(cls, form: object) -> Step:
        """The step of a JSON form; a key that it does not know is refused."""
        names = ("event", "where", "label", "table", "nth", "within")
        known = dict(read_form("step", form, VERSION, names, needed=("event",)))
        known.pop("version")
        if known.get("where") is not None:
            known["where"] = filters.from_dict(known["where"])
        if known.get("within") is not None:
            known["within"] = length_of(known["within"])
        return made("step", cls, known)


def length_of(microseconds: object) -> timedelta:
    """A length of time from its JSON form, whole microseconds."""
    if type(microseconds) is not int or not 0 < microseconds < 10**17:
        raise BadForm("a length of time is a whole number of microseconds above 0")
    return microseconds * MICROSECOND


def check_steps(what: str, *found: object) -> None:
    """Refuse what is no step, and say how one is written."""
    for each in found:
        if not isinstance(each, Step):
            told = f"Step({each!r})" if isinstance(each, str) else 'Step("signup")'
            raise TypeError(f"{what} is made of steps, not of {type(each).__name__}: write {told}")


def steps_in(what: str, listed: object) -> tuple[Step, ...]:
    """Several steps, once each is one."""
    if isinstance(listed, str | bytes | Step) or not isinstance(listed, Iterable):
        raise TypeError(f"{what} is made of several steps: write them as (Step(...), Step(...))")
    found = tuple(cast("Iterable[Step]", listed))
    check_steps(what, *found)
    return found


def check_lengths(*lengths: object) -> None:
    """Refuse lengths of time that are none."""
    for each in lengths:
        if each is None:
            continue
        if not isinstance(each, timedelta):
            raise TypeError(f"a length of time is a timedelta such as timedelta(days=14), not {each!r}")
        if each <= timedelta(0):
            raise ValueError("a length of time is longer than nothing")


def check_number(what: str, value: object, least: int, most: int) -> None:
    """Refuse what is no whole number within bounds."""
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{what} is a whole number from {least:,} to {most:,}, not {value!r}")


def _check(step: Step) -> None:
    if step.table not in NAMED_BY:
        raise ValueError(f"a step is of one of the tables {', '.join(NAMED_BY)}, not of {step.table!r}")
    if not isinstance(step.event, str | tuple | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("the event of a step is its name, several names as a tuple, or None for any")
    if step.event is not None and not step.events:
        raise ValueError("a step of several events names at least one; None is any row")
    for name in step.events:
        if not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("events are named by texts")
    if len(set(step.events)) < len(step.events):
        raise ValueError(f"a step names each event once: {', '.join(step.events)}")
    if not isinstance(step.where, Filter | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("the where of a step is a filter")
    if not isinstance(step.label, str | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("the label of a step is a text")
    if type(step.nth) is not int or step.nth < 1:
        raise ValueError("nth is 1 for every time, 2 for the second, and so on")
    check_lengths(step.within)
