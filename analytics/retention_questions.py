"""What panels ask of a retention: the triangle of its cells, its curve, and the people of a cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self, cast

import numpy as np
import pandas as pd

from analytics.columns import COMPLETE, rate
from analytics.forms import BadForm, read_form
from analytics.question import Column
from analytics.retention import RetentionSpec, retention, retention_people, returned_people
from analytics.scope import Scope
from analytics.specified import VERSION, Specified, fields_of
from analytics.units import tables_for
from analytics.view import View
from analytics.who import COLUMNS, LOOKED_UP, named

COHORT = Column("cohort", "Cohort", "time", "The start of the interval in which they started.")
PERIOD = Column("period", "Period", "count", "Intervals after the cohort's; 0 is the cohort's own.")
BREAKDOWN = Column("breakdown", "Group", "text", "The value by which cohorts are split.")
ACTORS = Column("actors", "Came back", "count", "How many of the cohort came back in the period.")
RETAINED = Column("retained", "Retention", "ratio", "Came back / cohort.")
OF = Column("retained_of", "Cohort size", "count", "How many started.")
COHORTS = Column(
    "cohorts", "Cohorts", "count", "Of how many cohorts they are counted; they add up to the whole."
)


class OfRetention(Specified):
    """What is asked of a retention."""

    spec: RetentionSpec

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of both steps, and what units and breakdowns are looked up in."""
        steps = (self.spec.start.table, self.spec.returning.table)
        return tuple(dict.fromkeys([*steps, *sorted(tables_for((self.spec.unit, *self.spec.broken_by)))]))

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that the filters of both steps ask for."""
        return fields_of((self.spec.start, self.spec.returning))

    @property
    def broken(self) -> tuple[Column, ...]:
        """The column of the breakdown, where there is one."""
        return (BREAKDOWN,) if self.spec.broken_by else ()

    def to_dict(self) -> dict[str, object]:
        """The JSON form of the retention."""
        return self.spec.to_dict()

    @classmethod
    def from_dict(cls, form: object) -> Self:
        """The question of a retention's JSON form."""
        return cls(RetentionSpec.from_dict(form))  # pyright: ignore[reportCallIssue]

    def counted(self, view: View, scope: Scope) -> pd.DataFrame:
        """The cells of the retention with the size of each one's cohort; several fields as one text."""
        found = retention(view, scope, self.spec)
        sizes = found["actors"].to_numpy().reshape(-1, self.spec.periods)[:, 0]
        found = found.assign(retained_of=np.repeat(sizes, self.spec.periods))
        if isinstance(self.spec.breakdown, tuple):
            found["breakdown"] = pd.Series([" · ".join(each) for each in found["breakdown"]], dtype="str")
        return found


@dataclass(frozen=True)
class Triangle(OfRetention):
    """How many of those who started in an interval came back in each interval after it, up to now."""

    kind: ClassVar[str] = "retention"

    spec: RetentionSpec

    @property
    def columns(self) -> tuple[Column, ...]:
        """[breakdown,] cohort, period, actors, retained, retained_of, complete."""
        return (*self.broken, COHORT, PERIOD, ACTORS, RETAINED, OF, COMPLETE)

    @property
    def additive(self) -> tuple[str, ...]:
        """Units are each within a tenant, so that those of two sets of tenants add up."""
        return ("actors",) if self.spec.breakdown_limit is None else ()

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The cells that have begun by the scope's present."""
        found = self.counted(view, scope)
        # Of the cells that are not over, the first of a row is running and the others are still to come.
        running = ~found["complete"] & found["complete"].shift(fill_value=True)
        begun = found["complete"] | running | (found["period"] == 0)
        begun &= found["cohort"] < scope.present
        found = found[begun].reset_index(drop=True)
        found["retained"] = rate(found["actors"], found["retained_of"])
        return found[[column.name for column in self.columns]]


@dataclass(frozen=True)
class Curve(OfRetention):
    """Retention by period over all cohorts, each counting by its size; unfinished cells are left out."""

    kind: ClassVar[str] = "retention_curve"

    spec: RetentionSpec

    @property
    def columns(self) -> tuple[Column, ...]:
        """[breakdown,] period, actors, retained, retained_of."""
        return (*self.broken, PERIOD, ACTORS, RETAINED, OF)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a period that any cohort has finished."""
        found = self.counted(view, scope)
        keys = [column.name for column in (*self.broken, PERIOD)]
        whole = found[found["complete"]].groupby(keys, sort=False)[["actors", "retained_of"]].sum()
        whole = whole.reset_index()
        whole = whole[whole["retained_of"] > 0].reset_index(drop=True)
        whole["retained"] = rate(whole["actors"], whole["retained_of"])
        return whole[[column.name for column in self.columns]]


class OfPeople(OfRetention):
    """Whom a retention counts somewhere."""

    period: int
    breakdown: str | tuple[str, ...] | None

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id."""
        return COLUMNS

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the retention, and what names are looked up in."""
        return tuple(dict.fromkeys([*super().tables, *LOOKED_UP]))

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        value = list(self.breakdown) if isinstance(self.breakdown, tuple) else self.breakdown
        return {
            "version": VERSION,
            "spec": self.spec.to_dict(),
            "period": self.period,
            "breakdown": value,
        }


@dataclass(frozen=True)
class CurvePeople(OfPeople):
    """Who is counted at a point of a retention's curve, by name where it is known."""

    kind: ClassVar[str] = "retention_curve_people"

    spec: RetentionSpec
    period: int
    breakdown: str | tuple[str, ...] | None = None

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id; cohorts, where somebody may be of several."""
        return COLUMNS if self.spec.mode == "first_time" else (*COLUMNS, COHORTS)

    @classmethod
    def from_dict(cls, form: object) -> CurvePeople:
        """The question of a JSON form; a key that it does not know is refused."""
        needed = ("spec", "period")
        known = read_form("point", form, VERSION, (*needed, "breakdown"), needed=needed)
        return cls(RetentionSpec.from_dict(known["spec"]), *place_of(known))

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person."""
        found = returned_people(view, scope, self.spec, self.period, breakdown=self.breakdown)
        people = named(view, scope, found[["tenant_id", "unit"]], self.spec.unit)
        whole = people.merge(found, on=["tenant_id", "unit"])
        return whole[[column.name for column in self.columns]]


@dataclass(frozen=True)
class CellPeople(OfPeople):
    """The people of one cell of a retention, by name where it is known."""

    kind: ClassVar[str] = "retention_people"

    spec: RetentionSpec
    cohort: datetime
    period: int
    breakdown: str | tuple[str, ...] | None = None

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {**super().to_dict(), "cohort": self.cohort.isoformat()}

    @classmethod
    def from_dict(cls, form: object) -> CellPeople:
        """The question of a JSON form; a key that it does not know is refused."""
        needed = ("spec", "cohort", "period")
        known = read_form("cell", form, VERSION, (*needed, "breakdown"), needed=needed)
        cohort = known["cohort"]
        if not isinstance(cohort, str):
            raise BadForm("a cell is of a cohort, a time")
        return cls(RetentionSpec.from_dict(known["spec"]), datetime.fromisoformat(cohort), *place_of(known))

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person."""
        found = retention_people(view, scope, self.spec, self.cohort, self.period, breakdown=self.breakdown)
        return named(view, scope, found, self.spec.unit)


def place_of(known: Mapping[str, object]) -> tuple[int, str | tuple[str, ...] | None]:
    """The period and the value of a breakdown that a JSON form names."""
    period, value = known["period"], known.get("breakdown")
    if type(period) is not int:
        raise BadForm("a cell is of a period, a whole number")
    if isinstance(value, list):
        value = tuple(map(str, cast("list[object]", value)))
    if not isinstance(value, str | tuple | None):
        raise BadForm("the breakdown of a cell is its value")
    return period, cast("str | tuple[str, ...] | None", value)
