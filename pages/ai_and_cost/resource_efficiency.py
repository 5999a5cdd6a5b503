"""Resource efficiency: what a request costs, and what it takes of the machines."""

from __future__ import annotations

from dataclasses import replace

from analytics import resource
from analytics.board import Board, Panel, Row
from analytics.query import Query
from ui import render

WINDOW = "30d"
NOTHING = "No such series in these 30 days, or no request"

COST_PER_REQUEST = Panel(
    id="resource-efficiency.cost_per_request",
    title="Cost a request",
    explanation="All that the platform cost on a day, AI included (`costs`) / requests (spans of kind "
    "server in `spans`).",
    question=Query(("cost_per_request_usd",), grain="day"),
    chart="line",
    value="cost_per_request_usd",
    x="bucket",
    good="down",
    window=WINDOW,
    empty="No cost in these 30 days, or no request",
)
CPU_PER_REQUEST = Panel(
    id="resource-efficiency.cpu_per_request",
    title="Processor time a request",
    explanation="Seconds of processor time (counters in `metrics`, else gauges in per cent of a core) / "
    "requests (`spans`).",
    question=resource.per_request,
    chart="line",
    value="cpu_ms",
    x="bucket",
    good="down",
    window=WINDOW,
    empty=NOTHING,
)
MEMORY_PER_REQUEST = replace(
    CPU_PER_REQUEST,
    id="resource-efficiency.memory_per_request",
    title="Memory by request rate",
    explanation="Memory in use, on average over the day (gauges in `metrics`) / requests a second (`spans`).",
    value="memory_bytes",
)
STORAGE = replace(
    CPU_PER_REQUEST,
    id="resource-efficiency.storage",
    title="Stored by gigabyte taken in",
    explanation="What the stored bytes grew by on a day / gigabytes of data taken in, from `metrics`.",
    value="stored_bytes",
)
BANDWIDTH = replace(
    CPU_PER_REQUEST,
    id="resource-efficiency.bandwidth",
    title="Bandwidth a request",
    explanation="Bytes sent (counters in `metrics`) / requests (`spans`).",
    value="sent_bytes",
)

BOARD = Board(
    id="resource-efficiency",
    title="Resource efficiency",
    audience="finance, operations, whoever plans capacity",
    rows=(
        Row((COST_PER_REQUEST,)),
        Row((CPU_PER_REQUEST, MEMORY_PER_REQUEST)),
        Row((STORAGE, BANDWIDTH)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
