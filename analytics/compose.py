"""A query as one statement, put together from the closed set of expressions that the model declares.

Each source is grouped once (`g0`, `g1` …, and the same of the window compared with; `s0` … are what
`analytics.grouping` groups first); where one group is not the whole answer, groups are joined on buckets and
dimensions, so that a bucket without rows is there, and a group that only one source has. `d0` … are the
dimensions, `p0` … the aggregates. A small question takes as long as its statement takes to plan, so nothing
stands in it that its answer does not need. Names and conditions are the model's own, values from outside are
parameters, and an attribute is a name in quotes that the door resolves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from analytics.grouping import First, Groups, as_text, first, first_sql, grouped_sql
from analytics.model import Aggregate, Ratio, Share, model, quoted
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


@lru_cache(maxsize=1024)
def compose(plan: Plan, cut: Cut) -> str:
    """The statement: its columns are those of the query."""
    plan = replace(plan, of_rows=bool(plan.dimensions) and _alone(plan, cut))
    queries = [
        f"{source.name}{side} as ({source.sql.format(rows=f'{source.table}{side}').strip()})"
        for source in plan.sources
        if source.sql
        for side in cut.sides
    ]
    asked = [
        [Groups(plan, source, side, cut.grain is not None, cut.ranked) for side in cut.sides]
        for source in plan.sources
    ]
    steps = [first(groups[0]) for groups in asked]
    for place, (sides, step) in enumerate(zip(asked, steps, strict=True)):
        queries += [f"s{place}{each.side} as ({first_sql(each, step)})" for each in sides if step]
    if cut.ranked:
        queries += _ranking(plan, cut, [(groups[0], step) for groups, step in zip(asked, steps, strict=True)])
    filled = _filled(plan, cut, steps)
    for place, (sides, step) in enumerate(zip(asked, steps, strict=True)):
        queries += [
            f"g{place}{each.side} as "
            f"({grouped_sql(each, step, f's{place}{each.side}', ranked=cut.ranked, filled=filled)})"
            for each in sides
        ]
    if cut.grain is not None and not filled:
        queries += [f"buckets{side} as ({_buckets(plan, cut, side)})" for side in cut.sides]
    named = ",\n".join(queries)
    return f"with {named}\n{_final(plan, cut, 'g0' if filled or _alone(plan, cut) else _joined(plan, cut))}"


def _alone(plan: Plan, cut: Cut) -> bool:
    """Whether the groups of one source are the answer."""
    return len(plan.sources) == 1 and cut.grain is None and not cut.compare


def _filled(plan: Plan, cut: Cut, steps: Sequence[First | None]) -> bool:
    """Whether the buckets of one source are the answer once the calendar adds those without rows."""
    one = len(plan.sources) == 1 and cut.grain is not None and not (plan.dimensions or cut.compare)
    return one and not plan.by_the_hour and steps[0] is not None and steps[0].by_quarter


def _ranking(plan: Plan, cut: Cut, asked: Sequence[tuple[Groups, First | None]]) -> list[str]:
    """`top`: the groups that stay, by their order over the whole window."""
    names = [f"d{n}" for n, _ in enumerate(plan.dimensions)]
    queries = [
        f"t{place} as ({grouped_sql(replace(groups, bucketed=False), step, f's{place}', ranked=False)})"
        for place, (groups, step) in enumerate(asked)
    ]
    summed = "t0"
    if len(asked) > 1:
        tables, keys = [f"t{place}" for place, _ in enumerate(plan.sources)], [f"k.{name}" for name in names]
        parts = [
            f"t{n}.p{place}" for n, source in enumerate(plan.sources) for place, _ in plan.parts_of(source)
        ]
        joins = "".join(f" left join {group} on {_same(group, 'k', names)}" for group in tables)
        summed = f"(select {', '.join([*keys, *parts])} from ({_union(tables, names)}) as k{joins})"
    order = ", ".join(_order(plan, cut, ranking=True))
    groups = ", ".join(f"r.{name}" for name in names)
    queries.append(
        f"top as (select {groups}, row_number() over (order by {order}) as place"
        f" from {summed} as r qualify place <= {cut.limit})"
    )
    return queries


def _buckets(plan: Plan, cut: Cut, side: str) -> str:
    """Every bucket, with its number where those of two windows meet, and with its hours inside the window."""
    columns = "bucket"
    if cut.compare:
        columns += ", row_number() over (order by bucket) as n"
    if plan.by_the_hour:
        inside = (
            f"least((q + 1) * $calendar_us, $window_end_us{side})"
            f" - greatest(q * $calendar_us, $window_start_us{side})"
        )
        columns += f", sum({inside}) / 3600000000 as hours"
    return f"select {columns} from calendar{side} group by bucket"


def _joined(plan: Plan, cut: Cut) -> str:
    """One row for each bucket and group, with the aggregates of all sources and sides."""
    groups = [f"g{place}{side}" for place, _ in enumerate(plan.sources) for side in cut.sides]
    names = [*(["place"] if cut.ranked else []), *(f"d{n}" for n, _ in enumerate(plan.dimensions))]
    parts = [
        f"g{n}{side}.p{place} as p{place}{side}"
        for n, source in enumerate(plan.sources)
        for place, _ in plan.parts_of(source)
        for side in cut.sides
    ]
    if cut.grain is None and not names:
        return f"(select {', '.join(parts)} from {', '.join(groups)})"
    keys, spine = _spine(plan, cut, groups, names)
    joins = "".join(f" left join {group} on {_same(group, 'k', names, cut)}" for group in groups)
    return f"(select {', '.join([*(f'k.{key}' for key in keys), *parts])} from ({spine}) as k{joins})"


def _spine(plan: Plan, cut: Cut, groups: Sequence[str], names: Sequence[str]) -> tuple[list[str], str]:
    """Every bucket with every group, whether it has rows or not: the columns, and the query."""
    if cut.grain is None:
        return [*names], _union(groups, names)
    columns, joins = ["bucket", *(["hours"] if plan.by_the_hour else [])], ""
    read = [f"b.{column}" for column in columns]
    if cut.compare:
        read += [f"e.{column} as {column}_before" for column in columns]
        columns += [f"{column}_before" for column in columns]
        joins = " left join buckets_before as e on e.n = b.n"
    if names:
        columns, read = [*columns, *names], [*read, *(f"u.{name}" for name in names)]
        joins += f" cross join ({_union(groups, names)}) as u"
    return columns, f"select {', '.join(read)} from buckets as b{joins}"


def _union(groups: Sequence[str], names: Sequence[str]) -> str:
    """The different groups of several relations."""
    different = "distinct " if len(groups) == 1 else ""
    return " union ".join(f"select {different}{', '.join(names)} from {group}" for group in groups)


def _same(group: str, keys: str, names: Sequence[str], cut: Cut | None = None) -> str:
    """When a group belongs to a row of the spine."""
    conditions = [f"{group}.{name} is not distinct from {keys}.{name}" for name in names]
    if cut is not None and cut.grain is not None:
        side = BEFORE if group.endswith(BEFORE) else NOW
        conditions.insert(0, f"{group}.bucket = {keys}.bucket{side}")
    return " and ".join(conditions) or "true"


def _final(plan: Plan, cut: Cut, rows: str) -> str:
    """The columns as people know them, and the order of the rows."""
    columns = ["r.bucket as bucket"] if cut.grain is not None else []
    columns += [
        f"{_shown(plan, n, rest=cut.other)} as {quoted(each.name)}" for n, each in enumerate(plan.dimensions)
    ]
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
        if cut.grain is not None:
            # A bucket that the other window does not have was not empty: there is nothing to compare with.
            earlier = f"case when r.bucket_before is not null then {earlier} end"
        columns.append(f"{earlier} as {quoted(f'{measure.name}_before')}")
    if cut.other:
        columns.append("r.place is null as is_other")
    columns.append(f"{'$over' if cut.grain is None else 'r.bucket < $over_before'} as complete")
    text = f"select {', '.join(columns)}\nfrom {rows} as r"
    if cut.ranked and not cut.other:
        # Shares are of all groups, also of those that are then left out.
        shares = any(isinstance(each.formula, Share) for each in plan.measures)
        text += f" {'qualify' if shares else 'where'} r.place is not null"
    order = [*(["r.bucket"] if cut.grain is not None else []), *_order(plan, cut)]
    text += f"\norder by {', '.join(order)}" if order else ""
    return text if cut.limit is None or cut.ranked else f"{text}\nlimit {cut.limit}"


def _shown(plan: Plan, n: int, *, rest: bool = False) -> str:
    """A dimension of a group as it is shown; the row of the rest has none."""
    if not is_attribute(plan.dimensions[n]):
        return f"r.d{n}"
    return f"case when r.place is not null then {as_text(f'r.d{n}')} end" if rest else as_text(f"r.d{n}")


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
