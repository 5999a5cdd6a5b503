"""Experiments: which there are, what each one found, how that came about, and what the next one takes."""

from __future__ import annotations

from analytics import ab_tests
from analytics.ab_tests import Course, Prospect, Result
from analytics.board import Board, Panel, Row
from ui import experiments

LIST = Panel(
    id="experiments.list",
    title="Experiments",
    explanation="Experiments that somebody saw in these 90 days, from the exposures in `events`, each whole "
    "from its first one on. A click shows one below.",
    question=ab_tests.listed,
    chart="table",
    value="experiment",
    show=(
        "experiment",
        "status",
        "verdict",
        "variants",
        "people",
        "set_apart",
        "split_p",
        "first_at",
        "last_at",
        "goal",
    ),
    click=("experiment",),
    window="90d",
    empty="Nobody saw an experiment in these 90 days",
)
RESULT = Panel(
    id="experiments.result",
    title="Result",
    explanation="What people did in the days after they first saw a variant, from `events`: score intervals "
    "and a z-test for conversions, Welch's for means, without what the same people did before.",
    question=Result(),
    chart="table",
    value="variant",
    show=(
        "variant", "people", "conversions", "rate", "lift", "low", "high", "p_value", "chance_best",
        "expected_loss",
    ),
    window="90d",
    empty="Nobody saw this experiment in these 90 days",
)  # fmt: skip
LIFT = Panel(
    id="experiments.lift",
    title="Lift against the control",
    explanation="The lift of each variant with its 95% interval, from `events`: green or red where it leaves "
    "out no difference. It holds at the planned end of the experiment.",
    question=Result(),
    chart="intervals",
    value="lift",
    x="variant",
    show=("low", "high"),
    good="up",
    window="90d",
    empty="There are no two variants to compare",
)
COURSE = Panel(
    id="experiments.over_time",
    title="Lift by day",
    explanation="The lift by what was known at the end of each day, from `events`. The band holds however "
    "often one looks (a 95% confidence sequence): where it leaves out no difference, one may stop.",
    question=Course(),
    chart="band",
    value="lift",
    x="bucket",
    by="variant",
    show=("low", "high"),
    good="up",
    window="90d",
    empty="There are no two variants to compare",
)
POWER = Panel(
    id="experiments.power",
    title="Plan the next one",
    explanation="How many people show the wished lift, by a two-sided test of two shares; several variants "
    "share the significance. It begins with the conversion and the traffic of this experiment.",
    question=Prospect(),
    chart="calculator",
    value="people",
    window="90d",
)

BOARD = Board(
    id="experiments",
    title="Experiments",
    audience="product managers",
    rows=(
        Row((LIST,)),
        Row((RESULT,)),
        Row((LIFT, COURSE), (1, 2)),
        Row((POWER,)),
    ),
)

if __name__ == "__main__":
    experiments.show(BOARD)
