"""Infrastructure costs: what the platform costs, on what it goes, and where the month will end."""

from __future__ import annotations

from analytics import month, unusual
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.query import Query
from ui import render

# What campaigns cost is no cost of the platform.
PLATFORM = field("category") != "marketing"

BY_CATEGORY = Panel(
    id="infrastructure-costs.by_category",
    title="Cost a day by category",
    explanation="Cost lines of each day by their category (compute, storage, network, database, AI …), "
    "from `costs`; marketing is left out.",
    question=Query(("infrastructure_cost_usd",), by=("category",), grain="day", where=PLATFORM),
    chart="area",
    value="infrastructure_cost_usd",
    x="bucket",
    by="category",
    window="30d",
    empty="No cost line in these 30 days",
)
BY_SERVICE = Panel(
    id="infrastructure-costs.by_service",
    title="Cost by service",
    explanation="Cost lines of 30 days by the service that they are for, from `costs`; marketing is left "
    "out. A click filters the page.",
    question=Query(("infrastructure_cost_usd", "cost_share"), by=("service",), where=PLATFORM, limit=12),
    chart="bar",
    value="infrastructure_cost_usd",
    x="service",
    show=("infrastructure_cost_usd", "cost_share"),
    good="down",
    click=("service",),
    window="30d",
    empty="No cost line in these 30 days",
)

ANOMALIES = Panel(
    id="infrastructure-costs.anomalies",
    title="Days out of the ordinary",
    explanation="Days whose costs (`costs`), in all or of one category, are out of the ordinary for their "
    "weekday, by the eight weeks before, and the category and service that moved most.",
    question=unusual.platform_explained,
    chart="table",
    value="cost_usd",
    window="30d",
    empty="No day was out of the ordinary in these 30 days",
)

TOTAL = Panel(
    id="infrastructure-costs.total",
    title="This month",
    explanation="What the platform cost since the local first of the month (`costs`, without marketing), "
    "and where it will end if days go on as their weekdays were in four weeks, with the range that holds "
    "eight of ten.",
    question=month.platform,
    chart="numbers",
    value="projected_usd",
    show=("spent_usd", "projected_usd", "projected_usd_low", "projected_usd_high", "change"),
    alone=True,
    empty="No cost line in this month",
)
BUDGET = Panel(
    id="infrastructure-costs.budget",
    title="Budgets of this month",
    explanation="What was spent since the first of the month (`costs`) against the budget of each category "
    "(`[[budgets]]` in the configuration), where it will end, and the day on which it runs out. AI is here "
    "what `costs` says of it, as late as it comes; *AI cost* counts each model call.",
    question=month.platform_budgets,
    chart="table",
    value="spent_usd",
    show=("what", "state", "spent_usd", "budget_usd", "used", "projected_usd", "runs_out_at"),
    empty="There is no budget for a category: `[[budgets]]` in `tenantscope.toml` sets one",
)

BOARD = Board(
    id="infrastructure-costs",
    title="Infrastructure costs",
    audience="finance, leadership, DevOps",
    rows=(
        Row((TOTAL,)),
        Row((BY_CATEGORY,)),
        Row((BUDGET,)),
        Row((BY_SERVICE,)),
        Row((ANOMALIES,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
