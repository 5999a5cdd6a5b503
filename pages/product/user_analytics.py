"""Users and revenue: who comes, who is active, who pays, and what becomes of the revenue."""

from __future__ import annotations

from dataclasses import replace

from analytics import active, forecast, mrr, person, upgrades
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.query import AUTO, Query
from analytics.settings import FIRST_DAYS, FOLLOWING_DAYS, UPGRADE_DAYS
from ui import render

# Visitors of a website have no user id.
SIGNED_IN = field("user_id").exists()

SIGNUPS = Panel(
    id="user-analytics.signups",
    title="Signups",
    explanation="Events in `events` whose type is one of a signup, such as `registered` or `signed_up`.",
    question=Query(("signups",)),
    chart="number",
    value="signups",
    trend=Query(("signups",), grain=AUTO),
    good="up",
    window="24h",
)
ACTIVE_NOW = Panel(
    id="user-analytics.active_now",
    title="Active now, visitors too",
    explanation="Different people with an event in the last five minutes of the window, from `events`; "
    "visitors who never signed in too.",
    question=Query(("active_users",)),
    chart="number",
    value="active_users",
    good="up",
    window="5m",
)
ACTIVE_TODAY = Panel(
    id="user-analytics.active_today",
    title="Users and visitors",
    explanation="Different people with an event in the last 24 hours of the window, from `events`; "
    "visitors who never signed in too.",
    question=Query(("active_users",)),
    chart="number",
    value="active_users",
    trend=Query(("active_users",), grain=AUTO),
    good="up",
    window="24h",
)
SIGNED_IN_TODAY = replace(
    ACTIVE_TODAY,
    id="user-analytics.signed_in_today",
    title="Active users",
    explanation="Different people who did something signed in in the last 24 hours of the window, from "
    "`events`; visitors are left out.",
    question=Query(("active_users",), where=SIGNED_IN),
    trend=Query(("active_users",), where=SIGNED_IN, grain=AUTO),
)
UPGRADES = Panel(
    id="user-analytics.upgrades",
    title="Upgrades",
    explanation="Tenants, and people with a plan of their own, that moved to a larger plan or began to "
    "pay: by their changes in `subscriptions`, or by events such as `plan_upgraded`. Each once.",
    question=upgrades.count,
    chart="number",
    value="upgrades",
    trend=upgrades.over_time,
    good="up",
    window="24h",
)
MRR = Panel(
    id="user-analytics.mrr",
    title="MRR",
    explanation="What tenants pay a month at the window's end, from `subscriptions`, beside that of 30 "
    "days before. Past due counts until it is cancelled, trials do not.",
    question=mrr.total,
    chart="number",
    value="mrr_usd",
    trend=mrr.over_time,
    good="up",
    window="30d",
)
FREE_TO_PAID = Panel(
    id="user-analytics.free_to_paid",
    title="Free to paid",
    explanation="Tenants that began to pay in the 30 days / tenants that were free at their start (known,"
    " paying nothing, not gone), from `subscriptions` and `tenants`.",
    question=upgrades.free_to_paid,
    chart="number",
    value="free_to_paid",
    good="up",
    window="30d",
)
ARR_ARPU = Panel(
    id="user-analytics.arr_arpu",
    title="Recurring revenue",
    explanation="A year of the MRR, what a paying tenant pays on average, and how many pay, at the "
    "window's end, from `subscriptions`; beside 30 days before.",
    question=mrr.total,
    chart="numbers",
    value="arr_usd",
    show=("arr_usd", "arpu_usd", "paying_tenants"),
    window="30d",
    empty="Nobody pays by the end of this window",
)
RETENTION_REVENUE = Panel(
    id="user-analytics.retention_revenue",
    title="Retention of revenue",
    explanation="Of what tenants paid 30 days before the window's end: what they pay now, with what they "
    "grew by (net) and without (gross); tenants lost; and gains / losses. From "
    "`subscriptions`.",
    question=mrr.retention,
    chart="numbers",
    value="nrr",
    show=("nrr", "grr", "logo_churn", "quick_ratio"),
    window="30d",
    empty="Nobody paid at the start of these 30 days",
)
ACTIVE_OVER_TIME = Panel(
    id="user-analytics.active_over_time",
    title="Active users and visitors",
    explanation="Different people with an event on the day, and within the 7 and the 30 days up to it, "
    "exactly; from `events`, people as `identities` name them, visitors who never signed in too.",
    question=active.over_time,
    chart="line",
    value="mau",
    x="bucket",
    show=("dau", "wau", "mau"),
    window="90d",
    empty="Nobody was active in these 90 days",
)
DAU_OF_MAU = Panel(
    id="user-analytics.dau_of_mau",
    title="DAU / MAU, visitors too",
    explanation="People of the day / people of the 30 days up to it: on what share of days the average "
    "active person comes; from `events`, visitors who never signed in too.",
    question=active.over_time,
    chart="area",
    value="dau_of_mau",
    x="bucket",
    window="90d",
    empty="Nobody was active in these 90 days",
)
SIGNED_IN_OVER_TIME = replace(
    ACTIVE_OVER_TIME,
    id="user-analytics.signed_in_over_time",
    title="Active users",
    explanation="Different people who did something signed in on the day, and within the 7 and the 30 days "
    "up to it, exactly; from `events`. *Retention* counts them so too.",
    question=active.signed_in,
)
SIGNED_IN_DAU_OF_MAU = replace(
    DAU_OF_MAU,
    id="user-analytics.signed_in_dau_of_mau",
    title="DAU / MAU",
    explanation="People of the day / people of the 30 days up to it, of who did something signed in.",
    question=active.signed_in,
)
SIGNUPS_OVER_TIME = Panel(
    id="user-analytics.signups_over_time",
    title="Signups over time",
    explanation="Events in `events` whose type is one of a signup.",
    question=Query(("signups",), grain=AUTO),
    chart="line",
    value="signups",
    x="bucket",
    empty="Nobody signed up in this window",
)
GROWTH = Panel(
    id="user-analytics.growth_rate",
    title="Growth",
    explanation="Signups, and users and visitors, of the 7 and the 30 days up to each day, against as many "
    "days before; from `events`, visitors who never signed in too. The counts are in the table of the "
    "panel's menu and in its files.",
    question=active.growth,
    chart="line",
    value="active_month",
    x="bucket",
    show=("signups_week", "signups_month", "active_week", "active_month"),
    window="90d",
    empty="Nobody was active before these 90 days",
)
GROWTH_COUNTS = Panel(
    id="user-analytics.growth_counts",
    title="Growth in numbers",
    explanation="The last day of the growth beside: how many signed up and were active in the 7 and in "
    "the 30 days up to it, against as many days before; from `events`, visitors who never signed in too.",
    question=active.latest_growth,
    chart="table",
    value="now",
    show=("what", "days", "now", "before", "change"),
    window="90d",
    empty="Nobody was active in these 90 days",
)
REVENUE_TREND = Panel(
    id="user-analytics.revenue_trend",
    title="MRR movements",
    explanation="What was added to the MRR in each month and what was taken from it, and what it comes "
    "to; from `subscriptions`. Pale: cut by the window. Cancelling one of several "
    "subscriptions is contraction.",
    question=mrr.by_month,
    chart="stacked_bar",
    value="net_usd",
    x="bucket",
    show=("new_usd", "expansion_usd", "reactivated_usd", "contraction_usd", "churned_usd"),
    window="365d",
    empty="Nothing was paid in these 12 months",
)
BY_TIER = Panel(
    id="user-analytics.by_tier",
    title="Users by plan",
    explanation="Different people with an event in the window by the plan that they are on at its end: "
    "their own, else their tenant's; from `events`, `subscriptions` and `tenants`. Visitors who never signed "
    "in, and who is of no plan, are (none).",
    question=active.by_plan,
    chart="bar",
    value="users",
    x="plan",
    empty="Nobody was active in this window",
)
FORECAST = Panel(
    id="user-analytics.forecast",
    title="MRR, next 3 months",
    explanation="MRR at the end of each week, from `subscriptions`, and what to expect: exponential "
    "smoothing with drift over the whole weeks of 12 months. The field holds four of five.",
    question=forecast.mrr,
    chart="line",
    value="mrr_usd",
    x="bucket",
    show=("mrr_usd", "expected_usd"),
    window="365d",
    empty="Nothing was paid in these 12 months",
)
FORECAST_COST = replace(
    FORECAST,
    id="user-analytics.forecast_ai_cost",
    title="AI cost a week, next 3 months",
    explanation="What the model calls of each week cost, from `llm_calls`, and what to expect: exponential "
    "smoothing with drift over the whole weeks of 12 months. The field holds four of five.",
    question=forecast.ai_cost,
    value="ai_cost_usd",
    show=("ai_cost_usd", "expected_usd"),
    empty="No AI was called in these 12 months",
)
TOP_SHARE = Panel(
    id="user-analytics.top_share",
    title="Share of the top 10",
    explanation="MRR of the ten tenants that pay the most / all MRR, at the window's end; from "
    "`subscriptions`.",
    question=mrr.top_share,
    chart="numbers",
    value="top_share",
    show=("top_share", "top_usd"),
    window="30d",
    empty="Nobody pays by the end of this window",
)
LIMIT_HITS = Panel(
    id="user-analytics.limit_hits",
    title="Limit hits",
    explanation="Events in `events` that say that a limit was hit, by the plan that the tenant was on "
    "then. A click filters the page.",
    question=Query(("limit_hits",), by=("plan",), where=field("plan_then").exists()),
    chart="bar",
    value="limit_hits",
    x="plan",
    click=("plan",),
    window="30d",
    empty="Nobody hit a limit in these 30 days",
)
LIMIT_TO_UPGRADE = Panel(
    id="user-analytics.limit_to_upgrade",
    title="From a limit to an upgrade",
    explanation=f"Of the tenants that hit a limit, the share that upgraded within {UPGRADE_DAYS} days of a"
    " hit, they or the person who hit it; from `events` and `subscriptions`. Who still may is"
    " not counted in the share.",
    question=upgrades.after_limit,
    chart="numbers",
    value="share",
    show=("share", "hit", "upgraded", "still", "median_hours"),
    window="90d",
    empty="Nobody hit a limit in these 90 days",
)
BY_PERSON = Query(
    ("events",),
    by=("tenant_id", "person.person_id", "person.name"),
    where=field("person.person_id").exists(),
    limit=10,
)
TOP_BY_ACTIVITY = Panel(
    id="user-analytics.top_by_activity",
    title="Most active users",
    explanation="The ten people with the most events in the window, from `events`. A click leads "
    "to the page of the person.",
    question=BY_PERSON,
    chart="bar",
    value="events",
    x="person.name",
    click=("tenant_id", "person.person_id"),
    empty="Nobody was active in this window",
)
TOP_BY_COST = replace(
    TOP_BY_ACTIVITY,
    id="user-analytics.top_by_cost",
    title="Users by AI cost",
    explanation="The ten people whose model calls cost the most in the window, from `llm_calls`. A click "
    "leads to the page of the person.",
    question=replace(BY_PERSON, measures=("ai_cost_usd",)),
    value="ai_cost_usd",
    empty="Nobody called an AI in this window",
)
DRIVERS = Panel(
    id="user-analytics.upgrade_drivers",
    title="What goes with upgrading",
    explanation=f"Of the people who signed up in 12 months and whose first {FIRST_DAYS + FOLLOWING_DAYS} "
    f"days are over: how many upgraded after their first {FIRST_DAYS} days, of those who used "
    "a feature in these and of those who did not, with the difference and its 95% interval; "
    "from `events`, `people` and `subscriptions`. What goes together need not be a cause, and"
    " of twenty features one differs by chance.",
    question=upgrades.drivers,
    chart="table",
    value="difference",
    show=("feature", "used", "used_rate", "others", "others_rate", "difference", "low", "high", "verdict"),
    window="365d",
    empty="Nobody signed up long enough ago to tell",
)
BY_PLAN = Panel(
    id="user-analytics.revenue_by_plan",
    title="Revenue by plan",
    explanation="What became of the MRR in 12 months by the plan that tenants were on at their start, or "
    "began with; from `subscriptions`.",
    question=mrr.by_plan,
    chart="table",
    value="end_usd",
    show=("plan", "end_usd", "nrr", "grr", "logo_churn"),
    window="365d",
    empty="Nothing was paid in these 12 months",
)
BY_COHORT = Panel(
    id="user-analytics.revenue_by_cohort",
    title="Revenue by signup month",
    explanation="What became of the MRR in 12 months by the month in which tenants signed up; from "
    "`subscriptions` and `tenants`.",
    question=mrr.by_cohort,
    chart="table",
    value="end_usd",
    show=("cohort", "start_usd", "end_usd", "nrr", "logo_churn"),
    window="365d",
    empty="Nothing was paid in these 12 months",
)
MOVERS = Panel(
    id="user-analytics.movers",
    title="Whose revenue changed",
    explanation="Tenants whose MRR differs from that of 90 days before, the largest change first; from "
    "`subscriptions`. A click scopes the page to one.",
    question=mrr.movers,
    chart="table",
    value="change_usd",
    show=("tenant", "movement", "before_usd", "after_usd", "change_usd"),
    click=("tenant_id",),
    window="90d",
    empty="Nobody's revenue changed in these 90 days",
)
PEOPLE = Panel(
    id="user-analytics.profile",
    title="People",
    explanation=f"The {person.MOST} people that were seen last in the window, from `events`, `people` and "
    "`llm_calls`. A click leads to the page of the person.",
    question=person.newest,
    chart="table",
    value="last_at",
    show=("person", "tenant", "role", "last_at", "events", "sessions", "ai_cost_usd"),
    click=("tenant_id", "person.person_id"),
    empty="Nobody was active in this window",
)

BOARD = Board(
    id="user-analytics",
    title="Users and revenue",
    audience="product managers, finance, customer success",
    rows=(
        Row((SIGNED_IN_TODAY, ACTIVE_TODAY, ACTIVE_NOW, SIGNUPS)),
        Row((SIGNED_IN_OVER_TIME, SIGNED_IN_DAU_OF_MAU), (2, 1)),
        Row((MRR, UPGRADES, FREE_TO_PAID)),
        Row((ARR_ARPU, RETENTION_REVENUE)),
        Row((REVENUE_TREND, BY_TIER), (2, 1)),
        Row((ACTIVE_OVER_TIME, DAU_OF_MAU), (2, 1)),
        Row((SIGNUPS_OVER_TIME, GROWTH)),
        Row((FORECAST, FORECAST_COST)),
        Row((LIMIT_TO_UPGRADE, TOP_SHARE), (2, 1)),
        Row((TOP_BY_ACTIVITY, TOP_BY_COST, LIMIT_HITS)),
        Row((DRIVERS,)),
        Row((GROWTH_COUNTS, BY_PLAN)),
        Row((BY_COHORT, MOVERS)),
        Row((PEOPLE,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
