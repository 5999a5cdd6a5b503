"""The people of a tenant and its first steps, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analytics import onboarding, tenant_people
from analytics.filters import ANY_TEXT, field
from analytics.scope import ALL_TENANTS
from tests.analytics.table import rows, table, window

EVENTS = """
    event_id  tenant_id  user_id  event_type            occurred_at
    1         acme       ann      org_created           2026-01-01T10:00:00Z
    2         acme       ann      project_created       2026-01-02T10:00:00Z
    3         acme       ann      first_device_data     2026-01-03T10:00:00Z
    4         acme       ann      first_device_data     2026-02-01T10:00:00Z
    5         acme       bob      opened                2026-02-20T10:00:00Z
    6         acme       b-old    opened                2026-02-21T10:00:00Z
    7         acme       bob      opened                2026-03-01T00:00:00Z
    8         globex     ann      org_created           2026-02-27T10:00:00Z
    9         -          ann      org_created           2026-02-27T10:00:00Z
"""
PEOPLE = """
    tenant_id  person_id  name    role    created_at
    acme       ann        Ann     admin   -
    acme       cid        Cid     -       -
    acme       dan        Dan     -       2026-03-02T00:00:00Z
"""
SCOPE = window("2026-02-22", "2026-03-01")


@pytest.fixture(scope="module")
def view(in_memory):
    store = in_memory()
    store.append("events", table(EVENTS))
    store.append("people", table(PEOPLE))
    store.append("identities", table("tenant_id alias person_id\nacme b-old bob"))
    contract = "change_id subscription_id tenant_id plan status seats mrr_usd occurred_at"
    store.append("subscriptions", table(f"{contract}\n1 s acme pro active 20 9 2026-01-05T00:00:00Z"))
    return store.view(ALL_TENANTS)


def test_people_by_what_they_did_a_silent_champion_first(view):
    found = tenant_people.people(view, SCOPE)
    shown = found[["tenant_id", "person", "role", "state", "last_at", "actions", "actions_before"]]
    assert rows(shown) == [
        ("acme", "Ann", "admin", "champion silent", "2026-02-01T10:00+00:00", 1, 3),
        ("acme", "bob", "", "active", "2026-02-21T10:00+00:00", 2, 0),
        ("globex", "ann", "", "active", "2026-02-27T10:00+00:00", 1, 0),
        ("acme", "Cid", "", "never seen", None, 0, 0),
    ]


def test_a_filter_by_rows_makes_nobody_look_as_if_never_seen(view):
    """Ann did nothing that says slack, and was there all the same; a filter by who somebody is holds."""
    slack = field(ANY_TEXT).contains("slack")
    found = tenant_people.people(view, replace(SCOPE, where=slack & (field("person.name") == "Ann")))
    assert rows(found[["person", "state", "actions"]]) == [("Ann", "champion silent", 1)]
    assert found.attrs["notes"][0] == (
        "Left out: people cannot be filtered by a search for any text: take that filter away to see it."
    )
    everybody = tenant_people.people(view, SCOPE)
    assert rows(tenant_people.people(view, replace(SCOPE, where=slack))) == rows(everybody)


def test_seats_in_use_are_said(view):
    assert tenant_people.people(view, SCOPE).attrs["notes"] == (
        "Active people in four weeks: 2; seats paid: 20.",
    )


def test_steps_are_done_left_out_next_or_later(view):
    found = onboarding.steps(view, SCOPE)
    acme = found[found["tenant_id"] == "acme"][["place", "step", "state", "done_at", "since"]]
    assert rows(acme) == [
        (1, "Organisation created", "done", "2026-01-01T10:00+00:00", None),
        (2, "Project created", "done", "2026-01-02T10:00+00:00", None),
        (3, "Device registered", "left out", None, None),
        (4, "First device data", "done", "2026-01-03T10:00+00:00", None),
        (5, "First widget", "next", None, "2026-01-03T10:00+00:00"),
        (6, "First live data in it", "later", None, None),
        (7, "Flow created", "later", None, None),
        (8, "Flow executed", "later", None, None),
    ]
    globex = found[found["tenant_id"] == "globex"]
    assert globex["state"].tolist() == ["done", "next", *["later"] * 6]


def test_a_tenant_that_did_no_step_has_no_line(view):
    assert onboarding.steps(view, window("2025-01-01", "2025-02-01")).empty
