"""What the promises are asked of: every question, in the scopes that can tell a broken one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.filters import field
from analytics.scope import Scope
from tests.promises.promises import RIGHTS
from tests.promises.questions import MEASURES, QUERIES, QUESTIONS
from tests.promises.world import CLOCK, QUIET, SCOPES

# Questions about absence are asked where nothing happens any more.
OF_ABSENCE = {"adoption.unused", "customers.inactive"}
# Questions about changes that are rare are asked over windows that hold some.
OF_WEEKS = {
    "forecast.mrr",
    "forecast.ai_cost",
    "mrr.movers",
    "upgrades.count",
    "upgrades.over_time",
    "resource.per_request",
}
# What is known only long after people came, and what only the first payments tell.
FEBRUARY = Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 10, tzinfo=UTC), now=CLOCK)
FIRST_PAID = Scope(datetime(2026, 1, 15, 0, 20, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC))
FIRST_RELEASES = Scope(datetime(2026, 1, 20, tzinfo=UTC), datetime(2026, 2, 20, tzinfo=UTC))
# A bill has no filter but that of tenants, nor has the list of customers.
OF_BILLS = {
    **{when: scope for when, scope in SCOPES.items() if scope.where is None},
    "of some tenants": replace(SCOPES["filtered"], where=field("tenant.plan") != "trials"),
}
ALL_LOST = Scope(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 16, tzinfo=UTC), now=CLOCK)
ENDINGS = {
    "until all are lost": ALL_LOST,
    "the same in Kathmandu": replace(ALL_LOST, timezone="Asia/Kathmandu"),
}
# An hour that has messages is asked for what is usual of it.
BUSY = {when: SCOPES[when] for when in ("two hours", "a day")}
FIRST_WEEKS = {"long over": FEBRUARY, "long over in Kathmandu": replace(FEBRUARY, timezone="Asia/Kathmandu")}
OF_THEIR_OWN = {
    "usage_noise.growth": BUSY,
    # No filter reaches peers, so none is asked.
    "usage_peers.benchmark": {when: scope for when, scope in SCOPES.items() if scope.where is None},
    **dict.fromkeys(("week2.drivers", "week2.calibration", "week2.what_if", "week2.used"), FIRST_WEEKS),
    **dict.fromkeys(("stays by plan", "stays by cohort", "stays after months", "lost by plan"), ENDINGS),
    **dict.fromkeys(("losses.lost", "losses.reasons", "loss rate by plan", "health.over_time"), ENDINGS),
    **dict.fromkeys(("upgrades.drivers", "newcomers without a feature"), FIRST_WEEKS),
    "leads.accuracy": {"long over": FEBRUARY, "in Kathmandu": replace(FEBRUARY, timezone="Asia/Kathmandu")},
    # The hours and days of many rows are out of the ordinary.
    "unusual.ai_cost_explained": {when: scope for when, scope in SCOPES.items() if when != "filtered"},
    "unusual.platform_explained": {
        "local days": SCOPES["local days through a clock change"],
        "in Kathmandu": replace(SCOPES["local days through a clock change"], timezone="Asia/Kathmandu"),
    },
    "activation.day_x_active": {"long over": FEBRUARY, "as they go by": replace(FEBRUARY, now=FEBRUARY.end)},
    "releases.impact": {
        "since the first release": FIRST_RELEASES,
        "in Kathmandu": replace(FIRST_RELEASES, timezone="Asia/Kathmandu"),
    },
    **dict.fromkeys(
        (
            "usage.months",
            "usage.total",
            "usage_limits.entitlements",
            "usage_limits.plan_usage",
            "usage_limits.upsell",
            "usage_economics.unit_economics",
            "usage_bills.close",
            "usage_bills.closed_total",
            "usage_bills.reconcile",
            "every customer",
            "customers.list, told",
        ),
        OF_BILLS,
    ),
    "upgrades.free_to_paid": {"the first weeks": FIRST_PAID, "known since": replace(FIRST_PAID, now=CLOCK)},
}
# The model's queries are all put together by one module: each is asked where all is at once, a filter, local days,
# a clock change and a present that is later than the window. In which rows lie in the window, and what becomes of
# nothing, each measure is asked in every scope by itself too.
FILTERED = SCOPES["filtered"]
AT_ONCE = "filtered local days through a clock change"
ALL_AT_ONCE = replace(SCOPES["local days through a clock change"], where=FILTERED.where, now=FILTERED.now)

# Where all is at once nobody is exposed whose days after it are over.
OF_EXPERIMENTS = {"filtered": FILTERED, **SCOPES}
OF_THEIR_OWN |= dict.fromkeys(
    ("experiment_course", "experiment_prospect", "experiment_result"), OF_EXPERIMENTS
)

# Customers are told whole: no filter but by what tenants are (tests/promises/test_whole_customers.py).
OF_TENANTS = field("tenant.plan") != "trials"
WHOLE = {
    f"{AT_ONCE} of some tenants": replace(ALL_AT_ONCE, where=OF_TENANTS),
    **{
        when: scope if scope.where is None else replace(scope, where=OF_TENANTS)
        for when, scope in SCOPES.items()
    },
}
OF_THEIR_OWN |= dict.fromkeys(
    (
        *("health.scores", "health.renewals", "losses.by_month", "loss rate by region"),
        *("losses", "tenants to call", "tenants not to call for now", "lost by a field of tenants"),
        *("quality of the model of losses", "calibration of the model of losses"),
        *(f"churn.{each}, told" for each in ("risk", "outreach", "at_stake", "quality", "calibration")),
    ),
    WHOLE,
)
# In the week that is filtered everybody at a limit upgraded after it.
OF_THEIR_OWN["expansion.ready"] = {when: scope for when, scope in WHOLE.items() if when != "filtered"}


def scopes_of(name: str) -> dict[str, Scope]:
    """Where a question is asked: first where most is at once, which is where `make check` asks it."""
    if name in QUERIES:
        return {AT_ONCE: ALL_AT_ONCE}
    if name in OF_THEIR_OWN:
        return OF_THEIR_OWN[name]
    if name in OF_WEEKS:
        return {
            AT_ONCE: ALL_AT_ONCE,
            **{when: SCOPES[when] for when in ("local days through a clock change", "filtered")},
        }
    return QUIET if name in OF_ABSENCE else {AT_ONCE: ALL_AT_ONCE, **SCOPES}


ASKED = [
    pytest.param(question, scope, id=f"{name}-{when}", marks=[pytest.mark.heavy] if place else [])
    for name, question in QUESTIONS.items()
    for place, (when, scope) in enumerate(scopes_of(name).items())
]
# Among the queries above each of these is asked where all is at once.
MEASURED = [
    pytest.param(query, scope, id=f"{name}-{when}", marks=pytest.mark.heavy)
    for name, query in MEASURES.items()
    for when, scope in SCOPES.items()
]
every_question = pytest.mark.parametrize(("analysis", "scope"), ASKED)
# One of the rights each, and by turns, is what the loop asks; the others ask the same statement of another view.
every_question_by_right = pytest.mark.parametrize(
    ("analysis", "scope", "right"),
    [
        pytest.param(
            *each.values,
            right,
            id=f"{each.id}-{right}",
            marks=[*each.marks] or [pytest.mark.heavy] * (place % len(RIGHTS) != turn),
        )
        for place, each in enumerate(ASKED)
        for turn, right in enumerate(RIGHTS)
    ],
)
every_question_and_every_measure_everywhere = pytest.mark.parametrize(
    ("analysis", "scope"), [*ASKED, *MEASURED]
)
