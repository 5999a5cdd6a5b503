"""What a funnel asks: its steps, their order, who is counted and how, as one value with a JSON form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal, cast, get_args

from analytics import filters
from analytics.filters import COHORT, OF_COHORT, Filter, field
from analytics.forms import made, read_form, read_list, read_object
from analytics.funnel_kernel import MOST_EXCLUSIONS, MOST_STEPS
from analytics.steps import MICROSECOND, Step, check_lengths, check_number, length_of, steps_in
from analytics.units import PERSON
from analytics.view import Mark

__all__ = ["Attribution", "Dates", "Entry", "Exclusion", "FunnelSpec", "Order", "Step"]

VERSION = 1
MOST_VALUES = 10**9
Order = Literal["ordered", "strict", "unordered"]
Entry = Literal["any", "first"]
Dates = Literal["entry", "entry_and_completion"]
Attribution = Literal["first_touch", "last_touch", "all_events", "step"]
Breakdown = str | tuple[str, ...]
_CHOICES = {
    "order": get_args(Order),
    "entry": get_args(Entry),
    "dates": get_args(Dates),
    "attribution": get_args(Attribution),
}


@dataclass(frozen=True)
class Exclusion:
    """Something that may not happen between two steps, which are counted from 1.

    Where the later step is not reached, it may not happen up to the window's end.
    """

    event: str | tuple[str, ...] | None
    after_step: int
    before_step: int
    where: Filter | None = None

    def __post_init__(self) -> None:
        if isinstance(self.event, list):
            object.__setattr__(self, "event", tuple(cast("list[str]", self.event)))
        _ = self.step
        for name in ("after_step", "before_step"):
            check_number(f"{name} of an exclusion", getattr(self, name), 1, MOST_STEPS)

    @property
    def step(self) -> Step:
        """Its rows, as a step would ask for them."""
        return Step(self.event, self.where)

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "event": list(self.event) if isinstance(self.event, tuple) else self.event,
            "after_step": self.after_step,
            "before_step": self.before_step,
            "where": None if self.where is None else filters.to_dict(self.where),
        }

    @classmethod
    def from_dict(cls, form: object) -> Exclusion:
        """The exclusion of a JSON form; a key that it does not know is refused."""
        needed = ("event", "after_step", "before_step")
        known = dict(read_object("exclusion", form, (*needed, "where"), needed=needed))
        if known.get("where") is not None:
            known["where"] = filters.from_dict(known["where"])
        return made("exclusion", cls, known)


@dataclass(frozen=True)
class FunnelSpec:
    """Who gets from step to step, and within which time of the first one.

    A person counts once, at the deepest step that any of their entries leads to (`entry="first"`: that the
    first one does). `strict` allows no other row of theirs between two steps, `unordered` takes the steps as
    they come. With `dates="entry"` the window of the page holds the entries and completions may follow it;
    with `entry_and_completion` it holds both. `unit` is who is counted: people, tenants, sessions or any
    property. `breakdown` splits them by the value of their first or last row that has one, of the rows that
    fill `attribution_step`, or asks the funnel for the rows of each value by themselves; `cohort.` and an id
    splits them by who is in that cohort.
    """

    steps: tuple[Step, ...]
    order: Order = "ordered"
    window: timedelta = timedelta(days=14)
    unit: str = PERSON
    entry: Entry = "any"
    dates: Dates = "entry"
    exclusions: tuple[Exclusion, ...] = ()
    breakdown: Breakdown | None = None
    attribution: Attribution = "first_touch"
    attribution_step: int = 1
    breakdown_limit: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", steps_in("a funnel", self.steps))
        if isinstance(self.exclusions, Exclusion):
            raise TypeError("the exclusions of a funnel are several: write (Exclusion(...),)")
        object.__setattr__(self, "exclusions", tuple(self.exclusions))
        if isinstance(self.breakdown, list):
            object.__setattr__(self, "breakdown", tuple(cast("list[str]", self.breakdown)))
        _check(self)

    @property
    def broken_by(self) -> tuple[str, ...]:
        """The fields of the breakdown; none where there is no breakdown."""
        if self.breakdown is None:
            return ()
        return (self.breakdown,) if isinstance(self.breakdown, str) else self.breakdown

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of its steps and exclusions."""
        found = [step.table for step in self.steps] + ["events" for _ in self.exclusions]
        return tuple(dict.fromkeys(found))

    @property
    def marked(self) -> tuple[Step, ...]:
        """Whose rows are marked, by the number of their bit: the steps, then the exclusions."""
        return (*self.steps, *(each.step for each in self.exclusions))

    @property
    def marks(self) -> Mapping[str, Mark]:
        """The conditions of steps, exclusions and cohorts that people are split by, for the SQL."""
        found = {f"s{n}": step.mark for n, step in enumerate(self.marked)}
        for n, name in enumerate(self.broken_by):
            if name.startswith(OF_COHORT):
                members = field(COHORT).in_cohort(name.removeprefix(OF_COHORT))
                found |= {f"c{n}_{table}": Mark(table, members) for table in self.tables}
        return found

    def whole(self) -> FunnelSpec:
        """The same without its breakdown."""
        return replace(
            self, breakdown=None, attribution="first_touch", attribution_step=1, breakdown_limit=None
        )

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "version": VERSION,
            "steps": [step.to_dict() for step in self.steps],
            "order": self.order,
            "window": self.window // MICROSECOND,
            "unit": self.unit,
            "entry": self.entry,
            "dates": self.dates,
            "exclusions": [each.to_dict() for each in self.exclusions],
            "breakdown": list(self.breakdown) if isinstance(self.breakdown, tuple) else self.breakdown,
            "attribution": self.attribution,
            "attribution_step": self.attribution_step,
            "breakdown_limit": self.breakdown_limit,
        }

    @classmethod
    def from_dict(cls, form: object) -> FunnelSpec:
        """The specification of a JSON form; a key that it does not know is refused."""
        names = tuple(cls.__dataclass_fields__)
        known = dict(read_form("funnel", form, VERSION, names, needed=("steps",)))
        known.pop("version")
        known["steps"] = tuple(
            Step.from_dict(each) for each in read_list("steps of a funnel", known["steps"])
        )
        if "exclusions" in known:
            listed = read_list("exclusions of a funnel", known["exclusions"])
            known["exclusions"] = tuple(Exclusion.from_dict(each) for each in listed)
        if "window" in known:
            known["window"] = length_of(known["window"])
        return made("funnel", cls, known)


def _check(spec: FunnelSpec) -> None:
    steps = len(spec.steps)
    if not 1 <= steps <= MOST_STEPS:
        raise ValueError(f"a funnel has 1 to {MOST_STEPS} steps, not {steps}")
    if len(spec.exclusions) > MOST_EXCLUSIONS:
        raise ValueError(f"a funnel has at most {MOST_EXCLUSIONS} exclusions")
    for name, known in _CHOICES.items():
        if getattr(spec, name) not in known:
            raise ValueError(f"the {name} of a funnel is one of {', '.join(known)}")
    if spec.window is None:  # pyright: ignore[reportUnnecessaryComparison]
        raise TypeError("the window of a funnel is a timedelta such as timedelta(days=14)")
    check_lengths(spec.window)
    for each in spec.exclusions:
        if not isinstance(each, Exclusion):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("the exclusions of a funnel are Exclusion values")
        if not 1 <= each.after_step < each.before_step <= steps:
            raise ValueError(
                f"an exclusion lies between two of the steps 1 to {steps}, the earlier one first"
            )
    check_number("the step of an attribution", spec.attribution_step, 1, steps)
    if spec.breakdown_limit is not None:
        check_number("the limit of a breakdown", spec.breakdown_limit, 1, MOST_VALUES)
    if not all(isinstance(name, str) and name for name in (spec.unit, *spec.broken_by)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError("the unit and the fields of a breakdown are named by texts")
