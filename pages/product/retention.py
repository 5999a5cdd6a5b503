"""Retention: who comes back, how often, what people do next, and which features go with staying."""

from __future__ import annotations

from analytics import adoption
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.lifecycle import Lifecycle, PowerCurve, Stickiness
from analytics.paths import Paths
from analytics.retention import RetentionSpec
from analytics.retention_questions import Curve, Triangle
from analytics.steps import Step
from ui import render

# Visitors of a website have no user id, and hardly ever come back.
ANYTHING = Step(None, where=field("user_id").exists(), label="anything while signed in")
WEEKLY = RetentionSpec(ANYTHING, ANYTHING, period="week", periods=12)
FROM_OPENING = Paths(None, "from", steps=3, most=5, shown=ANYTHING)

TRIANGLE = Panel(
    id="retention.triangle",
    title="Weekly cohorts",
    explanation="People by the week of their first event of all, and how many of them did anything in each "
    "week after it, from `events` of signed-in people in the last 90 days. A pale, dotted cell is not over "
    "yet; a first week that the window cuts says so. A click shows who it is.",
    question=Triangle(WEEKLY),
    chart="triangle",
    value="retained",
    x="period",
    by="cohort",
    window="90d",
    empty="Nobody was new in these 90 days",
)
CURVE = Panel(
    id="retention.curve",
    title="Average retention by plan",
    explanation="The same by the tenant's plan now: came back / cohort, over all cohorts that have finished "
    "the week, each counting by its size. Cells that are not over yet are left out. A click shows who it is.",
    question=Curve(RetentionSpec(ANYTHING, ANYTHING, "week", 12, breakdown="tenant.plan", breakdown_limit=5)),
    chart="line",
    value="retained",
    x="period",
    by="breakdown",
    window="90d",
    empty="No cohort of these 90 days has finished a week",
)
LIFECYCLE = Panel(
    id="retention.lifecycle",
    title="Lifecycle",
    explanation="People a week: new (their first event of all), returning (active in the week before too), "
    "resurrecting (back after a week or more without), and below zero dormant ones, active in the "
    "week before and not in this one. From `events` of the last 90 days. A click shows who it is.",
    question=Lifecycle(ANYTHING, grain="week"),
    chart="stacked_bar",
    value="users",
    x="bucket",
    by="lifecycle",
    window="90d",
    empty="Nobody was active in these 90 days",
)
STICKINESS = Panel(
    id="retention.stickiness",
    title="Stickiness",
    explanation="People by the number of days on which they did anything, from `events` of the last 7 days.",
    question=Stickiness(ANYTHING),
    chart="bar",
    value="actors",
    x="intervals",
    window="7d",
    empty="Nobody was active in these 7 days",
)
POWER_USERS = Panel(
    id="retention.power_users",
    title="Power users",
    explanation="People by the number of days on which they did anything, from `events` of the last 30 days. "
    "Power users come on at least half of the days, regular ones on a seventh, casual ones less often.",
    question=PowerCurve(ANYTHING),
    chart="stacked_bar",
    value="actors",
    x="days",
    by="segment",
    window="30d",
    empty="Nobody was active in these 30 days",
)
ADOPTION = Panel(
    id="retention.feature_adoption",
    title="Feature adoption",
    explanation="By kind of event: who uses it, how often, and how many newcomers were active on days 28 to "
    "34 with and without it in their first week, with the 95 % interval of the difference. It goes with "
    "staying, which does not make it the reason. From `events` of the last 90 days.",
    question=adoption.features,
    chart="table",
    value="users",
    show=(
        *("feature", "users", "share", "a_week", "retained_with", "retained_without"),
        *("difference", "low", "high", "goes_with"),
    ),
    window="90d",
    empty="Nobody used anything in these 90 days",
)
PATHS = Panel(
    id="retention.paths",
    title="What people do next",
    explanation="Sittings from their first event on, cut where 30 minutes pass without one, from `events`; "
    "the same event several times in a row is one. At each step the five most frequent have a name; (other) "
    "is the rest, (exit) who did nothing more. The table beside it lists who.",
    question=FROM_OPENING,
    chart="sankey",
    value="sittings",
    empty="No sitting of two events in this window",
)
PATHS_TABLE = Panel(
    id="retention.paths_table",
    title="The same as a table",
    explanation="Each band of the paths: how many went on so, of all that were at its first event. A click "
    "shows who.",
    question=FROM_OPENING,
    chart="table",
    value="sittings",
    show=("step", "source", "target", "sittings", "share"),
    empty="No sitting of two events in this window",
)
UNUSED = Panel(
    id="retention.unused_features",
    title="Hardly used",
    explanation="Kinds of events that fewer than 1 % of the active people did, and tools that the AI called "
    "before and not in the last 30 days, from `events` and `llm_calls`.",
    question=adoption.unused,
    chart="table",
    value="unused",
    show=("unused", "kind", "users", "share", "last_used_at"),
    window="30d",
    empty="Everything is used by more than 1 % of the active people",
)

BOARD = Board(
    id="retention",
    title="Retention",
    audience="product managers, customer success",
    rows=(
        Row((TRIANGLE,)),
        Row((CURVE, LIFECYCLE)),
        Row((STICKINESS, POWER_USERS)),
        Row((ADOPTION,)),
        Row((PATHS, PATHS_TABLE), (2, 1)),
        Row((UNUSED,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
