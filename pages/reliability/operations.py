"""Operations: errors, slow executions, connectors in trouble, who takes the time, and why things fail."""

from __future__ import annotations

from dataclasses import replace

from analytics import slow
from analytics.board import Board, Panel, Row, Thresholds
from analytics.filters import field
from analytics.measures.runs import RATE
from analytics.query import AUTO, COARSE, Query
from ui import render

ERRORS = Query(("errors_per_hour",))
RUNS = Query(("failed", "slow_executions", "p95_duration_ms"))
RUNS_OVER_TIME = replace(RUNS, grain=AUTO)

ERROR_RATE = Panel(
    id="operations.error_rate",
    title="Errors an hour",
    explanation="Log lines of level error or worse by the hours of the window, from `logs`. Bad over 10 "
    "an hour.",
    question=ERRORS,
    chart="number",
    value="errors_per_hour",
    trend=replace(ERRORS, grain=AUTO),
    good="down",
    thresholds=Thresholds(good=10, bad=10, less=True),
)
FAILED = Panel(
    id="operations.failed_executions",
    title="Failed executions",
    explanation="Executions that failed or ran into a timeout, from `runs`; as a search: "
    "`status:(failed or timeout)`.",
    question=RUNS,
    chart="number",
    value="failed",
    trend=RUNS_OVER_TIME,
    good="down",
)
SLOW_COUNT = Panel(
    id="operations.slow_count",
    title="Slow executions",
    explanation="Executions that took over 5 s, from `runs`.",
    question=RUNS,
    chart="number",
    value="slow_executions",
    trend=RUNS_OVER_TIME,
    good="down",
)
P95 = Panel(
    id="operations.p95",
    title="95th percentile",
    explanation="95 of 100 executions took no longer; exact, over `duration_ms` in `runs`.",
    question=RUNS,
    chart="number",
    value="p95_duration_ms",
    trend=RUNS_OVER_TIME,
    good="down",
)
CONNECTOR_HEALTH = Panel(
    id="operations.connector_health",
    title="Connector health",
    explanation="Success rate of each connector (`action_type` in `runs`) in order of time: by the hour up "
    "to two days, by the local day in longer windows, by the week over two months. Numbers stand where it is "
    "95% or less, red is under 90%. A click filters by connector.",
    question=Query(("success_rate",), by=("action_type",), grain=COARSE, order="action_type"),
    chart="heatmap",
    value="success_rate",
    x="bucket",
    by="action_type",
    good="up",
    thresholds=RATE,
    click=("action_type",),
    empty="No connector ran in this window",
)
SLOW_EXECUTIONS = Panel(
    id="operations.slow_executions",
    title="Slowest executions",
    explanation=f"The {slow.MOST} slowest executions over 5 s, from `runs`. A click scopes the page to the "
    "tenant.",
    question=slow.executions,
    chart="table",
    value="duration_ms",
    show=("finished_at", "tenant", "workflow_name", "duration_ms", "status"),
    click=("tenant_id",),
    empty="No execution took over 5 s",
)
FAILURE_CAUSES = Panel(
    id="operations.failure_causes",
    title="Failure causes",
    explanation="Failed executions in `runs` by error code. A click filters the page.",
    question=Query(("failed",), by=("error_code",)),
    chart="bar",
    value="failed",
    x="error_code",
    click=("error_code",),
    empty="Nothing failed in this window",
)
CAUSE_RATE = Panel(
    id="operations.cause_rate",
    title="Failures with a cause",
    explanation="Failed executions that name an error code / all failed executions, in `runs`. Target: "
    "over 90%.",
    question=Query(("cause_rate",)),
    chart="gauge",
    value="cause_rate",
    good="up",
    thresholds=Thresholds(good=0.90, bad=0.90),
    empty="Nothing failed in this window",
)
USAGE_BY_TENANT = Panel(
    id="operations.usage_by_tenant",
    title="Execution time by tenant",
    explanation="The sum of execution times (`duration_ms` in `runs`) of the ten tenants with the most, "
    "and of all others. A click scopes the page to one.",
    question=Query(
        ("execution_time_ms",),
        by=("tenant_id", "tenant.name"),
        where=field("tenant_id").exists(),
        limit=10,
        other=True,
    ),
    chart="bar",
    value="execution_time_ms",
    x="tenant.name",
    click=("tenant_id",),
    empty="No tenant ran anything in this window",
)
SLOWEST_WORKFLOWS = Panel(
    id="operations.slowest_workflows",
    title="Slowest workflows",
    explanation="Workflows by the 95th percentile of their execution times, from `runs`. A click filters "
    "the page.",
    question=Query(
        ("p95_duration_ms", "p50_duration_ms", "max_duration_ms", "executions", "failure_rate"),
        by=("workflow_name",),
        limit=20,
    ),
    chart="table",
    value="p95_duration_ms",
    show=(
        "workflow_name",
        "p95_duration_ms",
        "p50_duration_ms",
        "max_duration_ms",
        "executions",
        "failure_rate",
    ),
    click=("workflow_name",),
    empty="No workflow ran in this window",
)

BOARD = Board(
    id="operations",
    title="Operations",
    audience="operations, support, whoever is on call",
    rows=(
        Row((ERROR_RATE, FAILED, SLOW_COUNT, P95)),
        Row((CONNECTOR_HEALTH,)),
        Row((SLOW_EXECUTIONS, FAILURE_CAUSES), (2, 1)),
        Row((USAGE_BY_TENANT, CAUSE_RATE), (2, 1)),
        Row((SLOWEST_WORKFLOWS,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
