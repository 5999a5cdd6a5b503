"""Whether the customer in view ran the connector that its page is narrowed to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics.filters import field
from analytics.request import Request
from service.access import LOCAL, Principal
from service.house import House
from tests.analytics.table import table
from ui import connectors
from ui.context import Visit

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
RUNS = table("""
    run_id  tenant_id  occurred_at           status   action_type
    1       acme       2026-01-19T09:00:00Z  success  gmail_send
    2       acme       2025-12-19T09:00:00Z  success  slack_message
    3       globex     2026-01-19T09:00:00Z  success  slack_message
    4       globex     2026-01-19T09:00:00Z  failed   slack_invite
""")


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    opened = House.over(tmp_path_factory.mktemp("connectors"))
    store = opened.stores.create_own()
    store.append("tenants", [{"tenant_id": each, "name": each.title()} for each in ("acme", "globex")])
    store.append("runs", RUNS)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("tenant", "asked", "told"),
    [
        ("acme", {"search": "slack"}, ["slack_invite", "slack_message"]),
        ("acme", {"where": field("action_type") == "slack_message"}, ["slack_message"]),
        # Of several that fit, one that ran is enough.
        ("globex", {"search": "Slack"}, []),
        ("acme", {"search": "gmail"}, []),
        # What is no connector, and what is more than a word, is none of this.
        ("acme", {"search": "status: failed"}, []),
        ("acme", {"search": "jira"}, []),
        ("acme", {}, []),
    ],
)
def test_a_connector_that_is_asked_for_and_that_the_customer_did_not_run_in_30_days_is_told(
    house, tenant, asked, told
):
    visit = Visit(LOCAL, Request(window="7d", **asked), house.store(demo=False), NOW, "s", house)
    assert sorted(connectors.missing(visit, tenant)) == told


def test_who_may_not_see_the_others_learns_of_no_connector_of_theirs(house):
    own = Principal("guest", frozenset({"acme"}))
    visit = Visit(own, Request(window="7d", search="slack"), house.store(demo=False), NOW, "s", house)
    assert connectors.missing(visit, "acme") == []


def test_the_sentence_names_all_of_few():
    assert connectors.has_none("Acme", ["slack", "slack_2"]) == (
        "Acme has run no slack or slack\\_2 in the last 30 days: it may not be connected."
    )
