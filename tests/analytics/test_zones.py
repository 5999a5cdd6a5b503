"""When days, months and buckets begin on somebody's clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from analytics.zones import UnknownTimezone, bucket_end, day_start, is_day_start, months, offsets, zone


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("europe/berlin", "did you mean 'Europe/Berlin'?"),
        ("Berlin", "did you mean 'Europe/Berlin'?"),
        ("New York", "did you mean 'America/New_York'?"),
        ("Asia/Kathmandoo", "did you mean 'Asia/Kathmandu'?"),
        ("my clock", "use a name such as 'UTC', 'Europe/Berlin' or 'America/New_York'"),
        ("../../etc/passwd", "use a name such as"),
        ("America", "unknown timezone"),
        ("localtime", "unknown timezone"),
        ("", "unknown timezone"),
    ],
)
def test_an_unknown_timezone_is_refused_with_a_suggestion(name, advice):
    with pytest.raises(UnknownTimezone) as refusal:
        zone(name)
    assert advice in str(refusal.value)


@pytest.mark.parametrize(
    ("timezone", "day", "start"),
    [
        ("UTC", date(2026, 3, 8), "2026-03-08T00:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T05:00"),
        ("America/New_York", date(2026, 3, 9), "2026-03-09T04:00"),
        ("Asia/Kathmandu", date(2026, 3, 8), "2026-03-07T18:15"),
        ("Pacific/Chatham", date(2026, 4, 5), "2026-04-04T10:15"),
        ("Pacific/Chatham", date(2026, 4, 6), "2026-04-05T11:15"),
        # Midnight is skipped: Beirut's clocks go from 00:00 to 01:00.
        ("Asia/Beirut", date(2026, 3, 29), "2026-03-28T22:00"),
        # Midnight comes twice: Havana's clocks go from 01:00 back to 00:00.
        ("America/Havana", date(2026, 11, 1), "2026-11-01T04:00"),
        # The day was skipped whole: Apia went from the 29th to the 31st.
        ("Pacific/Apia", date(2011, 12, 31), "2011-12-30T10:00"),
    ],
)
def test_a_day_starts_at_its_first_instant(timezone, day, start):
    instant = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert day_start(day, timezone) == instant
    assert is_day_start(instant, timezone)
    assert not is_day_start(instant + timedelta(hours=1), timezone)
    assert not is_day_start(instant - timedelta(microseconds=1), timezone)


@pytest.mark.parametrize(
    ("grain", "timezone", "bucket", "end"),
    [
        ("minute", "UTC", "2026-01-01T00:00", "2026-01-01T00:01"),
        ("quarter_hour", "UTC", "2026-01-01T00:15", "2026-01-01T00:30"),
        ("hour", "America/New_York", "2026-11-01T05:00", "2026-11-01T06:00"),
        ("day", "America/New_York", "2026-03-08T05:00", "2026-03-09T04:00"),
        ("day", "America/New_York", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("day", "Australia/Lord_Howe", "2026-04-04T13:00", "2026-04-05T13:30"),
        ("week", "UTC", "2026-01-05T00:00", "2026-01-12T00:00"),
        ("week", "America/New_York", "2026-03-02T05:00", "2026-03-09T04:00"),
        ("month", "Europe/Berlin", "2026-02-28T23:00", "2026-03-31T22:00"),
        ("month", "UTC", "2026-12-01T00:00", "2027-01-01T00:00"),
    ],
)
def test_a_bucket_ends_where_the_next_begins(grain, timezone, bucket, end):
    start = datetime.fromisoformat(bucket).replace(tzinfo=UTC)
    assert bucket_end(start, grain, timezone) == datetime.fromisoformat(end).replace(tzinfo=UTC)


def test_a_week_ends_on_the_day_it_starts_on():
    sunday = datetime(2026, 1, 4, tzinfo=UTC)
    assert bucket_end(sunday, "week", "UTC", week_start="sunday") == datetime(2026, 1, 11, tzinfo=UTC)
    assert bucket_end(sunday, "week", "UTC", week_start="monday") == datetime(2026, 1, 5, tzinfo=UTC)


def test_what_a_clock_is_ahead_of_utc_newest_first():
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)
    assert offsets(start, end, "UTC") == ((None, 0),)
    assert offsets(start, end, "Asia/Kathmandu") == ((None, 20_700),)
    assert offsets(start, end, "America/New_York") == (
        (datetime(2026, 11, 1, 6, tzinfo=UTC), -18_000),
        (datetime(2026, 3, 8, 7, tzinfo=UTC), -14_400),
        (None, -18_000),
    )
    # A clock that is set by half an hour.
    assert offsets(start, end, "Australia/Lord_Howe") == (
        (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), 39_600),
        (datetime(2026, 4, 4, 15, tzinfo=UTC), 37_800),
        (None, 39_600),
    )
    assert offsets(start, datetime(2026, 3, 8, 6, 59, tzinfo=UTC), "America/New_York") == ((None, -18_000),)


@pytest.mark.parametrize(
    ("start", "end", "timezone", "length"),
    [
        ("2026-02-01T00:00", "2026-03-01T00:00", "UTC", Fraction(1)),
        ("2026-01-01T00:00", "2026-03-01T00:00", "UTC", Fraction(2)),
        ("2026-01-31T00:00", "2026-02-02T00:00", "UTC", Fraction(1, 31) + Fraction(1, 28)),
        # Berlin's March has 743 hours: one of them was skipped.
        ("2026-02-28T23:00", "2026-03-31T22:00", "Europe/Berlin", Fraction(1)),
        ("2026-03-29T00:00", "2026-03-29T01:00", "Europe/Berlin", Fraction(1, 743)),
    ],
)
def test_a_window_is_so_many_calendar_months(start, end, timezone, length):
    first, last = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (start, end))
    assert months(first, last, timezone) == length
