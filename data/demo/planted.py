"""What was put into the demo company on purpose: each fact has one sentence, and a test that finds it."""

from __future__ import annotations

from dataclasses import dataclass

# Days are counted backwards from the opening, so that the facts are recent whenever the demo begins.
OUTAGE_CONNECTOR = "hubspot_contact"
OUTAGE_DAYS_AGO = 9
OUTAGE_HOURS = (10, 15)

SILENT_TENANT = 13
SILENT_DAYS_AGO = 17

UPGRADED_TENANT = 31
LIMIT_DAYS_AGO = 25
UPGRADE_DAYS_AGO = 22

RETURNED_TENANT = 17
LEFT_DAYS_AGO, RETURNED_DAYS_AGO = 74, 38

LATE_TENANT = 19
LATE_DAYS_AGO = 5

DRIVER = "template_used"
DRIVER_RATES = (0.05, 0.24)
OWN_PLAN = "plus"

# Whose billing month began how many days before the opening, and who may run how much in one.
CROWDED_TENANT, CROWDED_RUNS_A_DAY = RETURNED_TENANT, 165.0
OVER_TENANT, OVER_LIMIT = 3, 2_500
MONTH_BEGAN_DAYS_AGO = {CROWDED_TENANT: 9, OVER_TENANT: 19}

LATE_ROWS_TENANT, LATE_ROWS = 1, 7

LOUD_TENANT, LOUD_SECONDS = 6, 30
HEAVY_TENANT, HEAVY_QUERIES = 2, 70

NOISY_TENANT = 5
NOISY_DAYS_AGO = 6
NOISY_SLOWDOWN = 10.0

RELEASE_DAYS_AGO = 13
RELEASE_HOUR = 14
RELEASE_ERROR = "WebhookSignatureError"

SPIKE_MODEL = "claude-opus-4-1"
SPIKE_FEATURE = "document_extraction"
SPIKE_DAYS_AGO = 7
SPIKE_FACTOR = 10

SLOW_ROUTE = "/api/reports/export"
SLOW_FACTOR = 25.0

EXPERIMENT = "guided-setup"
EXPERIMENT_RATES = (0.10, 0.15)
NULL_EXPERIMENT = "button-colour"
NULL_RATE = 0.08
EXPERIMENT_DAYS_AGO = (36, 5)
NULL_DAYS_AGO = (50, 20)
BROKEN_EXPERIMENT = "pricing-layout"
BROKEN_DAYS_AGO = (44, 36)
BROKEN_SHARE_LOST = 0.4

UNPRICED_MODEL = "quarry-sense-2"

CUT_FEATURE, CUT_TOKENS = "workflow_builder", 120
ASKED_AGAIN_FEATURE, ASKED_AGAIN_HOURS = "ticket_summary", 6

# One of so many questions to the small model goes through a gateway, which adds its fee by thousand.
GATEWAY_EVERY, GATEWAY_FEE = 3, 55

COSTLY_CAMPAIGN = "display-retargeting"

CRAWLER_RANGE = "203.0.113."

SLOW_PAGE = "/customers"
SLOW_COUNTRY = "BR"
SLOW_PAGE_FACTOR = 3.2

WANTED_SERVICE = "airtable.com"

# Who signed up on it since so many days before the opening gets no further than a service.
STUCK_DEVICE, STUCK_DAYS_AGO = "phone", 7

RARE_EVENT = "audit_trail_opened"
RETIRED_TOOL, ITS_NEW_NAME = "open_workflow", "read_workflow"
RETIRED_DAYS_AGO = 40


@dataclass(frozen=True)
class Planted:
    """One planted fact: its name, the sentence a reader should be able to conclude, and what finds it."""

    name: str
    sentence: str
    found_by: str


PLANTED: tuple[Planted, ...] = (
    Planted(
        "connector outage",
        "The connector `hubspot_contact` was down nine days before the opening: from 10:00 to 15:00 UTC "
        "most of its runs failed with 503.",
        "success rate of runs by action_type and hour",
    ),
    Planted(
        "silent tenant",
        "Tarnwick Foods still pays for pro but has run nothing since 17 days before the opening.",
        "last execution by tenant, beside subscriptions",
    ),
    Planted(
        "upgrade after a limit",
        "Ossemer Robotics hit the limit of the free plan for three days and upgraded to pro 22 days before "
        "the opening.",
        "events plan_limit_reached, then subscriptions with reason limit_reached",
    ),
    Planted(
        "customer that came back",
        "One pro tenant cancelled 74 days before the opening, and came back 36 days later.",
        "subscriptions by tenant: cancelled, then active with the reason came back",
    ),
    Planted(
        "payment that is late",
        "One pro tenant is past due since five days before the opening.",
        "subscriptions with the status past_due",
    ),
    Planted(
        "limit ahead",
        "Pellworth Farms will reach the limit of the pro plan before its billing month ends; the plan "
        "enterprise would hold its use.",
        "executions in the billing month, against tenants.limits",
    ),
    Planted(
        "limit passed",
        "Drayholt Insurance may run less than its plan says, and is over that limit.",
        "executions in the billing month, against tenants.limits",
    ),
    Planted(
        "rows after the bill",
        "Seven executions of Bellwyn Legal arrived after their billing month was closed, and are an "
        "adjustment.",
        "closed_months beside the rows of the month",
    ),
    Planted(
        "device that sends too much",
        "On the day of the opening a device of Fennimoor Pharma sends 120 messages an hour, many times "
        "what is usual there.",
        "events message_ingested by tenant and hour",
    ),
    Planted(
        "person who asks too much",
        "On the day of the opening and the one before, somebody at Corvanta Marine asks an AI 70 times in "
        "35 minutes.",
        "llm_calls by user_id and hour",
    ),
    Planted(
        "feature that goes with upgrading",
        "Of the newcomers who used a template in their first days, 24 of 100 buy the plan plus for "
        "themselves in the weeks after, of the others 5.",
        "subscriptions of people with the plan plus, by earlier events template_used",
    ),
    Planted(
        "release with a new error",
        "The release 13 days before the opening brought `WebhookSignatureError`, never seen before it.",
        "first occurrence of errors by type and release",
    ),
    Planted(
        "AI cost spike",
        "Seven days before the opening `document_extraction` on `claude-opus-4-1` cost many times as much as "
        "on any other day.",
        "llm_calls cost by day, model and feature",
    ),
    Planted(
        "noisy neighbour",
        "For six days before the opening, and since, Halvorsen Grid uses about a third of all execution time "
        "with a twentieth of the runs.",
        "sum of duration_ms of runs by tenant",
    ),
    Planted(
        "slow endpoint",
        "`GET /api/reports/export` is more than ten times slower at p95 than any other route.",
        "p95 of duration_ms of server spans by http_route",
    ),
    Planted(
        "experiment with an effect",
        "Visitors who saw `guided-setup` start a trial in 15 of 100 cases, the control group in 10.",
        "trial_started after experiment_exposed, by attributes.variant",
    ),
    Planted(
        "experiment without an effect",
        "`button-colour` is an A/A test: both variants lead to 8 contact requests of 100.",
        "contact_requested after experiment_exposed, by attributes.variant",
    ),
    Planted(
        "experiment with a broken split",
        "`pricing-layout` lost two of five visitors of its treatment, so that nobody should read its result.",
        "people by attributes.variant, far from one half each",
    ),
    Planted(
        "unpriced model",
        "Calls of `quarry-sense-2`, a model of the company's own, have no price and so no cost.",
        "llm_calls where cost_usd is null",
    ),
    Planted(
        "gateway with a fee",
        "A third of the questions to `gpt-5.4-mini` go through a gateway, which reports 5.5 % more than the "
        "table says.",
        "llm_calls with the price_version reported, beside llm_price_history",
    ),
    Planted(
        "answers that are cut off",
        "Answers of `workflow_builder` may have 120 tokens, and those that would need more are cut off "
        "there.",
        "llm_calls by attributes.finish_reason",
    ),
    Planted(
        "questions that are asked again",
        "For six hours `ticket_summary` asks the same of a tenant's tickets, and pays each time.",
        "llm_calls by attributes.prompt_hash",
    ),
    Planted(
        "wanted integration",
        "Of all services without a connector, `airtable.com` is the one that HTTP steps call most.",
        "runs of http_request by attributes.host",
    ),
    Planted(
        "campaign that does not pay",
        "`display-retargeting` costs more than all other campaigns together, and hardly anybody signs up "
        "by it.",
        "costs and signups after visits, by attributes.campaign",
    ),
    Planted(
        "crawler",
        "Every night three visitors from 203.0.113.0/24 read the pages of customers one after the other, "
        "every four seconds one.",
        "page views by anonymous_id, in their order",
    ),
    Planted(
        "slow page in one country",
        "The largest part of `/customers` is drawn three times later in Brazil than elsewhere.",
        "p75 of attributes.lcp_ms by attributes.page and attributes.country",
    ),
    Planted(
        "activation that fell on phones",
        "Of the newcomers on phones nobody has registered a device since seven days before the opening, so "
        "that activation fell; on desktops it did not.",
        "registered, then DeviceRegistered, by attributes.device",
    ),
    Planted(
        "features that hardly anybody uses",
        "Fewer than one person in a hundred opens the audit trail in 30 days, and since 40 days before the "
        "opening the AI no longer calls `open_workflow`.",
        "people by event_type; last call by tool of llm_calls",
    ),
)
