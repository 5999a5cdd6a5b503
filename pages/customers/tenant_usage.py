"""Tenant usage and billing: who uses how much, who is noisy, and what to invoice."""

from __future__ import annotations

from analytics import usage, usage_bills, usage_economics, usage_limits, usage_noise
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.query import Query
from analytics.settings import MESSAGE_EVENTS
from analytics.usage_counted import FIGURES
from ui import closing, render

NAMED = ("tenant_id", "tenant.name")
OF_A_TENANT = field("tenant_id").exists()

TOP_BY_MESSAGES = Panel(
    id="tenant-usage.top_by_messages",
    title="Most messages",
    explanation="The ten tenants with the most messages (`events` of a message's type). A click scopes the "
    "page to one.",
    question=Query(
        ("messages",), by=NAMED, where=OF_A_TENANT & field("event_type").isin(MESSAGE_EVENTS), limit=10
    ),
    chart="table",
    value="messages",
    show=("tenant.name", "messages"),
    window="24h",
    click=("tenant_id",),
    empty="No tenant sent a message in these 24 hours",
)
BY_DURATION = Panel(
    id="tenant-usage.by_duration",
    title="Noisy neighbours",
    explanation="Each tenant's share of all execution time (`duration_ms` in `runs`): the ten with the most. "
    "A click scopes the page to one.",
    question=Query(("execution_time_share", "execution_time_ms"), by=NAMED, where=OF_A_TENANT, limit=10),
    chart="bar",
    value="execution_time_share",
    x="tenant.name",
    show=("execution_time_share", "execution_time_ms"),
    click=("tenant_id",),
    empty="No tenant ran anything in this window",
)
TREND = Panel(
    id="tenant-usage.trend",
    title="Executions by day",
    explanation="Executions a day of the six tenants with the most, and of all others, from `runs`; the last "
    "30 days.",
    question=Query(("executions",), by=NAMED, grain="day", where=OF_A_TENANT, limit=6, other=True),
    chart="line",
    value="executions",
    x="bucket",
    by="tenant.name",
    window="30d",
    empty="No tenant ran anything in these 30 days",
)
BILLABLE = Panel(
    id="tenant-usage.billable",
    title="Billable use",
    explanation="What each tenant used in its billing months, each whole and up to now, from `events`, "
    "`runs` and `llm_calls`: of a window of whole calendar months those named after them, else all it "
    "touches. A month begins on the tenant's billing day, on its clock. The menu has the file for an invoice "
    "run.",
    question=usage.months,
    chart="table",
    value="executions",
    show=("tenant", "month", "starts_at", "ends_at", "kind", *(column.name for column in FIGURES), "why"),
    click=("tenant_id",),
    empty="Nothing to bill in this window",
)
IN_ALL = Panel(
    id="tenant-usage.billable_total",
    title="Billed in all",
    explanation="What the lines of *Billable use* below come to, adjustments included. Who has several "
    "billing months in the window counts as one tenant.",
    question=usage.total,
    chart="numbers",
    value="executions",
    show=("tenants", "months", "messages", "executions", "execution_seconds", "tokens", "ai_cost_usd",
          "active_users"),
    alone=True,
    empty="Nothing to bill in this window",
)  # fmt: skip

ENTITLEMENTS = Panel(
    id="tenant-usage.entitlements",
    title="Use against limits",
    explanation="Use of each tenant that is not gone against its own limits, else its plan's "
    "(`tenants.limits`, `[plans]` in tenantscope.toml): of the billing month that goes on, and where it will "
    "end if use goes on as in the last 28 days, eight of ten times in the range; of a month chosen that is "
    "over, all of it.",
    question=usage_limits.entitlements,
    chart="table",
    value="share",
    show=("tenant", "state", "share", "use", "limit", "near_at", "passes_at", "fits", "figure", "month",
          "projected", "low", "high", "plan", "share_before", "limit_hits", "ends_at"),
    click=("tenant_id",),
    empty="No tenant has a limit: say what plans may use in tenantscope.toml",
)  # fmt: skip
UNIT_ECONOMICS = Panel(
    id="tenant-usage.unit_economics",
    title="Unit economics",
    explanation="What each tenant paid over the window (`subscriptions`: MRR by the part of each month in "
    "which it held), less its AI (`llm_calls`), cost lines that name it, and its part of all others (`costs` "
    "without marketing and AI): each is split by the execution times of its calendar month.",
    question=usage_economics.unit_economics,
    chart="table",
    value="revenue_usd",
    show=("tenant", "plan", "revenue_usd", "ai_cost_usd", "own_usd", "shared_usd", "time_share", "margin_usd",
          "margin_rate"),
    click=("tenant_id",),
    empty="No tenant paid or cost anything in this window",
)  # fmt: skip
GROWTH = Panel(
    id="tenant-usage.growth",
    title="Growth past the usual",
    explanation="Messages (`events`) of the window's last hour beside the median of the same hour of the "
    "week in eight weeks before. Growth is more than five times that, out of its spread, and at least 50.",
    question=usage_noise.growth,
    chart="table",
    value="messages",
    show=("tenant", "state", "messages", "usual", "times", "threshold"),
    click=("tenant_id",),
    empty="No tenant sent a message in the last hour",
)
HEAVY_USERS = Panel(
    id="tenant-usage.heavy_users",
    title="Who asks most in an hour",
    explanation="People by the AI queries (`llm_calls`) of their busiest 60 minutes in the window; more than "
    "50 are too many.",
    question=usage_noise.heavy_users,
    chart="table",
    value="busiest",
    show=("person", "tenant", "verdict", "busiest", "queries", "until_at", "ai_cost_usd"),
    click=("tenant_id",),
    empty="Nobody asked an AI in this window",
)
CLOSE = Panel(
    id="tenant-usage.close",
    title="Closed months",
    explanation="Billing months as they were closed: use, revenue, cost and margin stay what they were; what "
    "has come to light since is beside them, with the reason. Of each tenant the last month, and all that "
    "ended in the window.",
    question=usage_bills.close,
    chart="table",
    value="executions",
    show=("tenant", "plan", "month", "messages", "executions", "ai_cost_usd", "revenue_usd",
          "infrastructure_usd", "margin_usd", "messages_since", "executions_since", "ai_cost_since",
          "revenue_since", "why", "closed_at", "closed_by"),
    click=("tenant_id",),
    empty="No billing month was closed yet",
)  # fmt: skip
CLOSED_TOTAL = Panel(
    id="tenant-usage.closed_total",
    title="Closed in all",
    explanation="What the lines of *Closed months* below come to: as they were closed, and what came to "
    "light since. Both together are what *Billable use* lists of these months. Margin is empty where a "
    "month's infrastructure is unknown.",
    question=usage_bills.closed_total,
    chart="numbers",
    value="revenue_usd",
    show=("closed_months", "revenue_usd", "ai_cost_usd", "infrastructure_usd", "margin_usd", "executions",
          "executions_since"),
    alone=True,
    empty="No billing month was closed yet",
)  # fmt: skip
RECONCILE = Panel(
    id="tenant-usage.reconcile",
    title="Billed against used against plan",
    explanation="Of closed billing months what was billed, adjustments included, what their rows come to "
    "now, and what the plan allows; what does not agree stands first.",
    question=usage_bills.reconcile,
    chart="table",
    value="billed",
    show=("tenant", "plan", "month", "figure", "billed", "use_now", "unbilled", "limit", "beyond", "state"),
    click=("tenant_id",),
    empty="No billing month was closed yet",
)

BOARD = Board(
    id="tenant-usage",
    title="Tenant usage and billing",
    audience="finance and customer success",
    rows=(
        Row((BY_DURATION, TOP_BY_MESSAGES), (2, 1)),
        Row((ENTITLEMENTS,)),
        Row((GROWTH, HEAVY_USERS)),
        Row((TREND,)),
        Row((IN_ALL,)),
        Row((BILLABLE,)),
        Row((CLOSED_TOTAL,)),
        Row((CLOSE,)),
        Row((RECONCILE,)),
        Row((UNIT_ECONOMICS,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD, above=closing.choose)
