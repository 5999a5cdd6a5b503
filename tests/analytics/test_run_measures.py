"""The measures of executions, counted by hand."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.filters import field
from analytics.query import Query
from analytics.scope import Scope
from tests.analytics.table import rows, table

SEVEN_RUNS = """
    run_id  occurred_at           tenant_id  action_type  status     duration_ms
    1       2026-01-08T10:00:00Z  acme       slack        success    1000
    2       2026-01-08T10:30:00Z  acme       slack        success    3000
    3       2026-01-08T11:00:00Z  acme       email        failed     -
    4       2026-01-08T11:59:59Z  globex     slack        timeout    8000
    5       2026-01-08T12:00:00Z  globex     -            cancelled  4000
    6       2026-01-08T13:00:00Z  -          email        success    -
    7       2026-01-08T14:00:00Z  acme       slack        success    1000
"""


def at(text: str, timezone: str = "UTC") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def scope(start: str, end: str, timezone: str = "UTC", **fields) -> Scope:
    return Scope(at(start, timezone), at(end, timezone), timezone, **fields)


TOTALS = Query(
    ("executions", "succeeded", "failed", "finished", "success_rate", "avg_duration_ms", "active_tenants")
)
TREND = Query(("executions", "success_rate", "avg_duration_ms", "active_tenants"), grain="auto")
OUTCOMES = Query(("succeeded", "failed"), grain="auto")
TOP_TENANTS = Query(("executions",), by=("tenant_id", "tenant.name"), limit=5)
CONNECTORS = Query(("executions", "execution_share"), by=("action_type",))

FOUR_HOURS = scope("2026-01-08T10:00", "2026-01-08T14:00")


@pytest.fixture
def seven(store):
    store.append("runs", table(SEVEN_RUNS), timezone="UTC")
    store.append("tenants", table("tenant_id name\nacme Acme\nother Other"))
    return store


def test_totals_count_every_finished_run_and_rate_the_decided_ones(seven):
    # The seventh run finishes at the window's end, so outside it; one run has no tenant, two no duration.
    assert rows(TOTALS(seven, FOUR_HOURS)) == [(6, 3, 2, 5, 0.6, 4000.0, 2, 5, True)]


def test_totals_of_nothing_count_zero_and_rate_nothing(seven):
    empty = scope("2026-02-01", "2026-02-02")
    assert rows(TOTALS(seven, empty)) == [(0, 0, 0, 0, None, None, 0, 0, True)]


def test_totals_of_cancelled_runs_alone_have_no_rate(seven):
    cancelled = scope("2026-01-08T12:00", "2026-01-08T13:00")
    assert rows(TOTALS(seven, cancelled)) == [(1, 0, 0, 0, None, 4000.0, 1, 0, True)]


def test_totals_follow_tenants_and_filters(seven):
    acme = scope("2026-01-08", "2026-01-09", tenants=frozenset({"acme"}))
    assert rows(TOTALS(seven, acme)) == [(4, 3, 1, 4, 0.75, 1666.666667, 1, 4, True)]
    slack = scope("2026-01-08", "2026-01-09", where=field("action_type") == "slack")
    assert rows(TOTALS(seven, slack)) == [(4, 3, 1, 4, 0.75, 3250.0, 2, 4, True)]


def test_trend_fills_buckets_without_rows(seven):
    window = scope("2026-01-08T09:59", "2026-01-08T18:01")
    assert window.grain() == "hour"
    assert rows(TREND(seven, window)) == [
        ("2026-01-08T09:00+00:00", 0, None, None, 0, 0, True),
        ("2026-01-08T10:00+00:00", 2, 1.0, 2000.0, 1, 2, True),
        ("2026-01-08T11:00+00:00", 2, 0.0, 8000.0, 2, 2, True),
        ("2026-01-08T12:00+00:00", 1, None, 4000.0, 1, 0, True),
        ("2026-01-08T13:00+00:00", 1, 1.0, None, 0, 1, True),
        ("2026-01-08T14:00+00:00", 1, 1.0, 1000.0, 1, 1, True),
        ("2026-01-08T15:00+00:00", 0, None, None, 0, 0, True),
        ("2026-01-08T16:00+00:00", 0, None, None, 0, 0, True),
        ("2026-01-08T17:00+00:00", 0, None, None, 0, 0, True),
        ("2026-01-08T18:00+00:00", 0, None, None, 0, 0, False),
    ]


@pytest.mark.parametrize(
    ("now", "last_is_complete"),
    [("2026-01-08T18:00", False), ("2026-01-08T18:59", False), ("2026-01-08T19:00", True)],
)
def test_a_bucket_is_complete_once_it_is_over(seven, now, last_is_complete):
    window = scope("2026-01-08T09:59", "2026-01-08T18:01", now=at(now))
    assert TREND(seven, window)["complete"].tolist()[-1] is last_is_complete
    assert OUTCOMES(seven, window)["complete"].tolist()[-2:] == [True, last_is_complete]


def test_outcomes_over_time_leave_cancelled_executions_out(seven):
    window = scope("2026-01-08T10:00", "2026-01-08T12:10", now=at("2026-01-08T12:10"))
    found = rows(OUTCOMES(seven, window))
    assert len(found) == 9
    assert [row for row in found if row[1] or row[2]] == [
        ("2026-01-08T10:00+00:00", 1, 0, True),
        ("2026-01-08T10:30+00:00", 1, 0, True),
        ("2026-01-08T11:00+00:00", 0, 1, True),
        ("2026-01-08T11:45+00:00", 0, 1, True),
    ]
    assert found[-1] == ("2026-01-08T12:00+00:00", 0, 0, False)


@pytest.mark.parametrize(
    ("timezone", "day", "buckets"),
    [
        ("America/New_York", ("2026-03-08", "2026-03-09"), 23),
        ("America/New_York", ("2026-11-01", "2026-11-02"), 25),
        ("Asia/Kathmandu", ("2026-01-08", "2026-01-09"), 24),
        ("Pacific/Chatham", ("2026-04-05", "2026-04-06"), 25),
    ],
)
def test_a_local_day_has_as_many_hours_as_its_clock(store, timezone, day, buckets):
    window = scope(*day, timezone)
    found = TREND(store, window)
    assert len(found) == buckets
    assert found["bucket"].iloc[0] == window.start
    assert found["complete"].all()


def test_an_hour_that_comes_twice_is_two_buckets(store):
    twice = "run_id occurred_at status\n1 2026-11-01T05:30:00Z success\n2 2026-11-01T06:30:00Z failed"
    store.append("runs", table(twice))
    found = rows(TREND(store, scope("2026-11-01", "2026-11-02", "America/New_York")))
    assert [row[:3] for row in found if row[1]] == [
        ("2026-11-01T01:00-04:00", 1, 1.0),
        ("2026-11-01T01:00-05:00", 1, 0.0),
    ]


def test_days_are_local_days(store):
    text = "run_id occurred_at status\n1 2026-01-08T18:14:59Z success\n2 2026-01-08T18:15:00Z success"
    store.append("runs", table(text))
    found = rows(TREND(store, scope("2026-01-01", "2026-01-11", "Asia/Kathmandu")))
    assert [row[:2] for row in found if row[1]] == [
        ("2026-01-08T00:00+05:45", 1),
        ("2026-01-09T00:00+05:45", 1),
    ]
    assert len(found) == 10


def test_the_top_tenants_are_five_and_have_names(seven):
    more = "\n".join(f"{n} 2026-01-08T10:00:00Z t{n % 6} success" for n in range(100, 112))
    seven.append("runs", table("run_id occurred_at tenant_id status\n" + more))
    seven.append("tenants", table("tenant_id name\nt0 A-zero"))
    assert rows(TOP_TENANTS(seven, scope("2026-01-08", "2026-01-09"))) == [
        ("acme", "Acme", 4, True),
        ("globex", "globex", 2, True),
        ("t0", "A-zero", 2, True),
        ("t1", "t1", 2, True),
        ("t2", "t2", 2, True),
    ]


def test_connectors_share_all_executions(seven):
    assert rows(CONNECTORS(seven, FOUR_HOURS)) == [
        ("slack", 3, 0.5, 6, True),
        ("email", 2, 0.333333, 6, True),
        ("", 1, 0.166667, 6, True),
    ]


def test_ties_of_connectors_fall_by_name(store):
    store.append(
        "runs", table("run_id occurred_at action_type\n1 2026-01-08T10:00:00Z b\n2 2026-01-08T10:00:00Z a")
    )
    assert rows(CONNECTORS(store, FOUR_HOURS)) == [("a", 1, 0.5, 2, True), ("b", 1, 0.5, 2, True)]


def test_the_window_is_half_open_to_the_microsecond(store):
    edges = """
        run_id  occurred_at
        1       2026-01-08T09:59:59.999999Z
        2       2026-01-08T10:00:00Z
        3       2026-01-08T13:59:59.999999Z
        4       2026-01-08T14:00:00Z
    """
    store.append("runs", table(edges))
    assert TOTALS(store, FOUR_HOURS)["executions"].tolist() == [2]
