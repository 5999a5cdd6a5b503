"""Which sources are late: their newest row is much older than the end of a window of today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from analytics import presence
from analytics.scope import Scope

NOW = datetime(2026, 1, 8, 12, tzinfo=UTC)
TABLES = ("runs", "logs", "costs", "llm_calls")


def newest(**hours: float | None) -> pd.DataFrame:
    """What was asked of presence: the age of each table's newest row in hours, None where it has none."""
    moments = [None if age is None else NOW - timedelta(hours=age) for age in hours.values()]
    return pd.DataFrame({"table_name": list(hours), "newest_at": pd.to_datetime(moments, utc=True)})


def last(length: timedelta, ago: timedelta = timedelta()) -> Scope:
    return Scope(NOW - ago - length, NOW - ago, now=NOW)


@pytest.mark.parametrize(
    ("length", "age", "late"),
    [
        (timedelta(hours=24), 2.3, False),
        (timedelta(hours=24), 2.5, True),
        (timedelta(hours=6), 1.9, False),
        (timedelta(hours=6), 2.1, True),
        (timedelta(days=30), 71, False),
        (timedelta(days=30), 73, True),
    ],
)
def test_a_tenth_of_the_window_and_two_hours_are_much(length, age, late):
    found = presence.late(newest(runs=age, logs=0.1), TABLES, last(length))
    assert found == ({"runs": NOW - timedelta(hours=age)} if late else {})


def test_what_is_not_read_has_no_row_or_comes_by_the_day_is_not_late():
    ages = newest(events=20.0, runs=None, costs=20.0, llm_calls=20.0)
    assert set(presence.late(ages, TABLES, last(timedelta(hours=24)))) == {"llm_calls"}


def test_a_window_that_is_over_is_history():
    before = last(timedelta(hours=24), ago=timedelta(hours=1))
    assert presence.late(newest(runs=20.0), TABLES, before) == {}
