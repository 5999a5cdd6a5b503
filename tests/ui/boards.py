"""A week of executions of two tenants, and a board over it that holds one panel of every kind."""

from __future__ import annotations

from analytics.board import Board, Panel, Row, Thresholds
from analytics.filters import field
from analytics.query import Query
from analytics.request import Request

WINDOW = Request(window="2026-01-05~2026-01-11")
RATE = Thresholds(good=0.95, bad=0.90)
TOTALS = Query(("executions", "succeeded", "failed", "success_rate", "avg_duration_ms"))

# run, when, tenant, connector, status, milliseconds
RUNS = (
    ("1", "2026-01-06T10:00:00Z", "acme", "http", "success", 1000),
    ("2", "2026-01-06T11:00:00Z", "acme", "http", "failed", 3000),
    ("3", "2026-01-07T11:00:00Z", "globex", "slack", "success", 2000),
    ("4", "2026-01-08T11:00:00Z", "acme", "http", "success", 4000),
    ("5", "2025-12-30T11:00:00Z", "acme", "http", "success", 4000),
)
NAMES = ("run_id", "occurred_at", "tenant_id", "action_type", "status", "duration_ms")


def runs() -> list[dict[str, object]]:
    """The rows of the store."""
    rows = [dict(zip(NAMES, run, strict=True)) for run in RUNS]
    rows[1] |= {
        "error_code": "401",
        "error_message": "=token expired",
        "attributes": {"attempt": 3, "key": "k-1"},
    }
    return rows


def panel(name: str, question: Query, chart: str, value: str, **more: object) -> Panel:
    """A panel whose title is its name."""
    return Panel(
        id=f"try.{name}",
        title=name.replace("_", " ").capitalize(),
        explanation=f"Explains {name}.",
        question=question,
        chart=chart,  # pyright: ignore[reportArgumentType]
        value=value,
        **more,  # pyright: ignore[reportArgumentType]
    )


OVER_TIME = Query(("executions", "p95_duration_ms"), grain="day")
BY_STATUS = Query(("executions",), by=("status",), grain="day")
BY_TENANT = Query(("executions",), by=("tenant_id", "tenant.name"), limit=5)
BY_HOUR = Query(("success_rate",), by=("action_type", "hour_of_day"))

PANELS = (
    panel("summary", TOTALS, "headline", "succeeded", words="{succeeded} of {executions} went well"),
    panel("count", TOTALS, "number", "executions", trend=OVER_TIME, good="up"),
    panel("rate", TOTALS, "number", "success_rate", good="up"),
    panel("gauge", TOTALS, "gauge", "success_rate", thresholds=RATE, good="up"),
    panel("line", Query(("executions",), grain="day"), "line", "executions", x="bucket"),
    panel("split", BY_STATUS, "line", "executions", x="bucket", by="status"),
    panel("area", BY_STATUS, "area", "executions", x="bucket", by="status"),
    panel("stacked", BY_STATUS, "stacked_bar", "executions", x="bucket", by="status"),
    panel("ranking", BY_TENANT, "bar", "executions", x="tenant.name", click=("tenant_id",)),
    panel("ring", Query(("executions",), by=("action_type",)), "donut", "executions", x="action_type",
          click=("action_type",)),
    panel("grid", BY_HOUR, "heatmap", "success_rate", x="hour_of_day", by="action_type", thresholds=RATE,
          click=("action_type", "hour_of_day")),
    panel("bins", Query(("executions",), by=("hour_of_day",), order="hour_of_day"), "histogram", "executions",
          x="hour_of_day"),
    panel("table", Query(("executions", "success_rate"), by=("tenant_id", "tenant.name"), limit=9), "table",
          "executions", show=("tenant.name", "executions", "success_rate"), click=("tenant_id",)),
    panel("nothing", Query(("executions",), by=("error_code",), where=field("error_code") == "nope"), "bar",
          "executions", x="error_code", empty="No such failure"),
)  # fmt: skip
BOARD = Board(id="try", title="Try", audience="tests", rows=tuple(Row((each,)) for each in PANELS))


def found(name: str) -> Panel:
    """The panel of that name."""
    return next(each for each in PANELS if each.id == f"try.{name}")
