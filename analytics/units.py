"""Units: people, tenants, sessions or any property that did something, as SQL reads them of rows `r`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.grouping import ON_PERSON, ON_TENANT, aliases_of, as_text, person_of
from analytics.model import Dimension, NotGroupable, UnknownDimension, model
from analytics.plan import is_attribute
from analytics.view import View

PERSON, TENANT = "user_id", "tenant_id"
# A subscription is no source of the model, and yet a step of somebody's.
_SUBSCRIBED = ("tenant_id", "user_id", "plan", "status", "interval", "reason")


@dataclass(frozen=True)
class Units:
    """What is counted: people by `user_id`, tenants, sessions, or the values of any property within a tenant.

    With aliases a person is whom the identities name; without any, nothing needs to be looked up.
    """

    name: str
    aliases: bool = False

    @classmethod
    def of(cls, view: View, name: str) -> Units:
        """The units of that name; people are only looked up where the view knows any alias."""
        return cls(name, name == PERSON and any(changes for _, changes in view.versions(("identities",))))

    def raw(self, table: str) -> tuple[str, ...]:
        """The columns that tell units apart before their aliases are looked up."""
        if self.aliases:
            visitor = "r.anonymous_id" if _with_visitors(table) else "''"
            return ("r.tenant_id", "r.user_id", f"{visitor} as anonymous_id")
        return ("r.tenant_id", f"{self.value(table)} as unit")

    def value(self, table: str) -> str:
        """The unit of a row, its aliases aside."""
        if self.name == PERSON:
            _ = expression(PERSON, table)
            return "coalesce(nullif(r.user_id, ''), r.anonymous_id)" if _with_visitors(table) else "r.user_id"
        return expression(self.name, table)

    def exists(self, table: str) -> str:
        """That a row has a unit."""
        return f"{self.value(table)} <> ''"

    @property
    def resolved(self) -> tuple[str, str]:
        """The columns of a unit, and what raw columns are joined with for them."""
        if not self.aliases:
            return "r.tenant_id, r.unit", ""
        joins = " ".join(aliases_of(with_anonymous=True))
        return f"r.tenant_id, {person_of(with_anonymous=True)} as unit", joins

    def columns(self, table: str) -> tuple[str, list[str]]:
        """The columns of a row's unit, and what the row is joined with for them."""
        if not self.aliases:
            return ", ".join(self.raw(table)), []
        visitors = _with_visitors(table)
        joins = aliases_of(with_anonymous=visitors)
        return f"r.tenant_id, {person_of(with_anonymous=visitors)} as unit", joins


def expression(name: str, table: str) -> str:
    """A field of a table's row as text, or of its tenant or person where the row is joined with them."""
    if table == "subscriptions" and name in _SUBSCRIBED:
        return f"r.{name}"
    dimension = model().dimension(name)
    if table not in dimension.sources or dimension.expression.startswith("c."):
        raise NotGroupable(table, name)
    return as_text(dimension.expression) if _of_any_type(dimension) else dimension.expression


def readable(name: str, tables: Iterable[str]) -> bool:
    """Whether the rows of all these tables have a field, so that they can be split by it."""
    try:
        for table in tables:
            _ = expression(name, table)
    except (NotGroupable, UnknownDimension):
        return False
    return True


def countable(name: str, tables: Iterable[str]) -> bool:
    """Whether its values can be counted, each within a tenant: a field of the rows, not of who did it."""
    return not name.startswith(("tenant.", "person.")) and readable(name, tables)


def joins_for(names: tuple[str, ...], table: str) -> list[str]:
    """What a row is joined with, so that these fields can be read of it."""
    found: list[str] = []
    if any(name.startswith("tenant.") for name in names):
        found.append(ON_TENANT)
    if any(name.startswith("person.") for name in names):
        visitors = _with_visitors(table)
        found += [*aliases_of(with_anonymous=visitors), ON_PERSON.format(person_of(with_anonymous=visitors))]
    return found


def tables_for(names: tuple[str, ...]) -> set[str]:
    """The tables that these fields are looked up in, beside the rows' own."""
    found: set[str] = set()
    for name in names:
        if name.startswith("tenant."):
            found.add("tenants")
        if name.startswith("person."):
            found |= {"people", "identities"}
        if name == PERSON:
            found.add("identities")
        if name == "plan":
            found.add("subscriptions")
    return found


def _with_visitors(table: str) -> bool:
    return table in model().sources and model().sources[table].with_anonymous


def _of_any_type(dimension: Dimension) -> bool:
    return is_attribute(dimension) or ".attributes." in dimension.name
