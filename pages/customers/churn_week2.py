"""The panels of newcomers' second week, which stand on the page of health and churn."""

from __future__ import annotations

from analytics import week2
from analytics.board import Panel

WEEK2 = Panel(
    id="churn.week2",
    title="What goes with coming back in week 2",
    explanation="Of the people whose first event lies in the last 12 months and whose first 14 days are "
    "over: how often they did what on days 0 to 6 (`events`), and whether they did anything on days 7 to 13. "
    "A logistic regression over all features; the difference is the chance at typical use - without it, "
    "others equal. It goes with staying, which does not make it the reason.",
    question=week2.drivers,
    chart="table",
    value="effect",
    show=(
        *("feature", "said", "tried", "stayed_with", "others", "stayed_without"),
        *("effect", "effect_low", "effect_high", "coefficient", "low", "high", "p_value"),
    ),
    window="365d",
    empty="Nobody's first 14 days are over",
)
WEEK2_EFFECTS = Panel(
    id="churn.week2_effects",
    title="Difference of the chance, with its interval",
    explanation="The same as a picture: the chance of week 2 at a feature's typical use - without it, others "
    "equal, with its 95 % interval. Grey where the interval holds nothing at all.",
    question=week2.drivers,
    chart="intervals",
    value="effect",
    x="feature",
    show=("effect_low", "effect_high"),
    good="up",
    window="365d",
    empty="Too few newcomers came back, or did not, to say what goes with it",
)
WEEK2_CALIBRATION = Panel(
    id="churn.week2_calibration",
    title="Is the model right?",
    explanation="A model of the first 70 % of the newcomers, asked of the last 30 %: the chance that it "
    "expected of each group, and how many came back, with the 95 % interval.",
    question=week2.calibration,
    chart="table",
    value="came",
    show=("group", "expected", "came", "came_low", "came_high", "came_of"),
    window="365d",
    empty="Nobody's first 14 days are over",
)
WEEK2_WHAT_IF = Panel(
    id="churn.week2_what_if",
    title="What if",
    explanation="How often a newcomer does what in the first week, and the chance of the second that the "
    "model gives; it begins with what half of each feature's users do.",
    question=week2.what_if,
    chart="calculator",
    value="coefficient",
    window="365d",
    empty="Nobody's first 14 days are over",
)
WEEK2_USED = Panel(
    id="churn.week2_used",
    title="The features, for one's own model",
    explanation="What each newcomer did on days 0 to 6, a row a kind of event, and whether it was active on "
    "days 7 to 13, from `events`. The menu has it as a file.",
    question=week2.used,
    chart="table",
    value="times",
    show=("tenant_id", "person", "joined_at", "feature", "times", "stayed"),
    click=("tenant_id",),
    window="365d",
    empty="Nobody's first 14 days are over",
)
