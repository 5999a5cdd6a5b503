"""The scope: its window, the window before, its grain, its ticks, its errors and its JSON form."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.filters import field
from analytics.forms import BadForm
from analytics.scope import ALL_TENANTS, AllTenants, Scope, covers, snap
from analytics.zones import is_day_start
from tests.analytics.table import table

FIRST, LAST = datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2027-01-01")
ZONES = ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Chatham", "Asia/Beirut")


def local(text: str, timezone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def window(start: str, end: str, timezone: str = "UTC") -> Scope:
    return Scope(local(start, timezone), local(end, timezone), timezone)


def spoken(scope: Scope) -> tuple[str, str]:
    """The window on the scope's own clock."""
    zone = ZoneInfo(scope.timezone)
    start, end = scope.start.astimezone(zone), scope.end.astimezone(zone)
    return start.isoformat(timespec="minutes"), end.isoformat(timespec="minutes")


WINDOWS_BEFORE = """
    timezone             start             end               before                  up_to
    # As long, just before.
    UTC                  2026-01-08T14:30  2026-01-09T14:30  2026-01-07T14:30+00:00  2026-01-08T14:30+00:00
    UTC                  2026-01-08T14:30  2026-01-08T14:45  2026-01-08T14:15+00:00  2026-01-08T14:30+00:00
    # One local day of 23 hours and the one of 24 hours before it.
    America/New_York     2026-03-08        2026-03-09        2026-03-07T00:00-05:00  2026-03-08T00:00-05:00
    # A day of 24 hours after it, and the one of 23 hours.
    America/New_York     2026-03-09        2026-03-10        2026-03-08T00:00-05:00  2026-03-09T00:00-04:00
    # One local day of 25 hours, and the day after it.
    America/New_York     2026-11-02        2026-11-03        2026-11-01T00:00-04:00  2026-11-02T00:00-05:00
    America/New_York     2026-11-04        2026-11-11        2026-10-28T00:00-04:00  2026-11-04T00:00-05:00
    # Half an hour of summer time.
    Australia/Lord_Howe  2026-04-05        2026-04-07        2026-04-03T00:00+11:00  2026-04-05T00:00+11:00
    Australia/Lord_Howe  2026-04-06        2026-04-07        2026-04-05T00:00+11:00  2026-04-06T00:00+10:30
    Australia/Lord_Howe  2026-10-05        2026-10-06        2026-10-04T00:00+10:30  2026-10-05T00:00+11:00
    # A quarter hour off the others.
    Asia/Kathmandu       2026-01-08        2026-01-10        2026-01-06T00:00+05:45  2026-01-08T00:00+05:45
    Pacific/Chatham      2026-04-06        2026-04-07        2026-04-05T00:00+13:45  2026-04-06T00:00+12:45
    Pacific/Chatham      2026-09-28        2026-09-29        2026-09-27T00:00+12:45  2026-09-28T00:00+13:45
    # The day whose midnight is skipped begins at one.
    Asia/Beirut          2026-03-30        2026-03-31        2026-03-29T01:00+03:00  2026-03-30T00:00+03:00
    # Not whole days: the same length on the stopwatch, whatever the clocks did.
    America/New_York     2026-03-08T12:00  2026-03-09T12:00  2026-03-07T11:00-05:00  2026-03-08T12:00-04:00
    # The month so far, at the same point of the month before.
    UTC                  2026-03-01        2026-03-15T12:00  2026-02-01T00:00+00:00  2026-02-15T12:00+00:00
    UTC                  2026-01-01        2026-01-08T09:30  2025-12-01T00:00+00:00  2025-12-08T09:30+00:00
    America/New_York     2026-03-01        2026-03-20T08:00  2026-02-01T00:00-05:00  2026-02-20T08:00-05:00
    America/New_York     2026-12-01        2026-12-01T08:00  2026-11-01T00:00-04:00  2026-11-01T08:00-05:00
    # A point that the month before does not have: all of that month.
    UTC                  2026-03-01        2026-03-31T12:00  2026-02-01T00:00+00:00  2026-03-01T00:00+00:00
    # A whole month, and the whole month before.
    UTC                  2026-03-01        2026-04-01        2026-02-01T00:00+00:00  2026-03-01T00:00+00:00
    America/New_York     2026-11-01        2026-12-01        2026-10-01T00:00-04:00  2026-11-01T00:00-04:00
    # Whole days that merely begin on a 1st.
    UTC                  2026-01-01        2026-01-08        2025-12-25T00:00+00:00  2026-01-01T00:00+00:00
    UTC                  2026-01-01        2026-01-02        2025-12-31T00:00+00:00  2026-01-01T00:00+00:00
    # From the 1st past the end of its month: no month so far.
    UTC                  2026-01-01        2026-02-02T12:00  2025-11-29T12:00+00:00  2026-01-01T00:00+00:00
"""


@pytest.mark.parametrize("row", table(WINDOWS_BEFORE), ids=lambda row: f"{row['timezone']} {row['start']}")
def test_the_window_before(row):
    scope = window(row["start"], row["end"], row["timezone"])
    assert spoken(scope.previous()) == (row["before"], row["up_to"])


@given(
    timezone=st.sampled_from(ZONES),
    start=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    length=st.timedeltas(timedelta(minutes=1), timedelta(days=400)),
)
def test_the_window_before_ends_no_later_than_the_window_starts(timezone, start, length):
    scope = Scope(start, start + length, timezone)
    assert scope.previous().start < scope.previous().end <= scope.start


@given(
    timezone=st.sampled_from(ZONES),
    day=st.dates(FIRST.date(), LAST.date()),
    days=st.integers(1, 120),
)
def test_whole_days_before_are_whole_days_just_before(timezone, day, days):
    scope = window(str(day), str(day + timedelta(days=days)), timezone)
    before = scope.previous()
    assert before.end == scope.start
    assert is_day_start(before.start, timezone)


def test_the_window_before_asks_for_the_same_otherwise():
    scope = Scope(
        local("2026-01-08", "UTC"),
        local("2026-01-09", "UTC"),
        tenants=frozenset({"acme"}),
        where=field("status") == "failed",
        now=local("2026-01-10", "UTC"),
    )
    before = scope.previous()
    assert (before.tenants, before.where, before.now) == (scope.tenants, scope.where, scope.now)


def test_coarse_buckets_are_few_enough_to_stand_beside_each_other():
    start = datetime(2026, 1, 1, tzinfo=UTC)
    lengths = {1: "hour", 2: "hour", 7: "day", 30: "day", 90: "week", 1000: "month"}
    assert {days: Scope(start, start + timedelta(days=days)).coarse_grain() for days in lengths} == lengths


@pytest.mark.parametrize(
    ("length", "grain"),
    [
        (timedelta(seconds=1), "minute"),
        (timedelta(hours=2), "minute"),
        (timedelta(hours=2, seconds=1), "quarter_hour"),
        (timedelta(hours=8), "quarter_hour"),
        (timedelta(hours=8, seconds=1), "hour"),
        (timedelta(days=8), "hour"),
        (timedelta(days=8, seconds=1), "day"),
        (timedelta(days=100), "day"),
        (timedelta(days=100, seconds=1), "week"),
        (timedelta(days=731), "week"),
        (timedelta(days=733), "month"),
    ],
)
def test_the_grain_fits_the_length_of_the_window(length, grain):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert Scope(start, start + length).grain() == grain


def test_eight_local_days_are_cut_into_hours_also_when_one_has_25():
    assert window("2026-10-28", "2026-11-05", "America/New_York").grain() == "hour"


@pytest.mark.parametrize(
    ("length", "tick"),
    [
        (timedelta(minutes=15), "2026-01-08T14:37:50"),
        (timedelta(hours=1), "2026-01-08T14:37:50"),
        (timedelta(hours=24), "2026-01-08T14:37:00"),
        (timedelta(days=7), "2026-01-08T14:35:00"),
    ],
)
def test_now_snaps_to_the_tick_of_the_window(length, tick):
    now = datetime(2026, 1, 8, 14, 37, 59, 999999, tzinfo=UTC)
    assert snap(now, length) == datetime.fromisoformat(tick).replace(tzinfo=UTC)


def test_a_window_is_kept_in_utc_and_now_is_its_end():
    scope = window("2026-01-08", "2026-01-09", "Asia/Kathmandu")
    assert scope.start.isoformat() == "2026-01-07T18:15:00+00:00"
    assert scope.now == scope.present == scope.end
    assert scope == Scope(scope.start, scope.end, "Asia/Kathmandu", now=scope.end)


START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "error", "says"),
    [
        ({"start": START.replace(tzinfo=None)}, ValueError, "`start` has no timezone"),
        ({"now": END.replace(tzinfo=None)}, ValueError, "`now` has no timezone"),
        ({"start": "2026-01-01"}, TypeError, "`start` must be a datetime, not str"),
        ({"end": START}, ValueError, "the window must end after it starts"),
        ({"end": START - timedelta(days=1)}, ValueError, "the window must end after it starts"),
        ({"timezone": "Berlin"}, ValueError, "did you mean 'Europe/Berlin'?"),
        ({"tenants": "acme"}, TypeError, "frozenset({'acme'})"),
        ({"tenants": frozenset()}, ValueError, "no tenant at all"),
        ({"tenants": frozenset({""})}, ValueError, "only ALL_TENANTS sees rows without a tenant"),
        ({"tenants": frozenset({7})}, TypeError, "a tenant's id must be text, not int"),
        ({"where": "status = 'failed'"}, TypeError, "`where` must be a filter"),
    ],
)
def test_an_impossible_scope_says_what_to_do(fields, error, says):
    with pytest.raises(error) as refusal:
        Scope(**{"start": START, "end": END} | fields)
    assert says in str(refusal.value)


def test_all_tenants_is_one():
    assert AllTenants() is ALL_TENANTS
    assert copy.deepcopy(ALL_TENANTS) is ALL_TENANTS
    assert pickle.loads(pickle.dumps(ALL_TENANTS)) is ALL_TENANTS  # noqa: S301
    assert repr(ALL_TENANTS) == "ALL_TENANTS"


def test_who_may_see_whom():
    a, both = frozenset({"a"}), frozenset({"a", "b"})
    assert covers(ALL_TENANTS, ALL_TENANTS)
    assert covers(ALL_TENANTS, a)
    assert covers(both, a)
    assert not covers(a, both)
    assert not covers(both, ALL_TENANTS)


@given(
    start=st.datetimes(FIRST, LAST, timezones=st.just(UTC)),
    length=st.timedeltas(timedelta(microseconds=1), timedelta(days=4000)),
    timezone=st.sampled_from(ZONES),
    tenants=st.one_of(st.just(ALL_TENANTS), st.frozensets(st.text(min_size=1), min_size=1)),
    where=st.sampled_from([None, field("attributes.plan") == "pro"]),
)
def test_the_json_form_leads_back(start, length, timezone, tenants, where):
    scope = Scope(start, start + length, timezone, tenants, where)
    assert Scope.from_dict(json.loads(json.dumps(scope.to_dict()))) == scope


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"limit": 5}, "a scope has no limit"),
        ({"version": 2}, "version 2"),
        ({"start": 7}, "`start` must be a time"),
        ({"tenants": []}, "no tenant at all"),
        ({"where": {"version": 1, "op": "rm", "field": "a"}}, "'rm' is no operator"),
    ],
)
def test_a_json_form_it_does_not_know_is_refused(change, says):
    with pytest.raises(ValueError, match=says):
        Scope.from_dict(Scope(START, END).to_dict() | change)
    with pytest.raises(BadForm):
        Scope.from_dict([])  # type: ignore[arg-type]
