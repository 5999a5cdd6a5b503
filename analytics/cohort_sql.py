"""The statement of a cohort: each criterion a set of units, and the sets combined as the criteria are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from analytics.criteria import AllOf, AnyOf, Criterion, Did, First, Has, Listed, NoneOf, Restarted, Stopped
from analytics.during import EVER, During
from analytics.filters import And, Comparison, Filter, Not, Or
from analytics.members import Unit
from analytics.scope import Scope
from analytics.steps import Step
from analytics.units import Units
from analytics.view import Mark
from analytics.zones import naive

# Where people and tenants are known from, beside the tables that a cohort asks.
DOING, LISTED = ("events", "llm_calls", "runs"), ("people", "tenants")

Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Some:
    """A set of units as a select of `tenant_id` and `unit`; if `others`, all who are known but these."""

    sql: str
    others: bool = False


@dataclass
class Statement:
    """Collects the marks and the values of one statement.

    `found` are the members by criteria that are told otherwise than by a set in SQL.
    """

    scope: Scope
    unit: Unit
    units: Units
    tables: tuple[str, ...]
    found: Mapping[Criterion, Pairs]
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    values: dict[str, Any] = field(default_factory=dict[str, Any])

    def text(self, criterion: Criterion) -> str:
        """The members, by tenant."""
        some = self.set_of(criterion)
        sql = f"({self.known()}) except ({some.sql})" if some.others else some.sql
        return f"select m.unit, m.tenant_id from ({sql}) as m order by m.tenant_id, m.unit"

    def set_of(self, criterion: Criterion) -> Some:
        """The units that fulfil a criterion."""
        match criterion:
            case AllOf(of):
                return _all([self.set_of(part) for part in of])
            case AnyOf(of):
                return _not(_all([_not(self.set_of(part)) for part in of]))
            case NoneOf(part):
                return _not(self.set_of(part))
            case _:
                return self._set_alone(criterion)

    def _set_alone(self, criterion: Criterion) -> Some:
        """The units that fulfil a criterion without parts."""
        if criterion in self.found:
            return Some(self._listed(criterion))
        match criterion:
            case Has(where):
                return self._having(where, of_person=criterion.of_person)
            case Did(step, at_least, at_most, during) if not at_least:
                # Whoever is not found did it 0 times.
                return _not(self.set_of(Did(step, (at_most or 0) + 1, None, during)))
            case _:
                return Some(self._doing(criterion))

    def known(self) -> str:
        """All units that are known: who ever did anything, and who is listed."""
        columns, joins = self.units.resolved
        parts = [
            f"select {columns} from (select {', '.join(self.units.raw(table))} from {table}_history as r"
            f" where {self.units.exists(table)} group by all) as r {joins}"
            for table in self.tables
        ]
        own = "select p.tenant_id, p.person_id as unit from people as p"
        tenants = "select t.tenant_id, t.tenant_id as unit from tenants as t"
        lists = [f"({self._listed(criterion)})" for criterion in self.found]
        return " union ".join([*parts, own if self.unit == "person" else tenants, *lists])

    def _doing(self, criterion: Criterion) -> str:
        """Who did something as a criterion asks."""
        now = self.scope.present
        match criterion:
            case Did(step, at_least, at_most, during):
                held = f"sum(r.n) >= {self._put(at_least)}"
                if at_most is not None:
                    held += f" and sum(r.n) <= {self._put(at_most)}"
                return self._acts(step, {"n": "count(*)"}, held, during)
            case First(step, during):
                return self._acts(step, {"at": "min(r.occurred_at)"}, self._when(during, "min(r.at)"))
            case Stopped(step, quiet, active):
                last = During(start=now - quiet - active if active else None, end=now - quiet)
                return self._acts(step, {"at": "max(r.occurred_at)"}, self._when(last, "max(r.at)"))
            case Restarted(step, recent, quiet):
                again, since = self._put(now - recent), self._put(now - recent - quiet)
                told = {
                    "late": f"count(*) filter (where r.occurred_at >= {again})",
                    "quiet": f"count(*) filter (where r.occurred_at >= {since} and r.occurred_at < {again})",
                    "early": f"count(*) filter (where r.occurred_at < {since})",
                }
                return self._acts(step, told, "sum(r.late) > 0 and sum(r.quiet) = 0 and sum(r.early) > 0")
            case _:
                raise TypeError(f"{type(criterion).__name__} is no criterion that rows alone tell of")

    def _acts(self, step: Step, told: Mapping[str, str], held: str, during: During = EVER) -> str:
        """The units of whose rows of a step something holds; grouped before their aliases are looked up."""
        listed = ", ".join(f"{value} as {name}" for name, value in told.items())
        marked = f"{self._mark(step.mark)} and {self.units.exists(step.table)}"
        when = self._when(during, "r.occurred_at")
        if step.nth == 1:
            (columns, joins), raw = self.units.resolved, ", ".join(self.units.raw(step.table))
            rows = f"{step.table}_history as r where {marked} and {when}"
            few = f"select {raw}, {listed} from {rows} group by all"
            return f"select {columns} from ({few}) as r {joins} group by all having {held}"
        columns, joins = self.units.columns(step.table)
        rows = (
            f"select {columns}, r.occurred_at from {step.table}_history as r {' '.join(joins)} where {marked}"
        )
        place = "row_number() over (partition by r.tenant_id, r.unit order by r.occurred_at)"
        chosen = f"qualify {place} = {self._put(step.nth)}"
        nth = f"select r.tenant_id, r.unit, r.occurred_at from ({rows}) as r {chosen}"
        few = f"select r.tenant_id, r.unit, {listed} from ({nth}) as r where {when} group by all"
        return f"select r.tenant_id, r.unit from ({few}) as r group by all having {held}"

    def _having(self, where: Filter, *, of_person: bool) -> Some:
        """The units with a property; all but those without it, where it holds of who is not listed too."""
        others = _holds_of_nothing(where)
        mark = self._mark(Mark("people" if of_person else "tenants", ~where if others else where))
        if of_person:
            return Some(f"select p.tenant_id, p.person_id as unit from people as p where {mark}", others)
        if self.unit == "tenant":
            return Some(f"select t.tenant_id, t.tenant_id as unit from tenants as t where {mark}", others)
        theirs = f"u.tenant_id in (select t.tenant_id from tenants as t where {mark})"
        return Some(f"select u.tenant_id, u.unit from ({self.known()}) as u where {theirs}", others)

    def _listed(self, criterion: Criterion) -> str:
        """The units that were found; on a list people may have other names, which the identities know."""
        found = list(self.found[criterion])
        tenants, units = (self._put([pair[place] for pair in found]) for place in (0, 1))
        listed = f"select unnest({tenants}::varchar[]) as tenant_id, unnest({units}::varchar[]) as unit"
        if self.unit == "tenant" or not isinstance(criterion, Listed):
            return f"select distinct l.tenant_id, l.unit from ({listed}) as l"
        alias = "left join identities as i on i.tenant_id = l.tenant_id and i.alias = l.unit"
        return (
            f"select distinct l.tenant_id, coalesce(i.person_id, l.unit) as unit from ({listed}) as l {alias}"
        )

    def _when(self, during: During, moment: str) -> str:
        """That a moment lies in a stretch of time; nothing after the present is read at all."""
        start, end = during.span(self.scope)
        conditions = [f"{moment} >= {self._put(start)}"] if start is not None else []
        conditions += [f"{moment} < {self._put(end)}"] if end is not None else []
        return " and ".join(conditions) or "true"

    def _put(self, value: object) -> str:
        name = f"cohort_{len(self.values)}"
        # The store keeps times naive, in UTC.
        self.values[name] = naive(value) if isinstance(value, datetime) else value
        return f"${name}"

    def _mark(self, mark: Mark) -> str:
        name = f"cohort_{len(self.marks)}"
        self.marks[name] = mark
        return f'"mark.{name}"'


def _not(some: Some) -> Some:
    return Some(some.sql, others=not some.others)


def _all(some: list[Some]) -> Some:
    """Who is in each of the sets; of nothing but others, all but those who are left out anywhere."""
    inside = [f"({each.sql})" for each in some if not each.others]
    outside = [f"({each.sql})" for each in some if each.others]
    if not inside:
        return Some(" union ".join(outside), others=True)
    return Some(" except ".join([" intersect ".join(inside), *outside]))


def _holds_of_nothing(where: Filter) -> bool:
    """Whether a filter holds of a tenant or a person of whom nothing is known."""
    match where:
        case And(parts):
            return all(map(_holds_of_nothing, parts))
        case Or(parts):
            return any(map(_holds_of_nothing, parts))
        case Not(part):
            return not _holds_of_nothing(part)
        case Comparison(_, op):
            return op == "!="
        case _:
            return False
