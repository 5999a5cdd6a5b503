"""Retention and active people over 20 million events of 90 days beside ClickHouse, which counts the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pandas as pd

from analytics import active
from analytics.lifecycle import lifecycle
from analytics.retention import RetentionSpec, retention
from analytics.scope import Scope
from analytics.steps import Step
from bench.clickhouse import ClickHouse
from bench.generated import END, generated, opened
from bench.report import Line, median_ms
from data.store import Store

DAYS, WEEKS, MONTH = 90, 12, 30
EVENTS = {"events": 222_223}
BUDGET = 1.0
START = END - timedelta(weeks=WEEKS)
SCOPE = Scope(START, END)
PERSON = "tenant_id, if(user_id <> '', user_id, anonymous_id) as person"
SINCE = f"toDateTime64('{START:%F %T}', 6, 'UTC')"
WEEK = f"dateDiff('week', {SINCE}, occurred_at)"
TRIANGLES = {
    "recurring": RetentionSpec(Step("event_00"), Step(None), "week", WEEKS, mode="recurring"),
    "first time": RetentionSpec(Step(None), Step(None), "week", WEEKS),
}
# The same by masks of one bit a week, which is the fastest that we know to ask ClickHouse for.
MASKS = {
    "recurring": f"""select {PERSON},
        groupBitOr(bitShiftLeft(toUInt64(event_type = 'event_00'), {WEEK})) as s,
        groupBitOr(bitShiftLeft(toUInt64(1), {WEEK})) as came
        from events where occurred_at >= {SINCE} group by tenant_id, person having s > 0""",
    "first time": f"""select {PERSON}, min(occurred_at) as first_at,
        bitShiftLeft(toUInt64(1), dateDiff('week', {SINCE}, first_at)) as s,
        groupBitOr(if(occurred_at >= {SINCE}, bitShiftLeft(toUInt64(1), {WEEK}), 0)) as came
        from events group by tenant_id, person having first_at >= {SINCE}""",
}
# Equal calls of arrayJoin would be one, so each spreads in a query of its own.
CELLS = """select c, k, sum(if(k = 0 or bitTest(came, c + k), n, 0)) as actors from (
        select s, came, n, c, arrayJoin(range(12 - c)) as k from (
            select s, came, n, arrayJoin(range(12)) as c
            from (select s, came, count() as n from ({masks}) group by s, came)
        ) where bitTest(s, c)
    ) group by c, k order by c, k"""
# Each stretch of days in which somebody is in the window adds one and takes it back. A person's days are one
# array: sorting all in one window function takes five times as long.
ACTIVE = f"""with seen as (
        select {PERSON}, arraySort(groupUniqArray(toDate(occurred_at))) as days
        from events group by tenant_id, person
    ),
    counted as (
        select d, least(next - d, {MONTH}) as gap, toInt64(count()) as n
        from seen
        array join days as d, arrayPushBack(arrayPopFront(days), toDate('2100-01-01')) as next
        group by d, gap
    ),
    steps as (
        select d as day, n as dau, n as w, n as m from counted
        union all select d + least(gap, 7), toInt64(0), -n, toInt64(0) from counted
        union all select d + gap, toInt64(0), toInt64(0), -n from counted
    ),
    summed as (select day, sum(dau) as dau, sum(w) as w, sum(m) as m from steps group by day)
    select day, dau, wau, mau from (
        select day, dau, sum(w) over (order by day) as wau, sum(m) over (order by day) as mau from summed
    ) where day >= toDate({SINCE}) and day < toDate('{END:%F}') order by day"""


def main() -> None:
    """Compare each, the answers first."""
    file = generated(DAYS, EVENTS)
    # It is filled from the file, which nothing else may have open then.
    other = ClickHouse(file)
    store = opened(file)
    for name, spec in TRIANGLES.items():
        compare_triangle(store, other, name, spec)
    compare_active(store, other)
    taken = median_ms({"ours": lambda: lifecycle(store, SCOPE, grain="week")}, repeat=3)
    Line(f"lifecycle of {WEEKS} weeks, all history", f"{taken['ours']:.0f} ms").say()
    other.close()
    store.close()


def compare_triangle(store: Store, other: ClickHouse, name: str, spec: RetentionSpec) -> None:
    """One triangle in both, in turns."""
    query = CELLS.format(masks=MASKS[name])
    found = retention(store, SCOPE, spec)
    found["c"] = found["cohort"].rank(method="dense").astype(int) - 1
    ours = found[found["c"] + found["period"] < WEEKS].sort_values(["c", "period"])["actors"].tolist()
    theirs = _filled(other.ask(query))
    assert ours == theirs, "the two count differently"
    told(
        f"retention of {WEEKS} weeks, {name}",
        {"ours": lambda: retention(store, SCOPE, spec), "theirs": lambda: other.ask(query)},
    )


def compare_active(store: Store, other: ClickHouse) -> None:
    """People a day, in 7 and in 30 days, on every day of the window."""
    names = ["dau", "wau", "mau"]
    ours = active.over_time(store, SCOPE)[names].to_numpy().tolist()
    assert ours == other.ask(ACTIVE)[names].to_numpy().tolist(), "the two count differently"
    told(
        "people a day, in 7 and in 30 days, exactly",
        {"ours": lambda: active.over_time(store, SCOPE), "theirs": lambda: other.ask(ACTIVE)},
        repeat=1,  # theirs takes many seconds
    )


def told(what: str, runs: Mapping[str, Callable[[], object]], repeat: int = 3) -> None:
    """Say one comparison."""
    taken = median_ms(runs, repeat)
    ratio = taken["ours"] / taken["theirs"]
    ours, theirs = (f"{taken[name]:.0f} ms" for name in ("ours", "theirs"))
    Line(what, ours, theirs, ratio, f"< {BUDGET} x ClickHouse", met=ratio < BUDGET).say()


def _filled(cells: pd.DataFrame) -> list[int]:
    """The cells of the triangle, zeros included, row by row."""
    known = {(row.c, row.k): row.actors for row in cells.itertuples()}
    return [int(known.get((c, k), 0)) for c in range(WEEKS) for k in range(WEEKS - c)]


if __name__ == "__main__":
    main()
