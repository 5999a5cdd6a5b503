"""The answer to a query by brute force: rows are put into their buckets and groups, and counted there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from analytics.query import Query
from analytics.scope import Scope
from tests.analytics.reference import DIMENSIONS, Row, World, bucket_of, buckets, quantile

Rows = list[Row]
Keep = Callable[[Row], bool]
BAD = ("failed", "timeout")


def _cost(rows: Rows) -> Decimal | None:
    priced = [row["cost_usd"] for row in rows if row["cost_usd"] is not None]
    return sum(priced, Decimal(0)) if priced or not rows else None


def _known(rows: Rows, column: str) -> list[float]:
    return [row[column] for row in rows if row[column] is not None]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _people(world: World, rows: Rows) -> int:
    return len({(row["tenant_id"], world.person(row)) for row in rows if world.person(row)})


# name: the source, and the value of some of its rows
COUNTED: dict[str, tuple[str, Callable[[World, Rows], Any]]] = {
    "executions": ("runs", lambda world, rows: len(rows)),
    "succeeded": ("runs", lambda world, rows: sum(row["status"] == "success" for row in rows)),
    "failed": ("runs", lambda world, rows: sum(row["status"] in BAD for row in rows)),
    "finished": ("runs", lambda world, rows: sum(row["status"] in ("success", *BAD) for row in rows)),
    "slow_executions": ("runs", lambda world, rows: sum((row["duration_ms"] or 0) > 5000 for row in rows)),
    "execution_time_ms": ("runs", lambda world, rows: sum(_known(rows, "duration_ms"))),
    "avg_duration_ms": ("runs", lambda world, rows: _mean(_known(rows, "duration_ms"))),
    "p50_duration_ms": ("runs", lambda world, rows: quantile(_known(rows, "duration_ms"), 0.5)),
    "p95_duration_ms": ("runs", lambda world, rows: quantile(_known(rows, "duration_ms"), 0.95)),
    "active_tenants": ("runs", lambda world, rows: len({row["tenant_id"] for row in rows} - {""})),
    "run_users": ("runs", _people),
    "events": ("events", lambda world, rows: len(rows)),
    "messages": ("events", lambda world, rows: sum(row["event_type"] == "message_ingested" for row in rows)),
    "active_users": ("events", _people),
    "sessions": (
        "events",
        lambda world, rows: len({(row["tenant_id"], row["session_id"]) for row in rows if row["session_id"]}),
    ),
    "ai_queries": ("ai_queries", lambda world, rows: len(rows)),
    "ai_queries_failed": ("ai_queries", lambda world, rows: sum(row["status"] == "failed" for row in rows)),
    "p95_ai_response_ms": ("ai_queries", lambda world, rows: quantile(_known(rows, "duration_ms"), 0.95)),
    "ai_calls": ("llm_calls", lambda world, rows: len(rows)),
    "ai_cost_usd": ("llm_calls", lambda world, rows: _cost(rows)),
    "unpriced_calls": ("llm_calls", lambda world, rows: sum(row["cost_usd"] is None for row in rows)),
    "input_tokens": ("llm_calls", lambda world, rows: sum(_known(rows, "input_tokens"))),
    "ai_users": ("llm_calls", _people),
    "log_lines": ("logs", lambda world, rows: len(rows)),
    "errors": ("logs", lambda world, rows: sum(row["level"].lower() in ("error", "fatal") for row in rows)),
}
RATIOS = {
    "success_rate": ("succeeded", "finished"),
    "ai_error_rate": ("ai_queries_failed", "ai_queries"),
    "events_per_user": ("events", "active_users"),
    "calls_per_query": ("ai_calls", "ai_queries"),
    "cost_per_query_usd": ("ai_cost_usd", "ai_queries"),
    "ai_cost_per_execution_usd": ("ai_cost_usd", "executions"),
    "ai_cost_per_success_usd": ("ai_cost_usd", "succeeded"),
}
SHARES = {"execution_share": "executions", "ai_cost_share": "ai_cost_usd"}
HOURLY = {"failed_per_hour": "failed", "errors_per_hour": "errors"}
MEASURES = (*COUNTED, *RATIOS, *SHARES, *HOURLY)


def needs(name: str) -> tuple[str, ...]:
    """The counted measures that a measure is made of."""
    return RATIOS.get(name) or ((SHARES | HOURLY).get(name, name),)


class Side:
    """The rows of one window, by bucket and group."""

    def __init__(self, world: World, scope: Scope, query: Query, keep: Keep) -> None:
        self.world, self.scope, self.query = world, scope, query
        self.buckets: list[datetime | None] = buckets(scope, query) if query.grain else [None]
        self.rows: dict[str, list[tuple[datetime | None, tuple[object, ...], Row]]] = {}
        for source in {COUNTED[part][0] for name in query.measures for part in needs(name)}:
            self.rows[source] = [
                (bucket_of(row["occurred_at"], scope, query) if query.grain else None, self._labels(row), row)
                for row in world.rows(source, scope, keep)
            ]

    def _labels(self, row: Row) -> tuple[object, ...]:
        return tuple(DIMENSIONS[name][1](self.world, row, self.scope) for name in self.query.by)

    @property
    def groups(self) -> set[tuple[object, ...]]:
        return {labels for rows in self.rows.values() for _, labels, _ in rows}

    def counted(self, name: str, bucket: datetime | None, groups: set[tuple[object, ...]]) -> Any:
        """A counted measure of some groups; of the whole window where the bucket is "all"."""
        source, value = COUNTED[name]
        rows = [row for at, labels, row in self.rows[source] if bucket in ("all", at) and labels in groups]
        return value(self.world, rows)

    def value(
        self, name: str, bucket: datetime | None, groups: set[tuple[object, ...]], cells: list[set[Any]]
    ) -> Any:
        """A measure of some groups in a bucket; shares are of all cells of the bucket."""
        if name in RATIOS:
            over, under = (self.counted(part, bucket, groups) for part in RATIOS[name])
            return None if over is None or not under else over / under
        if name in SHARES:
            own, whole = (
                self.counted(SHARES[name], bucket, groups),
                self.denominator(name, bucket, groups, cells),
            )
            return None if own is None or not whole else float(own) / float(whole)
        if name in HOURLY:
            return self.counted(HOURLY[name], bucket, groups) / self.hours(bucket)
        return self.counted(name, bucket, groups)

    def denominator(self, name: str, bucket: Any, groups: set[Any], cells: list[set[Any]]) -> Any:
        """What a ratio or a share is a part of."""
        if name in RATIOS:
            return self.counted(RATIOS[name][1], bucket, groups)
        found = [self.counted(SHARES[name], bucket, cell) for cell in cells]
        known = [each for each in found if each is not None]
        return sum(known) if known else None

    def hours(self, bucket: datetime | None) -> float:
        """The hours of the window, or of a bucket inside it."""
        if bucket is None:
            return (self.scope.end - self.scope.start) / timedelta(hours=1)
        later = [each for each in self.buckets if each is not None and each > bucket]
        end = min([*later, self.scope.end])
        return (end - max(bucket, self.scope.start)) / timedelta(hours=1)


def answer(world: World, scope: Scope, query: Query, keep: Keep) -> list[dict[str, Any]]:
    """The rows of the answer, in their order."""
    now = Side(world, scope, query, keep)
    other = scope.previous() if query.compare == "previous" else None
    if isinstance(query.compare, tuple):
        other = replace(scope, start=query.compare[0], end=query.compare[1])
    before = Side(world, other, query, keep) if other else None
    groups = now.groups | (before.groups if before else set()) if query.by else {()}
    ranked = query.limit is not None and (query.grain is not None or query.other)
    top = _ordered(now, query, now.groups, "all")[: query.limit] if ranked else sorted(groups)
    rest = groups - set(top)
    cells = [{group} for group in top] + ([rest] if rest else [])
    found: list[dict[str, Any]] = []
    for place, bucket in enumerate(now.buckets):
        shown = cells if ranked else [{group} for group in _shown(now, query, groups, bucket)]
        lines = [_line(now, before, place, cell, cells) for cell in shown]
        if ranked and not query.other:
            lines = [line for line, cell in zip(lines, shown, strict=True) if cell is not rest]
        if ranked and query.other:
            lines = [{**line, "is_other": cell is rest} for line, cell in zip(lines, shown, strict=True)]
        found += lines
    return found if ranked or query.limit is None else found[: query.limit]


def _shown(side: Side, query: Query, groups: set[Any], bucket: datetime | None) -> list[Any]:
    if not query.by:
        return [()]
    return sorted(groups) if query.grain and query.order is None else _ordered(side, query, groups, bucket)


def _ordered(side: Side, query: Query, groups: set[Any], bucket: Any) -> list[Any]:
    """Groups by a measure or a dimension, what has none last, ties by label."""
    asked = query.order or f"-{query.measures[0]}"
    name, down = asked.removeprefix("-"), asked.startswith("-")
    by_label = sorted(groups)
    if name in query.by:
        return (
            sorted(by_label, key=lambda group: group[query.by.index(name)], reverse=down)
            if not down
            else _down(by_label, query.by.index(name))
        )
    values = {group: side.value((SHARES | HOURLY).get(name, name), bucket, {group}, []) for group in by_label}
    known = [group for group in by_label if values[group] is not None]
    known.sort(key=lambda group: -values[group] if down else values[group])
    return known + [group for group in by_label if values[group] is None]


def _down(groups: list[Any], place: int) -> list[Any]:
    labels = sorted({group[place] for group in groups}, reverse=True)
    return [group for label in labels for group in groups if group[place] == label]


def _line(now: Side, before: Side | None, place: int, cell: set[Any], cells: list[set[Any]]) -> Row:
    query = now.query
    bucket = now.buckets[place]
    line: Row = {"bucket": bucket} if query.grain else {}
    labels = next(iter(cell)) if len(cell) == 1 else None
    line |= {name: labels[n] if labels is not None else None for n, name in enumerate(query.by)}
    for name in query.measures:
        line[name] = now.value(name, bucket, cell, cells)
        if name in RATIOS or name in SHARES:
            line[f"{name}_of"] = now.denominator(name, bucket, cell, cells)
        if before is not None:
            there = place < len(before.buckets)
            line[f"{name}_before"] = before.value(name, before.buckets[place], cell, cells) if there else None
    return line
