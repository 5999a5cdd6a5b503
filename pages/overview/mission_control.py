"""Mission control: the AI queries of this hour, what they cost, who asks, and what fails.

Of a window that is over every tile answers for the window.
"""

from __future__ import annotations

from dataclasses import replace

from analytics import log_lines, unusual
from analytics.board import Board, Panel, Row, Thresholds
from analytics.filters import field
from analytics.model import model
from analytics.query import AUTO, Query
from ui import render

# Tiles of one hour, or of a window that is over, ask once for all of them.
HOUR = Query(
    (
        "ai_queries",
        "ai_queries_succeeded",
        "ai_success_rate",
        "ai_cost_usd",
        "ai_users",
        "avg_ai_response_ms",
        "ai_queries_failed",
        "ai_error_rate",
    )
)
OVER_THE_HOUR = replace(HOUR, grain="minute")
TIMES = Query(("p50_ai_response_ms", "p95_ai_response_ms", "p99_ai_response_ms", "ai_cost_usd"), grain=AUTO)

QUERIES = Panel(
    id="mission-control.queries",
    title="AI queries",
    explanation="Questions of users to AI models, from `llm_calls`; the calls of one request are one.",
    question=HOUR,
    chart="number",
    value="ai_queries",
    trend=OVER_THE_HOUR,
    good="up",
    window="1h",
)
SUCCESS_RATE = Panel(
    id="mission-control.success_rate",
    title="Success rate",
    explanation="AI queries whose last call did not fail / AI queries, from `llm_calls`.",
    question=HOUR,
    chart="number",
    value="ai_success_rate",
    good="up",
    thresholds=model().measure("ai_success_rate").thresholds,
    window="1h",
)
COST = Panel(
    id="mission-control.cost",
    title="AI cost",
    explanation="What the model calls cost, each at its own price, from `llm_calls`.",
    question=HOUR,
    chart="number",
    value="ai_cost_usd",
    trend=OVER_THE_HOUR,
    good="down",
    window="1h",
)
ACTIVE_USERS = Panel(
    id="mission-control.active_users",
    title="Users",
    explanation="Different people who asked an AI, from `llm_calls`.",
    question=HOUR,
    chart="number",
    value="ai_users",
    trend=OVER_THE_HOUR,
    good="up",
    window="1h",
)
AVG_RESPONSE_TIME = Panel(
    id="mission-control.avg_response_time",
    title="Average response",
    explanation="Mean time from an AI query's first call to the end of its last, from `llm_calls`.",
    question=HOUR,
    chart="number",
    value="avg_ai_response_ms",
    trend=OVER_THE_HOUR,
    good="down",
    window="1h",
)
ERRORS = Panel(
    id="mission-control.errors",
    title="Failed queries",
    explanation="AI queries whose last call failed, from `llm_calls`.",
    question=HOUR,
    chart="number",
    value="ai_queries_failed",
    trend=OVER_THE_HOUR,
    good="down",
    window="1h",
)
ERROR_RATE = Panel(
    id="mission-control.error_rate",
    title="Error rate",
    explanation="AI queries whose last call failed / AI queries, from `llm_calls`. Good under 5%, bad over "
    "10%.",
    question=HOUR,
    chart="gauge",
    value="ai_error_rate",
    good="down",
    thresholds=model().measure("ai_error_rate").thresholds,
    window="1h",
    empty="No AI query in this window",
)
QUERY_RATE = Panel(
    id="mission-control.query_rate",
    title="Answered and failed",
    explanation="AI queries over time, answered and failed, from `llm_calls`.",
    question=OVER_THE_HOUR,
    chart="line",
    value="ai_queries_succeeded",
    x="bucket",
    show=("ai_queries_succeeded", "ai_queries_failed"),
    window="1h",
    empty="No AI query in this window",
)
RESPONSE_PERCENTILES = Panel(
    id="mission-control.response_percentiles",
    title="Response time",
    explanation="Half, 95 and 99 of 100 AI queries took no longer, exactly, from `llm_calls`. Good: the "
    "median under 8 s, p95 under 15 s.",
    question=TIMES,
    chart="line",
    value="p95_ai_response_ms",
    x="bucket",
    show=("p50_ai_response_ms", "p95_ai_response_ms", "p99_ai_response_ms"),
    good="down",
    thresholds=Thresholds(good=8_000, bad=15_000),
    empty="No AI query in this window",
)
TOOL_USAGE = Panel(
    id="mission-control.tool_usage",
    title="Tools",
    explanation="The ten tools that the AI called most, by model calls in `llm_calls`. A click filters the "
    "page.",
    question=Query(("ai_calls",), by=("tool",), where=field("tool").exists(), limit=10),
    chart="bar",
    value="ai_calls",
    x="tool",
    click=("tool",),
    empty="The AI called no tool in this window",
)
COMMAND_USAGE = Panel(
    id="mission-control.command_usage",
    title="Commands",
    explanation="AI queries by the command that asked, from `llm_calls`. A click filters the page.",
    question=Query(("ai_queries",), by=("command",), limit=5, other=True),
    chart="donut",
    value="ai_queries",
    x="command",
    click=("command",),
    empty="No AI query in this window",
)
COST_OVER_TIME = Panel(
    id="mission-control.cost_over_time",
    title="AI cost over time",
    explanation="What the model calls cost, each at its own price, from `llm_calls`.",
    question=TIMES,
    chart="area",
    value="ai_cost_usd",
    x="bucket",
    empty="No priced model call in this window",
)
TOP_USERS = Panel(
    id="mission-control.top_users",
    title="Who asks most",
    explanation="The ten people with the most AI queries, from `llm_calls`. A click narrows the page to one.",
    question=Query(
        ("ai_queries",),
        by=("tenant_id", "person.person_id", "person.name"),
        where=field("person.person_id").exists(),
        limit=10,
    ),
    chart="bar",
    value="ai_queries",
    x="person.name",
    click=("tenant_id", "person.person_id"),
    empty="Nobody asked an AI in this window",
)
RECENT_LOGS = Panel(
    id="mission-control.recent_logs",
    title="Newest log lines",
    explanation=f"The {log_lines.MOST} newest lines in `logs`. A click on one opens it.",
    question=log_lines.newest,
    chart="table",
    value="written_at",
    show=("written_at", "level", "service", "message"),
    window="1h",
    empty="No log line in this window",
)

ANOMALIES = Panel(
    id="mission-control.anomalies",
    title="AI queries against what is usual",
    explanation="AI queries of each hour (`llm_calls`), the median of the same hours of the eight weeks "
    "before, and the range of what is ordinary; hours out of it have a dot.",
    question=unusual.ai_traffic,
    chart="line",
    value="queries",
    x="bucket",
    show=("queries", "queries_usually"),
    window="7d",
    empty="No AI query in these 7 days",
)
ANOMALIES_ERRORS = Panel(
    id="mission-control.anomalies_errors",
    title="Failed queries against what is usual",
    explanation="AI queries of each hour whose last call failed (`llm_calls`), and what is ordinary for "
    "that hour and weekday; hours out of it have a dot.",
    question=unusual.ai_traffic,
    chart="line",
    value="failed",
    x="bucket",
    show=("failed", "failed_usually"),
    good="down",
    window="7d",
    empty="No AI query failed in these 7 days",
)
ANOMALIES_TIME = Panel(
    id="mission-control.anomalies_time",
    title="Response time against what is usual",
    explanation="The mean time of the AI queries of each hour (`llm_calls`), and what is ordinary for that "
    "hour and weekday; hours out of it have a dot.",
    question=unusual.ai_traffic,
    chart="line",
    value="response_ms",
    x="bucket",
    show=("response_ms", "response_ms_usually"),
    good="down",
    window="7d",
    empty="No AI query in these 7 days",
)

BOARD = Board(
    id="mission-control",
    title="Mission control",
    audience="whoever runs the AI features from day to day",
    rows=(
        Row((QUERIES, SUCCESS_RATE, COST, ACTIVE_USERS, AVG_RESPONSE_TIME, ERRORS)),
        Row((QUERY_RATE, ERROR_RATE), (2, 1)),
        Row((RECENT_LOGS,)),
        Row((RESPONSE_PERCENTILES, COMMAND_USAGE), (2, 1)),
        Row((ANOMALIES,)),
        Row((ANOMALIES_ERRORS, ANOMALIES_TIME)),
        Row((COST_OVER_TIME, TOOL_USAGE, TOP_USERS)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD, live=True)
