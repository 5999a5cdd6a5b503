"""How a column of a table is read from a field, in SQL, and why a record is refused for it."""

from __future__ import annotations

import re

from data import dialect
from data.mapping import Origin, Rule
from data.sources import lanes
from data.sources.layout import Layout
from data.tables import TABLES

_NOUNS = {
    "DOUBLE": "a number",
    "BIGINT": "a whole number",
    "BOOLEAN": "true or false",
    "TIMESTAMP": "a time",
    "DECIMAL": "a number",
}
RUN_ENDS = "the end of a run (success, failed, cancelled, timeout, or another word for one of these)"


def kind_of(rule: Rule, column: str) -> str:
    """The type of a rule's column, without its size."""
    return TABLES[rule.table].columns[column].partition("(")[0]


def expression(layout: Layout, rule: Rule, column: str) -> str:
    """A column's value, from the fields of a record that was read."""
    origin = rule.columns[column]
    text = said(layout, origin)
    if column == "level":
        return f"lower({text})"
    if column == "duration_ms":
        return _read(
            layout, origin, lanes.DURATION, f"milliseconds({text}, {dialect.text(origin.unit or 'ms')})"
        )
    if (rule.table, column) == ("runs", "status"):
        return f"run_status({text})"
    if column == "input_tokens" and origin.unit == "inside":
        return _fresh(layout, rule, f"whole({text})")
    readers = {
        "TIMESTAMP": _read(layout, origin, lanes.MOMENT, f"moment({text}, $timezone)"),
        "DOUBLE": f"number({text})",
        "BIGINT": f"whole({text})",
        "BOOLEAN": f"truth({text})",
        "DECIMAL": f"try_cast({text} as {TABLES[rule.table].columns[column]})",
    }
    return readers.get(kind_of(rule, column), text)


def _fresh(layout: Layout, rule: Rule, whole: str) -> str:
    """A count of input tokens less those that it holds and other columns have."""
    kept = [
        rule.columns[name] for name in ("cache_read_tokens", "cache_write_tokens") if name in rule.columns
    ]
    less = "".join(f" - coalesce(whole({said(layout, each)}), 0)" for each in kept)
    return f"greatest({whole}{less}, 0)" if less else whole


def _read(layout: Layout, origin: Origin, kind: int, otherwise: str) -> str:
    """What was read while the record was at hand, and in SQL where that was not enough."""
    column = layout.read(origin.field, kind) if origin.constant is None else None
    return f"coalesce({column}, {otherwise})" if column else otherwise


def read_only(value: str, whole: frozenset[str]) -> str:
    """A value without what it would be otherwise, where there is no otherwise."""
    read = value.removeprefix("coalesce(").partition(",")[0]
    return read if read in whole else value


def said(layout: Layout, origin: Origin) -> str:
    """What a record says, as text."""
    return layout.column(origin.field) if origin.constant is None else dialect.text(origin.constant)


def computed(layout: Layout) -> dict[str, str]:
    """Every value that must be computed, once each: its expression, and the column of `staged` that holds
    it.
    """
    found: dict[str, str] = {}
    for rule in layout.mapping.rules:
        for column in rule.columns:
            each = expression(layout, rule, column)
            if not re.fullmatch(r"f\d+|'.*'", each, re.DOTALL):
                found.setdefault(each, f"v{len(found)}")
    return found


def value(layout: Layout, rule: Rule, column: str) -> str:
    """Where `staged` has the value of a rule's column."""
    each = expression(layout, rule, column)
    return computed(layout).get(each, each)


def faults(layout: Layout, whole: frozenset[str] = frozenset()) -> list[str]:
    """Why a record is refused, as `when … then '…'`, the first that holds; a record is judged by all its
    rules. Of `whole` columns no text is left that could not be read.
    """
    found: list[str] = []
    for number, rule in enumerate(layout.mapping.rules):
        for column, origin in rule.columns.items():
            if origin.constant is None:
                found += _faults_of(layout, rule, column, whole, first=number == 0)
    first = layout.mapping.rules[0]
    if TABLES[first.table].fact and "occurred_at" not in first.columns:
        return ["when true then 'no field holds a time'"]
    return [*found, *_missing(layout, first)]


def _faults_of(layout: Layout, rule: Rule, column: str, whole: frozenset[str], *, first: bool) -> list[str]:
    field = rule.columns[column].field
    text, read = layout.column(field), value(layout, rule, column)
    all_read = read_only(expression(layout, rule, column), whole) in whole
    if column == "occurred_at":
        return _time_faults(field, text, read, all_read=all_read) if first else []
    if all_read:
        return []
    if (rule.table, column) == ("runs", "status"):
        unread = f"{read} is null and {text} <> ''"
        return [_when(unread, f"{field} is not {RUN_ENDS}")] if first else []
    noun = (
        "a duration (1.2s, 850ms, 1m3s, 3 minutes)"
        if column == "duration_ms"
        else _NOUNS.get(kind_of(rule, column))
    )
    return [_when(f"{read} is null and {text} <> ''", f"{field} is not {noun}")] if noun else []


def _time_faults(field: str, text: str, read: str, *, all_read: bool) -> list[str]:
    unread = [
        _when(f"{text} is null or {text} = ''", f"no {field}"),
        _when(f"{read} is null and moment({text}, 'UTC') is not null", f"{field} carries no time zone"),
        _when(f"{read} is null", f"{field} is not a time"),
    ]
    return [
        *([_when(f"{read} is null", f"no {field}")] if all_read else unread),
        _when(f"{read} > $latest", f"{field} is more than 5 minutes ahead"),
        _when(f"{read} < $earliest", f"{field} is before 1970"),
    ]


def _missing(layout: Layout, rule: Rule) -> list[str]:
    """A row of the first rule needs its key, where the load makes none."""
    keys = [key for key in required(rule) if key in rule.columns and key != "occurred_at"]
    fields = [rule.columns[key].field for key in keys]
    columns = [(field, layout.column(field)) for field in fields if field]
    return [_when(f"{column} is null or {column} = ''", f"no {field}") for field, column in columns]


def required(rule: Rule) -> list[str]:
    """The columns without which the rows of a rule cannot be told apart, or placed in time."""
    table = TABLES[rule.table]
    made = {"series", "tenant_id"} if table.fact or len(table.key) > 1 else set[str]()
    keys = [] if table.fact and len(table.key) == 1 else [key for key in table.key if key not in made]
    return list(dict.fromkeys([*(["occurred_at"] if table.fact else []), *keys]))


def _when(condition: str, reason: str) -> str:
    return f"when {condition} then {dialect.text(reason)}"
