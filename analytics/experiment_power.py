"""How many people an experiment needs before it begins, and which effect so many people can show.

The usual normal approximation of the two-sided test of two shares, with the pooled variance where there is no
effect; where several variants stand against one control, each comparison gets its part of the significance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from analytics.experiment_tests import normal_quantile

SMALLEST, LARGEST = 1e-6, 1e3
STEPS = 200


@dataclass(frozen=True)
class Plan:
    """An experiment that is planned: the share that converts today, and how much more of it is wished for."""

    baseline: float
    effect: float  # relative: 0.1 is from 10 % to 11 %; below 0 for fewer
    power: float = 0.8
    significance: float = 0.05
    variants: int = 2
    people_a_day: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.baseline < 1:
            raise ValueError("the baseline is a share over 0% and under 100%")
        if self.effect == 0:
            raise ValueError("an effect of nothing cannot be found: wish for more or less than today")
        if not 0 <= self.wished <= 1:
            raise ValueError(
                f"{self.effect:+.0%} of {self.baseline:.1%} is {self.wished:.1%}: wish for 100% at most"
            )
        if not (0 < self.significance < 1 and self.significance < self.power < 1):
            raise ValueError("significance and power lie between 0 and 1, and the power is the larger")
        if self.variants < 2:
            raise ValueError("an experiment has at least two variants, the control being one")

    @property
    def wished(self) -> float:
        """The share that is wished for."""
        return self.baseline * (1 + self.effect)


@dataclass(frozen=True)
class Needed:
    """What a plan takes: people in each variant, in all of them, and days; no days where nobody comes."""

    a_variant: int
    in_all: int
    days: float


def needed(plan: Plan) -> Needed:
    """The people that show the wished effect with the plan's power."""
    a_variant = math.ceil(people(plan) - 1e-9)
    in_all = a_variant * plan.variants
    days = math.ceil(in_all / plan.people_a_day) if plan.people_a_day > 0 else math.nan
    return Needed(a_variant, in_all, days)


def people(plan: Plan) -> float:
    """The people that each variant needs, not yet rounded up."""
    p0, p1 = plan.baseline, plan.wished
    mean = (p0 + p1) / 2
    without = normal_quantile(1 - plan.significance / (plan.variants - 1) / 2) * math.sqrt(
        2 * mean * (1 - mean)
    )
    with_effect = normal_quantile(plan.power) * math.sqrt(p0 * (1 - p0) + p1 * (1 - p1))
    return ((without + with_effect) / (p1 - p0)) ** 2


def detectable(plan: Plan, a_variant: float) -> float:
    """The smallest increase that so many people in each variant show; none where they are too few for any."""
    low, high = SMALLEST, 1 / plan.baseline - 1

    def enough(effect: float) -> bool:
        changed = Plan(plan.baseline, effect, plan.power, plan.significance, plan.variants)
        return people(changed) <= a_variant

    if not (a_variant > 0 and high > low and enough(high * (1 - 1e-12))):
        return math.nan
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if enough(middle) else (middle, high)
        if high - low < 1e-12 * high:
            break
    return high
