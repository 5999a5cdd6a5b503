"""Forecasts: what a straight line, noise and too little history come to, and how often the range holds."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics import forecast
from tests.analytics.table import at, window

YEAR = window("2025-01-06", "2025-12-08")


def test_a_straight_line_goes_on_and_nothing_is_expected_below_nothing():
    falling = np.linspace(100.0, 1.0, 30)
    found = forecast.outlook(falling, 13)
    assert (found.low >= 0).all()
    assert (found.expected >= 0).all()
    steady = forecast.outlook(np.full(30, 42.0), 13)
    assert steady.expected.round(6).tolist() == [42.0] * 13
    assert steady.high.round(6).tolist() == [42.0] * 13


def test_further_ahead_is_less_sure():
    series = 100 + np.random.default_rng(7).normal(0, 5, 40)
    found = forecast.outlook(series, 13)
    assert (np.diff(found.high - found.low) > 0).all()


@pytest.mark.parametrize("walk", [True, False], ids=["a walk that grows", "noise about a level"])
def test_the_range_holds_about_four_of_five(walk):
    rng = np.random.default_rng(11)
    inside = []
    for _ in range(120):
        steps = rng.normal(1.0 if walk else 0.0, 5.0, 45)
        series = 500 + (np.cumsum(steps) if walk else steps)
        found = forecast.outlook(series[:41], 4)
        inside.append(found.low[-1] <= series[-1] <= found.high[-1])
    assert 0.7 <= np.mean(inside) <= 0.95


def test_a_backtest_tells_what_would_have_been_missed():
    assert forecast.backtest(np.arange(15.0), 4) is None
    tried = forecast.backtest(np.full(30, 10.0), 4)
    assert tried is not None
    assert (tried.weeks, tried.trials, round(tried.error, 9), tried.inside) == (4, 15, 0.0, 1.0)
    # Twice as much at once: each forecast from before it misses half of what came.
    jump = forecast.backtest(np.array([10.0] * 20 + [20.0] * 4), 4)
    assert jump is not None
    assert jump.trials == 9
    assert jump.error == pytest.approx(40 / 130, abs=0.02)


def subscribe(store, weeks: int) -> None:
    begun = at("2025-12-08") - timedelta(weeks=weeks)
    store.append(
        "subscriptions",
        [
            {
                "change_id": f"{week:02d}",
                "subscription_id": f"s{week}",
                "tenant_id": "acme",
                "occurred_at": begun + timedelta(weeks=week, days=1),
                "status": "active",
                "mrr_usd": "10",
            }
            for week in range(weeks)
        ],
    )


def test_thirteen_weeks_are_told_from_the_whole_weeks_of_the_window(store):
    subscribe(store, 20)
    found = forecast.mrr(store, YEAR)
    assert len(found) == 20 + forecast.AHEAD
    assert found["mrr_usd"].tolist()[:20] == [Decimal(10 * week) for week in range(1, 21)]
    assert found["mrr_usd"].isna().tolist() == [False] * 20 + [True] * 13
    # The forecast begins where the history ends, and goes on.
    assert found["expected_usd"].isna().tolist() == [True] * 19 + [False] * 14
    assert found["expected_usd"].iloc[19] == 200
    assert found["expected_usd"].iloc[-1] > 250
    assert found["bucket"].diff().dropna().eq(timedelta(days=7)).all()
    assert [note.split(",")[0] for note in found.attrs["notes"]] == ["4 weeks ahead"]


def test_of_too_little_history_no_forecast_is_made(store):
    subscribe(store, 11)
    found = forecast.mrr(store, YEAR)
    assert len(found) == 11
    assert found["expected_usd"].isna().all()
    assert found.attrs["notes"] == ("No forecast: it takes 12 whole weeks of history, and there are 11.",)
    assert len(forecast.ai_cost(store, YEAR)) == 0
