"""The rows behind a number: what was counted, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from analytics.grouping import Groups, as_text, joins_of
from analytics.model import Dimension, model, quoted
from analytics.plan import Plan, is_attribute
from analytics.query import Query
from analytics.question import Behind, Question
from analytics.scope import Grain, Scope
from analytics.view import View
from analytics.zones import naive

# The moment of a row and what tells it from others of that moment.
Place = tuple[Any, ...]

# Attributes leave the store as JSON text: a frame has no type for them.
_JSON = "cast(cast(r.attributes as json) as varchar) as attributes, cast(r.lists as varchar) as lists"


def rows(view: View, scope: Scope, behind: Behind, limit: int, after: Place = ()) -> pd.DataFrame:
    """The rows that a number was drawn from, newest first: `tenant` by name, then the source's columns.

    `attributes` and `lists` are JSON texts. At most `limit` rows, those that come after the place of a row.
    """
    scope, values = scope.narrowed(behind.where), _values(behind)
    values |= {f"after_{n}": value for n, value in enumerate(after)}
    sql = newest_sql(behind, further=bool(after))
    return view.frame(scope, sql, grain=_grain(behind), most=limit, **values)


def place_of(behind: Behind, row: Mapping[Any, Any]) -> Place:
    """Where a row stands, so that the next page can begin after it, whatever came meanwhile."""
    moment = naive(row["occurred_at"])
    return (moment, *(row[name] for name in _keys(behind)))


def count(view: View, scope: Scope, behind: Behind) -> int:
    """How many rows a number was drawn from."""
    scope = scope.narrowed(behind.where)
    frame = view.frame(scope, count_sql(behind), grain=_grain(behind), **_values(behind))
    return int(frame["rows"].iloc[0])


def drawn(question: Question, column: str, frame: pd.DataFrame) -> Behind | None:
    """The rows behind what an answer shows: of a list cut to its first groups, those of these groups."""
    behind = question.behind(column)
    if behind is None or not isinstance(question, Query):
        return behind
    behind = replace(behind, where=question.where)
    if question.limit is None or question.other:
        return behind
    shown = frame[list(question.by)].drop_duplicates().itertuples(index=False)
    return replace(behind, by=question.by, groups=tuple(tuple(map(str, group)) for group in shown))


def tables(behind: Behind) -> tuple[str, ...]:
    """The tables that the rows, their tenants' names and their groups are read from."""
    return tuple(dict.fromkeys([*_groups(behind).plan.tables, "tenants"]))


def newest_sql(behind: Behind, *, further: bool = False) -> str:
    """The statement of the newest `$most` rows; `further` on, of those after the row of `$after_0` …."""
    source, by = model().sources[behind.source], _groups(behind).plan.dimensions
    keys = [f"r.{name}" for name in _keys(behind)]
    order = ", ".join(["r.occurred_at desc", *keys])
    found = _rows(behind, _further(keys) if further else "")
    read = [quoted(each.name) for each in by if each.expression.startswith('r."')]
    read += [each.name for each in by if each.name == "plan"]
    columns = "r.*" if source.sql else f"r.* exclude ({', '.join(['attributes', 'lists', *read])}), {_JSON}"
    return (
        f"{_queries(behind)}select coalesce(nullif(tenant.name, ''), r.tenant_id) as tenant, {columns}\n"
        f"from (select r.* {found} order by {order} limit $most) as r\n"
        f"left join tenants as tenant on tenant.tenant_id = r.tenant_id\norder by {order}"
    )


def count_sql(behind: Behind) -> str:
    """The statement that counts the rows."""
    return f"{_queries(behind)}select count(*) as rows {_rows(behind)}"


def _keys(behind: Behind) -> tuple[str, ...]:
    """What tells rows of one moment apart: they need an order too, so that no row comes twice."""
    source = model().sources[behind.source]
    return source.key if source.sql else ("source", *source.key)


def _further(keys: Sequence[str]) -> str:
    values = ", ".join(f"$after_{n}" for n, _ in enumerate(keys, 1))
    later = f"r.occurred_at = $after_0 and ({', '.join(keys)}) > ({values})"
    return f"r.occurred_at < $after_0 or {later}"


def _queries(behind: Behind) -> str:
    """What stands before the statement: made rows, and the labels of the groups shown."""
    source, found = model().sources[behind.source], list[str]()
    if source.sql:
        found.append(f"{source.name} as ({source.sql.format(rows=source.table).strip()})")
    if behind.groups:
        labels = ", ".join(f"unnest($labels_{n}) as d{n}" for n, _ in enumerate(behind.by))
        found.append(f"shown as (select {labels})")
    return f"with {', '.join(found)}\n" if found else ""


def _rows(behind: Behind, further: str = "") -> str:
    """The rows `r`, from where they lie."""
    groups, conditions = _groups(behind), [each for each in (behind.condition, further) if each]
    joins = joins_of(groups)
    if behind.groups:
        labels = enumerate(_label(groups, each) for each in groups.plan.dimensions)
        joins.append(f"semi join shown on {' and '.join(f'shown.d{n} = {label}' for n, label in labels)}")
    elif behind.by:
        conditions.append("false")
    where = f" where {' and '.join(f'({each})' for each in conditions)}" if conditions else ""
    return " ".join([f"from {groups.rows} as r", *joins]) + where


def _groups(behind: Behind) -> Groups:
    source = model().sources[behind.source]
    dimensions = tuple(model().dimension(name) for name in behind.by)
    return Groups(Plan((), dimensions, (), (source,)), source, "", bucketed=False, ranked=False)


def _label(groups: Groups, dimension: Dimension) -> str:
    """The label of a row's group, as the answer shows it."""
    key = groups.key(dimension)
    return as_text(key) if is_attribute(dimension) else f"cast({key} as varchar)"


def _grain(behind: Behind) -> Grain | None:
    return "quarter_hour" if _groups(behind).on_the_clock else None


def _values(behind: Behind) -> dict[str, Any]:
    return {f"labels_{n}": list(labels) for n, labels in enumerate(zip(*behind.groups, strict=True))}
