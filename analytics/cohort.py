"""Cohorts: people or tenants by what they did and are, told anew whenever they are asked for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from analytics import criteria_forms, filters
from analytics.cohort_sql import DOING, LISTED, Pairs, Statement
from analytics.columns import TENANT_ID
from analytics.criteria import Criterion, Has, Listed
from analytics.criteria_found import Found
from analytics.during import During
from analytics.forms import BadForm, read_form
from analytics.members import FIELDS, UNITS, Members, Unit
from analytics.question import Column
from analytics.scope import AllTenants, Scope, Tenants
from analytics.specified import Specified
from analytics.steps import Step
from analytics.units import PERSON, Units, tables_for
from analytics.view import View
from analytics.who import COLUMNS as WHO_COLUMNS
from analytics.who import LOOKED_UP, named

__all__ = ["Cohort", "CohortMembers", "cohort", "members"]

VERSION = 1
WHO = {"person": "People", "tenant": "Tenants"}


@dataclass(frozen=True)
class Cohort:
    """Who is a member: the people, or the tenants, that fulfil a criterion."""

    criterion: Criterion
    unit: Unit = "person"

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"a cohort is of one of {', '.join(UNITS)}, not of {self.unit!r}")
        if filters.cohorts((*self.filtered_by, *self._broken_by)):
            raise ValueError("a cohort is not made of other cohorts: combine what these ask for")
        if self.unit == "tenant" and any(isinstance(part, Has) and part.of_person for part in self.parts):
            raise ValueError("a tenant has no properties of a person: make it a cohort of people")
        for part in self.parts:
            if isinstance(part, Found) and part.counted not in ("", FIELDS[self.unit]):
                raise ValueError(f"what counts {part.counted} tells nothing of {WHO[self.unit].lower()}")
        for step in self.steps:
            # Refuses rows that have no people.
            _ = Units(FIELDS[self.unit]).value(step.table)

    @property
    def parts(self) -> tuple[Criterion, ...]:
        """All criteria that it is made of."""
        return tuple(self.criterion.walk())

    @property
    def steps(self) -> tuple[Step, ...]:
        """What its criteria ask whether it was done."""
        return tuple(step for part in self.parts for step in part.asked)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that its members are told from."""
        steps = {step.table for step in self.steps}
        return tuple(sorted({*DOING, *LISTED, *steps, *tables_for(self._broken_by), "identities"}))

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that its filters ask for."""
        asked = [part.where for part in self.parts if isinstance(part, Has | Found)]
        asked += [step.where for step in self.steps]
        return frozenset[str]().union(*map(filters.fields, asked))

    @property
    def of_window(self) -> bool:
        """Whether its members depend on the window of whoever asks."""
        when = [getattr(part, "during", None) for part in self.parts]
        return any(isinstance(each, During) and each.window for each in when)

    @property
    def lists(self) -> bool:
        """Whether it names its members one by one."""
        return any(isinstance(part, Listed) for part in self.parts)

    @cached_property
    def digest(self) -> str:
        """A short text that tells it from every other cohort."""
        form = json.dumps(self.to_dict(), separators=(",", ":"), sort_keys=True)
        return hashlib.blake2b(form.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    @property
    def _broken_by(self) -> tuple[str, ...]:
        """The fields by which other analyses split whom they count."""
        return tuple(name for part in self.parts if isinstance(part, Found) for name in part.broken_by)

    def sentence(self) -> str:
        """People who did export at least 3 times in the last 30 days"""
        return f"{WHO[self.unit]} who {self.criterion.sentence()}"

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {"version": VERSION, "unit": self.unit, "criterion": criteria_forms.to_dict(self.criterion)}

    @classmethod
    def from_dict(cls, form: object) -> Cohort:
        """The cohort of a JSON form; a key that it does not know is refused."""
        known = read_form("cohort", form, VERSION, ("unit", "criterion"), needed=("criterion",))
        unit = known.get("unit", "person")
        if unit not in UNITS:
            raise BadForm(f"a cohort is of one of {', '.join(UNITS)}")
        return cls(criteria_forms.from_dict(known["criterion"]), unit)


def cohort(view: View, scope: Scope, spec: Cohort) -> pd.DataFrame:
    """The members in a scope at its now: `unit` and `tenant_id`, by tenant.

    The scope's filters leave nobody out: who is a member does not depend on what a page shows of them. A
    person is known who ever did anything in `events`, `runs`, `llm_calls` or a table that the cohort asks, or
    is in `people`; a tenant that has any such row, or is in `tenants`. What is later than
    the scope's now does not count.
    """
    asked = replace(scope, where=None)
    rows = tuple(sorted({*DOING, *(step.table for step in spec.steps)}))
    units = Units.of(view, FIELDS[spec.unit])
    statement = Statement(asked, spec.unit, units, rows, dict(_found(view, asked, spec)))
    text = statement.text(spec.criterion)
    frame = view.frame(asked, text, marks=statement.marks, **statement.values)
    return frame.astype({"unit": "str", "tenant_id": "str"})


def members(view: View, scope: Scope, spec: Cohort, named: str) -> Members:
    """The members as a filter holds them; `named` is the cohort as the filter names it."""
    found = cohort(view, scope, spec)
    return Members.of(named, spec.unit, zip(found["tenant_id"], found["unit"], strict=True))


def _found(view: View, scope: Scope, spec: Cohort) -> Iterator[tuple[Criterion, Pairs]]:
    """The members by criteria that are not told by a set of rows, as far as the scope's tenants go."""
    for part in spec.parts:
        if isinstance(part, Found):
            people = part.people(view, part.scope(scope), spec.unit)
            yield part, list(zip(people["tenant_id"], people["unit"], strict=True))
        if isinstance(part, Listed):
            yield part, [pair for pair in part.members if _within(scope.tenants, pair[0])]


def _within(tenants: Tenants, tenant: str) -> bool:
    return isinstance(tenants, AllTenants) or tenant in tenants


@dataclass(frozen=True)
class CohortMembers(Specified):
    """The members of a cohort: people by their id within a tenant, or tenants."""

    kind = "cohort"
    cohort: Cohort

    @property
    def columns(self) -> tuple[Column, ...]:
        """Who, and of which tenant; people with their names."""
        if self.cohort.unit == "person":
            return WHO_COLUMNS
        return (Column("unit", "Tenant", "text", "The id of the member."), TENANT_ID)

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that members are told from, and their names."""
        named = LOOKED_UP if self.cohort.unit == "person" else ()
        return tuple(dict.fromkeys((*self.cohort.tables, *named)))

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that its filters ask for."""
        return self.cohort.filtered_by

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The members."""
        found = cohort(view, scope, self.cohort)
        return named(view, scope, found, PERSON) if self.cohort.unit == "person" else found

    def to_dict(self) -> dict[str, object]:
        """The JSON form of its specification."""
        return self.cohort.to_dict()

    @classmethod
    def from_dict(cls, form: object) -> CohortMembers:
        """The question of a JSON form; a key that it does not know is refused."""
        return cls(Cohort.from_dict(form))
