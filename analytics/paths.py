"""Paths: what people do next after an event, or did before one, step by step in one sitting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import pandas as pd

from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import SESSION_GAP
from analytics.specified import Specified
from analytics.sql import blocks
from analytics.steps import MICROSECOND, Step, check_steps
from analytics.units import PERSON
from analytics.view import View
from analytics.who import COLUMNS, LOOKED_UP, named

SQL = blocks(__file__)
# Events have words for names; what stands in brackets is none of them.
OTHER, EXIT, ENTRY = "(other)", "(exit)", "(entry)"
MOST_STEPS, MOST_NAMES, LONGEST_GAP = 20, 50, 24 * 60
Direction = Literal["from", "to"]
ANY_EVENT = Step(None)

STEP = Column(
    "step", "Step", "count", "Steps from the event at which the paths begin or end to the first one."
)
SOURCE = Column("source", "From", "text", "What was done first.")
TARGET = Column("target", "To", "text", "What was done next; or that the path ends or begins here.")
SITTINGS = Column("sittings", "Paths", "count", "Sittings that went on so; each counts once.")
SHARE = Column("share", "Share", "ratio", "The paths that went on so / all that were at the first of both.")
SHARE_OF = Column("share_of", "Paths at the first", "count", "All paths that were at the first of both.")


@dataclass(frozen=True)
class Paths(Specified):
    """How many sittings went from one event to the next, step by step, from an event on or up to one.

    A sitting is what one person does without a pause of more than `gap_minutes`; without an `anchor` paths
    begin with what is done first, or end with what is done last. `steps` are the columns, the anchor
    included; at each step the `most` frequent events have their names and the rest is `(other)`. A path that
    ends within the steps goes to `(exit)`, one that begins there comes from `(entry)`, so that what comes to
    a node goes on from it. Only events of `shown` are seen at all.
    """

    kind: ClassVar[str] = "paths"

    anchor: Step | None = None
    direction: Direction = "from"
    steps: int = 5
    most: int = 6
    gap_minutes: int = SESSION_GAP.seconds // 60
    shown: Step = ANY_EVENT

    def __post_init__(self) -> None:
        if self.direction not in get_args(Direction):
            raise ValueError("paths lead from an event or to one")
        bounds = (("steps", 2, MOST_STEPS), ("most", 1, MOST_NAMES), ("gap_minutes", 1, LONGEST_GAP))
        for name, least, most in bounds:
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise ValueError(f"the {name} of paths are a whole number from {least} to {most}")
        check_steps("a path", self.anchor or ANY_EVENT, self.shown)
        if any(each.table != "events" or each.nth != 1 for each in (self.anchor or ANY_EVENT, self.shown)):
            raise ValueError("paths are of events: their steps are of events, any time these are done")

    @property
    def columns(self) -> tuple[Column, ...]:
        """step, source, target, sittings, share, share_of."""
        return (STEP, SOURCE, TARGET, SITTINGS, SHARE, SHARE_OF)

    @property
    def tables(self) -> tuple[str, ...]:
        """Events, and who their people are."""
        return ("events", "identities")

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The links, step by step, the most frequent first."""
        return links(view, scope, self)

    def people_of(self, row: Mapping[str, Any], column: str) -> PathPeople:  # noqa: ARG002  whatever the column
        """Who went so, of a row of the answer."""
        link = (int(row["step"]), str(row["source"]), str(row["target"]))
        spec = (self.anchor, self.direction, self.steps, self.most, self.gap_minutes, self.shown)
        return PathPeople(*link, *spec)


@dataclass(frozen=True)
class PathPeople(Specified):
    """Who went from one event to the next at a step of paths, and in how many of their sittings."""

    kind: ClassVar[str] = "path_people"

    step: int
    source: str
    target: str
    anchor: Step | None = None
    direction: Direction = "from"
    steps: int = 5
    most: int = 6
    gap_minutes: int = SESSION_GAP.seconds // 60
    shown: Step = ANY_EVENT

    def __post_init__(self) -> None:
        _ = self.paths

    @property
    def paths(self) -> Paths:
        """The paths that they went."""
        return Paths(self.anchor, self.direction, self.steps, self.most, self.gap_minutes, self.shown)

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id, sittings."""
        return (*COLUMNS, SITTINGS)

    @property
    def tables(self) -> tuple[str, ...]:
        """Events, who their people are, and what they are called."""
        return (*self.paths.tables, *LOOKED_UP)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person; their sittings are those of the link."""
        forward = self.direction == "from"
        name, following = (self.source, self.target) if forward else (self.target, self.source)
        step = self.step if forward else -self.step - 1
        whom = {"by_person": True, "at_step": step, "at_name": name, "at_following": following}
        found = _walked(view, scope, self.paths, whom)
        people = named(view, scope, found[["tenant_id", "unit"]], PERSON)
        return people.merge(found[["tenant_id", "unit", "sittings"]], on=["tenant_id", "unit"])


def links(view: View, scope: Scope, paths: Paths) -> pd.DataFrame:
    """A row a link: `step` (of its source: 0 is the anchor, those before it are below 0), `source`, `target`,
    `sittings`, `share` of those at the source (up to an event: at the target), and of how many.
    """
    forward = paths.direction == "from"
    nobody = {"by_person": False, "at_step": 0, "at_name": "", "at_following": ""}
    found = _walked(view, scope, paths, nobody)
    whole = found.groupby(["step", "name"])["sittings"].transform("sum").astype("int64")
    source, target = ("name", "following") if forward else ("following", "name")
    step = found["step"] if forward else -found["step"] - 1
    return pd.DataFrame(
        {
            "step": step.astype("int64"),
            "source": found[source],
            "target": found[target],
            "sittings": found["sittings"],
            "share": (found["sittings"] / whole).astype("float64"),
            "share_of": whole,
        }
    )


def _walked(view: View, scope: Scope, paths: Paths, whom: Mapping[str, Any]) -> pd.DataFrame:
    """The links in the direction of the paths; of one link by whom it was gone, where `whom` says which."""
    forward, anchor = paths.direction == "from", paths.anchor or ANY_EVENT
    return view.frame(
        replace(scope, end=min(scope.end, max(scope.present, scope.start + MICROSECOND))),
        SQL["links"],
        marks={"anchor": anchor.mark, "shown": paths.shown.mark},
        gap_us=paths.gap_minutes * 60_000_000,
        last=not forward and paths.anchor is None,
        forward=forward,
        steps=paths.steps,
        most=paths.most,
        other=OTHER,
        left=EXIT if forward else ENTRY,
        **whom,
    )
