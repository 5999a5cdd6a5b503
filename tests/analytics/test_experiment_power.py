"""The people that an experiment needs, beside statsmodels and by simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from analytics.experiment_power import Needed, Plan, detectable, needed, people


@pytest.mark.parametrize(
    ("baseline", "effect", "power", "significance"),
    [(0.10, 0.2, 0.8, 0.05), (0.5, -0.1, 0.9, 0.01), (0.012, 1.0, 0.95, 0.1)],
)
def test_the_size_is_that_of_statsmodels(baseline, effect, power, significance):
    expected = samplesize_proportions_2indep_onetail(
        baseline * effect, baseline, power, ratio=1, alpha=significance, alternative="two-sided"
    )
    assert people(Plan(baseline, effect, power, significance)) == pytest.approx(expected, rel=1e-9)


def test_people_of_all_variants_come_in_whole_days():
    # 3,840.8 people in each of two variants; 500 come a day.
    assert needed(Plan(0.10, 0.2, people_a_day=500)) == Needed(3841, 7682, 16)
    assert math.isnan(needed(Plan(0.10, 0.2)).days)


def test_each_further_variant_needs_more_people_itself():
    two, three = needed(Plan(0.10, 0.2)), needed(Plan(0.10, 0.2, variants=3))
    assert three.a_variant == math.ceil(people(Plan(0.10, 0.2, significance=0.025)))
    assert three.a_variant > two.a_variant
    assert three.in_all == 3 * three.a_variant


def test_so_many_people_find_the_effect_as_often_as_planned():
    plan = Plan(0.10, 0.2)
    n = needed(plan).a_variant
    rng = np.random.default_rng(5)
    x0, x1 = rng.binomial(n, plan.baseline, 20_000), rng.binomial(n, plan.wished, 20_000)
    pooled = (x0 + x1) / (2 * n)
    z = (x1 - x0) / n / np.sqrt(pooled * (1 - pooled) * 2 / n)
    assert float((abs(z) > 1.959964).mean()) == pytest.approx(0.8, abs=0.01)


def test_what_so_many_people_show_is_the_size_backwards():
    plan = Plan(0.10, 0.2)
    assert detectable(plan, people(plan)) == pytest.approx(0.2, rel=1e-9)
    assert math.isnan(detectable(plan, 2))
    assert math.isnan(detectable(plan, 0))


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"baseline": 0.0, "effect": 0.1}, "over 0% and under 100%"),
        ({"baseline": 0.1, "effect": 0.0}, "cannot be found"),
        ({"baseline": 0.6, "effect": 1.0}, "100% at most"),
        ({"baseline": 0.1, "effect": 0.1, "power": 0.04}, "the power is the larger"),
        ({"baseline": 0.1, "effect": 0.1, "variants": 1}, "at least two variants"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_with_what_to_change(values, says):
    with pytest.raises(ValueError, match=says):
        Plan(**values)
