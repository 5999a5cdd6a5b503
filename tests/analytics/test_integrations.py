"""Connectors in use, and services that are called without one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics import integrations
from analytics.scope import Scope
from tests.analytics.table import rows

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))


def run(number: int, action: str, tenant: str = "acme", **attributes):
    named = {"run_id": str(number), "occurred_at": "2026-01-08T10:00:00Z", "tenant_id": tenant}
    return named | {"action_type": action, "attributes": attributes}


def test_a_service_without_a_connector_stands_before_the_connectors(store):
    store.append(
        "runs",
        [
            run(1, "hubspot_contact"),
            run(2, "hubspot_contact"),
            run(3, "hubspot_contact", "globex"),
            run(4, "ai_step"),
            run(5, "http_request", host="api.airtable.com"),
            run(6, "webhook", "globex", url="https://hooks.airtable.com:443/x?y=1"),
            run(7, "http_request", host="api.hubspot.com"),
            run(8, "http_request", host="10.0.0.1"),
            run(9, "", ""),
            run(10, "ai_step", host="monday.com"),
        ],
    )
    assert rows(integrations.requested(store, DAY)) == [
        ("airtable.com", False, 2, 0.2, 2),
        ("hubspot_contact", True, 3, 0.3, 2),
        ("ai_step", True, 2, 0.2, 1),
        ("http_request", True, 2, 0.2, 1),
        ("no connector named", False, 1, 0.1, 0),
    ]


@pytest.mark.parametrize(
    ("attributes", "domain"),
    [
        ({"url": "https://user:secret@api.zendesk.com/v2#x"}, "zendesk.com"),
        ({"url.full": "http://EU.Zendesk.co.uk/tickets"}, "zendesk.co.uk"),
        ({"server.address": "zendesk.com"}, "zendesk.com"),
        ({"url": "https://api.zendesk.com?next=https://other.org"}, "zendesk.com"),
        ({"host": "localhost"}, "http_request"),
        ({"host": 5.0}, "http_request"),
        ({}, "http_request"),
    ],
)
def test_the_service_is_the_domain_of_the_address(store, attributes, domain):
    store.append("runs", [run(1, "http_request", **attributes)])
    assert integrations.requested(store, DAY)["integration"].tolist() == [domain]
