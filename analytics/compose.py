"""A query as one statement, put together from the closed set of expressions that the model declares.

Each source is grouped once (`g0`, `g1` …, and the same of the window compared with); the groups are joined on
buckets and dimensions (`joined`, read as `r`), so that a bucket without rows is there, and a group that only
one source has. `d0` … are the dimensions, `p0` … the aggregates. Names and conditions are the model's own,
values from outside are parameters, and an attribute is a name in quotes that the door resolves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.model import Aggregate, Dimension, Ratio, Share, Source, model, quoted
from analytics.plan import Plan, is_attribute

NOW, BEFORE = "", "_before"


@dataclass(frozen=True)
class Cut:
    """How an answer is cut: into which buckets, in which order, to how many groups, beside which window."""

    grain: str | None = None
    order: str | None = None
    limit: int | None = None
    other: bool = False
    compare: bool = False

    @property
    def ranked(self) -> bool:
        """Whether the groups that stay must be known before the rows are grouped."""
        return self.limit is not None and (self.grain is not None or self.other)

    @property
    def sides(self) -> tuple[str, ...]:
        """The window, and the one compared with."""
        return (NOW, BEFORE) if self.compare else (NOW,)


def compose(plan: Plan, cut: Cut) -> str:
    """The statement: its columns are those of the query, without `complete`."""
    queries = [
        f"{source.name}{side} as ({source.sql.format(rows=f'{source.table}{side}').strip()})"
        for source in plan.sources
        if source.sql
        for side in cut.sides
    ]
    if cut.ranked:
        queries += _ranking(plan, cut)
    bucketed = cut.grain is not None
    queries += [
        f"g{place}{side} as ({_grouped(plan, source, side, bucketed=bucketed, ranked=cut.ranked)})"
        for place, source in enumerate(plan.sources)
        for side in cut.sides
    ]
    if cut.grain is not None:
        queries += [f"buckets{side} as ({_buckets(side)})" for side in cut.sides]
    queries.append(f"joined as ({_joined(plan, cut)})")
    named = ",\n".join(queries)
    return f"with {named}\n{_final(plan, cut)}"


def rows_of(source: Source, condition: str) -> tuple[str, str]:
    """The queries that make a source's rows, and the part that reads those that fulfil a condition as `r`."""
    made = f"with {source.name} as ({source.sql.format(rows=source.table).strip()})\n" if source.sql else ""
    return made, f"from {source.name} as r{f' where {condition}' if condition else ''}"


def _grouped(plan: Plan, source: Source, side: str, *, bucketed: bool, ranked: bool) -> str:
    """The aggregates of one source by bucket and dimensions."""
    keys = [_key(plan, dimension, source) for dimension in plan.dimensions]
    names = [f"d{n}" for n, _ in enumerate(keys)]
    joins = _joins(plan, source, side, bucketed=bucketed)
    if ranked:
        same = " and ".join(
            f"top.{name} is not distinct from {key}" for name, key in zip(names, keys, strict=True)
        )
        joins += f" left join top on {same}"
        keys, names = ["top.place", *(f"top.{name}" for name in names)], ["place", *names]
    if bucketed:
        keys, names = ["c.bucket", *keys], ["bucket", *names]
    columns = [f"{key} as {name}" for key, name in zip(keys, names, strict=True)]
    columns += [
        f"{_aggregate(part.sql.replace('{actor}', _actor(source)), part.condition)} as p{place}"
        for place, part in plan.parts_of(source)
    ]
    relation = f"{source.name if source.sql else source.table}{side}"
    return f"select {', '.join(columns)} from {relation} as r{joins}{' group by all' if keys else ''}"


def _key(plan: Plan, dimension: Dimension, source: Source) -> str:
    """A dimension as it is read from a row."""
    if _late(plan, dimension):
        return "null::varchar"
    # Two sources may know an attribute by two types, and meet only as texts.
    early = is_attribute(dimension) and len(plan.sources) > 1
    expression = dimension.expression.replace("{actor}", _actor(source))
    return _as_text(expression) if early else expression


def _late(plan: Plan, dimension: Dimension) -> bool:
    """Whether the tenant's id is a key too and leads to it: looked up once a group, not once a row."""
    return dimension.name.startswith("tenant.") and _tenant(plan) is not None


def _tenant(plan: Plan) -> int | None:
    """The place of the tenant's id among the dimensions."""
    return next((n for n, each in enumerate(plan.dimensions) if each.name == "tenant_id"), None)


def _aggregate(sql: str, condition: str) -> str:
    return f"{sql} filter (where {condition})" if condition else sql


def _actor(source: Source) -> str:
    """The person of a row: what the identities say of its user or its visitor, else these themselves."""
    user = "coalesce(alias_u.person_id, nullif(r.user_id, ''))"
    if not source.with_anonymous:
        return f"coalesce({user}, '')"
    return f"coalesce({user}, alias_a.person_id, r.anonymous_id)"


def _joins(plan: Plan, source: Source, side: str, *, bucketed: bool) -> str:
    """What a row is joined with, so that its dimensions can be read."""
    found: list[str] = []
    if bucketed or plan.on_the_clock:
        found.append(f"join calendar{side} as c on c.q = epoch_us(r.occurred_at) // $calendar_us")
    if any(each.name.startswith("tenant.") and not _late(plan, each) for each in plan.dimensions):
        found.append("left join tenants as tenant on tenant.tenant_id = r.tenant_id")
    if any("{actor}" in part.sql for _, part in plan.parts_of(source)) or plan.has("person."):
        found.append(
            "left join identities as alias_u on alias_u.tenant_id = r.tenant_id and alias_u.alias = r.user_id"
        )
        if source.with_anonymous:
            found.append(
                "left join identities as alias_a"
                " on alias_a.tenant_id = r.tenant_id and alias_a.alias = r.anonymous_id"
            )
    if plan.has("person."):
        found.append(
            "left join people as person"
            f" on person.tenant_id = r.tenant_id and person.person_id = {_actor(source)}"
        )
    return "".join(f" {join}" for join in found)


def _ranking(plan: Plan, cut: Cut) -> list[str]:
    """`top`: the groups that stay, by their order over the whole window."""
    names = [f"d{n}" for n, _ in enumerate(plan.dimensions)]
    queries = [
        f"t{place} as ({_grouped(plan, source, NOW, bucketed=False, ranked=False)})"
        for place, source in enumerate(plan.sources)
    ]
    tables = [f"t{place}" for place, _ in enumerate(plan.sources)]
    parts = [f"t{n}.p{place}" for n, source in enumerate(plan.sources) for place, _ in plan.parts_of(source)]
    joins = "".join(f" left join {group} on {_same(group, 'k', names)}" for group in tables)
    queries.append(f"summed as (select k.*, {', '.join(parts)} from ({_union(tables, names)}) as k{joins})")
    order = ", ".join(_order(plan, cut, ranking=True))
    groups = ", ".join(f"r.{name}" for name in names)
    queries.append(
        f"top as (select {groups}, row_number() over (order by {order}) as place"
        f" from summed as r{_lookup(plan)} qualify place <= {cut.limit})"
    )
    return queries


def _buckets(side: str) -> str:
    """Every bucket with its number, by which those of two windows meet, and its hours."""
    hours = "count(*) * $calendar_us / 3600000000"
    return (
        f"select bucket, row_number() over (order by bucket) as n, {hours} as hours"
        f" from calendar{side} group by bucket"
    )


def _joined(plan: Plan, cut: Cut) -> str:
    """One row for each bucket and group, with the aggregates of all sources and sides."""
    groups = [f"g{place}{side}" for place, _ in enumerate(plan.sources) for side in cut.sides]
    if len(groups) == 1 and cut.grain is None:
        return "select * from g0"
    names = [*(["place"] if cut.ranked else []), *(f"d{n}" for n, _ in enumerate(plan.dimensions))]
    parts = [
        f"g{n}{side}.p{place} as p{place}{side}"
        for n, source in enumerate(plan.sources)
        for place, _ in plan.parts_of(source)
        for side in cut.sides
    ]
    joins = "".join(f" left join {group} on {_same(group, 'k', names, cut)}" for group in groups)
    return f"select k.*, {', '.join(parts)} from ({_spine(cut, groups, names)}) as k{joins}"


def _spine(cut: Cut, groups: Sequence[str], names: Sequence[str]) -> str:
    """Every bucket with every group, whether it has rows or not."""
    if cut.grain is None:
        return _union(groups, names) if names else "select 1 as one"
    columns, joins = ["b.bucket", "b.hours"], ""
    if cut.compare:
        columns += ["e.bucket as bucket_before", "e.hours as hours_before"]
        joins = " left join buckets_before as e on e.n = b.n"
    if names:
        columns.append("u.*")
        joins += f" cross join ({_union(groups, names)}) as u"
    return f"select {', '.join(columns)} from buckets as b{joins}"


def _union(groups: Sequence[str], names: Sequence[str]) -> str:
    """The different groups of several relations."""
    return " union ".join(f"select distinct {', '.join(names)} from {group}" for group in groups)


def _same(group: str, keys: str, names: Sequence[str], cut: Cut | None = None) -> str:
    """When a group belongs to a row of the spine."""
    conditions = [f"{group}.{name} is not distinct from {keys}.{name}" for name in names]
    if cut is not None and cut.grain is not None:
        side = BEFORE if group.endswith(BEFORE) else NOW
        conditions.insert(0, f"{group}.bucket = {keys}.bucket{side}")
    return " and ".join(conditions) or "true"


def _final(plan: Plan, cut: Cut) -> str:
    """The columns as people know them, and the order of the rows."""
    columns = ["r.bucket as bucket"] if cut.grain is not None else []
    columns += [f"{_shown(plan, n)} as {quoted(each.name)}" for n, each in enumerate(plan.dimensions)]
    window = "partition by r.bucket" if cut.grain is not None else ""
    hours = {
        side: f"r.hours{side}" if cut.grain is not None else f"$window_hours{side}" for side in cut.sides
    }
    for measure in plan.measures:
        columns.append(f"{plan.value(measure, hours=hours[NOW], window=window)} as {quoted(measure.name)}")
    for measure in plan.measures:
        if isinstance(measure.formula, Ratio | Share):
            whole = plan.denominator(measure, hours=hours[NOW], window=window)
            columns.append(f"{whole} as {quoted(f'{measure.name}_of')}")
    for measure in plan.measures if cut.compare else ():
        earlier = plan.value(measure, side=BEFORE, hours=hours[BEFORE], window=window)
        columns.append(f"{earlier} as {quoted(f'{measure.name}_before')}")
    if cut.other:
        columns.append("r.place is null as is_other")
    # Shares are of all groups, also of those that are then left out.
    kept = " qualify r.place is not null" if cut.ranked and not cut.other else ""
    order = [*(["r.bucket"] if cut.grain is not None else []), *_order(plan, cut)]
    text = f"select {', '.join(columns)}\nfrom joined as r{_lookup(plan)}{kept}"
    text += f"\norder by {', '.join(order)}" if order else ""
    return text if cut.limit is None or cut.ranked else f"{text}\nlimit {cut.limit}"


def _lookup(plan: Plan) -> str:
    """The tenants of the groups, where a dimension wants them and the groups have their ids."""
    if not any(_late(plan, dimension) for dimension in plan.dimensions):
        return ""
    return f" left join tenants as tenant on tenant.tenant_id = r.d{_tenant(plan)}"


def _shown(plan: Plan, n: int) -> str:
    """A dimension of a group as it is shown."""
    dimension = plan.dimensions[n]
    if _late(plan, dimension):
        expression = dimension.expression.replace("r.tenant_id", f"r.d{_tenant(plan)}")
        return _as_text(expression) if is_attribute(dimension) else expression
    return _as_text(f"r.d{n}") if is_attribute(dimension) else f"r.d{n}"


def _as_text(expression: str) -> str:
    """A text by which values of any type compare: nothing is the empty text, whole numbers have no `.0`."""
    return rf"coalesce(regexp_replace(cast({expression} as varchar), '^(-?\d+)\.0$', '\1'), '')"


def _order(plan: Plan, cut: Cut, *, ranking: bool = False) -> list[str]:
    """The order of the groups: the first measure's largest first, or as asked; then by label."""
    labels = [f"{_shown(plan, n)} nulls last" for n, _ in enumerate(plan.dimensions)]
    if not labels:
        return []
    if cut.ranked and not ranking:
        return ["r.place nulls last"]
    if cut.grain is not None and cut.order is None and not ranking:
        return labels
    asked = cut.order or f"-{plan.measures[0].name}"
    name, direction = asked.removeprefix("-"), "desc" if asked.startswith("-") else "asc"
    for n, dimension in enumerate(plan.dimensions):
        if dimension.name == name:
            return [f"{_shown(plan, n)} {direction} nulls last", *labels]
    return [f"{_ranked_by(plan, name)} {direction} nulls last", *labels]


def _ranked_by(plan: Plan, name: str) -> str:
    """What groups are ordered by: a share, or a rate by the hour, orders as what it is made of."""
    measure = model().measure(name)
    while not isinstance(measure.formula, Aggregate | Ratio):
        measure = model().measure(measure.formula.of)
    return plan.value(measure)
