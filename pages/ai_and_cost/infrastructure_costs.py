"""Infrastructure costs: what the platform costs, on what it goes, and where the month will end."""

from __future__ import annotations

from analytics import unusual
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
    explanation="Days whose costs (`costs`) are out of the ordinary for their weekday, by the eight weeks "
    "before, and the category and service that moved most.",
    question=unusual.platform_explained,
    chart="table",
    value="cost_usd",
    window="30d",
    empty="No day was out of the ordinary in these 30 days",
)

BOARD = Board(
    id="infrastructure-costs",
    title="Infrastructure costs",
    audience="finance, leadership, DevOps",
    rows=(
        Row((BY_CATEGORY,)),
        Row((BY_SERVICE, ANOMALIES)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
