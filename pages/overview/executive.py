"""Executive overview: how much runs, how well, for whom, and what the AI costs."""

from __future__ import annotations

from dataclasses import replace

from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.measures.runs import RATE
from analytics.query import AUTO, Query
from ui import render

# Asked together, so that the rows are read once for all the numbers of a table.
RUNS = Query(("executions", "avg_duration_ms", "active_tenants", "success_rate"))
RUNS_OVER_TIME = replace(RUNS, grain=AUTO)
MONTH = Query(("executions",))
AI = Query(("ai_cost_usd", "ai_queries"))
AI_OVER_TIME = replace(AI, grain=AUTO)

EXECUTIONS = Panel(
    id="executive.executions",
    title="Executions",
    explanation="Workflow runs that finished in the window, cancelled ones included; counted in `runs`.",
    question=RUNS,
    chart="number",
    value="executions",
    trend=RUNS_OVER_TIME,
    good="up",
)
EXECUTIONS_MONTH = Panel(
    id="executive.executions_month",
    title="Executions",
    explanation="Workflow runs that finished in the 30 days up to the end of the window; counted in `runs`.",
    question=MONTH,
    chart="number",
    value="executions",
    trend=replace(MONTH, grain=AUTO),
    good="up",
    window="30d",
)
AVG_DURATION = Panel(
    id="executive.avg_duration",
    title="Average duration",
    explanation="Mean duration of the executions that state one, in `runs`.",
    question=RUNS,
    chart="number",
    value="avg_duration_ms",
    trend=RUNS_OVER_TIME,
    good="down",
)
ACTIVE_TENANTS = Panel(
    id="executive.active_tenants",
    title="Active tenants",
    explanation="Tenants with at least one execution in the window, in `runs`: of people, as under a cohort, "
    "with one of theirs. Asking the AI alone makes no tenant active.",
    question=RUNS,
    chart="number",
    value="active_tenants",
    trend=RUNS_OVER_TIME,
    good="up",
)
AI_COST = Panel(
    id="executive.ai_cost",
    title="AI cost",
    explanation="What the calls of AI models cost, each priced at its own time; from `llm_calls`.",
    question=AI,
    chart="number",
    value="ai_cost_usd",
    trend=AI_OVER_TIME,
    good="down",
)
AI_QUERIES = Panel(
    id="executive.ai_queries",
    title="AI queries",
    explanation="Questions of users to AI models; the calls of one request are one; from `llm_calls`.",
    question=AI,
    chart="number",
    value="ai_queries",
    trend=AI_OVER_TIME,
    good="up",
)
EXECUTIONS_OVER_TIME = Panel(
    id="executive.executions_over_time",
    title="Executions over time",
    explanation="Executions by outcome, from `runs`; timeouts count as failed, cancelled ones as neither. "
    "Dotted: cut by the window. Drag over the chart to choose a window.",
    question=Query(("finished", "succeeded", "failed"), grain=AUTO),
    chart="line",
    value="finished",
    x="bucket",
    show=("succeeded", "failed"),
    empty="No executions in this window",
)
SUCCESS_RATE = Panel(
    id="executive.success_rate",
    title="Success rate",
    explanation="Successes / (successes + failures) of the executions in `runs`; cancelled ones are neither. "
    "Good over 95%, bad under 90%.",
    question=RUNS,
    chart="gauge",
    value="success_rate",
    good="up",
    thresholds=RATE,
    empty="Nothing succeeded or failed in this window",
)
TOP_TENANTS = Panel(
    id="executive.top_tenants",
    title="Top tenants",
    explanation="The five tenants with the most executions, from `runs`. A click scopes the page to one.",
    question=Query(
        ("executions",), by=("tenant_id", "tenant.name"), where=field("tenant_id").exists(), limit=5
    ),
    chart="bar",
    value="executions",
    x="tenant.name",
    click=("tenant_id",),
    empty="No tenant ran anything in this window",
)
CONNECTOR_SHARE = Panel(
    id="executive.connector_share",
    title="Connectors in demand",
    explanation="Each connector's share of executions (`action_type` in `runs`). A click filters the page.",
    question=Query(("execution_share",), by=("action_type",)),
    chart="bar",
    value="execution_share",
    x="action_type",
    click=("action_type",),
    empty="No connector ran in this window",
)

BOARD = Board(
    id="executive",
    title="Executive overview",
    audience="the CEO, product managers, sales calls",
    rows=(
        Row((EXECUTIONS, EXECUTIONS_MONTH, AVG_DURATION, ACTIVE_TENANTS, AI_COST, AI_QUERIES)),
        Row((EXECUTIONS_OVER_TIME, SUCCESS_RATE), (2, 1)),
        Row((TOP_TENANTS, CONNECTOR_SHARE), (1, 2)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
