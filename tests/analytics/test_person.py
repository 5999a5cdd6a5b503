"""People one by one: who was seen last, what is known of them, their sessions, events and errors."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from analytics import person
from analytics.filters import field
from tests.analytics.table import rows, table, window

EVENTS = """
    event_id  tenant_id  user_id  anonymous_id  session_id  occurred_at           event_type  entity_id
    1         acme       ada      -             s1          2026-01-08T10:00:00Z  opened      -
    2         acme       -        v1            s1          2026-01-08T10:02:00Z  saved       w1
    3         acme       ada      -             s1          2026-01-08T10:01:00Z  saved       w2
    4         acme       bob      -             s2          2026-01-08T12:00:00Z  opened      -
    5         globex     ada      -             -           2026-01-08T11:00:00Z  opened      -
    6         acme       ada      -             s0          2026-01-07T11:00:00Z  opened      -
    7         acme       -        -             s9          2026-01-08T13:00:00Z  tick        -
"""
CALLS = """
    call_id  tenant_id  user_id  occurred_at           cost_usd
    1        acme       ada      2026-01-08T10:00:00Z  0.25
    2        acme       v1       2026-01-08T10:00:00Z  0.5
    3        acme       ada      2026-01-07T10:00:00Z  9
"""
RUNS = """
    run_id  tenant_id  user_id  occurred_at           status   error_code  workflow_name
    1       acme       ada      2026-01-08T10:05:00Z  failed   E1          sync
    2       acme       ada      2026-01-08T10:06:00Z  success  -           sync
"""
ERRORS = """
    error_id  tenant_id  user_id  occurred_at           type      message  endpoint  service
    1         acme       ada      2026-01-08T10:07:00Z  KeyError  missing  /x        api
    2         acme       bob      2026-01-08T10:08:00Z  OSError   gone     -         api
"""
DAY = window("2026-01-08", "2026-01-09")
ADA = replace(DAY, tenants=frozenset({"acme"}), where=field("person.person_id") == "ada")


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    for name, text in (("events", EVENTS), ("llm_calls", CALLS), ("runs", RUNS), ("errors", ERRORS)):
        store.append(name, table(text))
    store.append("identities", [{"tenant_id": "acme", "alias": "v1", "person_id": "ada"}])
    ada = {
        "tenant_id": "acme",
        "person_id": "ada",
        "name": "Ada",
        "role": "admin",
        "created_at": "2026-01-02T03:04:00Z",
    }
    store.append("people", [ada | {"attributes": {"team": "ops"}}])
    store.append("tenants", [{"tenant_id": "acme", "name": "Acme", "plan": "pro"}])
    return store


def test_who_was_seen_last(company):
    found = person.newest(company, DAY)
    assert rows(found[["tenant_id", "person.person_id", "person", "tenant", "role", "last_at"]]) == [
        ("acme", "bob", "bob", "Acme", "", "2026-01-08T12:00+00:00"),
        ("globex", "ada", "ada", "globex", "", "2026-01-08T11:00+00:00"),
        ("acme", "ada", "Ada", "Acme", "admin", "2026-01-08T10:02+00:00"),
    ]
    assert rows(found[["events", "sessions", "ai_cost_usd"]]) == [
        (1, 1, 0),
        (1, 0, 0),
        (3, 1, Decimal("0.75")),
    ]


def test_what_is_known_of_a_person(company):
    found = person.properties(company, ADA)
    assert set(found["tenant_id"]) == {"acme"}
    assert dict(zip(found["field"], found["value"], strict=True)) == {
        "Name": "Ada",
        "Id": "ada",
        "Role": "admin",
        "Tenant": "Acme",
        "Tenant's plan": "pro",
        "Signed up": "2 Jan 2026, 03:04",
        "First seen": "7 Jan 2026, 11:00",
        "Last seen": "8 Jan 2026, 10:02",
        "Also known as": "v1",
        "team": "ops",
    }


def test_what_a_person_did_in_sessions(company):
    assert rows(person.sessions(company, ADA)) == [
        ("2026-01-08T10:00+00:00", 120000.0, 3, "saved x 2, opened", "Acme", "s1"),
    ]
    assert person.events(company, ADA)["entity_id"].tolist() == ["w1", "w2", ""]


def test_what_went_wrong_for_a_person(company):
    assert rows(person.errors(company, ADA)) == [
        ("2026-01-08T10:07+00:00", "KeyError", "missing", "/x", "Acme"),
        ("2026-01-08T10:05+00:00", "E1", "", "sync", "Acme"),
    ]
    assert len(person.errors(company, DAY)) == 3
