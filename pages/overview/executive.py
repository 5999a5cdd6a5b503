"""Executive overview: how much runs, how well, for whom, and what the AI costs."""

from __future__ import annotations

from analytics import ai_queries, executions
from analytics.board import Board, Panel, Row, Thresholds
from ui import render

RATE = Thresholds(good=0.95, bad=0.90)

EXECUTIONS = Panel(
    id="executive.executions",
    title="Executions",
    explanation="Workflow runs that finished in the window, cancelled ones included; counted in `runs`.",
    question=executions.totals,
    chart="number",
    value="executions",
    trend=executions.trend,
    good="up",
)
EXECUTIONS_MONTH = Panel(
    id="executive.executions_month",
    title="Executions",
    explanation="Workflow runs that finished in the 30 days up to the end of the window; counted in `runs`.",
    question=executions.totals,
    chart="number",
    value="executions",
    trend=executions.trend,
    good="up",
    window="30d",
)
AVG_DURATION = Panel(
    id="executive.avg_duration",
    title="Average duration",
    explanation="Mean duration of the executions that state one, in `runs`.",
    question=executions.totals,
    chart="number",
    value="avg_duration_ms",
    trend=executions.trend,
    good="down",
)
ACTIVE_TENANTS = Panel(
    id="executive.active_tenants",
    title="Active tenants",
    explanation="Tenants with at least one execution in the window, in `runs`.",
    question=executions.totals,
    chart="number",
    value="active_tenants",
    trend=executions.trend,
    good="up",
)
AI_COST = Panel(
    id="executive.ai_cost",
    title="AI cost",
    explanation="What the calls of AI models cost, each priced at its own time; from `llm_calls`.",
    question=ai_queries.totals,
    chart="number",
    value="cost_usd",
    trend=ai_queries.trend,
    good="down",
)
AI_QUERIES = Panel(
    id="executive.ai_queries",
    title="AI queries",
    explanation="Questions of users to AI models; the calls of one request are one; from `llm_calls`.",
    question=ai_queries.totals,
    chart="number",
    value="ai_queries",
    trend=ai_queries.trend,
    good="up",
)
EXECUTIONS_OVER_TIME = Panel(
    id="executive.executions_over_time",
    title="Executions over time",
    explanation="Executions by outcome, from `runs`; timeouts count as failed. Dotted: cut by the window. "
    "Drag over the chart to choose a window.",
    question=executions.over_time,
    chart="line",
    value="executions",
    x="bucket",
    by="status",
    empty="No executions in this window",
)
SUCCESS_RATE = Panel(
    id="executive.success_rate",
    title="Success rate",
    explanation="Successes / (successes + failures) of the executions in `runs`; cancelled ones are neither. "
    "Good over 95%, bad under 90%.",
    question=executions.totals,
    chart="gauge",
    value="success_rate",
    by="finished",
    good="up",
    thresholds=RATE,
    empty="Nothing succeeded or failed in this window",
)
TOP_TENANTS = Panel(
    id="executive.top_tenants",
    title="Top tenants",
    explanation="The five tenants with the most executions, from `runs`. A click scopes the page to one.",
    question=executions.top_tenants,
    chart="bar",
    value="executions",
    x="tenant",
    click=("tenant_id",),
    empty="No tenant ran anything in this window",
)
CONNECTOR_SHARE = Panel(
    id="executive.connector_share",
    title="Connectors in demand",
    explanation="Each connector's share of executions (`action_type` in `runs`). A click filters the page.",
    question=executions.by_connector,
    chart="bar",
    value="share",
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
