"""Projections to a month's end: by hand where days repeat, and as often right as the range says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.usage_projection import passes_at, project

NOW = datetime(2026, 3, 16, tzinfo=UTC)  # a Monday
# The last 28 days, the newest (a Sunday) first: 2 on Sundays and Saturdays, 10 on all others.
WEEKS = [2, 2, 10, 10, 10, 10, 10] * 4


def in_days(days: float) -> datetime:
    return NOW + timedelta(days=days)


def test_days_to_come_are_as_their_weekdays_were():
    found = project(WEEKS, 100, NOW, in_days(9))
    # Monday to Friday 5 x 10, the weekend 2 x 2, Monday and Tuesday 2 x 10
    assert found is not None
    assert (found.middle, found.low, found.high) == (174, 174, 174)  # no day ever differed


def test_the_last_day_counts_as_far_as_it_goes():
    assert project(WEEKS, 0, NOW, in_days(0.25)).middle == 2.5
    assert project(WEEKS, 7, NOW, NOW).middle == 7


def test_a_limit_is_passed_on_its_day():
    assert passes_at(WEEKS, 100, 125, NOW, in_days(9)) == in_days(2.5)
    assert passes_at(WEEKS, 100, 152, NOW, in_days(9)) == in_days(6)
    assert passes_at(WEEKS, 100, 175, NOW, in_days(9)) is None


def test_of_less_than_two_weeks_all_days_are_alike_and_of_too_few_nothing_is_said():
    assert project([1, 5, 3], 0, NOW, in_days(2)).middle == 6
    assert project([1, 5], 0, NOW, in_days(2)) is None
    assert passes_at([1, 5], 0, 1, NOW, in_days(2)) is None


def test_what_was_used_stays_used():
    found = project([0, 90, 0, 0, 40, 0], 500, NOW, in_days(20))
    assert found.low == 500
    assert found.high > found.middle > 500


@pytest.mark.parametrize(("mean", "days"), [(3, 14), (40, 14), (400, 25)])
def test_eight_of_ten_months_end_inside_the_range(mean, days):
    rng = np.random.default_rng(mean)
    inside, tries = 0, 400
    weekly = np.array([0.3, 0.4, 1.2, 1.3, 1.2, 1.3, 1.3])
    for _ in range(tries):
        # Days differ more than by chance: a gamma's mean for each of them.
        rates = mean * np.resize(weekly, 28 + days) * rng.gamma(4, 1 / 4, 28 + days)
        counts = rng.poisson(rates)
        past, coming = counts[:28][::-1], counts[28:]
        found = project(past.tolist(), 0, NOW, in_days(days))
        inside += found.low <= coming.sum() <= found.high
    assert 0.72 <= inside / tries <= 0.88
