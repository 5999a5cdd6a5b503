"""Billing months: anchors at the end of short months, clocks that are set, and no moment left out."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scope import Scope
from analytics.usage_calendar import (
    BadMonth,
    Terms,
    period,
    period_at,
    periods,
    read_month,
    terms_of,
    whole_months,
)
from tests.examples import examples

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Santiago",
)


@pytest.mark.parametrize(
    ("month", "day", "starts", "ends"),
    [
        (date(2026, 1, 1), 1, "2026-01-01", "2026-02-01"),
        (date(2026, 1, 1), 15, "2026-01-15", "2026-02-15"),
        (date(2026, 1, 1), 29, "2026-01-29", "2026-02-28"),
        (date(2026, 1, 1), 31, "2026-01-31", "2026-02-28"),
        (date(2026, 2, 1), 31, "2026-02-28", "2026-03-31"),  # back on the 31st, not on the 28th
        (date(2026, 3, 1), 31, "2026-03-31", "2026-04-30"),
        (date(2028, 2, 1), 30, "2028-02-29", "2028-03-30"),  # a leap year
        (date(2026, 12, 1), 10, "2026-12-10", "2027-01-10"),
    ],
)
def test_a_month_begins_on_its_day_or_on_the_last_that_there_is(month, day, starts, ends):
    found = period(month, Terms(day))
    assert (found.starts_at.isoformat(), found.ends_at.isoformat()) == (
        f"{starts}T00:00:00+00:00",
        f"{ends}T00:00:00+00:00",
    )


@pytest.mark.parametrize(
    ("zone", "hours"),
    [("America/New_York", 31 * 24 - 1), ("Europe/Berlin", 31 * 24), ("Asia/Kathmandu", 31 * 24)],
)
def test_the_month_in_which_clocks_are_set_forward_is_an_hour_shorter(zone, hours):
    # New York on 8 March 2026; Berlin on the 29th, which is in the month from the 8th too early.
    found = period(date(2026, 2, 1), Terms(20, zone))
    shorter = found.ends_at - found.starts_at
    assert shorter == timedelta(days=28) - timedelta(hours=1 if zone == "America/New_York" else 0)
    assert period(date(2026, 3, 1), Terms(1, zone)).ends_at - period(
        date(2026, 3, 1), Terms(1, zone)
    ).starts_at == (timedelta(hours=hours - (zone == "Europe/Berlin")))


def test_a_moment_just_before_the_local_midnight_is_in_the_month_before():
    terms = Terms(15, "America/New_York")  # midnight of 15 March is 04:00 in UTC by then
    assert period_at(datetime(2026, 3, 15, 3, 59, 59, 999_999, tzinfo=UTC), terms).month == "2026-02"
    assert period_at(datetime(2026, 3, 15, 4, tzinfo=UTC), terms).month == "2026-03"


@given(
    st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)),
    st.integers(1, 31),
    st.sampled_from(ZONES),
)
@settings(max_examples=examples(60))
def test_every_moment_lies_in_one_month_and_months_follow_each_other(moment, day, zone):
    terms, at = Terms(day, zone), moment.replace(tzinfo=UTC)
    found = period_at(at, terms)
    assert found.starts_at <= at < found.ends_at
    after = period_at(found.ends_at, terms)
    assert after.starts_at == found.ends_at
    assert read_month(after.month) == read_month(read_month(found.month) + timedelta(days=31))
    assert period(read_month(found.month), terms) == found
    assert timedelta(days=27) < found.ends_at - found.starts_at < timedelta(days=34)


def test_a_window_touches_whole_months_and_its_end_is_not_in_it():
    terms = Terms(15)
    end = datetime(2026, 3, 15, tzinfo=UTC)
    assert [each.month for each in periods(datetime(2026, 1, 20, tzinfo=UTC), end, terms)] == [
        "2026-01",
        "2026-02",
    ]
    assert [each.month for each in periods(end, end + timedelta(microseconds=1), terms)] == ["2026-03"]


def test_what_a_tenant_does_not_say_is_as_for_everybody():
    assert terms_of(None, "", Terms()) == Terms(1, "UTC")
    assert terms_of(0, "Moon/Base", Terms()) == Terms(1, "UTC")
    assert terms_of(32, "Europe/Berlin", Terms()) == Terms(1, "Europe/Berlin")
    assert terms_of(31, "Europe/Berlin", Terms()) == Terms(31, "Europe/Berlin")


@pytest.mark.parametrize("month", ["2026-03", "2026-03-17", date(2026, 3, 17), datetime(2026, 3, 17, 5)])
def test_a_month_is_named_by_any_of_its_days(month):
    assert read_month(month) == date(2026, 3, 1)


@pytest.mark.parametrize("month", ["March", "2026-13", "", "2026"])
def test_what_is_no_month_says_how_to_write_one(month):
    with pytest.raises(BadMonth, match="write it as 2026-03"):
        read_month(month)


@pytest.mark.parametrize(
    ("starts", "ends", "timezone", "months"),
    [
        ("2026-10-01T00:00", "2026-11-01T00:00", "UTC", [10]),
        ("2026-10-01T00:00", "2026-12-01T00:00", "UTC", [10, 11]),
        ("2026-09-30T22:00", "2026-10-31T23:00", "Europe/Berlin", [10]),  # the clocks are set back in it
        ("2026-09-30T22:00", "2026-10-31T22:00", "Europe/Berlin", []),
        ("2026-10-01T00:00", "2026-10-31T00:00", "UTC", []),
        ("2026-10-02T00:00", "2026-11-01T00:00", "UTC", []),
        ("2026-10-01T00:00", "2026-10-27T05:00", "UTC", []),
    ],
)
def test_a_window_is_whole_months_where_it_cuts_none(starts, ends, timezone, months):
    start, end = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (starts, ends))
    later = end + timedelta(days=60)
    assert [each.month for each in whole_months(Scope(start, end, timezone, now=later))] == months


def test_this_month_is_whole_as_far_as_it_has_come():
    begins = datetime(2026, 10, 1, tzinfo=UTC)
    assert whole_months(Scope(begins, datetime(2026, 10, 27, 5, tzinfo=UTC))) == (date(2026, 10, 1),)
    # Seven days that begin with a month by chance are none.
    assert whole_months(Scope(begins, datetime(2026, 10, 8, tzinfo=UTC))) == ()
