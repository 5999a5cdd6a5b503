"""What is out of the ordinary: planted hours are found with what explains them, quiet ones are left alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics import unusual
from analytics.anomalies import Bars, episodes, explained, movers, ranges
from analytics.scope import Scope
from scripts import false_alarms
from tests.analytics.table import rows

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
WEEK = 7 * 24


def hours(count: int, timezone: str = "UTC") -> pd.DatetimeIndex:
    return pd.date_range(MONDAY, periods=count, freq="h").tz_convert(timezone)


def judged(count: int, last: int) -> np.ndarray:
    return np.arange(count) >= count - last


def test_two_hours_far_above_the_same_hours_of_the_weeks_before_are_an_episode():
    values = np.tile(10.0 + np.arange(WEEK) % 24, 9)
    values[-30:-28] *= 3
    found = ranges(hours(9 * WEEK), values, "hour", judged=judged(9 * WEEK, WEEK), bars=Bars(1))
    assert [(each.places, each.side) for each in episodes(values, found)] == [((1482, 1483), "high")]
    # The median of the same hour, and of those before and after, of the eight weeks before.
    assert found.expected[1482] == 10 + 1482 % 24


def test_a_single_hour_must_be_twice_as_far_out():
    values = np.tile(np.full(WEEK, 10.0), 9)
    for factor, times in ((1.9, 0), (2.1, 1)):
        values[-30] = 10 + 5 * factor  # the range reaches 5 further: half of what is expected
        found = ranges(hours(9 * WEEK), values, "hour", judged=judged(9 * WEEK, WEEK), bars=Bars(1))
        assert len(episodes(values, found)) == times


def test_what_was_unusual_is_no_measure_for_the_weeks_after_it():
    values = np.tile(np.full(WEEK, 10.0), 9)
    values[-WEEK - 30 : -WEEK - 22] *= 9
    found = ranges(hours(9 * WEEK), values, "hour", judged=judged(9 * WEEK, WEEK), bars=Bars(1))
    assert set(found.high[-30:-22]) == {15.0}


def test_with_less_than_four_weeks_nothing_is_said():
    values = np.full(4 * WEEK, 10.0)
    values[-3:] = 900
    found = ranges(hours(4 * WEEK), values, "hour", judged=judged(4 * WEEK, WEEK), bars=Bars(1))
    assert not found.unusual.any()
    assert np.isnan(found.expected[-1])


def test_a_clock_change_moves_no_hour_of_the_week():
    buckets = hours(13 * WEEK, "America/New_York")  # clocks change on 8 March
    values = np.where(buckets.hour == 9, 100.0, 10.0)
    found = ranges(buckets, values, "hour", judged=judged(13 * WEEK, 4 * WEEK), bars=Bars(1))
    assert not found.unusual.any()


def test_the_values_that_moved_most_explain_it():
    days = pd.date_range(MONDAY, periods=64, freq="D")
    parts = pd.DataFrame(
        [(day, "model", name, 5.0) for day in days for name in ("a", "b")]
        + [(days[63], "model", "b", 30.0), (days[63], "tenant", "t", 30.0), (days[56], "tenant", "t", 0.0)],
        columns=["bucket", "dimension", "value", "amount"],
    )
    assert explained(movers(parts, days, "day", [63])) == "b (model) 100%, t (tenant) 100%"


def test_where_everybody_moved_nobody_stands_out():
    days = pd.date_range(MONDAY, periods=64, freq="D")
    parts = pd.DataFrame(
        # Of 32 more one tenant brings 6, 19%, where an eighth is usual.
        [
            (day, "tenant", f"t{n}", (10.0 if n == 3 else 26 / 7 + 4) if day == days[63] else 4.0)
            for day in days
            for n in range(8)
        ]
        + [(day, "feature", "chat", 62.0 if day == days[63] else 30.0) for day in days]
        + [(day, "feature", "build", 2.0) for day in days],
        columns=["bucket", "dimension", "value", "amount"],
    )
    assert explained(movers(parts, days, "day", [63])) == "chat (feature) 100%, 8 tenants, none stands out"


@pytest.mark.parametrize("kind", ["counts of 40 an hour", "costs of 50 calls an hour"])
def test_quiet_series_are_left_alone_and_planted_spikes_are_found(kind, monkeypatch):
    monkeypatch.setattr(false_alarms, "SERIES", 3)
    alarms, clean, found = false_alarms.tried(kind)
    assert (alarms, clean, found) == (0.0, 1.0, 1.0)


def calls(factor: int) -> list[dict[str, object]]:
    """Nine weeks of two calls an hour; on the last Sunday at 10 and 11 those of one feature are dear."""
    spiked = {MONDAY + timedelta(days=62, hours=hour) for hour in (10, 11)}
    return [
        {
            "call_id": f"{feature}{hour}",
            "occurred_at": at,
            "tenant_id": "acme",
            "feature": feature,
            "model": "m",
            "cost_usd": Decimal(1) * (factor if at in spiked and feature == "chat" else 1),
        }
        for hour in range(9 * WEEK)
        for at in [MONDAY + timedelta(hours=hour)]
        for feature in ("chat", "build")
    ]


def test_an_hour_of_dear_calls_is_told_with_its_feature(store):
    store.append("llm_calls", calls(20))
    week = Scope(MONDAY + timedelta(weeks=8), MONDAY + timedelta(weeks=9))
    assert rows(unusual.ai_cost_explained(store, week)) == [
        (
            "2026-03-08T10:00+00:00",
            "2026-03-08T12:00+00:00",
            "more than usual",
            Decimal(42),
            Decimal(4),
            "chat (feature) 100%, m (model) 100%, acme (tenant) 100%",
        )
    ]
    found = unusual.ai_cost(store, week)
    assert found[found["ai_cost_usd_unusual"]]["ai_cost_usd"].tolist() == [21, 21]
    # An hour that is not over is not judged.
    early = Scope(week.start, week.start + timedelta(days=6, hours=10, minutes=30))
    assert unusual.ai_cost_explained(store, early).empty


def test_a_quiet_store_has_nothing_to_tell(store):
    store.append("llm_calls", calls(1))
    week = Scope(MONDAY + timedelta(weeks=8), MONDAY + timedelta(weeks=9))
    assert unusual.ai_cost_explained(store, week).empty


def test_six_hours_that_are_unusual_together_are_marked_though_none_is_by_itself():
    values = np.random.default_rng(1).normal(10.0, 2.0, 9 * WEEK)
    values[-30:-24] = 17.5
    found = ranges(hours(9 * WEEK), values, "hour", judged=judged(9 * WEEK, WEEK), bars=Bars(1))
    assert (values[-30:-24] < found.high[-30:-24]).all()
    marked = np.flatnonzero(found.unusual) - 9 * WEEK
    assert marked.tolist() == [-30, -29, -28, -27, -26, -25]


def test_a_day_of_one_category_is_told_though_the_sum_of_all_is_ordinary(store):
    store.append(
        "costs",
        [
            {"cost_id": f"{day}{category}", "occurred_at": MONDAY + timedelta(days=day), "category": category,
             "service": service, "amount_usd": Decimal(60 if (day, category) == (60, "ai") else usual)}
            for day in range(63)
            for category, service, usual in (("ai", "openai", 15), ("compute", "nodes", 300))
        ],
    )  # fmt: skip
    week = Scope(MONDAY + timedelta(weeks=8), MONDAY + timedelta(weeks=9))
    assert rows(unusual.platform_explained(store, week)) == [
        (
            "ai",
            "2026-03-06T00:00+00:00",
            "2026-03-07T00:00+00:00",
            "more than usual",
            Decimal(60),
            Decimal(15),
            "openai (service) 100%",
        )
    ]
