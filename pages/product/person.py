"""A person: who they are, what they did, what went wrong for them, and what their AI cost."""

from __future__ import annotations

from analytics import person as people
from analytics.board import Board, Panel, Row
from analytics.query import AUTO, Query
from ui import person, render

DONE = Query(("events", "sessions", "executions", "failed", "ai_queries", "ai_cost_usd", "exceptions"))

SUMMARY = Panel(
    id="person.summary",
    title="In this window",
    explanation="Events and sessions (`events`), executions and those that failed (`runs`), AI queries "
    "and their cost (`llm_calls`), and exceptions (`errors`) of the person.",
    question=DONE,
    chart="numbers",
    value="events",
    show=("events", "sessions", "executions", "failed", "ai_queries", "ai_cost_usd", "exceptions"),
)
PROPERTIES = Panel(
    id="person.properties",
    title="Properties",
    explanation="What is known of the person: from `people` with all its attributes, `identities`, "
    "`subscriptions` and `tenants`, and when they were seen in `events`.",
    question=people.properties,
    chart="table",
    value="value",
    show=("field", "value", "person"),
    empty="Nobody is known by now",
)
OVER_TIME = Panel(
    id="person.events_over_time",
    title="Events over time",
    explanation="Events of the person by kind, from `events`. Drag over the chart to choose a window.",
    question=Query(("events",), by=("event_type",), grain=AUTO),
    chart="stacked_bar",
    value="events",
    x="bucket",
    by="event_type",
    tall=True,
    empty="Nothing was done in this window",
)
AI_COST = Panel(
    id="person.ai_cost",
    title="AI cost by feature",
    explanation="What the person's model calls cost, from `llm_calls`. A click filters the page.",
    question=Query(("ai_cost_usd", "ai_queries"), by=("feature",)),
    chart="bar",
    value="ai_cost_usd",
    x="feature",
    show=("ai_cost_usd", "ai_queries"),
    click=("feature",),
    tall=True,
    empty="No AI was called in this window",
)
SESSIONS = Panel(
    id="person.sessions",
    title="Sessions",
    explanation=f"The newest {people.NEWEST} sessions that the person's events name, from `events`. A "
    "click filters the page.",
    question=people.sessions,
    chart="table",
    value="began_at",
    show=("began_at", "lasted_ms", "events", "what", "tenant"),
    click=("session_id",),
    empty="No event of this window names a session",
)
EVENTS = Panel(
    id="person.events",
    title="Events",
    explanation=f"The person's newest {people.NEWEST} events, from `events`.",
    question=people.events,
    chart="table",
    value="happened_at",
    show=("happened_at", "event_type", "entity_id", "tenant"),
    empty="Nothing was done in this window",
)
ERRORS = Panel(
    id="person.errors",
    title="Errors",
    explanation=f"The newest {people.NEWEST} exceptions (`errors`) and failed executions (`runs`) of the "
    "person.",
    question=people.errors,
    chart="table",
    value="happened_at",
    show=("happened_at", "type", "message", "place", "tenant"),
    empty="Nothing went wrong in this window",
)

BOARD = Board(
    id="person",
    title="Person",
    audience="customer success, support, product managers",
    rows=(
        Row((SUMMARY,)),
        Row((PROPERTIES, OVER_TIME)),
        Row((SESSIONS, AI_COST), (2, 1)),
        Row((EVENTS, ERRORS)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD, above=person.choose)
