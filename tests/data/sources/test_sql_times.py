"""Windows of moments as times on a clock that is turned back and forward, as numbers, and as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from data.sources import sql_select
from data.sources.pull import Window
from data.sources.sql_times import Count, Text, clock_ranges, earliest, latest, per_second

BERLIN = ZoneInfo("Europe/Berlin")


def utc(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)


def test_a_window_of_an_ordinary_day_is_one_range_on_the_clock():
    ranges = clock_ranges(utc(2026, 1, 8, 10), utc(2026, 1, 8, 12), BERLIN)
    assert list(ranges) == [(datetime(2026, 1, 8, 11), datetime(2026, 1, 8, 13))]


def test_where_the_clock_jumps_the_times_that_never_were_are_read_after_the_jump():
    # On 2026-03-29 at 01:00 UTC the clock goes from 02:00 to 03:00.
    ranges = clock_ranges(utc(2026, 3, 29, 0), utc(2026, 3, 29, 2), BERLIN)
    assert list(ranges) == [
        (datetime(2026, 3, 29, 1), datetime(2026, 3, 29, 2)),
        (datetime(2026, 3, 29, 2), datetime(2026, 3, 29, 3)),
        (datetime(2026, 3, 29, 3), datetime(2026, 3, 29, 4)),
    ]


def test_an_hour_that_comes_twice_is_its_second():
    # On 2026-10-25 at 01:00 UTC the clock goes from 03:00 back to 02:00.
    assert latest(datetime(2026, 10, 25, 2, 30), BERLIN) == utc(2026, 10, 25, 1, 30)
    assert earliest(datetime(2026, 10, 25, 2, 30), BERLIN) == utc(2026, 10, 25, 0, 30)
    assert list(clock_ranges(utc(2026, 10, 25, 0), utc(2026, 10, 25, 1), BERLIN)) == []
    assert list(clock_ranges(utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 15), BERLIN)) == [
        (datetime(2026, 10, 25, 2), datetime(2026, 10, 25, 2, 15))
    ]


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("day", [(2026, 3, 29), (2026, 10, 25), (2026, 3, 8), (2026, 11, 1), (2026, 4, 5), (2026, 10, 4), (2026, 7, 1)])  # fmt: skip
def test_a_time_is_in_the_window_that_its_moment_is_in(zone, day):
    clock, place = datetime(*day) - timedelta(hours=16), ZoneInfo(zone)
    times = [clock + timedelta(minutes=10 * n) for n in range(6 * 56)]
    moments = {time: latest(time, place) for time in times}
    edges = [utc(*day) - timedelta(hours=18) + timedelta(minutes=25 * n) for n in range(140)]
    for start, stop in pairwise(edges):
        ranges = list(clock_ranges(start, stop, place))
        inside = [t for t in times if any(lower <= t < upper for lower, upper in ranges)]
        assert inside == [t for t, moment in moments.items() if start <= moment < stop]


def test_a_number_is_of_the_window_that_its_moment_is_in():
    milliseconds = Count(1000, whole=True, divided="{0} / {1}")
    where, values = milliseconds.within("at", Window(utc(1970, 1, 2), utc(1970, 1, 2, 0, 0, 1)))
    assert (where, values) == ("at >= %s and at < %s", [86_400_000, 86_401_000])
    start = utc(1970, 1, 1) + timedelta(microseconds=1)
    assert milliseconds.within("at", Window(start))[1] == [1]
    assert milliseconds.latest(86_400_000) == utc(1970, 1, 2)


@pytest.mark.parametrize(
    ("newest", "per"),
    [(1.7e9, 1), (1.7e12, 1000), (1.7e15, 1_000_000), (1.7e18, 1_000_000_000), (41_203, None)],
)
def test_how_fine_a_number_counts_is_seen_by_its_size(newest, per):
    assert per_second(newest) == per


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-01 10:00:00", utc(2026, 3, 1, 9)),
        ("2026-03-01T10:00:00.5Z", utc(2026, 3, 1, 10, 0, 0, 500_000)),
        ("2026-03-01T10:00:00+05:30", utc(2026, 3, 1, 4, 30)),
        ("2026-03-01", utc(2026, 2, 28, 23)),
        ("2026-03-01 10:00:00 broken", utc(2026, 2, 28, 23)),
        ("yesterday", None),
        ("12 March", None),
    ],
)
def test_a_text_is_placed_by_what_can_be_read_of_it(text, moment):
    assert Text(BERLIN).latest(text) == moment


@pytest.mark.parametrize(
    "query",
    [
        "select 1", "  SELECT a, ';' as b from c -- a; comment", "with x as (select 1) select * from x;",
        "select /* ; */ 1 ; ", "select $$;$$ as text", 'select ";" from `a;b`', "(select 1) union (select 2)",
    ],
)  # fmt: skip
def test_a_single_select_may_be_read(query):
    assert sql_select.one(query).rstrip("; ") == query.strip().rstrip("; ")


@pytest.mark.parametrize(
    "query",
    [
        "delete from a", "select 1; delete from a", "update a set b = 1", "select 1 /*! ; */", "",
        "select * from a into outfile 'out'", "select * from a for update", "call f()", "; select 1",
    ],
)  # fmt: skip
def test_anything_else_is_refused(query):
    with pytest.raises(ValueError, match="query: "):
        sql_select.one(query)
