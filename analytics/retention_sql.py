"""The statements of a retention, put together from its steps, its unit and its breakdown.

Where one bit an interval says all, each unit is two masks: in which intervals it started, and in which it
came back; one pass over the rows makes them. Otherwise cohorts and returns are rows and meet in a join.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.units import Units, expression, joins_for

if TYPE_CHECKING:
    from analytics.retention import RetentionSpec

# A bit an interval, in an integer that the engine shifts; two are left so that no sign is in the way.
BITS = 62
SEPARATOR = "\x1f"
QUARTER = "epoch_us(r.occurred_at) // $calendar_us"
INTERVALS = "k as (select q, dense_rank() over (order by bucket) - 1 as n from calendar)"


def by_masks(spec: RetentionSpec, units: Units) -> str:
    """`n`, `mask`, `actors`: by cohort, how many came back in the periods whose bits are set."""
    first = spec.mode == "first_time"
    steps = {"start": spec.start, "returning": spec.returning}
    tables = list(dict.fromkeys(step.table for step in steps.values()))
    parts = [_masks_of(spec, units, table) for table in tables]
    columns, joins = units.resolved
    started = "min(started)" if first else "bit_or(started)"
    queries = [INTERVALS, f"raw as ({' union all '.join(parts)})"]
    if units.aliases or len(tables) > 1:
        merged = (
            f"select {columns}, {started} as started, bit_or(came) as came from raw as r {joins} group by all"
        )
        queries.append(f"units as ({merged})")
    rows = "units" if units.aliases or len(tables) > 1 else "raw"
    window = "((1::ubigint << $periods::ubigint) - 1)"
    if first:
        cells = (
            f"select started as n, (came >> started::ubigint) & {window} as mask, count(*) as actors"
            f" from {rows} where started >= 0 group by all"
        )
    else:
        cells = (
            f"select c.n, (u.came >> c.n::ubigint) & {window} as mask, count(*) as actors"
            f" from {rows} as u join range($cohorts) as c(n) on (u.started >> c.n::ubigint) & 1 = 1"
            " group by all"
        )
    return f"with {', '.join(queries)} {cells}"


def _masks_of(spec: RetentionSpec, units: Units, table: str) -> str:
    """The masks of the rows of one table; a first start before the window is -1."""
    first, starts, returns = (
        spec.mode == "first_time",
        spec.start.table == table,
        spec.returning.table == table,
    )
    counted = '"mark.start" and r.occurred_at < $started_before'
    if not starts:
        started = "null::bigint" if first else "0::ubigint"
    elif first:
        started = (
            f"min(case when {counted} then case when r.occurred_at < $window_start then -1 else k.n end end)"
        )
    else:
        started = f"bit_or(case when {counted} then 1::ubigint << k.n::ubigint else 0::ubigint end)"
    # Returns may lie after the window, so all is read from the history and cut here.
    cut = "r.occurred_at >= $window_start"
    within = f" and {cut}" if first and starts else ""
    came = f'bit_or(case when "mark.returning"{within} then 1::ubigint << k.n::ubigint else 0::ubigint end)'
    wanted = [f'"mark.{name}"' for name, asked in (("start", starts), ("returning", returns)) if asked]
    conditions = [f"({' or '.join(wanted)})", "r.occurred_at < $returned_before", units.exists(table)]
    conditions += [] if first and starts else [cut]
    return (
        f"select {', '.join(units.raw(table))}, {started} as started,"
        f" {came if returns else '0::ubigint'} as came from {table}_history as r"
        f" left join k on k.q = {QUARTER} where {' and '.join(conditions)} group by all"
    )


def by_rows(spec: RetentionSpec, units: Units) -> str:
    """`place`, `value`, `n`, `k`, `actors`: by value of the breakdown, cohort and period, no zeros."""
    counted = "select place, value, n, k, count(*) as actors from cells group by all"
    if spec.counting == "on_or_after":
        last = "select place, value, n, tenant_id, unit, max(k) as k from cells group by all"
        counted = f"select place, value, n, k, count(*) as actors from ({last}) group by all"
    sizes = "select place, value, n, 0 as k, count(*) as actors from cohorts group by all"
    return f"with {', '.join(_cells(spec, units))} {sizes} union all {counted}"


def people(spec: RetentionSpec, units: Units, *, period: int, valued: bool) -> str:
    """`unit`, `tenant_id`, `cohorts`: who is counted in a period of some cohorts, and in how many of them."""
    where = ["n between $first_cohort and $last_cohort"] + (["value = $value"] if valued else [])
    if period:
        where.append("k >= $period" if spec.counting == "on_or_after" else "k = $period")
    rows = "cells" if period else "cohorts"
    # Where a unit starts with several values in an interval it is of as many cohorts.
    cell = "(n, place)"
    return (
        f"with {', '.join(_cells(spec, units))} select unit, tenant_id, count(distinct {cell}) as cohorts"
        f" from {rows} where {' and '.join(where)} group by unit, tenant_id order by tenant_id, unit"
    )


def _cells(spec: RetentionSpec, units: Units) -> list[str]:
    """`cohorts`: each unit in each of its cohorts; `cells`: each period in which it came back."""
    both = spec.breakdown_at == "both" and bool(spec.broken_by)
    return [
        INTERVALS,
        f"started as ({_rows(spec, units, 'start')})",
        f"begun as ({_begun(spec)})",
        f"ranked as ({_ranked(spec)})",
        f"cohorts as ({_cohorts(spec)})",
        f"returned as ({_rows(spec, units, 'returning')})",
        f"cells as ({(_rolling if spec.clock == 'rolling' else _calendar)(spec, both=both)})",
    ]


def _rows(spec: RetentionSpec, units: Units, name: str) -> str:
    """The rows of a step: unit, moment, interval and value."""
    step = spec.start if name == "start" else spec.returning
    both = spec.breakdown_at == "both"
    columns, joins = units.columns(step.table)
    broken = spec.broken_by if name == "start" or both else ()
    value = (
        " || chr(31) || ".join(f"coalesce({expression(field, step.table)}, '')" for field in broken) or "''"
    )
    joins += [join for join in joins_for(broken, step.table) if join not in joins]
    # Returns may lie after the window, so all is read from the history and cut here.
    history = step.nth > 1 or (name == "start" and spec.mode == "first_time")
    before = "$started_before" if name == "start" else "$returned_before"
    within = "" if history else " and r.occurred_at >= $window_start"
    text = (
        f"select {columns}, epoch_us(r.occurred_at) as t, k.n, {value} as value"
        f" from {step.table}_history as r left join k on k.q = {QUARTER} {' '.join(joins)}"
        f' where "mark.{name}" and r.occurred_at < {before} and {units.exists(step.table)}{within}'
    )
    if step.nth == 1:
        return text
    nth = f"row_number() over (partition by tenant_id, unit order by t, value) = {step.nth}"
    return f"select tenant_id, unit, t, n, value from ({text}) qualify {nth}"


def _begun(spec: RetentionSpec) -> str:
    """Each unit's start in each of its cohorts, the first one there."""
    inside = "t >= epoch_us($window_start)"
    if spec.mode == "recurring" and spec.breakdown_at == "both":
        return f"select tenant_id, unit, n, value, min(t) as t from started where {inside} group by all"
    keys, where = ("tenant_id, unit", "") if spec.mode == "first_time" else ("tenant_id, unit, n", inside)
    first = (
        f"select {keys}, min(struct_pack(t := t, value := value, n := n)) as f from started"
        f"{' where ' + where if where else ''} group by all"
    )
    return f"select tenant_id, unit, f.n as n, f.value as value, f.t as t from ({first}) where f.{inside}"


def _ranked(spec: RetentionSpec) -> str:
    """The values of the breakdown with their places, the one with the most units first."""
    if not spec.broken_by:
        return "select '' as value, 1 as place"
    order = "count(distinct (tenant_id, unit)) desc, value"
    return f"select value, row_number() over (order by {order}) as place from begun group by value"


def _cohorts(spec: RetentionSpec) -> str:
    value, place = "r.value", "r.place"
    if spec.breakdown_limit is not None:
        value, place = "case when r.place <= $most then r.value else $other end", "least(r.place, $most + 1)"
    return (
        f"select c.tenant_id, c.unit, c.n, {value} as value, {place} as place, min(c.t) as t"
        " from begun as c join ranked as r on r.value = c.value group by all"
    )


def _returns(spec: RetentionSpec, *, both: bool) -> str:
    """The rows of returns; with the value by which they belong to a cohort where they have to share it."""
    if not both:
        return "(select tenant_id, unit, t, n from returned where t >= epoch_us($window_start))"
    value = "h.value"
    if spec.breakdown_limit is not None:
        value = "case when r.place <= $most then h.value else $other end"
    return (
        f"(select h.tenant_id, h.unit, h.t, h.n, {value} as value from returned as h"
        " left join ranked as r on r.value = h.value where h.t >= epoch_us($window_start))"
    )


def _calendar(spec: RetentionSpec, *, both: bool) -> str:
    keys = "tenant_id, unit, n, value" if both else "tenant_id, unit, n"
    enough = "where n is not null group by all having count(*) >= $at_least"
    rows = f"(select {keys} from {_returns(spec, both=both)} {enough})"
    return (
        "select c.place, c.value, c.n, h.n - c.n as k, c.tenant_id, c.unit"
        f" from cohorts as c join {rows} as h on {_same(both=both)} and h.n > c.n and h.n < c.n + $periods"
    )


def _rolling(spec: RetentionSpec, *, both: bool) -> str:
    hour = "((c.t - $past_the_hour) // $hour * $hour + $past_the_hour)"
    return (
        f"select c.place, c.value, c.n, (h.t - {hour}) // $length as k, c.tenant_id, c.unit"
        f" from cohorts as c join {_returns(spec, both=both)} as h on {_same(both=both)} and h.t >= c.t"
        f" where (h.t - {hour}) // $length between 1 and $periods - 1"
        " group by all having count(*) >= $at_least"
    )


def _same(*, both: bool) -> str:
    shared = " and h.value = c.value" if both else ""
    return f"h.tenant_id = c.tenant_id and h.unit = c.unit{shared}"
