"""Random journeys, and what retention, lifecycle and stickiness say of them in plain Python: every row looked at.

Written from the rules alone; nothing is shared with the code that it checks.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics.retention import RetentionSpec
from analytics.scope import AllTenants, Scope
from analytics.steps import Step

Row = dict[str, Any]
Unit = tuple[str, str]
FIRST = datetime(2026, 2, 14, tzinfo=UTC)  # through the night of 8 March, when clocks in New York change
ROLLING = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}


@dataclass(frozen=True)
class Journeys:
    """Rows of `events` and of `runs`, and the aliases of people."""

    events: tuple[Row, ...]
    runs: tuple[Row, ...]
    aliases: dict[tuple[str, str], str]

    @classmethod
    def drawn(cls, seed: int) -> Journeys:
        """Journeys of few people, so that they come back, on moments that are often those of a boundary."""
        luck = random.Random(seed)
        events = tuple(
            {
                "event_id": f"{seed}-{n:04d}",
                "occurred_at": _moment(luck),
                "tenant_id": luck.choice(("acme", "acme", "globex", "")),
                "event_type": luck.choice(("signup", "open", "open", "buy")),
                "user_id": luck.choice(("", "1", "2", "3")),
                "anonymous_id": luck.choice(("", "", "v1", "v2")),
                "session_id": luck.choice(("", "s1", "s2", "s3", "s4")),
                "properties": luck.choice(
                    ({}, {"plan": "pro"}, {"plan": "free"}, {"plan": 1}, {"plan": "old"})
                ),
            }
            for n in range(260)
        )
        runs = tuple(
            {"run_id": f"{seed}-{n:04d}", "occurred_at": _moment(luck), "tenant_id": luck.choice(("acme", "globex")),
             "action_type": luck.choice(("mail", "chat")), "user_id": luck.choice(("", "1", "2", "v1")), "status": "success"}
            for n in range(80)
        )  # fmt: skip
        aliases = {("acme", "v1"): "1", ("acme", "3"): "1", ("globex", "2"): "9"} if seed % 2 else {}
        return cls(events, runs, aliases)

    def land(self, store) -> None:
        """Put them into a store."""
        for table, rows in (("events", self.events), ("runs", self.runs)):
            assert store.append(table, list(rows)).rejected == 0
        if self.aliases:
            known = [{"tenant_id": t, "alias": a, "person_id": p} for (t, a), p in self.aliases.items()]
            assert store.append("identities", known).rejected == 0

    def of(self, step: Step, scope: Scope, keep: Callable[[Row], bool]) -> list[Row]:
        """The rows of a step that the scope's tenants and filters leave, up to its present, oldest first."""
        rows = map(self.claimed, self.events if step.table == "events" else self.runs)
        named = "event_type" if step.table == "events" else "action_type"
        return sorted(
            (row for row in rows
             if (isinstance(scope.tenants, AllTenants) or row["tenant_id"] in scope.tenants) and keep(row)
             and row["occurred_at"] < scope.present and (not step.events or row[named] in step.events)),
            key=lambda row: (row["occurred_at"], plan_of(row)),
        )  # fmt: skip

    def claimed(self, row: Row) -> Row:
        """The row, given to the one tenant that its names lead to where it has none."""
        if row["tenant_id"]:
            return row
        for name in (row["user_id"], row.get("anonymous_id", "")):
            tenants = {tenant for tenant, alias in self.aliases if alias == name}
            if len(tenants) == 1:
                return {**row, "tenant_id": tenants.pop()}
        return row

    def unit(self, row: Row, name: str) -> Unit | None:
        """Who or what a row is of; None where it is of nobody."""
        tenant = row["tenant_id"]
        if name == "user_id":
            names = (row["user_id"], row.get("anonymous_id", ""))
            known = [self.aliases.get((tenant, each)) for each in names if each]
            found = next((each for each in known if each), None) or names[0] or names[1]
        elif name == "properties.plan":
            found = plan_of(row)
        else:
            found = row[name]
        return (tenant, found) if found else None


def _moment(luck: random.Random) -> datetime:
    moment = FIRST + timedelta(hours=luck.randrange(24 * 40), minutes=luck.choice((0, 0, 15, 59)))
    return moment - timedelta(microseconds=luck.choice((0, 0, 0, 1)))


def plan_of(row: Row) -> str:
    """The plan that a row carries, as text."""
    return str(row.get("properties", {}).get("plan", ""))


def start_of(moment: datetime, grain: str, timezone: str, week_start: str) -> datetime:
    """When the local interval of a moment begins, in UTC."""
    local = moment.astimezone(ZoneInfo(timezone))
    if grain == "hour":
        whole = local.replace(minute=0, second=0, microsecond=0)
        return whole.astimezone(UTC)
    day = local.date()
    if grain == "week":
        day -= timedelta(days=(day.weekday() + (1 if week_start == "sunday" else 0)) % 7)
    return _midnight(day.replace(day=1) if grain == "month" else day, timezone)


def next_start(start: datetime, grain: str, timezone: str, week_start: str) -> datetime:
    """When the interval after that one begins."""
    if grain == "hour":
        return start + timedelta(hours=1)
    day = start.astimezone(ZoneInfo(timezone)).date()
    ahead = {"day": 1, "week": 7}.get(grain)
    return _midnight(
        day + timedelta(days=ahead) if ahead else (day + timedelta(days=31)).replace(day=1), timezone
    )


def _midnight(day: date, timezone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(timezone)).astimezone(UTC)


def intervals(scope: Scope, grain: str, week_start: str) -> list[datetime]:
    """The starts of the intervals that the window touches."""
    found = [start_of(scope.start, grain, scope.timezone, week_start)]
    while (after := next_start(found[-1], grain, scope.timezone, week_start)) < scope.end:
        found.append(after)
    return found


@dataclass
class _Cell:
    came: set[Unit]
    complete: bool


def retention(
    journeys: Journeys, scope: Scope, spec: RetentionSpec, keep: Callable[[Row], bool]
) -> dict[tuple[Any, ...], Any]:
    """(value, cohort, period) -> the units of a cell, and whether it is over."""
    cut = (spec.period, scope.timezone, spec.week_start)
    cohorts = intervals(scope, spec.period, spec.week_start)
    starts = list(_starts(journeys, scope, spec, keep))
    values = _labels(starts, spec)
    found: dict[tuple[Any, ...], _Cell] = {}
    for value in dict.fromkeys(values.values()) if spec.broken_by else [None]:
        for cohort in cohorts:
            over = cohort
            for period in range(spec.periods):
                over = next_start(over, *cut)
                last = next_start(cohort, *cut) + (period + 1) * ROLLING[spec.period]
                complete = (last if spec.clock == "rolling" and period else over) <= scope.present
                found[value, cohort, period] = _Cell(set(), complete)
    returns = _rows_of(journeys, scope, spec.returning, spec.unit, keep)
    for unit, cohort, moment, raw in starts:
        value = values[raw] if spec.broken_by else None
        found[value, cohort, 0].came.add(unit)
        if spec.broken_by and spec.breakdown_at == "both":
            theirs = [
                row
                for row in returns[unit]
                if values.get(plan_of(row), "Other" if spec.breakdown_limit else None) == value
            ]
        else:
            theirs = returns[unit]
        came = _periods(theirs, cohort, moment, scope, spec)
        for period in range(1, spec.periods):
            if period in came or (spec.counting == "on_or_after" and any(later > period for later in came)):
                found[value, cohort, period].came.add(unit)
    return {key: (cell.came, cell.complete) for key, cell in found.items()}


def _rows_of(journeys: Journeys, scope: Scope, step: Step, unit: str, keep) -> dict[Unit, list[Row]]:
    rows: dict[Unit, list[Row]] = defaultdict(list)
    for row in journeys.of(step, scope, keep):
        found = journeys.unit(row, unit)
        if found is not None:
            rows[found].append(row)
    return (
        rows if step.nth == 1 else defaultdict(list, {u: r[step.nth - 1 : step.nth] for u, r in rows.items()})
    )


def _starts(
    journeys: Journeys, scope: Scope, spec: RetentionSpec, keep
) -> Iterable[tuple[Unit, datetime, datetime, str]]:
    """Each unit in each cohort: when the cohort begins, when the unit started there, and with which value."""
    apart = spec.broken_by and spec.breakdown_at == "both" and spec.mode == "recurring"
    for unit, rows in _rows_of(journeys, scope, spec.start, spec.unit, keep).items():
        seen = set()
        for row in rows[:1] if spec.mode == "first_time" else rows:
            moment = row["occurred_at"]
            cohort = start_of(moment, spec.period, scope.timezone, spec.week_start)
            which = (cohort, plan_of(row)) if apart else cohort
            if scope.start <= moment < scope.end and which not in seen:
                seen.add(which)
                yield unit, cohort, moment, plan_of(row)


def _labels(starts, spec: RetentionSpec) -> dict[str, str]:
    units: dict[str, set[Unit]] = defaultdict(set)
    for unit, _, _, value in starts:
        units[value].add(unit)
    ranked = sorted(units, key=lambda value: (-len(units[value]), value))
    kept = ranked[: spec.breakdown_limit] if spec.breakdown_limit else ranked
    return {value: value if value in kept else "Other" for value in ranked}


def _periods(
    rows: list[Row], cohort: datetime, moment: datetime, scope: Scope, spec: RetentionSpec
) -> set[int]:
    """The periods after the start in which there are enough rows."""
    cut = (spec.period, scope.timezone, spec.week_start)
    counts: dict[int, int] = defaultdict(int)
    hour = start_of(moment, "hour", scope.timezone, "monday")
    for row in rows:
        at = row["occurred_at"]
        if spec.clock == "rolling":
            counts[(at - hour) // ROLLING[spec.period]] += 1
        else:
            bucket, period = cohort, 0
            while bucket < start_of(at, *cut) and period < spec.periods:
                bucket, period = next_start(bucket, *cut), period + 1
            counts[period if bucket == start_of(at, *cut) else -1] += 1
    return {
        period for period, count in counts.items() if 0 < period < spec.periods and count >= spec.at_least
    }


def lifecycle(  # noqa: PLR0917
    journeys: Journeys,
    scope: Scope,
    step: Step,
    grain: str,
    unit: str,
    week_start: str,
    keep: Callable[[Row], bool],
) -> list[tuple[Any, ...]]:
    """bucket, new, returning, resurrecting, dormant, complete."""
    buckets = intervals(scope, grain, week_start)
    before = start_of(buckets[0] - timedelta(microseconds=1), grain, scope.timezone, week_start)
    active: dict[datetime, set[Unit]] = defaultdict(set)
    for row in journeys.of(step, scope, keep):
        bucket = start_of(row["occurred_at"], grain, scope.timezone, week_start)
        inside = scope.start <= row["occurred_at"] < scope.end
        if (found := journeys.unit(row, unit)) and (inside or bucket == before):
            active[bucket].add(found)
    firsts: dict[Unit, datetime] = {}
    for row in journeys.of(Step(None, table=step.table), scope, keep):
        if found := journeys.unit(row, unit):
            firsts.setdefault(found, start_of(row["occurred_at"], grain, scope.timezone, week_start))
    lines = []
    for bucket in buckets:
        now, then = active[bucket], active[before]
        new = {each for each in now if firsts[each] == bucket}
        over = next_start(bucket, grain, scope.timezone, week_start) <= scope.present
        lines.append((bucket, len(new), len(now & then), len(now - then - new), -len(then - now), over))
        before = bucket
    return lines


def stickiness(  # noqa: PLR0917
    journeys: Journeys,
    scope: Scope,
    step: Step,
    grain: str,
    unit: str,
    week_start: str,
    keep: Callable[[Row], bool],
) -> list[tuple[int, int]]:
    """intervals, actors."""
    seen: dict[Unit, set[datetime]] = defaultdict(set)
    for row in journeys.of(step, scope, keep):
        if (found := journeys.unit(row, unit)) and scope.start <= row["occurred_at"] < scope.end:
            seen[found].add(start_of(row["occurred_at"], grain, scope.timezone, week_start))
    counts = [len(each) for each in seen.values()]
    return [(n, counts.count(n)) for n in range(1, len(intervals(scope, grain, week_start)) + 1)]
