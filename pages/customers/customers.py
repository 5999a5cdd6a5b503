"""Customers: every tenant in one table, to be sorted, searched and taken up where it needs somebody."""

from __future__ import annotations

from analytics.board import Board, Panel, Row
from analytics.customer_list import CustomerList
from ui import owners, render

LIST = Panel(
    id="customers.list",
    title="Every customer",
    explanation="Every tenant known by the window's end, who pays most first: its MRR (`subscriptions`, "
    "`tenants`), its use of 28 days (`runs`, `events`, `llm_calls`), health of 100, chance to be lost, and "
    "use against its fullest limit. A header sorts, or the field above; a click on a name scopes the page.",
    question=CustomerList(),
    chart="table",
    value="mrr_usd",
    # On a phone the first four are seen, on a screen all but the last two.
    show=(
        *("tenant", "score", "probability", "owner", "standing", "mrr_usd", "at_risk_usd", "fullest"),
        *("renewal_days", "silent_days", "daily_use", "change", "state", "plan"),
    ),
    click=("tenant_id",),
    empty="No tenant is known yet",
    tall=True,
)

BOARD = Board(
    id="customers",
    title="Customers",
    audience="customer success, sales, finance",
    rows=(Row((LIST,)),),
)

if __name__ == "__main__":
    render.show(BOARD, above=owners.choose)
