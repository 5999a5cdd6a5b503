"""Customer view: what one tenant got done, how well, what failed and what helps, and what happened to it."""

from __future__ import annotations

from dataclasses import replace

from analytics import failures, onboarding, tenant_people, usage_limits, usage_peers, value
from analytics.board import Board, Panel, Row, Thresholds
from analytics.measures.runs import RATE
from analytics.notes import Notes, Timeline
from analytics.query import AUTO, Query
from analytics.settings import AT_LIMIT, BY_HAND, NEAR_LIMIT
from ui import customer, render

OUTCOMES = Query(("finished", "succeeded", "failed", "success_rate"))
TARGET = Thresholds(good=RATE.good, bad=RATE.good)
FULL = AT_LIMIT - 1e-9  # at the limit is bad already

TASKS = Panel(
    id="tenant.tasks_this_month",
    title="Automated tasks",
    explanation="Successful executions of the last 30 days, from `runs`.",
    question=Query(("succeeded",)),
    chart="headline",
    value="succeeded",
    words="You've automated {succeeded} tasks in the last 30 days",
    window="30d",
)
SUMMARY = Panel(
    id="tenant.summary",
    title="Summary",
    explanation="Executions by outcome in the window, from `runs`; timeouts count as failed.",
    question=OUTCOMES,
    chart="headline",
    value="finished",
    words="You had {succeeded} successful and {failed} failed executions",
)
SUCCESS_RATE = Panel(
    id="tenant.success_rate",
    title="Success rate",
    explanation="Successes / (successes + failures) of the executions in `runs`; cancelled ones are neither. "
    "Good over 95%, bad under 90%.",
    question=OUTCOMES,
    chart="number",
    value="success_rate",
    trend=replace(OUTCOMES, grain=AUTO),
    good="up",
    thresholds=RATE,
)
VALUE = Panel(
    id="tenant.value",
    title="Hours saved",
    explanation="Successful executions in `runs` x the time that each takes by hand: "
    f"{BY_HAND.minutes:g} minutes, unless another is set for its workflow.",
    question=value.saved,
    chart="number",
    value="hours_saved",
    trend=value.saved_over_time,
    good="up",
)
SUCCESS_TREND = Panel(
    id="tenant.success_trend",
    title="Success by day",
    explanation="Successes / (successes + failures) of each local day of the last 30 days, from `runs`. "
    "Days under 95% carry a dot.",
    question=Query(("success_rate",), grain="day"),
    chart="area",
    value="success_rate",
    x="bucket",
    good="up",
    thresholds=TARGET,
    window="30d",
    empty="Nothing succeeded or failed in these 30 days",
)
TOP_WORKFLOWS = Panel(
    id="tenant.top_workflows",
    title="Top workflows",
    explanation="Executions by workflow (`workflow_name` in `runs`); all beyond the first five are one part. "
    "A click filters the page.",
    question=Query(("executions",), by=("workflow_name",), limit=5, other=True),
    chart="donut",
    value="executions",
    x="workflow_name",
    click=("workflow_name",),
    empty="No workflow ran in this window",
)
RECENT_FAILURES = Panel(
    id="tenant.recent_failures",
    title="Recent failures",
    explanation=f"The newest {failures.NEWEST} executions that failed or timed out, from `runs`.",
    question=failures.recent,
    chart="table",
    value="failed_at",
    show=("failed_at", "action_type", "workflow_name", "error_message", "error_code", "tenant"),
    empty="Nothing failed in this window",
)
FAILURE_CAUSES = Panel(
    id="tenant.failure_causes",
    title="Why executions fail",
    explanation="Failed executions in `runs` by connector and error code; without a code, by message, "
    "in which ids and numbers make no difference. They add up to all that failed; beyond "
    f"{failures.MOST_CAUSES} causes the rest is one row. What helps comes from known codes and words.",
    question=failures.causes,
    chart="table",
    value="failures",
    show=("failures", "message", "remedy", "connector", "cause", "last_failed_at", "workflow"),
    empty="Nothing failed in this window",
)
TIMELINE = Panel(
    id="tenant.timeline",
    title="Timeline",
    explanation="The newest failures (`runs`), plan changes (`subscriptions`), events whose type says that "
    "something began, ended or changed (`events`), releases first seen (`spans`, `errors`), and what was "
    "written. What repeats within an hour, over longer windows a day, is told once.",
    question=Timeline(),
    chart="table",
    value="happened_at",
    show=("happened_at", "kind", "what", "tenant"),
    empty="Nothing worth telling happened in this window",
)

PLAN_USAGE = Panel(
    id="tenant.plan_usage",
    title="Plan usage",
    explanation="Executions of the billing month (`runs`), against the limit of the tenant or its plan; over "
    "80% is a warning. Of several tenants the sum. Where a month is chosen that is over it is that one.",
    question=usage_limits.plan_usage,
    chart="progress",
    value="share",
    words="{executions} of {limit} executions used in the billing month",
    thresholds=Thresholds(good=NEAR_LIMIT, bad=FULL),
    empty="Executions are not limited",
)
UPSELL = Panel(
    id="tenant.upsell",
    title="Limits ahead",
    explanation="Limits that are reached, or will be before the billing month ends if use goes on as in the "
    "last 28 days; where a month is chosen that is over, those that were reached in it. And the smallest "
    "plan that would hold it.",
    question=usage_limits.upsell,
    chart="callout",
    value="said",
    show=("tenant", "figure", "passes_at", "fits"),
    empty="No limit is reached in this billing month",
)

NOTES = Panel(
    id="tenant.notes",
    title="Notes, tasks and contacts",
    explanation="What was written in the last 90 days: in a CRM (`events` of such types), here, and what was "
    "done about a risk, each with who and when. All of it stands in the timeline too.",
    question=Notes(),
    chart="list",
    value="text",
    window="90d",
    empty="Nothing was written in these 90 days",
)

BENCHMARK = Panel(
    id="tenant.benchmark",
    title="Beside its peers",
    explanation="The tenant's figures in the window beside those of others on its plan (`tenants`), with an "
    "execution or a message in it: their median and quartiles, of five and more, never by name.",
    question=usage_peers.benchmark,
    chart="table",
    value="own",
    show=("figure", "tenant", "own", "first_quartile", "median", "third_quartile", "peers", "standing"),
    empty="Nothing happened in this window",
)

PEOPLE = Panel(
    id="tenant.people",
    title="People",
    explanation="Everybody known of the tenant by the window's end, from `people`, `events` and `llm_calls`: "
    "when each was last active and what they did in four weeks. A champion did the most in the twelve weeks "
    "before. Seats are those of live `subscriptions`. Only filters by tenant, person or cohort narrow it. "
    "A click leads to the person.",
    question=tenant_people.people,
    chart="table",
    value="actions",
    show=("person", "role", "state", "last_at", "actions", "actions_before", "tenant"),
    click=("tenant_id", "person.person_id"),
    empty="Nobody is known of it yet",
)
ONBOARDING = Panel(
    id="tenant.onboarding",
    title="Onboarding",
    explanation="The first steps of a customer, from `events` of all time up to the window's end: which are "
    "done, which is next, and since when it stands there.",
    question=onboarding.steps,
    chart="table",
    value="place",
    show=("place", "step", "state", "done_at", "since", "tenant"),
    empty="None of the first steps was done yet",
)

BOARD = Board(
    id="tenant",
    title="Customer view",
    audience="customer success, and the customer itself",
    rows=(
        Row((TASKS, SUMMARY)),
        Row((SUCCESS_TREND, TOP_WORKFLOWS), (2, 1)),
        Row((UPSELL, PLAN_USAGE), (2, 1)),
        Row((VALUE, SUCCESS_RATE)),
        Row((BENCHMARK,)),
        Row((RECENT_FAILURES,)),
        Row((FAILURE_CAUSES,)),
        Row((PEOPLE, ONBOARDING)),
        Row((TIMELINE, NOTES), (2, 1)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD, above=customer.choose)
