"""The SQL by which a batch of records becomes rows: composed from a mapping, every name of it quoted by
us.
"""

from __future__ import annotations

from data import dialect, series
from data.mapping import Rule
from data.sources.columns_sql import computed, faults, read_only, value
from data.sources.layout import Layout
from data.tables import TABLES

TYPES = {"text": "VARCHAR", "number": "DOUBLE", "truth": "BOOLEAN"}
_SCALAR = "case when e.type in ('UBIGINT', 'BIGINT', 'HUGEINT') then 'DOUBLE' else e.type end"


def values(layout: Layout, whole: frozenset[str] = frozenset()) -> str:
    """Every value of the records that must be computed, each once, and the reason why a record is refused.

    `whole`: the columns of what was read (`t0`, `d1`) that miss no value of a text that is there.
    """
    new = {name: read_only(expression, whole) for expression, name in computed(layout).items()}
    first = layout.mapping.rules[0]
    occurred = value(layout, first, "occurred_at") if "occurred_at" in first.columns else "null::timestamp"
    reasons = faults(layout, whole)
    reason = f"case {' '.join(reasons)} end" if reasons else "null::varchar"
    inner = "".join(f", {expression} as {name}" for name, expression in new.items())
    return (
        f"select {''.join(f'{name}, ' for name in new)}{occurred} as occurred_at, {reason} as reason "
        f"from (select *{inner} from read_records)"
    )


def made_id(rule: Rule) -> str | None:
    """The id column that the load makes from the record's content, where no field fills it."""
    table = TABLES[rule.table]
    single = table.fact and len(table.key) == 1
    return table.key[0] if single and table.key[0] not in rule.columns else None


def rows(layout: Layout, rule: Rule) -> str:
    """The rows that one rule makes of the staged records."""
    table = TABLES[rule.table]
    chosen = {"occurred_at": "occurred_at"} if table.fact else {}
    chosen |= {column: value(layout, rule, column) for column in rule.columns}
    if table.fact and len(table.key) == 1:
        key = table.key[0]
        chosen[key] = "id" if made_id(rule) else f"coalesce(nullif({chosen[key]}, ''), id)"
    if table.has_attributes:
        # The usual records lie together: where all of a vector take one branch, a `case` copies nothing.
        attributes = f"case when rest is null then {_usual(layout, rule)} else {_unusual(layout, rule)} end"
        chosen |= {"lists": "lists::json", "attributes": attributes}
    if rule.table == "metrics":
        chosen["series"] = series.number(chosen, chosen["attributes"])
    selected = ", ".join(f"{each} as {dialect.name(column)}" for column, each in chosen.items())
    return f"select {selected} from staged where {applies(layout, rule)}"


def applies(layout: Layout, rule: Rule) -> str:
    """Whether a staged record becomes a row of the rule."""
    return "reason is null" + "".join(f" and {value(layout, rule, column)} <> ''" for column in rule.needs)


def unfinished(layout: Layout) -> str | None:
    """How many records name a workflow without the finished status that would make a run of them."""
    for rule in layout.mapping.rules[1:]:
        if (rule.table, rule.needs) == ("runs", ("workflow_id", "status")):
            workflow, status = (value(layout, rule, column) for column in rule.needs)
            return (
                "select count(*) from staged "
                f"where reason is null and {workflow} <> '' and coalesce({status}, '') = ''"
            )
    return None


def _usual(layout: Layout, rule: Rule) -> str:
    """The attributes of a record with no other fields than those that have a column."""
    pairs = [f"{dialect.text(path)}: {_typed(layout, path)}" for path in layout.attributes(rule)]
    return f"{{{', '.join(pairs)}}}::variant" if pairs else "null::variant"


def _unusual(layout: Layout, rule: Rule) -> str:
    """The attributes of a record whose other fields stand in `rest`."""
    pairs = [f"{dialect.text(path)}, {_typed(layout, path)}" for path in layout.attributes(rule)]
    if not pairs:
        return "rest::json::variant"
    return f"json_merge_patch(json_object({', '.join(pairs)}), rest)::variant"


def _typed(layout: Layout, path: str) -> str:
    """A field as an attribute has it: a value of another kind than the field's usual one travels in
    `rest`.
    """
    column, kind = layout.column(path), layout.kinds[path]
    if kind == "number":
        return f"try_cast({column} as double)"
    return f"({column} = 'true')" if kind == "truth" else column


def keys(layout: Layout) -> str:
    """The attributes of the batch: table, key, type, and how many rows have it."""
    rules = [rule for rule in layout.mapping.rules if TABLES[rule.table].has_attributes]
    parts = [_counted(layout, rule) for rule in rules if layout.attributes(rule)]
    tables = ", ".join(dialect.text(rule.table) for rule in rules)
    counts = ", ".join(f"count(*) filter ({applies(layout, rule)})" for rule in rules)
    for column, kind in (("rest", _SCALAR), ("lists", "'LIST'")) if rules else ():
        # A record's JSON is taken apart once, however many rows it becomes.
        each = f"(select * from staged where {column} is not null) as s, json_each(s.{column}) as e"
        found = f"select e.key as key, {kind} as type, [{counts}] as rows from {each} group by all"
        parts.append(f"select unnest([{tables}]), key, type, unnest(rows) from ({found})")
    every = " union all ".join(parts) or "select '', '', '', 0"
    return (
        "create or replace temp table staged_keys as select * from "
        f"({every}) as found(table_name, key, type, rows) where rows > 0"
    )


def _counted(layout: Layout, rule: Rule) -> str:
    """How many rows of a rule have which of the fields with a column."""
    paths = layout.attributes(rule)
    keys = ", ".join(dialect.text(path) for path in paths)
    kinds = ", ".join(dialect.text(TYPES[layout.kinds[path]]) for path in paths)
    counts = ", ".join(f"count({_typed(layout, path)})" for path in paths)
    return (
        f"select {dialect.text(rule.table)}, unnest([{keys}]), unnest([{kinds}]), unnest([{counts}]) "
        f"from staged where {applies(layout, rule)}"
    )
