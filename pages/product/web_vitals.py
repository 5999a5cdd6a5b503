"""Web vitals: how fast the front end is as people feel it, where it is slow, and how live data arrive."""

from __future__ import annotations

from dataclasses import replace

from analytics import web_vitals
from analytics.board import Board, Panel, Row
from analytics.query import AUTO, Query
from analytics.web_vitals import FEWEST, LIMITS
from ui import render

VITALS = Query(("p75_lcp_ms", "p75_inp_ms", "p75_cls"))
OVER_TIME = replace(VITALS, grain=AUTO)
SAMPLE = "the 75th percentile, exact, of what browsers measured, from attributes of `events`"

LCP = Panel(
    id="web-vitals.core",
    title="Largest paint (LCP)",
    explanation=f"When the largest part of a page is drawn: {SAMPLE}. Good up to 2.5 s, bad over 4 s.",
    question=VITALS,
    chart="number",
    value="p75_lcp_ms",
    trend=OVER_TIME,
    good="down",
    thresholds=LIMITS["p75_lcp_ms"],
)
INP = Panel(
    id="web-vitals.core_inp",
    title="Interaction (INP)",
    explanation=f"From a click or a key to what it changes: {SAMPLE}. Good up to 200 ms, bad over 500 ms.",
    question=VITALS,
    chart="number",
    value="p75_inp_ms",
    trend=OVER_TIME,
    good="down",
    thresholds=LIMITS["p75_inp_ms"],
)
CLS = Panel(
    id="web-vitals.core_cls",
    title="Layout shift (CLS)",
    explanation=f"How much a page shifts while it is looked at: {SAMPLE}. Good up to 0.1, bad over 0.25.",
    question=VITALS,
    chart="number",
    value="p75_cls",
    trend=OVER_TIME,
    good="down",
    thresholds=LIMITS["p75_cls"],
)
BY_PAGE = Panel(
    id="web-vitals.by_page",
    title="Vitals by page and country",
    explanation="The 75th percentiles of each page in each country, slowest first, of how many measurements, "
    f"and the worst of the three in words; fewer than {FEWEST} are too few, and stand last; from attributes "
    "of `events`. A click filters the page.",
    question=web_vitals.by_page,
    chart="table",
    value="p75_lcp_ms",
    show=("page", "country", "verdict", "p75_lcp_ms", "p75_inp_ms", "p75_cls", "browser_timings"),
    click=("page", "country"),
    empty="No browser measured anything in this window",
)
SOCKET_CONNECT = Panel(
    id="web-vitals.socket_connect",
    title="Opening the live connection",
    explanation="From asking for the live connection until it is open, median and 95th percentile; from "
    "attributes of `events`.",
    question=Query(("p50_socket_connect_ms", "p95_socket_connect_ms"), grain=AUTO),
    chart="line",
    value="p95_socket_connect_ms",
    x="bucket",
    show=("p50_socket_connect_ms", "p95_socket_connect_ms"),
    good="down",
    empty="No live connection was opened in this window",
)
FIRST_WIDGET = Panel(
    id="web-vitals.time_to_first_widget",
    title="Time to the first widget",
    explanation="From the opening of the live connection to the first data point drawn, by how many "
    "connections took so long; from attributes of `events`.",
    question=web_vitals.time_to_first_widget,
    chart="histogram",
    value="count",
    x="start",
    show=("median_ms", "p95_ms"),
    empty="No widget drew live data in this window",
)
SOCKET_LATENCY = Panel(
    id="web-vitals.socket_latency",
    title="Latency of live data",
    explanation="From the arrival of a live message in the browser until it is drawn, median and 95th "
    "percentile; from attributes of `events`.",
    question=Query(("p50_socket_latency_ms", "p95_socket_latency_ms"), grain=AUTO),
    chart="line",
    value="p95_socket_latency_ms",
    x="bucket",
    show=("p50_socket_latency_ms", "p95_socket_latency_ms"),
    good="down",
    empty="No live message was drawn in this window",
)

BOARD = Board(
    id="web-vitals",
    title="Web vitals",
    audience="product managers, front-end engineers",
    rows=(
        Row((LCP, INP, CLS)),
        Row((BY_PAGE,)),
        Row((SOCKET_CONNECT, SOCKET_LATENCY)),
        Row((FIRST_WIDGET,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
