"""Measures of product use: events, and the people and sessions that they name."""

from __future__ import annotations

from analytics.aggregates import PERSON, count, distinct, per_hour, ratio
from analytics.model import Source, text
from analytics.settings import LIMIT_HITS, MESSAGE_EVENTS, SIGNUPS

MESSAGES = f"r.event_type in ({', '.join(map(text, MESSAGE_EVENTS))})"

SIGNED_UP = f"r.event_type in ({', '.join(map(text, SIGNUPS))})"
LIMITED = f"r.event_type in ({', '.join(map(text, LIMIT_HITS))})"

SOURCES = (
    Source("events", "Events", "events", "What users and systems did.", ("event_id",), with_anonymous=True),
)

MEASURES = (
    count("events", "Events", "Things that users and systems did.", "events", good="up"),
    count("messages", "Messages", "Events whose type is one of a message.", "events", MESSAGES, good="up"),
    count("signups", "Signups", "Events whose type is one of a signup.", "events", SIGNED_UP, good="up"),
    count("limit_hits", "Limit hits", "Events whose type is one of a plan's limit.", "events", LIMITED),
    distinct(
        "active_users",
        "Active users",
        "Different people with at least one event, each within its tenant; visitors who never signed in too.",
        "events",
        PERSON,
        good="up",
    ),
    distinct(
        "sessions",
        "Sessions",
        "Different sessions with at least one event.",
        "events",
        "case when r.session_id <> '' then (r.tenant_id, r.session_id) end",
    ),
    distinct(
        "event_tenants",
        "Tenants with events",
        "Different tenants with at least one event.",
        "events",
        "nullif(r.tenant_id, '')",
        good="up",
    ),
    distinct(
        "event_types", "Kinds of events", "Different types of events.", "events", "nullif(r.event_type, '')"
    ),
    per_hour("events_per_hour", "Events an hour", "Events by the hours of the window.", "events"),
    ratio(
        "events_per_user",
        "Events a user",
        "Events / active users.",
        "events",
        "active_users",
        unit="number",
        good="up",
    ),
    ratio(
        "queries_per_user",
        "AI queries a user",
        "AI queries / active users.",
        "ai_queries",
        "active_users",
        unit="number",
        good="up",
    ),
)
