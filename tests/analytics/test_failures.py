"""Failures, one by one and by their cause, from rows by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from analytics import failures
from analytics.remedies import remedy
from analytics.scope import Scope
from tests.analytics.table import rows

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))


def run(number: int, hour: int, status: str, code: str = "", message: str = "", *, workflow: str = "Sync"):
    return {
        "run_id": str(number),
        "occurred_at": datetime(2026, 1, 8, hour, tzinfo=UTC),
        "tenant_id": "acme",
        "workflow_name": workflow,
        "action_type": "slack",
        "status": status,
        "duration_ms": 1000 * number,
        "error_code": code,
        "error_message": message,
    }


RUNS = [
    run(1, 9, "success"),
    run(2, 10, "failed", "401", "token refused"),
    run(3, 11, "failed", "401", "token expired", workflow="Report"),
    run(4, 12, "failed", "401", "token refused", workflow="Report"),
    run(5, 13, "failed", "", "order 4711 of shop-12 is not there"),
    run(6, 14, "failed", "", "order 815 of shop-3 is not there"),
    run(7, 15, "timeout"),
    run(8, 16, "cancelled", "499"),
    run(9, 17, "failed"),
]


@pytest.fixture
def nine(store):
    store.append("runs", RUNS)
    store.append("tenants", [{"tenant_id": "acme", "name": "Acme"}])
    return store


def test_the_newest_failures_come_first_and_nothing_else_is_one(nine):
    found = failures.recent(nine, DAY)
    assert rows(found)[:3] == [
        ("2026-01-08T17:00+00:00", "Sync", "", "", "slack", 9000.0, "Acme"),
        ("2026-01-08T15:00+00:00", "Sync", "", "", "slack", 7000.0, "Acme"),
        ("2026-01-08T14:00+00:00", "Sync", "order 815 of shop-3 is not there", "", "slack", 6000.0, "Acme"),
    ]
    assert found["duration_ms"].tolist() == [9000, 7000, 6000, 5000, 4000, 3000, 2000]


def test_failures_of_one_instant_come_by_their_id(store):
    store.append("runs", [run(3, 9, "failed"), run(1, 9, "failed"), run(2, 9, "timeout")])
    assert failures.recent(store, DAY)["duration_ms"].tolist() == [1000, 2000, 3000]


def test_a_cause_is_a_code_else_a_message_without_its_numbers(nine):
    found = failures.causes(nine, DAY)
    told = found[["cause", "failures", "share", "last_failed_at", "workflow", "message"]]
    assert rows(told) == [
        ("401", 3, 0.428571, "2026-01-08T12:00+00:00", "Report and 1 more", "token refused"),
        (
            "order # of # is not there",
            2,
            0.285714,
            "2026-01-08T14:00+00:00",
            "Sync",
            "order 815 of shop-3 is not there",
        ),
        ("no cause stated", 1, 0.142857, "2026-01-08T17:00+00:00", "Sync", ""),
        ("timeout", 1, 0.142857, "2026-01-08T15:00+00:00", "Sync", ""),
    ]
    assert found["remedy"].tolist() == [
        "Reconnect the account: its sign-in is no longer valid.",
        "Check the target: it was moved or deleted.",
        "",
        "Run it again; if it stays slow, split the work into smaller steps.",
    ]


def of(number: int, connector: str, code: str, message: str):
    return run(number, 9, "failed", code, message) | {"action_type": connector}


def test_what_two_connectors_fail_by_are_two_causes_each_with_its_own_message(store):
    """Of four refused sign-ins two are Slack's, and who reads of Gmail would reconnect that alone."""
    store.append(
        "runs",
        [
            of(1, "slack", "401", "Slack refused the token"),
            of(2, "slack", "401", "Slack refused the token"),
            of(3, "gmail", "401", "Gmail refused the token"),
            of(4, "", "401", "Stripe refused the token of 12"),
            of(5, "", "401", "Stripe refused the token of 13"),
            of(6, "", "401", "Jira refused the token"),
        ],
    )
    found = failures.causes(store, DAY)
    assert rows(found[["cause", "connector", "failures", "message"]]) == [
        ("401", "", 2, "Stripe refused the token of 13"),
        ("401", "slack", 2, "Slack refused the token"),
        ("401", "", 1, "Jira refused the token"),
        ("401", "gmail", 1, "Gmail refused the token"),
    ]


def test_causes_add_up_to_all_that_failed_however_many_there_are(store):
    """Fifty-three causes: three connectors more than are told, the first of which failed twice."""
    store.append("runs", [of(0, "c00", "500", ""), *(of(n + 1, f"c{n:02}", "500", "") for n in range(53))])
    found = failures.causes(store, DAY)
    assert (len(found), found["failures"].sum(), round(found["share"].sum(), 9)) == (51, 54, 1)
    told = found[["cause", "connector", "failures", "workflow", "message", "remedy"]]
    assert rows(told)[0][:4] == ("500", "c00", 2, "Sync")
    assert rows(told)[-1] == ("all other causes", "", 3, "3 causes", "", "")


@pytest.mark.parametrize(
    "message",
    [
        "gave up on 550e8400-e29b-41d4-a716-446655440000 at 10.0.0.1:80",
        "gave up on req_8f3a2b at 2026-01-08T10:00:00Z",
        "gave up on 3.50 at shop/12",
    ],
)
def test_ids_numbers_and_addresses_of_a_message_are_one_sign(store, message):
    store.append("runs", [run(1, 9, "failed", "", message)])
    assert failures.causes(store, DAY)["cause"].tolist() == ["gave up on # at #"]


@pytest.mark.parametrize(
    ("code", "message", "advice"),
    [
        ("401", "", "Reconnect the account"),
        ("HTTP_403", "", "Give the connected account the permission"),
        ("404", "", "Check the target"),
        ("429", "", "Slow the workflow down, or raise the limit"),
        ("rate_limited", "", "Slow the workflow down"),
        ("500", "", "The other side is down"),
        ("599", "", "The other side is down"),
        ("timeout", "", "Run it again; if it stays slow"),
        ("lock_timeout", "", "Run it again: something else"),
        ("422", "401 rows are wrong", "Correct what the workflow sends"),
        ("", "Gmail answered 503", "The other side is down"),
        ("", "got HTTP status: 401", "Reconnect the account"),
        ("", "Slack is unavailable (503)", "The other side is down"),
        ("", "Jira closed the connection", "Check the network"),
        ("", "3 of 500 rows have a fault", ""),
        ("1500", "", ""),
        ("", "", ""),
    ],
)
def test_a_remedy_is_known_by_code_or_by_words(code, message, advice):
    found = remedy(code, message)
    assert found.startswith(advice)
    assert bool(found) == bool(advice)
