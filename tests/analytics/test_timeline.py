"""What happened to a tenant, told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics import timeline
from analytics.filters import field
from analytics.scope import Scope
from analytics.view import NotFilterable
from tests.analytics.table import rows, table

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
FOUR_DAYS = replace(DAY, start=DAY.start - timedelta(days=3))


def told(store, scope=DAY):
    return [(row[0][8:16], *row[1:]) for row in rows(timeline.newest(store, scope))]


def failure(number: int, at: str, message: str, workflow: str = "Sync"):
    found = {"run_id": str(number), "occurred_at": f"2026-01-08T{at}:00Z", "status": "failed"}
    return found | {"tenant_id": "acme", "workflow_name": workflow, "error_message": message}


def test_changes_of_a_plan_say_what_changed(store):
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  occurred_at           plan  seats  status     reason
            1          acme       s1               2026-01-08T01:00:00Z  free  5      active     -
            2          acme       s1               2026-01-08T02:00:00Z  pro   5      active     limit_reached
            3          acme       s1               2026-01-08T03:00:00Z  pro   7      active     -
            4          acme       s1               2026-01-08T04:00:00Z  pro   7      active     renewed
            5          acme       s1               2026-01-08T05:00:00Z  pro   7      cancelled  too_expensive
            6          globex     s1               2025-01-01T00:00:00Z  pro   7      active     -
            7          globex     s1               2026-01-08T06:00:00Z  max   7      active     -
        """),
    )
    store.append("tenants", table("tenant_id name\nacme Acme"))
    assert told(store) == [
        ("08T06:00", "plan", "Plan changed from pro to max", "globex"),
        ("08T05:00", "plan", "Plan pro is cancelled: too expensive", "Acme"),
        ("08T04:00", "plan", "Plan pro renewed", "Acme"),
        ("08T03:00", "plan", "Seats changed from 5 to 7", "Acme"),
        ("08T02:00", "plan", "Plan changed from free to pro: limit reached", "Acme"),
        ("08T01:00", "plan", "Plan free began", "Acme"),
    ]


def test_failures_that_differ_by_a_number_are_told_once_an_hour_or_a_day(store):
    store.append(
        "runs",
        [
            failure(1, "10:00", "order 1 is lost"),
            failure(2, "10:59", "order 2 is lost"),
            failure(3, "11:00", "order 3 is lost"),
            failure(4, "10:30", "", workflow=""),
        ],
    )
    assert told(store) == [
        ("08T11:00", "failure", "Sync failed: order 3 is lost", "acme"),
        ("08T10:59", "failure", "Sync failed 2 times: order 2 is lost", "acme"),
        ("08T10:30", "failure", "An execution failed", "acme"),
    ]
    assert told(store, FOUR_DAYS)[0] == (
        "08T11:00",
        "failure",
        "Sync failed 3 times: order 3 is lost",
        "acme",
    )


def test_events_are_told_where_their_type_says_that_something_changed(store):
    store.append(
        "events",
        table("""
            event_id  tenant_id  occurred_at           event_type
            1         acme       2026-01-08T10:00:00Z  workflow_created
            2         acme       2026-01-08T10:01:00Z  workflow_created
            3         acme       2026-01-08T10:02:00Z  workflow_viewed
            4         acme       2026-01-08T10:03:00Z  FirstDeviceData
            5         acme       2026-01-08T10:04:00Z  plan_limit_reached
        """),
    )
    assert told(store) == [
        ("08T10:04", "event", "Plan limit reached", "acme"),
        ("08T10:03", "event", "First device data", "acme"),
        ("08T10:01", "event", "Workflow created, 2 times", "acme"),
    ]


def test_a_release_is_told_where_it_was_first_seen(store):
    spans = """
        trace_id  span_id  occurred_at           tenant_id  release
        1         1        2026-01-01T00:00:00Z  acme       4.1
        2         2        2026-01-08T09:00:00Z  acme       4.1
        3         3        2026-01-08T10:00:00Z  acme       4.2
        4         4        2026-01-08T11:00:00Z  acme       4.2
        5         5        2026-01-09T00:00:00Z  acme       4.4
    """
    store.append("spans", table(spans))
    store.append("errors", table("error_id occurred_at release\n1 2026-01-08T12:00:00Z 4.3"))
    assert told(store) == [
        ("08T12:00", "release", "Release 4.3 first seen", ""),
        ("08T10:00", "release", "Release 4.2 first seen", ""),
    ]


def test_the_release_that_the_rows_begin_with_is_no_news(store):
    store.append("spans", table("trace_id span_id occurred_at release\n1 1 2026-01-08T10:00:00Z 4.1"))
    assert told(store) == []


def test_what_cannot_have_the_field_of_a_filter_is_left_out_and_said(store):
    store.append("runs", [failure(1, "10:00", "lost"), failure(2, "11:00", "lost", workflow="Report")])
    store.append("events", table("event_id occurred_at event_type\n1 2026-01-08T10:00:00Z org_created"))
    found = timeline.newest(store, replace(DAY, where=field("workflow_name") == "Sync"))
    assert found["what"].tolist() == ["Sync failed: lost"]
    assert found.attrs["notes"][0].startswith("Left out: subscriptions cannot be filtered by workflow_name")
    with pytest.raises(NotFilterable):
        timeline.newest(store, replace(DAY, where=field("http_status") == 500))
