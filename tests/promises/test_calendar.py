"""Buckets lie side by side on the local clock: the store's calendar against plain datetime arithmetic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.scope import Scope
from analytics.zones import bucket_end
from data.store import open_store
from tests.examples import examples

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Asia/Beirut",
    "America/Sao_Paulo",
)
LONGEST = {
    "minute": timedelta(hours=3),
    "quarter_hour": timedelta(hours=12),
    "hour": timedelta(days=3),
    "day": timedelta(days=20),
    "week": timedelta(days=120),
    "month": timedelta(days=500),
}
FIRST, LAST = datetime.fromisoformat("2015-01-01"), datetime.fromisoformat("2027-01-01")
ANY_TIME = st.datetimes(FIRST, LAST, timezones=st.just(UTC))
# When clocks of these zones changed, to the hour.
CHANGES = [
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in (
        "2026-03-29T01:00",
        "2026-10-25T01:00",
        "2026-03-08T07:00",
        "2026-11-01T06:00",
        "2026-04-04T15:00",
        "2026-10-03T15:30",
        "2026-04-04T14:00",
        "2026-09-26T14:00",
        "2026-03-28T22:00",
        "2026-10-24T21:00",
        "2018-02-18T02:00",
        "2018-11-04T03:00",
    )
]


@pytest.fixture(scope="module")
def store():
    opened = open_store("duckdb://:memory:")
    yield opened
    opened.close()


@settings(max_examples=examples(200), deadline=None)
@given(
    grain=st.sampled_from(list(LONGEST)),
    timezone=st.sampled_from(ZONES),
    start=st.one_of(ANY_TIME, st.tuples(st.sampled_from(CHANGES), st.floats(0, 1))),
    part=st.floats(0.001, 1),
    week_start=st.sampled_from(["monday", "sunday"]),
)
def test_each_bucket_begins_where_the_one_before_ends(store, *, grain, timezone, start, part, week_start):
    if isinstance(start, tuple):
        change, before = start
        start = change - LONGEST[grain] * part * before
    scope = Scope(start, start + LONGEST[grain] * part, timezone)
    sql = "select distinct bucket from calendar order by bucket"
    found = store.frame(scope, sql, grain=grain, week_start=week_start)["bucket"]
    # In UTC: Python calls a local time that comes twice equal to no time of another zone.
    buckets = [bucket.to_pydatetime() for bucket in found.dt.tz_convert("UTC")]
    ends = [bucket_end(bucket, grain, timezone, week_start) for bucket in buckets]
    assert buckets[1:] == ends[:-1]
    assert buckets[0] <= scope.start < ends[0]
    assert buckets[-1] < scope.end <= ends[-1]
