"""The fields that a page can be filtered by, in words: columns, tenant, person, attributes of rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from analytics.attribute_keys import keys
from analytics.filters import OF_COHORT, label
from analytics.model import model
from analytics.query import Query
from analytics.segments import OWN
from analytics.segments import fields as of_tenants
from analytics.view import NotFilterable
from data.compare import NUMERIC
from data.tables import FACTS, TABLES
from data.where import PLAN_THEN
from ui.drawing import in_a_sentence
from ui.labels import ORDERED, in_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from analytics.scope import Scope
    from ui.context import Visit

MOST_VALUES = 40
# The measure that counts the rows of a source.
COUNTS = {
    "events": "events",
    "runs": "executions",
    "llm_calls": "ai_calls",
    "logs": "log_lines",
    "spans": "spans",
    "metrics": "samples",
    "errors": "exceptions",
    "costs": "cost_lines",
}
# What a filter of the page has a place of its own for, or what is another field to a filter than to a chart.
ELSEWHERE = frozenset({"tenant_id", "plan"})
UNITS = {"_ms": "", "_usd": " in $"}


@dataclass(frozen=True)
class Choice:
    """One field: its name in a filter, its label, and over which source its values are counted."""

    name: str
    label: str
    source: str = ""
    number: bool = False


def choices(visit: Visit, scope: Scope, facts: frozenset[str]) -> dict[str, Choice]:
    """All fields of the tables of a page, by name; attributes are of own rows, and none for who presents."""
    found = {choice.name: choice for choice in declared(facts)}
    if visit.principal.presenting is not None:  # what programs call a field may name a customer
        return found
    # Without filters: a table that cannot have one would keep the fields of all others from being chosen.
    carried = visit.ask(keys(facts), replace(scope, where=None)).result().frame
    for table, key in zip(carried["table_name"], carried["key"], strict=True):
        name = f"attributes.{key}"
        found.setdefault(name, Choice(name, f"{key} (own field)", str(table)))
    source = next((each for each in COUNTS if each in facts), "")
    for key in visit.ask(of_tenants, replace(scope, where=None)).result().frame["key"]:
        name = f"tenant.{OWN}{key}"
        found.setdefault(name, Choice(name, f"{key} (of the tenant)", source))
    return found


@cache
def declared(facts: frozenset[str]) -> tuple[Choice, ...]:
    """The fields of tables that have a name in the model, then their other columns."""
    found: dict[str, Choice] = {}
    for dimension in model().dimensions.values():
        source = next((each for each in dimension.sources if each in facts), None)
        if source is not None and dimension.name not in ELSEWHERE:
            found[dimension.name] = Choice(dimension.name, dimension.label, source)
    if (source := next((each for each in COUNTS if each in facts), None)) is not None:
        found[PLAN_THEN] = Choice(PLAN_THEN, model().dimensions["plan"].label, source)
    for table in (table for table in FACTS if table in facts):
        for column, kind in TABLES[table].columns.items():
            known = column in found or column in ELSEWHERE or column in ("attributes", "lists", "series")
            if not known and kind != "TIMESTAMP":
                found[column] = Choice(column, labelled(column), number=kind in NUMERIC)
    return tuple(sorted(found.values(), key=lambda choice: (not choice.source, choice.label.casefold())))


def labelled(column: str) -> str:
    """A column that has no label: Input tokens · Duration · Cost in $."""
    ending = next((ending for ending in UNITS if column.endswith(ending)), "")
    words = column.removesuffix(ending).replace("_", " ").capitalize()
    return f"{words}{UNITS.get(ending, '')}"


def label_of(name: str) -> str:
    """What a field of a filter is called on a pill: plan now · weekday · duration."""
    if name.startswith(OF_COHORT):
        return "who is in a cohort"
    known = model().dimensions.get("plan" if name == PLAN_THEN else name)
    if known is not None:
        return in_a_sentence(known.label)
    return in_a_sentence(labelled(name)) if name in COLUMNS else label(name)


COLUMNS = frozenset(column for table in FACTS for column in TABLES[table].columns)


def values(visit: Visit, scope: Scope, choice: Choice) -> Mapping[str | int, str]:
    """The most frequent values of a field in the scope, each with what people read for it."""
    if choice.name in ORDERED:
        return {value: in_order(value, choice.name) for value in ORDERED[choice.name]}
    if not choice.source:
        return {}
    by = "plan" if choice.name == PLAN_THEN else choice.name
    query = Query((COUNTS[choice.source],), by=(by,), limit=MOST_VALUES)
    try:
        found = visit.ask(query, scope).result().frame[by]
    except NotFilterable:  # by another filter of the page; a value can still be typed
        return {}
    return {str(value): str(value) for value in found if value is not None and str(value) not in ("", "nan")}
