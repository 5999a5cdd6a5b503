"""People one by one: who they are, when they were last there, what they did, and what went wrong for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import cast

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
MOST = 200
NEWEST = 200
MOST_DESCRIBED = 20

PERSON_ID = Column("person.person_id", "Person id", "text", "The person's id, within its tenant.")
PERSON = Column("person", "Person", "text", "The person's name, or its id where it has none.")
ROLE = Column("role", "Role", "text", "The person's role.")
LAST = Column("last_at", "Last seen", "time", "When the person's newest event in the window happened.")
FIRST = Column("first_at", "First seen", "time", "When the person's first event of all happened.")
EVENTS = Column("events", "Events", "count", "The person's events in the window.")
SESSIONS = Column("sessions", "Sessions", "count", "Different sessions that the events name.")
DAYS = Column("active_days", "Active days", "count", "Different local days with an event.")
COST = Column("ai_cost_usd", "AI cost", "usd", "What the person's model calls cost in the window.")
FIELD = Column("field", "Property", "text", "What is known of the person.")
VALUE = Column("value", "Value", "text", "Its value.")
BEGAN = Column("began_at", "Began", "time", "When the session's first event of the window happened.")
LASTED = Column("lasted_ms", "Lasted", "ms", "From its first to its last event of the window.")
SESSION = Column("session_id", "Session", "text", "The session's id.")
KINDS = Column("what", "What", "text", "The kinds of events in it, the most frequent first.")
WHEN = Column("happened_at", "When", "time", "When it happened.")
EVENT = Column("event_type", "Event", "text", "What happened.")
ENTITY = Column("entity_id", "Of what", "text", "The id of what it happened to.")
TYPE = Column("type", "Type", "text", "The type of the exception, or the code of the failure.")
MESSAGE = Column("message", "Message", "text", "What it said.")
PLACE = Column(
    "place", "Where", "text", "The endpoint or the service of an exception, the workflow of an execution."
)


@analysis(
    tables=("events", "llm_calls", "people", "identities", "tenants"),
    columns=(TENANT_ID, PERSON_ID, PERSON, TENANT, ROLE, LAST, EVENTS, SESSIONS, COST),
)
def newest(view: View, scope: Scope) -> pd.DataFrame:
    """The 200 people that were seen last in the window, and what they did in it."""
    return view.frame(scope, SQL["newest"], most=MOST).rename(columns={"person_id": "person.person_id"})


@analysis(
    tables=("events", "people", "identities", "tenants", "subscriptions"),
    columns=(TENANT_ID, PERSON, FIELD, VALUE),
)
def properties(view: View, scope: Scope) -> pd.DataFrame:
    """What is known of the 20 people seen last: name, role, plan, aliases and attributes, a line each."""
    found = view.frame(scope, SQL["properties"], most=MOST_DESCRIBED)
    rows = [
        row for record in found.to_dict("records") for row in facts({str(k): v for k, v in record.items()})
    ]
    return pd.DataFrame(rows, columns=["tenant_id", "person", "field", "value"]).astype("str")


@analysis(
    tables=("events", "tenants"),
    columns=(BEGAN, LASTED, EVENTS, KINDS, TENANT, SESSION),
)
def sessions(view: View, scope: Scope) -> pd.DataFrame:
    """The newest 200 sessions of the window, with how long they lasted and what happened in them."""
    return view.frame(scope, SQL["sessions"], most=NEWEST)


@analysis(
    tables=("events", "tenants"),
    columns=(WHEN, EVENT, ENTITY, SESSION, TENANT),
    drawn_from={"happened_at": Behind("events")},
)
def events(view: View, scope: Scope) -> pd.DataFrame:
    """The newest 200 events of the window."""
    return view.frame(scope, SQL["events"], most=NEWEST)


@analysis(tables=("errors", "runs", "tenants"), columns=(WHEN, TYPE, MESSAGE, PLACE, TENANT))
def errors(view: View, scope: Scope) -> pd.DataFrame:
    """The newest 200 exceptions and failed executions of the window."""
    return view.frame(scope, SQL["errors"], most=NEWEST)


@analysis(tables=("people",), columns=(TENANT_ID, PERSON_ID, PERSON))
def called(view: View, scope: Scope) -> pd.DataFrame:
    """What the first 200 people are called: by their name, else their e-mail, else their id."""
    return view.frame(scope, SQL["called"], most=MOST).rename(columns={"person_id": "person.person_id"})


def facts(record: dict[str, object]) -> Iterator[dict[str, object]]:
    """What a row says of a person, a line each; what is not known is no line."""
    attributes = cast("dict[str, object]", json.loads(str(record["attributes"])))
    whose = {"tenant_id": record["tenant_id"], "person": record["name"] or record["person_id"]}
    named = {LABELS[name]: value for name, value in record.items() if name in LABELS}
    for name, value in (named | attributes).items():
        if value is None or value == "" or value is pd.NaT:
            continue
        said = f"{value:%-d %b %Y, %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
        yield {**whose, "field": name, "value": said}


LABELS = {
    "name": "Name",
    "person_id": "Id",
    "email": "E-mail",
    "role": "Role",
    "tenant": "Tenant",
    "tenant_plan": "Tenant's plan",
    "own_plan": "Own plan",
    "created_at": "Signed up",
    "first_at": "First seen",
    "last_at": "Last seen",
    "aliases": "Also known as",
}
