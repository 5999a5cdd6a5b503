"""Queries on local clocks: hours, days and weeks through clock changes, and rates by the hour."""

from __future__ import annotations

import pytest

from analytics.query import Query, answer
from tests.analytics.table import at, rows, table, window

RUNS = """
    run_id  occurred_at           status
    1       2026-01-08T10:00:00Z  success
    2       2026-01-08T10:30:00Z  success
    3       2026-01-08T11:00:00Z  failed
    4       2026-01-08T11:59:59Z  timeout
    5       2026-01-08T12:00:00Z  cancelled
    6       2026-01-08T13:00:00Z  success
    7       2026-01-07T10:00:00Z  success
    8       2026-01-07T10:10:00Z  failed
"""
FOUR_HOURS = window("2026-01-08T10:00", "2026-01-08T14:00")


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("runs", table(RUNS))
    return opened


@pytest.fixture
def ask(store):
    return lambda query, scope=FOUR_HOURS: rows(answer(store, scope, query))


@pytest.mark.parametrize(
    ("timezone", "day", "ends", "hours"),
    [
        ("America/New_York", "2026-03-08", ("2026-03-08T00:00-05:00", "2026-03-08T23:00-04:00"), 23),
        ("America/New_York", "2026-11-01", ("2026-11-01T00:00-04:00", "2026-11-01T23:00-05:00"), 25),
        ("Asia/Kathmandu", "2026-01-08", ("2026-01-08T00:00+05:45", "2026-01-08T23:00+05:45"), 24),
        # An hour follows the instant: clocks that move by half an hour do not cut one short.
        ("Australia/Lord_Howe", "2026-04-05", ("2026-04-05T00:00+11:00", "2026-04-05T23:30+10:30"), 25),
        ("Australia/Lord_Howe", "2026-10-04", ("2026-10-03T23:30+10:30", "2026-10-04T23:00+11:00"), 24),
    ],
)
def test_a_local_day_has_as_many_hours_as_its_clock(ask, timezone, day, ends, hours):
    start = at(day, timezone)
    scope = window(day, start.replace(day=start.day + 1).strftime("%Y-%m-%d"), timezone)
    found = ask(Query(("executions",), grain="hour"), scope)
    assert (found[0][0], found[-1][0]) == ends
    assert len(found) == hours
    assert len(ask(Query(("executions",), grain="day"), scope)) == 1


@pytest.fixture(scope="module")
def around(in_memory):
    """A run at each half hour of three days and nights."""
    store = in_memory()
    for name, start in (("spring", "2026-03-07"), ("autumn", "2026-10-31")):
        moments = [at(start) + n * (at("2026-01-01T00:30") - at("2026-01-01")) for n in range(144)]
        store.append(
            "runs", [{"run_id": f"{name} {n}", "occurred_at": when} for n, when in enumerate(moments)]
        )
    return store


@pytest.mark.parametrize(("day", "half_hours"), [("2026-03-08", 46), ("2026-11-01", 50)])
def test_days_through_a_clock_change_hold_their_own_hours(around, day, half_hours):
    scope = window(day, f"{day[:-1]}{int(day[-1]) + 1}", "America/New_York")
    for grain in ("hour", "day", "week"):
        assert answer(around, scope, Query(("executions",), grain=grain))["executions"].sum() == half_hours
    by_hour = answer(around, scope, Query(("executions",), grain="hour"))
    assert by_hour["executions"].tolist() == [2] * (half_hours // 2)


def test_hours_of_the_day_follow_the_clock(around):
    query = Query(("executions",), by=("hour_of_day",), order="hour_of_day")
    spring = answer(around, window("2026-03-08", "2026-03-09", "America/New_York"), query)
    assert spring["hour_of_day"].tolist() == [0, 1, *range(3, 24)]
    autumn = answer(around, window("2026-11-01", "2026-11-02", "America/New_York"), query)
    assert autumn["executions"].tolist() == [2, 4, *[2] * 22]
    # Half an hour comes twice on Lord Howe.
    island = answer(around, window("2026-11-01", "2026-11-02", "Australia/Lord_Howe"), query)
    assert island["executions"].tolist() == [2] * 24


def test_hours_of_a_clock_on_the_quarter(store):
    query = Query(("executions",), by=("hour_of_day", "weekday"), order="hour_of_day")
    found = rows(answer(store, window("2026-01-08T10:00", "2026-01-09T00:00", "Asia/Kathmandu"), query))
    # 10:00 UTC is 15:45 there, 10:30 is 16:15.
    assert found == [(15, 4, 1, True), (16, 4, 2, True), (17, 4, 2, True), (18, 4, 1, True)]


def test_weekdays_are_local(store):
    query = Query(("executions",), by=("weekday",), order="weekday")
    scope = window("2026-01-01", "2026-02-01")
    assert rows(answer(store, scope, query)) == [(3, 2, True), (4, 6, True)]
    far = window("2026-01-01", "2026-02-01", "Pacific/Kiritimati")
    # At 10:00 UTC the next day has begun there.
    assert rows(answer(store, far, query)) == [(4, 2, True), (5, 6, True)]


def test_weeks_begin_on_the_day_asked_for(ask):
    # The 4th is a Sunday.
    scope = window("2026-01-03", "2026-01-10", now=at("2026-01-11"))
    assert ask(Query(("executions",), grain="week"), scope) == [
        ("2025-12-29T00:00+00:00", 0, True),
        ("2026-01-05T00:00+00:00", 8, False),
    ]
    assert ask(Query(("executions",), grain="week", week_start="sunday"), scope) == [
        ("2025-12-28T00:00+00:00", 0, True),
        ("2026-01-04T00:00+00:00", 8, True),
    ]


def test_a_rate_by_the_hour_counts_the_hours_of_the_window(ask):
    query = Query(("failed_per_hour", "failed"))
    assert ask(query) == [(0.5, 2, True)]
    assert ask(query, window("2026-01-08T11:00", "2026-01-08T11:30")) == [(2.0, 1, True)]


def test_a_rate_by_the_hour_counts_the_hours_of_a_bucket_that_lie_in_the_window(ask):
    query = Query(("failed_per_hour",), grain="day")
    # From 23:50 to 12:00: ten minutes of one day, half of the next.
    assert ask(query, window("2026-01-07T23:50", "2026-01-08T12:00")) == [
        ("2026-01-07T00:00+00:00", 0.0, True),
        ("2026-01-08T00:00+00:00", 0.166667, False),
    ]
    short = Query(("failed_per_hour",), grain="hour")
    assert ask(short, window("2026-01-08T10:50", "2026-01-08T11:06"))[1][1] == 10.0
    compared = Query(("failed_per_hour",), compare=(at("2026-01-07"), at("2026-01-08")))
    assert ask(compared) == [(0.5, 0.041667, True)]
