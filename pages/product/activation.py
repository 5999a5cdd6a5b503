"""Activation: how newcomers get from their first step to value, who is stuck, and who stays."""

from __future__ import annotations

from analytics import activation, releases
from analytics.activation import RetainedFunnel
from analytics.board import NAMED_BY_ROW, Board, Panel, Row
from analytics.funnel_change import FunnelChange
from analytics.funnel_questions import FunnelQuestion, FunnelStuck, FunnelTimes, FunnelTrend
from analytics.funnel_why import FunnelWhy, FunnelWhySaid
from analytics.settings import ACTIVATION_DAYS, RETAINED_AFTER_DAYS, RETAINED_WITHIN_DAYS
from ui import address, build, render

NOBODY = "Nobody took these steps in these days"
# Who entered at the window's end may take until now, so the windows of these panels are long.
FUNNEL = Panel(
    id="activation.funnel",
    title="First steps by organisation",
    explanation="Tenants in `events` by how far their first steps led within 30 days of creating it, "
    f"and who of those that executed a flow was back {RETAINED_AFTER_DAYS} to "
    f"{RETAINED_AFTER_DAYS + RETAINED_WITHIN_DAYS} days later. Hatched: left since the step before.",
    question=RetainedFunnel(activation.BY_ORG),
    chart="funnel",
    value="count",
    x="name",
    window="90d",
    empty=NOBODY,
)
TIME_TO_FIRST_DATA = Panel(
    id="activation.time_to_first_data",
    title="Time to first data",
    explanation="How long people took from registering a device to its first data, from `events`.",
    question=FunnelTimes(activation.DEVICE_TO_DATA),
    chart="histogram",
    value="count",
    x="start_ms",
    show=("median_ms", "p90_ms"),
    window="90d",
    empty="No device sent its first data in these days",
)
TIME_TO_VALUE = Panel(
    id="activation.time_to_value",
    title="Time to value",
    explanation="How long people took from creating an organisation to executing a flow, from `events`, "
    "within 30 days.",
    question=FunnelTimes(activation.ORG_TO_VALUE),
    chart="histogram",
    value="count",
    x="start_ms",
    show=("median_ms", "p90_ms"),
    window="90d",
    empty="Nobody executed a first flow in these days",
)
RATE_BY_WEEK = Panel(
    id="activation.rate_by_week",
    title="Activated by week of signing up",
    explanation=f"Share of who signed up in a week that executed a flow within {ACTIVATION_DAYS} days, "
    "from `events`; the newest weeks may still grow.",
    question=FunnelTrend(activation.SIGNUP_TO_VALUE, grain="week"),
    chart="line",
    value="conversion",
    x="bucket",
    good="up",
    window="90d",
    empty="Nobody signed up in these days",
)
DAY_X_ACTIVE = Panel(
    id="activation.day_x_active",
    title="Active after signing up",
    explanation="Share of people who did anything (`events`) on the first, third, seventh … local day after "
    "signing up; days that are not over for everybody leave those out.",
    question=activation.day_x_active,
    chart="table",
    value="share",
    show=("day", "people", "active", "share"),
    window="90d",
    empty="Nobody signed up in these days",
)
BY_SEGMENT = Panel(
    id="activation.by_segment",
    title="First steps by plan",
    explanation="People in `events` by how far their first steps led within 30 days, split by the plan that "
    "their tenant is on now. Visitors who never signed in, and who is of no plan, are (none).",
    question=FunnelQuestion(activation.BY_PLAN),
    chart="funnel",
    value="count",
    x="name",
    by="breakdown",
    window="90d",
    empty=NOBODY,
)
DROP_OFFS = Panel(
    id="activation.drop_offs",
    title="Stuck on the way",
    explanation="People who created an organisation and have not executed a flow: after which step, and for "
    "how long, from `events`. A click leads to the person.",
    question=FunnelStuck(activation.FIRST_STEPS),
    chart="table",
    value="stuck_ms",
    show=("name", "tenant", "reached", "next_step", "since", "stuck_ms", "in_window"),
    click=("tenant_id", "unit"),
    window="90d",
    empty="Everybody who began got to the end",
)
ONBOARDING = Panel(
    id="activation.onboarding",
    title="Onboarding",
    explanation="People from logging in to the first live data in a widget within 30 days, by the times that "
    "their browsers sent (`events`); the median of each step is in its tooltip.",
    question=FunnelQuestion(activation.ONBOARDING),
    chart="funnel",
    value="count",
    x="name",
    window="90d",
    empty=NOBODY,
)
TIME_TO_LIVE = Panel(
    id="activation.time_to_live_widget",
    title="Widget to live data",
    explanation="How long people took from their first widget to the first live data in it, from `events`.",
    question=FunnelTimes(activation.WIDGET_TO_LIVE),
    chart="histogram",
    value="count",
    x="start_ms",
    show=("median_ms", "p90_ms"),
    window="90d",
    empty="No widget showed live data in these days",
)
WHY_SAID = Panel(
    id="activation.why_said",
    title="What happened to activation",
    explanation=f"Who of those that signed up executed a flow within {ACTIVATION_DAYS} days, beside those of "
    "the window before as it stood as long after its end, and which segments of them explain most of the "
    "change. From `events`, `tenants` and `people`; what may be chance says so.",
    question=FunnelWhySaid(activation.MILESTONES),
    chart="callout",
    value="said",
    window="7d",
    empty="Nobody signed up in these days, or in those before them",
)
WHY = Panel(
    id="activation.why",
    title="For whom activation changed",
    explanation="Those who signed up by plan, region, role, device and the like, who explains most of the "
    "change first: by how often they are activated and by how many of all they are; those of one field "
    "sum to all, those of two are the same people cut twice. The verdict is of their own change, corrected "
    "for the number of rows. From `events`, `tenants` and `people`. A click narrows the page to them.",
    question=FunnelWhy(activation.SIGNUP_TO_VALUE),
    chart="table",
    value="explains",
    show=(
        "breakdown", "conversion", "difference", "verdict", "split_called", "explains",
        "conversion_before", "entered", "entered_before", "rate_part", "mix_part",
    ),
    click=NAMED_BY_ROW,
    window="7d",
    empty="Nobody signed up in these days, or in those before them",
)  # fmt: skip
SIGNED_UP = Panel(
    id="activation.signed_up",
    title="Signed up and activated",
    explanation=f"People who signed up, and who of them executed a flow within {ACTIVATION_DAYS} days, from "
    "`events`. Hatched: who has not. A click lists them.",
    question=FunnelQuestion(activation.SIGNUP_TO_VALUE),
    chart="funnel",
    value="count",
    x="name",
    window="7d",
    empty="Nobody signed up in these days",
)
CHANGE = Panel(
    id="activation.change",
    title="What changed on the way",
    explanation=f"Who of those that signed up reached each milestone within {ACTIVATION_DAYS} days, beside "
    "those of the window before as it stood as long after its end. From `events`; the verdict is corrected "
    "for the number of rows.",
    question=FunnelChange(activation.MILESTONES),
    chart="table",
    value="difference",
    show=(
        "name", "conversion", "difference", "verdict", "conversion_before", "entered", "entered_before",
    ),
    window="7d",
    empty="Nobody signed up in these days",
)  # fmt: skip
RELEASE_IMPACT = Panel(
    id="activation.release_impact",
    title="Before and after releases",
    explanation=f"The {releases.LENGTH.days} days before and after a release's first span (`spans`): people "
    "in `events`, who of them came back, `errors`, and how long requests took.",
    question=releases.impact,
    chart="table",
    value="people_after",
    show=(
        "release",
        "released_at",
        "people_before",
        "people_after",
        "stayed",
        "errors_before",
        "errors_after",
        "p95_before_ms",
        "p95_after_ms",
    ),
    window="30d",
    empty="No release was first seen in these days",
)

BOARD = Board(
    id="activation",
    title="Activation",
    audience="product managers",
    rows=(
        Row((WHY_SAID,)),
        Row((FUNNEL,)),
        Row((WHY,)),
        Row((CHANGE, SIGNED_UP), (2, 1)),
        Row((TIME_TO_FIRST_DATA, TIME_TO_VALUE, TIME_TO_LIVE)),
        Row((RATE_BY_WEEK, DAY_X_ACTIVE), (2, 1)),
        Row((BY_SEGMENT, ONBOARDING), (2, 1)),
        Row((DROP_OFFS,)),
        Row((RELEASE_IMPACT,)),
    ),
)

if __name__ == "__main__":
    render.show(build.in_chosen_window(BOARD, address.current()), above=build.own_windows)
