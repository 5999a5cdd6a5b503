"""Business: who uses how much, what is called for, what breaks, and what connectors earn."""

from __future__ import annotations

from analytics import activation, customers, integrations, revenue
from analytics.board import Board, Panel, Row
from analytics.funnel_questions import FunnelQuestion
from analytics.query import Query
from analytics.settings import INACTIVE_DAYS
from ui import render

USAGE_BY_TIER = Panel(
    id="business.usage_by_tier",
    title="Usage by plan",
    explanation="Executions per week by the plan that the tenant was on then, from `runs` and "
    "`subscriptions`; the last 90 days.",
    question=Query(("executions",), by=("plan",), grain="week"),
    chart="stacked_bar",
    value="executions",
    x="bucket",
    by="plan",
    window="90d",
    empty="No executions in these 90 days",
)
CONNECTOR_VALUE = Panel(
    id="business.connector_value",
    title="Connectors in use",
    explanation="Executions by connector (`action_type` in `runs`); all beyond the first five are one "
    "part. A click filters the page.",
    question=Query(("executions",), by=("action_type",), limit=5, other=True),
    chart="donut",
    value="executions",
    x="action_type",
    click=("action_type",),
    empty="No connector ran in this window",
)
CONNECTOR_REVENUE = Panel(
    id="business.connector_revenue",
    title="Revenue by connector",
    explanation="The MRR of every paying tenant (last state of its subscriptions at the window's end, "
    "active ones) split by its executions per connector in the window, from `subscriptions` "
    "and `runs`. Tenants without executions are one bar, so that all bars sum up to the MRR.",
    question=revenue.by_connector,
    chart="bar",
    value="mrr_usd",
    x="connector",
    good="up",
    empty="No tenant pays by the end of this window",
)
ERROR_PRONE = Panel(
    id="business.error_prone_connectors",
    title="Error-prone connectors",
    explanation="Failed executions by connector (`action_type` in `runs`), and what share of its "
    "successes and failures they are. A click filters the page.",
    question=Query(("failed", "failure_rate"), by=("action_type",)),
    chart="bar",
    value="failed",
    x="action_type",
    show=("failed", "failure_rate"),
    good="down",
    click=("action_type",),
    empty="No connector failed in this window",
)
REQUESTED = Panel(
    id="business.requested_integrations",
    title="Requested integrations",
    explanation="Share of executions by connector, from `runs`. A webhook or HTTP step whose attribute "
    "`host` or `url` names a service that no connector's name begins with counts for that "
    "service: it has no connector yet.",
    question=integrations.requested,
    chart="table",
    value="executions",
    show=("integration", "has_connector", "executions", "share", "tenants"),
    empty="Nothing ran in this window",
)
INACTIVE = Panel(
    id="business.inactive_tenants",
    title="Inactive tenants",
    explanation=f"Tenants without an execution in the {INACTIVE_DAYS} days before the window's end, those "
    "that never ran included; from `runs` and `tenants`. A click scopes the page to one.",
    question=customers.inactive,
    chart="table",
    value="tenant",
    show=("tenant", "plan", "owner", "last_run_at", "silent_days", "executions"),
    click=("tenant_id",),
    empty="Every tenant ran something in the last 7 days",
)
CONVERSION = Panel(
    id="business.conversion_funnel",
    title="From registering to regular use",
    explanation="People from registering (`events`) to their tenth execution (`runs`), each within 30 days "
    "of the first; the tenth execution is counted over all time. Median times are in the tooltips.",
    question=FunnelQuestion(activation.CONVERSION),
    chart="funnel",
    value="count",
    x="name",
    window="90d",
    empty="Nobody registered in these 90 days",
)

BOARD = Board(
    id="business",
    title="Business intelligence",
    audience="product managers, leadership, finance",
    rows=(
        Row((USAGE_BY_TIER, CONNECTOR_VALUE), (2, 1)),
        Row((CONNECTOR_REVENUE, ERROR_PRONE)),
        Row((CONVERSION,)),
        Row((REQUESTED,)),
        Row((INACTIVE,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
