"""How the rows of one source become groups: at once, or first by few of their columns and then by dimensions.

Rows are read as `r`, whether they are the source's or those of a first grouping: columns keep their names, so
that every expression of the model means the same in both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from analytics.model import Dimension, Part, Source, model
from analytics.plan import Plan, is_attribute

_COLUMN = re.compile(r'\br\.("(?:[^"]|"")+"|\w+)')
_CALL = re.compile(r"\w\(")
_MERGED = {"rows": "sum", "values": "sum", "sum": "sum", "min": "min", "max": "max"}
TENANT, USER, VISITOR = "tenant_id", "user_id", "anonymous_id"
ON_ALIAS = "left join identities as {0} on {0}.tenant_id = r.tenant_id and {0}.alias = r.{1}"
ON_TENANT = "left join tenants as tenant on tenant.tenant_id = r.tenant_id"
ON_PERSON = "left join people as person on person.tenant_id = r.tenant_id and person.person_id = {0}"
ON_CLOCK = "join calendar{0} as c on c.q = {1}"
QUARTER = "epoch_us(r.occurred_at) // $calendar_us"


@dataclass(frozen=True)
class First:
    """A first grouping of a source's rows, which leaves fewer of them for what follows.

    `by_quarter` keeps the calendar's step and not yet the bucket; with `late` conditions are asked
    afterwards; `whole` groups are those of the answer, and only looked up further; `once` says that in a
    group of the answer no different value comes twice, so that they need only be counted.
    """

    columns: tuple[str, ...]
    by_quarter: bool = False
    late: bool = False
    whole: bool = False
    once: bool = False


@dataclass(frozen=True)
class Groups:
    """The groups of one source of a plan, in one window."""

    plan: Plan
    source: Source
    side: str
    bucketed: bool
    ranked: bool  # whether the first groups are kept, and so known before

    @property
    def parts(self) -> tuple[tuple[int, Part], ...]:
        """The aggregates, each with its place."""
        return self.plan.parts_of(self.source)

    @property
    def rows(self) -> str:
        """The relation of the source's rows."""
        return f"{self.source.name if self.source.sql else self.source.table}{self.side}"

    @property
    def on_the_clock(self) -> bool:
        """Whether a row needs its local time."""
        return self.bucketed or self.plan.on_the_clock

    @property
    def actor(self) -> str:
        """The person of a row: whom the identities call its user or its visitor, else these themselves."""
        return person_of(with_anonymous=self.source.with_anonymous)

    def key(self, dimension: Dimension) -> str:
        """A dimension as it is read from a row."""
        expression = dimension.expression.replace("{actor}", self.actor)
        if not is_attribute(dimension):
            return expression
        # Two sources may know an attribute by two types, and meet only as texts.
        return as_text(expression) if len(self.plan.sources) > 1 else or_nothing(expression)


def first(groups: Groups) -> First | None:
    """The first grouping that makes the rest cheaper; None where the rows are best grouped at once."""
    plan, kinds = groups.plan, {part.kind for _, part in groups.parts}
    distinct = {(part.of, part.condition) for _, part in groups.parts if part.kind == "distinct"}
    if "quantile" in kinds or len(distinct) > 1 or any(condition for _, condition in distinct):
        return _whole(groups)
    people = plan.has("person.") or any("{actor}" in part.of for _, part in groups.parts)
    columns = {column for each in plan.dimensions for column in _needed(groups, each)}
    columns |= {column for of, _ in distinct for column in _columns(of.replace("{actor}", groups.actor))}
    columns |= {TENANT, *_names(groups)} if people else set()
    conditions = {part.condition for _, part in groups.parts} - {""}
    asked = {column for condition in conditions for column in _columns(condition)}
    # Grouping by several columns, or for one comparison, costs more than asking the conditions of each row.
    costly = len(conditions) > 1 or any(_CALL.search(condition) for condition in conditions)
    late = costly and len(asked) == 1 and _size(next(iter(asked))) == "few"
    few = all(_size(column) == "few" for column in columns)
    clock = groups.on_the_clock and few
    plain = all(each.expression == f"r.{each.name}" for each in plan.dimensions)
    once = bool(distinct) and plain and not (people or late or clock or groups.ranked)
    # Where as many groups as rows may be left, they would be grouped twice.
    once_only = set(_names(groups)) if people else set[str]()
    if once:
        once_only |= {column for of, _ in distinct for column in _columns(of)}
    if groups.ranked and not groups.bucketed:
        once_only |= {each.name for each in plan.dimensions}
    if any(_size(column) == "many" for column in columns - once_only):
        return None
    if not (clock or late or people or groups.ranked or distinct or plan.has("tenant.")):
        return None
    return First(tuple(sorted(columns | (asked if late else set()))), by_quarter=clock, late=late, once=once)


def first_sql(groups: Groups, step: First) -> str:
    """The first grouping: its columns, and `x0` … for the aggregates."""
    columns = [f"r.{column}" for column in step.columns]
    joins: list[str] = []
    if step.by_quarter:
        columns.insert(0, f"{QUARTER} as q")
    elif groups.on_the_clock:
        columns[:0] = [f"c.{name}" for name in _local(groups)]
        joins.append(ON_CLOCK.format(groups.side, QUARTER))
    if step.whole and any("{actor}" in part.of for _, part in groups.parts):
        joins += _aliases(groups)
    shared = _shared_condition(groups)
    for place, part in groups.parts:
        if part.kind != "distinct" or step.whole:
            condition = "" if step.late or part.condition == shared else part.condition
            columns.append(f"{aggregate(groups, part, condition)} as x{place}")
    return _select(columns, groups.rows, joins, shared)


def grouped_sql(groups: Groups, step: First | None, rows: str, *, ranked: bool, filled: bool = False) -> str:
    """The groups by bucket and dimensions, with `p0` … for the aggregates, of the first grouping's `rows`.

    Where they are to be filled up, there is every bucket of the calendar, whether it has rows or not.
    """
    dimensions = groups.plan.dimensions
    joins = joins_of(groups, step)
    keys, names = [groups.key(each) for each in dimensions], [f"d{n}" for n, _ in enumerate(dimensions)]
    found = step is not None and not step.by_quarter
    if found:
        keys = [key.replace("c.", "r.") if key.startswith("c.") else key for key in keys]
    if ranked:
        same = (f"top.{name} is not distinct from {key}" for name, key in zip(names, keys, strict=True))
        joins.append(f"left join top on {' and '.join(same)}")
        keys, names = ["top.place", *(f"top.{name}" for name in names)], ["place", *names]
    if groups.bucketed:
        keys, names = ["r.bucket" if found else "c.bucket", *keys], ["bucket", *names]
    columns = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
    shared = "" if step else _shared_condition(groups)
    for place, part in groups.parts:
        if step is None:
            value = aggregate(groups, part, "" if part.condition == shared else part.condition)
        else:
            value = _merged(groups, place, part, step)
        columns.append(f"{value} as p{place}")
    if filled:
        return (
            f"select {', '.join(columns)} from calendar as c left join {rows} as r on r.q = c.q group by all"
        )
    return _select(columns, rows if step else groups.rows, joins, shared, grouped=bool(keys))


def aggregate(groups: Groups, part: Part, condition: str) -> str:
    """An aggregate over the source's rows."""
    of = part.of.replace("{actor}", groups.actor)
    if part.kind == "rows" and condition:
        # A filter cuts rows out first, which takes half as long again; but this is a sum, huge or nothing.
        return f"coalesce(count_if({condition}), 0)::bigint"
    filtered = f" filter (where {condition})" if condition else ""
    if part.kind == "quantile":
        return _quantile(groups, part, filtered)
    called = {"rows": "count(*)", "values": f"count({of})", "distinct": f"count(distinct {of})"}
    return called.get(part.kind, f"{part.kind}({of})") + filtered


def joins_of(groups: Groups, step: First | None = None) -> list[str]:
    """What rows are joined with, so that their dimensions and people can be read."""
    plan, found = groups.plan, list[str]()
    if groups.on_the_clock and (step is None or step.by_quarter):
        found.append(ON_CLOCK.format(groups.side, "r.q" if step else QUARTER))
    if plan.has("tenant."):
        found.append(ON_TENANT)
    named = any("{actor}" in part.of for _, part in groups.parts) and not (step and step.whole)
    if named or plan.has("person."):
        found += _aliases(groups)
    if plan.has("person."):
        found.append(ON_PERSON.format(groups.actor))
    return found


def names_of(*, with_anonymous: bool) -> tuple[str, ...]:
    """The columns by which a row names its person."""
    return (USER, VISITOR) if with_anonymous else (USER,)


def person_of(*, with_anonymous: bool) -> str:
    """The person of a row that is joined with the aliases of its names."""
    if not with_anonymous:
        return "coalesce(alias_u.person_id, r.user_id)"
    return "coalesce(alias_u.person_id, alias_a.person_id, nullif(r.user_id, ''), r.anonymous_id)"


def aliases_of(*, with_anonymous: bool) -> list[str]:
    """What a row is joined with to know its person."""
    names = zip(("alias_u", "alias_a"), names_of(with_anonymous=with_anonymous), strict=False)
    return [ON_ALIAS.format(alias, column) for alias, column in names]


def as_text(expression: str) -> str:
    """A text by which values of any type compare: nothing is the empty text, whole numbers have no `.0`."""
    number = rf"regexp_replace(cast({expression} as varchar), '^(-?\d+)\.0$', '\1')"
    text = f"cast({expression} as varchar)"
    return f"coalesce(case when typeof({expression}) = 'DOUBLE' then {number} else {text} end, '')"


def or_nothing(expression: str) -> str:
    """A value of any type, the empty text being none; costs nothing where it is no text."""
    empty = f"typeof({expression}) = 'VARCHAR' and cast({expression} as varchar) = ''"
    return f"case when {empty} then null else {expression} end"


def _merged(groups: Groups, place: int, part: Part, step: First) -> str:
    """An aggregate over the rows of the first grouping."""
    if step.whole:
        return f"any_value(r.x{place})"
    if part.kind == "distinct":
        return f"count({part.of})" if step.once else aggregate(groups, part, "")
    condition = f" filter (where {part.condition})" if step.late and part.condition else ""
    merged = f"{_MERGED[part.kind]}(r.x{place}){condition}"
    return f"({merged})::bigint" if part.kind in ("rows", "values") else merged


def _whole(groups: Groups) -> First | None:
    """Groups of the tenant's id and more, whose tenants are looked up once a group and not once a row."""
    plan = groups.plan
    with_id = any(each.name == TENANT for each in plan.dimensions)
    if not (with_id and plan.has("tenant.")) or plan.has("person.") or groups.ranked:
        return None
    columns = {column for each in plan.dimensions for column in _needed(groups, each)}
    return First(tuple(sorted(columns)), whole=True)


def _needed(groups: Groups, dimension: Dimension) -> set[str]:
    """The columns of a row by which a dimension is read."""
    found = _columns(dimension.expression)
    if dimension.name.startswith("tenant."):
        found.add(TENANT)
    if dimension.name.startswith("person."):
        found |= {TENANT, *_names(groups)}
    return found


def _names(groups: Groups) -> tuple[str, ...]:
    return names_of(with_anonymous=groups.source.with_anonymous)


def _columns(sql: str) -> set[str]:
    return set(_COLUMN.findall(sql))


def _size(column: str) -> str:
    if column.startswith('"'):
        return "some"
    known = model().dimensions.get(column)
    return known.size if known else "many"


def _local(groups: Groups) -> list[str]:
    """The columns of the calendar that are read."""
    asked = [each.expression for each in groups.plan.dimensions if each.expression.startswith("c.")]
    return [*(["bucket"] if groups.bucketed else []), *(each.removeprefix("c.") for each in asked)]


def _aliases(groups: Groups) -> list[str]:
    return aliases_of(with_anonymous=groups.source.with_anonymous)


def _shared_condition(groups: Groups) -> str:
    """What the conditions of all aggregates begin with, where no group is lost: only such rows are read."""
    if groups.plan.dimensions:
        return ""
    conditions = {part.condition for _, part in groups.parts}
    shortest = min(conditions, key=len)
    return shortest if all(f"{each} and ".startswith(f"{shortest} and ") for each in conditions) else ""


def _quantile(groups: Groups, part: Part, filtered: str) -> str:
    """A quantile; all of one column are one aggregate, which sorts once."""
    shares = sorted(
        {each.share for _, each in groups.parts
         if each.kind == "quantile" and (each.of, each.condition) == (part.of, part.condition)}
    )  # fmt: skip
    if len(shares) == 1:
        return f"quantile_cont({part.of}, {part.share}){filtered}"
    listed = ", ".join(map(str, shares))
    return f"(quantile_cont({part.of}, [{listed}]){filtered})[{shares.index(part.share) + 1}]"


def _select(columns: list[str], rows: str, joins: list[str], condition: str, *, grouped: bool = True) -> str:
    parts = [f"select {', '.join(columns)} from {rows} as r", *joins]
    if condition:
        parts.append(f"where {condition}")
    return " ".join(parts) + (" group by all" if grouped else "")
