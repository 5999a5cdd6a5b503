"""What experiments claim where there is nothing to find, over thousands of them that were looked at every day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from analytics.experiment import at_every_look, together
from analytics.experiment_tests import TIGHTEST_AT, always, always_limit, smoothed, two_proportions

EXPERIMENTS, DAYS, A_DAY = 4_000, 40, 60
# Of 4,000 experiments at 5 % 200 are expected, and 27 more are two standard errors of that count.
ALLOWED = 0.05 + 2 * np.sqrt(0.05 * 0.95 / EXPERIMENTS)
PEOPLE = A_DAY * np.arange(1, DAYS + 1)


@pytest.fixture(scope="module")
def counts():
    """Conversions so far by day, in two groups that convert alike."""
    rng = np.random.default_rng(11)
    return rng.binomial(A_DAY, 0.08, (2, EXPERIMENTS, DAYS)).cumsum(axis=2)


def errors_away(x1, x0):
    """How far two equally large groups are apart, in the standard errors of the pooled test."""
    pooled = (x1 + x0) / (2 * PEOPLE)
    error = np.sqrt(pooled * (1 - pooled) * 2 / PEOPLE)
    return np.divide(abs(x1 - x0) / PEOPLE, error, out=np.zeros(x1.shape), where=error > 0)


def sequence_excludes_nothing(x1, x0, alpha=0.05):
    """Where the confidence sequence leaves out a lift of 0, over all experiments at once."""
    limit = np.array([always_limit(2 * n, alpha) for n in PEOPLE])
    p1, p0 = ((x + 1) / (PEOPLE + 2) for x in (x1, x0))
    error = np.sqrt((p1 * (1 - p1) + p0 * (1 - p0)) / PEOPLE)
    return abs(x1 - x0) / PEOPLE > limit * error


def test_the_arrays_of_this_test_say_what_the_functions_say(counts):
    x1, x0 = counts
    excluded = sequence_excludes_nothing(x1, x0)
    z = errors_away(x1, x0)
    hits = list(zip(*np.nonzero(excluded), strict=True))[:20]
    for each, day in [*hits, *((each, day) for each in range(20) for day in (3, 39))]:
        n = int(PEOPLE[day])
        mine, control = int(x1[each, day]), int(x0[each, day])
        low, high = always(smoothed(mine, n), smoothed(control, n))
        assert (low > 0 or high < 0) == bool(excluded[each, day])
        p_value = two_proportions((mine, n), (control, n)).p_value
        assert (p_value < 0.05) == bool(z[each, day] > 1.959964)


def test_one_look_at_the_planned_end_errs_as_often_as_it_says(counts):
    wrong = float((errors_away(*counts)[:, -1] > 1.959964).mean())
    assert 0.04 < wrong < ALLOWED


def test_looking_every_day_breaks_the_fixed_interval(counts):
    assert float((errors_away(*counts) > 1.959964).any(axis=1).mean()) > 0.2


def test_looking_every_day_leaves_the_sequence_true(counts):
    wrong = float(sequence_excludes_nothing(*counts).any(axis=1).mean())
    assert 0 < wrong < ALLOWED


def test_ten_variants_together_err_no_more_often_than_two():
    rng = np.random.default_rng(13)
    control, *others = rng.binomial(A_DAY, 0.08, (10, 1_000, DAYS)).cumsum(axis=2)
    alpha = 1 - together(len(others))
    wrong = np.any([sequence_excludes_nothing(each, control, alpha).any(axis=1) for each in others], axis=0)
    assert 0 < wrong.mean() < ALLOWED


def test_each_of_several_variants_is_asked_to_be_surer():
    frame = pd.DataFrame({"variant": list("abc"), "actors": 1000, "conversions": [100, 150, 120]})
    expected = always(smoothed(150, 1000), smoothed(100, 1000), 0.975)
    assert at_every_look(frame)[1] == expected
    assert at_every_look(frame[:2])[1] == always(smoothed(150, 1000), smoothed(100, 1000), 0.95)
    assert together(1) == pytest.approx(0.95)


def test_conversions_that_come_days_later_leave_it_true_too():
    """People count as they stand on each day, those who have days left too."""
    rng = np.random.default_rng(12)
    a_day = rng.binomial(A_DAY, 0.08, (2, EXPERIMENTS, DAYS))
    later = np.zeros(a_day.shape, dtype=np.int64)
    left = a_day.copy()
    for days in range(6):
        now = rng.binomial(left, 0.4) if days < 5 else left
        later[:, :, days:] += now[:, :, : DAYS - days]
        left = left - now
    wrong = float(sequence_excludes_nothing(*later.cumsum(axis=2)).any(axis=1).mean())
    assert wrong < ALLOWED


def test_means_of_a_skewed_number_leave_it_true_too():
    """Sums of money, which most do not spend: the sequence is of means, whatever their distribution."""
    rng = np.random.default_rng(13)
    shape = (2, 1_000, DAYS, A_DAY)
    spent = np.where(rng.random(shape) < 0.3, rng.lognormal(3.0, 0.7, shape), 0.0)
    first, second = spent.sum(axis=3).cumsum(axis=2), (spent**2).sum(axis=3).cumsum(axis=2)
    mean = first / PEOPLE
    error = np.sqrt((second / PEOPLE - mean**2).sum(axis=0) / PEOPLE)
    limit = np.array([always_limit(2 * n, 0.05) for n in PEOPLE])
    wrong = float((abs(mean[0] - mean[1]) > limit * error).any(axis=1).mean())
    assert wrong < 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1_000)


def test_an_effect_is_found_without_waiting_for_the_end():
    rng = np.random.default_rng(14)
    x0, x1 = (rng.binomial(A_DAY, rate, (1_000, DAYS)).cumsum(axis=1) for rate in (0.08, 0.12))
    found = sequence_excludes_nothing(x1, x0)
    assert float(found.any(axis=1).mean()) > 0.8
    assert (
        TIGHTEST_AT == 2_000
    )  # chosen before any data: another number for another experiment breaks the promise
