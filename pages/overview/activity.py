"""Activity: what came in, whatever it is, whose and when."""

from __future__ import annotations

from analytics import activity
from analytics.board import Board, Panel, Row
from ui import render

NOTHING = "Nothing came in for this window"


def number(name: str, title: str, explanation: str) -> Panel:
    """One of the three tiles."""
    return Panel(
        id=f"activity.{name}",
        title=title,
        explanation=explanation,
        question=activity.totals,
        chart="number",
        value=name,
        trend=activity.trend,
    )


ROWS = number("rows", "Rows", "Events, executions, AI calls, log lines and all else of the window.")
TENANTS = number("tenants", "Tenants", "Distinct tenants that these rows name.")
PEOPLE = number("people", "People", "Distinct users that these rows name, each within its tenant.")
OVER_TIME = Panel(
    id="activity.over_time",
    title="Rows over time",
    explanation="Rows of each kind of data. Dotted: cut by the window. Drag over the chart to choose one.",
    question=activity.over_time,
    chart="line",
    value="rows",
    x="bucket",
    by="kind",
    empty=NOTHING,
)
BY_KIND = Panel(
    id="activity.by_kind",
    title="Kinds of data",
    explanation="Rows of each kind of data in the window.",
    question=activity.by_kind,
    chart="bar",
    value="rows",
    x="kind",
    empty=NOTHING,
)
TOP_TENANTS = Panel(
    id="activity.top_tenants",
    title="Busiest tenants",
    explanation="The tenants that the most rows name. A click scopes the page to one.",
    question=activity.top_tenants,
    chart="bar",
    value="rows",
    x="tenant",
    click=("tenant_id",),
    empty="No row of this window names a tenant",
)

BOARD = Board(
    id="activity",
    title="Activity",
    audience="whoever has just loaded something",
    rows=(
        Row((ROWS, TENANTS, PEOPLE)),
        Row((OVER_TIME,)),
        Row((BY_KIND, TOP_TENANTS)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
