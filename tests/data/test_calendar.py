"""Buckets are cut on the local clock, through daylight saving, zero-filled."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics.scope import Scope
from tests.data.conftest import tuples

BUCKETS = "select distinct bucket from calendar order by 1"


def labels(store, start: str, end: str, zone: str, grain: str, **options) -> list[str]:
    tz = ZoneInfo(zone)
    scope = Scope(
        datetime.fromisoformat(start).replace(tzinfo=tz),
        datetime.fromisoformat(end).replace(tzinfo=tz),
        timezone=zone,
    )
    return [row[0].isoformat() for row in tuples(store.frame(scope, BUCKETS, grain=grain, **options))]


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        ("2026-03-08", "America/New_York", 23),
        ("2026-11-01", "America/New_York", 25),
        ("2026-07-01", "America/New_York", 24),
        ("2026-03-29", "Europe/Berlin", 23),
        ("2026-01-01", "Asia/Kathmandu", 24),
        ("2026-01-01", "Pacific/Chatham", 24),
    ],
)
def test_a_local_day_has_as_many_hours_as_its_clock_strikes(store, day, zone, hours):
    nxt = datetime.fromisoformat(day).replace(day=int(day[-2:]) + 1).isoformat()[:10]
    found = labels(store, day, nxt, zone, "hour")
    assert len(found) == hours
    assert len(set(found)) == hours
    assert found[0].startswith(f"{day}T00:00:00")
    assert labels(store, day, nxt, zone, "day") == [found[0]]


def test_the_hour_that_comes_twice_is_two_buckets(store):
    found = labels(store, "2026-11-01T00:00", "2026-11-01T03:00", "America/New_York", "hour")
    assert found == [
        "2026-11-01T00:00:00-04:00",
        "2026-11-01T01:00:00-04:00",
        "2026-11-01T01:00:00-05:00",
        "2026-11-01T02:00:00-05:00",
    ]


def test_lord_howe_shifts_by_half_an_hour_and_its_day_is_one_bucket(store):
    assert labels(store, "2026-04-05", "2026-04-06", "Australia/Lord_Howe", "day") == [
        "2026-04-05T00:00:00+11:00"
    ]
    assert labels(store, "2026-10-04", "2026-10-06", "Australia/Lord_Howe", "day") == [
        "2026-10-04T00:00:00+10:30",
        "2026-10-05T00:00:00+11:00",
    ]


def test_where_midnight_comes_twice_the_day_begins_with_the_first(store):
    assert labels(store, "2026-11-01", "2026-11-02", "America/Havana", "day") == ["2026-11-01T00:00:00-04:00"]
    hours = labels(store, "2026-11-01", "2026-11-02", "America/Havana", "hour")
    assert hours[:2] == ["2026-11-01T00:00:00-04:00", "2026-11-01T00:00:00-05:00"]
    assert len(hours) == 25


def test_weeks_start_on_the_day_asked_for_and_months_on_the_first(store):
    assert labels(store, "2026-03-27", "2026-04-07", "Europe/Berlin", "week") == [
        "2026-03-23T00:00:00+01:00",
        "2026-03-30T00:00:00+02:00",
        "2026-04-06T00:00:00+02:00",
    ]
    assert labels(store, "2026-03-27", "2026-04-07", "Europe/Berlin", "week", week_start="sunday") == [
        "2026-03-22T00:00:00+01:00",
        "2026-03-29T00:00:00+01:00",
        "2026-04-05T00:00:00+02:00",
    ]
    assert labels(store, "2026-03-27", "2026-04-07", "Europe/Berlin", "month") == [
        "2026-03-01T00:00:00+01:00",
        "2026-04-01T00:00:00+02:00",
    ]


def test_minutes_and_quarters_of_an_hour(store):
    assert len(labels(store, "2026-03-29T00:00", "2026-03-29T01:00", "Europe/Berlin", "minute")) == 60
    assert labels(store, "2026-03-29T01:30", "2026-03-29T03:10", "Europe/Berlin", "quarter_hour") == [
        "2026-03-29T01:30:00+01:00",
        "2026-03-29T01:45:00+01:00",
        "2026-03-29T03:00:00+02:00",
    ]


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
@pytest.mark.parametrize(
    ("grain", "step"), [("hour", "1 hour"), ("day", "1 day"), ("week", "7 days"), ("month", "1 month")]
)
def test_the_calendar_equals_time_bucket_with_a_zone_row_by_row(store, zone, grain, step):
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
    rows = store.admin.frame(
        "select 'e' || n as event_id, timestamp '2026-01-01' + to_microseconds(n::bigint * 2077777777) as occurred_at from range(15000) r(n)"
    )
    store.append("events", rows[rows["occurred_at"] < datetime(2026, 3, 1, tzinfo=UTC)])
    sql = (
        "select count(*) as rows, count(*) filter (c.bucket is distinct from cast(time_bucket(interval '"
        + step
        + "', "
        "timezone('UTC', e.occurred_at), $zone) as timestamp)) as wrong "
        "from events as e left join calendar as c on c.q = epoch_us(e.occurred_at) // $calendar_us"
    )
    found = tuples(store.frame(Scope(start, end, timezone=zone), sql, grain=grain, zone=zone))
    assert found == [(2454, 0)]


def test_a_query_on_the_calendar_needs_a_grain(store, february):
    with pytest.raises(ValueError, match="call it with grain="):
        store.frame(february, BUCKETS)
