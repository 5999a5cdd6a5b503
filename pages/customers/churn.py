"""Health and churn: who is well, who goes silent, who was lost and why, and how long customers stay."""

from __future__ import annotations

from analytics import customers, expansion, health, losses
from analytics.board import Board, Panel, Row
from analytics.churn_outreach import AtStake, CallList, Outcomes, Resting
from analytics.churn_quality import Calibration, Quality
from analytics.churn_questions import Risk
from analytics.losses import LossRate
from analytics.segments import COHORT
from analytics.stays import LostOf, Stays, StaysAt
from pages.customers.churn_week2 import WEEK2, WEEK2_CALIBRATION, WEEK2_EFFECTS, WEEK2_USED, WEEK2_WHAT_IF
from ui import segments

INACTIVE = Panel(
    id="churn.inactive",
    title="Gone silent",
    explanation="Tenants without an execution in the last 7 days of the window, those that never ran "
    "anything included, from `runs` and `tenants`. A click scopes the page to one.",
    question=customers.inactive,
    chart="table",
    value="silent_days",
    show=("tenant", "plan", "owner", "last_run_at", "silent_days", "executions"),
    click=("tenant_id",),
    empty="Every tenant ran something in the last 7 days",
)
HEALTH = Panel(
    id="churn.health",
    title="Health",
    explanation="0 to 100, the worst first: recency 30, activity 25, seats 20, reliability 15, breadth 10, "
    "each beside the tenant's own past, from `events`, `runs`, `llm_calls` and `subscriptions` up to the "
    "window's end. Peers: the median of the others of its plan, if five or more. A click scopes the page.",
    question=health.scores,
    chart="table",
    value="score",
    show=("tenant", "held_plan", "owner", "score", "change", "trend", "peers", "why", "changed"),
    click=("tenant_id",),
    empty="No tenant is known yet",
)
HEALTH_PARTS = Panel(
    id="churn.health_parts",
    title="What the score is made of",
    explanation="The parts of each tenant's score, 0 to 100 each, the worst tenant first. Empty is what "
    "cannot be known: no execution, no past of eight weeks, no seats.",
    question=health.scores,
    chart="table",
    value="score",
    show=("tenant", "score", "recency", "activity", "seats_part", "reliability", "breadth"),
    click=("tenant_id",),
    empty="No tenant is known yet",
)
HEALTH_OVER_TIME = Panel(
    id="churn.health_over_time",
    title="Health by week",
    explanation="Tenants by health in each of the twelve weeks up to the window's end: well from 80 on, "
    "trouble under 50. Each score is made of what was known then.",
    question=health.over_time,
    chart="stacked_bar",
    value="tenants",
    x="bucket",
    by="band",
    window="90d",
    empty="No tenant had a score in these weeks",
)
RENEWALS = Panel(
    id="churn.renewals",
    title="Renewals of the next 90 days",
    explanation="Subscriptions that pay and renew in the 90 days after the window's end, the soonest first, "
    "with the tenant's health and use, from `subscriptions`, `events` and `runs`. A click scopes the page.",
    question=health.renewals,
    chart="table",
    value="renews_at",
    show=(
        *("tenant", "owner", "renews_at", "due_in_days", "mrr_usd", "score", "why"),
        *("held_plan", "held_by", "term", "use"),
    ),
    click=("tenant_id",),
    empty="Nothing renews in these 90 days",
)
SEGMENTS = Panel(
    id="churn.segments",
    title="Lost by segment",
    explanation="All customers up to the window's end by the segment chosen over the panels, the share of "
    "them that was lost with its 95 % interval (Wilson), what that is a month that they were there, and "
    "after how many months half are left (Kaplan-Meier), from `subscriptions` and `tenants`.",
    question=LostOf(),
    chart="table",
    value="rate",
    show=("segment", "customers", "lost", "rate", "low", "high", "a_month", "median_months"),
    window="365d",
    empty="No customer is known yet",
)
SURVIVAL = Panel(
    id="churn.survival",
    title="How long customers stay",
    explanation="The share of customers that are still there at each age, by the segment chosen over the "
    "panels, first the plan that they began with (Kaplan-Meier, with its 95 % band), from `subscriptions` "
    "and `tenants` up to the window's end. A customer is lost when its last live subscription ends; "
    "without any, after four weeks without use.",
    question=Stays(),
    chart="line",
    value="share",
    x="age_weeks",
    by="segment",
    show=("low", "high"),
    window="365d",
    empty="No segment has ten customers yet: too few to draw how long they stay",
)
SURVIVAL_COHORTS = Panel(
    id="churn.survival_cohorts",
    title="The same by when they signed up",
    explanation="The share of customers that are still there at each age, by the quarter in which they "
    "signed up (Kaplan-Meier, with its 95 % band), from `subscriptions` and `tenants`.",
    question=Stays(COHORT),
    chart="line",
    value="share",
    x="age_weeks",
    by="segment",
    show=("low", "high"),
    window="365d",
    empty="No quarter has ten customers yet: too few to draw how long they stay",
)
SURVIVAL_TABLE = Panel(
    id="churn.survival_table",
    title="Still there after",
    explanation="The same after 1, 3, 6, 12, 24, 36, 48, 60 and 72 months, with who was there until then. "
    "Empty where fewer than five are left, or of fewer than ten customers.",
    question=StaysAt(),
    chart="table",
    value="share",
    show=("segment", "age_months", "share", "low", "high", "share_of"),
    window="365d",
    empty="No customer is known yet",
)
RATE = Panel(
    id="churn.rate",
    title="Lost a month",
    explanation="Of the tenants, of the people with a plan of their own and of the MRR that paid at a "
    "month's start: the share that pays nothing at its end, from `subscriptions`.",
    question=losses.by_month,
    chart="line",
    value="rate",
    x="bucket",
    by="what",
    good="down",
    window="365d",
    empty="Nobody paid in these 12 months",
)
RATE_BY_SEGMENT = Panel(
    id="churn.rate_by_plan",
    title="Lost a month by segment",
    explanation="Of the tenants that paid at a month's start: the share that pays nothing at its end, by the "
    "segment chosen over the panels, first the plan of their largest subscription then; from "
    "`subscriptions` and `tenants`. Months in which fewer than five paid are not drawn.",
    question=LossRate(),
    chart="line",
    value="drawn",
    x="bucket",
    by="segment",
    good="down",
    window="365d",
    empty="No segment had five that paid in one of these 12 months",
)
LOST = Panel(
    id="churn.lost",
    title="Who was lost",
    explanation="Tenants whose last live subscription ended in the last 90 days (`subscriptions`), with the "
    "reason stated, when they last used anything, and what failed in the four weeks before (`runs`). A click "
    "scopes the page to one.",
    question=losses.lost,
    chart="table",
    value="lost_at",
    show=(
        *("tenant", "lost_at", "held_plan", "mrr_usd", "age_days", "reason"),
        *("last_used_at", "failures", "executions"),
    ),
    click=("tenant_id",),
    window="90d",
    empty="Nobody was lost in these 90 days",
)
REASONS = Panel(
    id="churn.reasons",
    title="Reasons stated",
    explanation="Tenants lost in the last 90 days by the reason that the cancelling change names, from "
    "`subscriptions`.",
    question=losses.reasons,
    chart="bar",
    value="lost",
    x="reason",
    window="90d",
    empty="Nobody was lost in these 90 days",
)
AT_STAKE = Panel(
    id="churn.at_stake",
    title="At risk",
    explanation="Risk x MRR summed over all that pay, from `events`, `runs`, `llm_calls` and "
    "`subscriptions`: what is lost on average in the 30 days that begin in a week; and how much of it is of "
    "those to call, in the list below.",
    question=AtStake(),
    chart="numbers",
    value="at_risk_usd",
    show=("at_risk_usd", "share", "mrr_usd", "listed_usd", "tenants"),
    alone=True,
    empty="Nobody pays by the end of this window",
)
OUTREACH = Panel(
    id="churn.outreach",
    title="To call this week",
    explanation="Tenants above the typical risk or late with a payment, by risk x MRR, from `events`, "
    "`runs`, `llm_calls` and `subscriptions`; without those that rest, in the panel below. What was done is "
    "noted with the button over the panels. A click scopes the page to one.",
    question=CallList(),
    chart="table",
    value="mrr_usd",
    show=(
        *("tenant", "reasons", "at_risk_usd", "probability", "base_rate", "standing", "owner", "state"),
        *("note", "changed_at", "author", "mrr_usd", "silent_days"),
    ),
    click=("tenant_id",),
    empty="Nobody is to be called: no tenant is above the typical risk",
    tall=True,
)
RESTING = Panel(
    id="churn.resting",
    title="Not on the list for now",
    explanation="Tenants that were snoozed, until their day; that were saved, lost or a false alarm in the "
    "last 60 days; and those at risk that the hold-out leaves alone. From what was noted, and the risk.",
    question=Resting(),
    chart="table",
    value="until",
    show=("tenant", "state", "until", "note", "owner", "author", "changed_at", "at_risk_usd", "probability"),
    click=("tenant_id",),
    empty="Nobody rests: all at risk are on the list",
)
RISK = Panel(
    id="churn.risk",
    title="Who may leave",
    explanation="The chance that a tenant is lost in the 30 days that begin in a week, by a model of the "
    "company's own past, and what goes with it the most, which need not be a cause; from `events`, `runs`, "
    "`llm_calls` and `subscriptions`. Without a model: by days silent. A click scopes the page to one.",
    question=Risk(),
    chart="table",
    value="mrr_usd",
    show=(
        *("tenant", "state", "probability", "base_rate", "reasons", "at_risk_usd", "owner"),
        *("plan", "mrr_usd", "silent_days"),
    ),
    click=("tenant_id",),
    empty="Nobody pays by the end of this window",
)
QUALITY = Panel(
    id="churn.model_quality",
    title="How good the model is",
    explanation="The model fitted again at past moments on what was known then, and tried on tenants that it "
    "had not seen; beside the days since the last use, and beside chance. From `events`, `runs`, "
    "`llm_calls` and `subscriptions`.",
    question=Quality(),
    chart="table",
    value="model",
    show=("measure", "model", "low", "high", "recency", "chance", "meaning"),
    empty="There is nothing to tell of",
)
CALIBRATION = Panel(
    id="churn.calibration",
    title="What was said, and what came",
    explanation="Tries of the past in bins of equal size by what was said of them: the share that was lost, "
    "with its 95% interval, from `subscriptions`. A good model lies on what it said.",
    question=Calibration(),
    chart="table",
    value="tenants_now",
    show=("said", "came", "low", "high", "base_rate", "lost", "rows", "tenants_now", "mrr_usd"),
    empty="Nobody pays by the end of this window",
)
CALIBRATION_CURVE = Panel(
    id="churn.calibration_curve",
    title="Did it come as it was said?",
    explanation="Tries of the past in bins of equal size by the risk that was said, and the share that was "
    "lost (`subscriptions`), with its 95% interval. Above the dashed line more were lost than was said. Both "
    "axes are drawn by their roots, as most risks are small.",
    question=Calibration(),
    chart="calibration",
    value="came",
    x="expected",
    show=("low", "high"),
    empty="No model yet that could be compared with what came",
)
OUTCOMES = Panel(
    id="churn.outcomes",
    title="What calling brought",
    explanation="Of the tenants in the tenth with the highest risk at past moments: the share that was lost "
    "all the same, with its 95% interval, from `subscriptions`, by whether they were called. Those held out "
    "say what would have come without a call.",
    question=Outcomes(),
    chart="table",
    value="share",
    show=("group", "rows", "lost", "share", "low", "high", "base_rate"),
    empty="No model yet that was tried on the past",
)
EXPANSION = Panel(
    id="churn.expansion",
    title="Who may buy more",
    explanation="Trials, tenants that pay nothing, and those that hit a limit, by signs that they need more: "
    "limits hit since they last upgraded, use that grew by half in four weeks, a trial that ends within 14 "
    "days; from `events`, `llm_calls` and `subscriptions`. A click scopes the page to one.",
    question=expansion.ready,
    chart="table",
    value="signs",
    show=(
        *("tenant", "plan", "owner", "signs", "why", "limit_hits", "upgraded_at"),
        *("actions", "actions_before", "people", "trial_ends_at"),
    ),
    click=("tenant_id",),
    empty="Every tenant pays, and none hit a limit",
)

BOARD = Board(
    id="churn",
    title="Health and churn",
    audience="customer success, finance",
    rows=(
        Row((AT_STAKE,), heading="Whom to call"),
        Row((OUTREACH,)),
        Row((RESTING,)),
        Row((RENEWALS,)),
        Row((EXPANSION,)),
        Row((HEALTH,), heading="How they do"),
        Row((HEALTH_OVER_TIME, HEALTH_PARTS)),
        Row((INACTIVE,)),
        Row((RISK,), heading="Who may leave"),
        Row((QUALITY,)),
        Row((CALIBRATION_CURVE, CALIBRATION)),
        Row((OUTCOMES,)),
        Row((RATE, RATE_BY_SEGMENT), heading="Who was lost"),
        Row((LOST, REASONS), (2, 1)),
        Row((SURVIVAL, SURVIVAL_COHORTS)),
        Row((SEGMENTS, SURVIVAL_TABLE)),
        Row((WEEK2,), heading="Newcomers"),
        Row((WEEK2_EFFECTS, WEEK2_WHAT_IF)),
        Row((WEEK2_CALIBRATION, WEEK2_USED)),
    ),
)

if __name__ == "__main__":
    segments.show(BOARD)
