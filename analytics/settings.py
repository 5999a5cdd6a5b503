"""What each company sets for itself: the values that are shipped, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args


def spelled(names: Iterable[str]) -> tuple[str, ...]:
    """Words as programs spell them: signed_up, signed-up, signedUp, SignedUp, Signed Up and so on."""
    found: list[str] = []
    for name in names:
        words = name.split()
        capitals = [word.capitalize() for word in words]
        for sign in ("_", "-", ".", " ", ""):
            found += [sign.join(words), sign.join(capitals)]
        found += [
            "".join([words[0], *capitals[1:]]),
            " ".join([capitals[0], *words[1:]]),
            "_".join(words).upper(),
        ]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class ByHand:
    """How many minutes a person would take for what a workflow does, by its name."""

    minutes: float = 5.0
    of: Mapping[str, float] = field(default_factory=dict[str, float])

    def minutes_of(self, workflow: str) -> float:
        """The minutes of one execution of this workflow."""
        return self.of.get(workflow, self.minutes)


BY_HAND = ByHand()

# Plans from the smallest to the largest.
PLANS = ("free", "pro", "enterprise")
# What each may use in a billing month. They bind nobody until tenants' own limits say the same; `[plans]` in
# tenantscope.toml says what is really sold.
PLAN_LIMITS: Mapping[str, Mapping[str, float]] = {
    "free": {"executions": 600},
    "pro": {"executions": 6_000},
    "enterprise": {"executions": 200_000},
}
# From these shares of a limit on its use is near it, or past it.
NEAR_LIMIT, AT_LIMIT = 0.8, 1.0

# Types of events that are messages.
MESSAGE_EVENTS = ("message_ingested",)

# From so many times its usual messages on, and from so many in an hour, a tenant grows out of the ordinary.
GROWTH_TIMES, GROWTH_FLOOR = 5.0, 50
# More AI queries of one person in an hour are too many.
HEAVY_QUERIES = 50

# Cost lines that are no infrastructure of tenants': campaigns, and AI, which every call is priced by.
COSTS_ELSEWHERE = ("marketing", "ai")

# When the billing month of a tenant begins that says nothing of it: on which day, on whose clock.
BILLING_DAY, BILLING_TIMEZONE = 1, "UTC"
# So many months back are closed where nobody closed them before.
CLOSE_MONTHS = 13

# Types of events that say that somebody signed up, moved to a larger plan, or was stopped by a plan's limit.
SIGNUPS = spelled(
    ("registered", "signed up", "sign up", "user registered", "user signed up", "account created")
)
# By what a person first gets what the product is for.
ACTIVATIONS = spelled(("flow executed", "activated", "user activated"))
UPGRADES = spelled(("upgraded", "plan upgraded", "subscription upgraded", "account upgraded"))
LIMIT_HITS = spelled(
    (
        "plan limit reached",
        "plan limit hit",
        "limit reached",
        "limit hit",
        "limit exceeded",
        "usage limit reached",
        "quota reached",
        "quota exceeded",
    )
)
# After hitting a limit, an upgrade within so many days is one because of it.
UPGRADE_DAYS = 7
# A feature used in the first days after signing up is judged by upgrades in the days that follow.
FIRST_DAYS, FOLLOWING_DAYS = 14, 30

# The states of a subscription that is late, that pays ('' is no state at all), and that holds a plan.
PAST_DUE = spelled(("past due",))
PAYING = ("", *spelled(("active",)), *PAST_DUE)
LIVE = (*PAYING, *spelled(("trialing", "trial", "in trial")))

# A tenant that ran nothing for so long is inactive.
INACTIVE_DAYS = 7

# Actions that call whatever their author names: what they call may have no connector of its own.
GENERIC_ACTIONS = ("http_request", "http", "webhook", "webhook_call")

# Events with one of these words in their type are news of a tenant; the others are its daily work.
NEWS = (
    "activated",
    "cancelled",
    "connected",
    "created",
    "deleted",
    "disabled",
    "downgraded",
    "enabled",
    "first",
    "installed",
    "invited",
    "limit",
    "registered",
    "removed",
    "trial",
    "upgraded",
)

# Types of events that are notes, tasks and contacts of a CRM, and no news; their attributes with the text,
# with who wrote it, with how a task stands and when it is due; what says of a task that it is done.
NOTES = spelled(("note added", "note created", "customer note", "note"))
TASKS = spelled(("task added", "task created", "follow up created"))
CONTACTS = spelled(
    ("contact logged", "call logged", "meeting logged", "mail logged", "email logged", "contact added")
)
NOTE_TEXT_FIELDS = ("text", "note", "body", "content", "subject", "title", "summary", "description")
NOTE_AUTHOR_FIELDS = ("author", "author_name", "created_by", "owner", "owner_name", "written_by")
NOTE_STATE_FIELDS = ("task_status", "task_state", "status", "state")
NOTE_DUE_FIELDS = ("due_at", "due_date", "due")
TASKS_DONE = ("done", "completed", "complete", "closed", "finished")

# A visitor who does nothing for longer comes back in a new session.
SESSION_GAP = timedelta(minutes=30)

# How long before a signup a visit can have led to it.
LOOK_BACK = timedelta(days=90)

# What senders call an attribute of an event: the first that a row has counts. Names in SQL have no case, so
# of two that differ by it alone only one can stand here.
CAMPAIGN_FIELDS = ("utm_campaign", "campaign", "utm.campaign", "campaign.name", "campaign_name")
PAGE_FIELDS = ("page", "path", "page_path", "url.path", "page.path", "$pathname", "request", "url")
COUNTRY_FIELDS = ("country", "country_code", "geo.country_iso_code", "geo.src", "$geoip_country_code")
# By what newcomers are told apart where a share of them changed, and what each is called. An attribute is of
# the row that they began with.
SEGMENT_FIELDS = {
    "tenant.plan": "Plan",
    "tenant.region": "Region",
    "tenant.name": "Tenant",
    "person.role": "Role",
    **dict.fromkeys(
        ("attributes.country", "attributes.country_code", "attributes.$geoip_country_code"), "Country"
    ),
    **dict.fromkeys(("attributes.device", "attributes.device_type", "attributes.$device_type"), "Device"),
    **dict.fromkeys(("attributes.platform", "attributes.os", "attributes.$os"), "Platform"),
    **dict.fromkeys(("attributes.browser", "attributes.$browser"), "Browser"),
    **dict.fromkeys(("attributes.app_version", "attributes.version", "attributes.$app_version"), "Version"),
    **dict.fromkeys(("attributes.utm_campaign", "attributes.campaign"), "Campaign"),
    **dict.fromkeys(("attributes.utm_source", "attributes.source", "attributes.channel"), "Source"),
}
ADDRESS_FIELDS = ("ip", "ip_address", "client_ip", "client.address", "clientip", "source.ip", "$ip")
AGENT_FIELDS = ("user_agent", "user_agent.original", "userAgent", "agent", "$raw_user_agent")

# Times in milliseconds and shifts that a browser measured, by what senders call them.
LCP_FIELDS = ("lcp_ms", "lcp", "web_vitals.lcp", "$web_vitals_LCP_value")
INP_FIELDS = ("inp_ms", "inp", "web_vitals.inp", "$web_vitals_INP_value")
CLS_FIELDS = ("cls", "web_vitals.cls", "$web_vitals_CLS_value")
SOCKET_CONNECT_FIELDS = ("socket_connect_ms", "ws_connect_ms", "websocket_connect_ms")
FIRST_WIDGET_FIELDS = ("first_widget_ms", "time_to_first_widget_ms")
SOCKET_LATENCY_FIELDS = ("socket_latency_ms", "ws_latency_ms", "message_to_paint_ms")
# Where a vital comes as a name and a value, as the web-vitals library and OpenTelemetry send it.
VITAL_NAME_FIELDS = ("metric", "metric_name", "name", "web_vital.name")
VITAL_VALUE_FIELDS = ("value", "metric_value", "web_vital.value")


@dataclass(frozen=True)
class Suspicion:
    """From when on a visitor's way looks automated: each of these is a reason of its own."""

    fewest_events: int = 15  # of less, neither order nor rhythm tell anything
    a_minute: int = 20  # events within 60 s
    pages: int = 20  # different pages, hardly any of them twice
    once: float = 0.8  # share of views that are of another page
    fewest_pages: int = 10  # of less, an order tells nothing
    in_sequence: float = 0.8  # share of steps to the next page in order
    steady: float = 0.1  # how little the pauses vary: their deviation by their mean
    neighbours: int = 3  # visitors of one address range with other reasons
    listed: float = 40  # scores from here on are shown
    agents: tuple[str, ...] = (
        "bot/", "bot;", "bot)", "robot", "crawl", "spider", "scrap", "headless", "phantomjs", "selenium",
        "puppeteer", "playwright", "curl/", "wget/", "python-", "aiohttp", "httpx", "go-http-client", "java/",
        "okhttp", "libwww",
    )  # fmt: skip


SUSPICION = Suspicion()


@dataclass(frozen=True)
class Exposure:
    """An event that says which variant of an experiment somebody saw, and its attributes that name both.

    The attribute `goal`, where there is one, names the event that the experiment is about.
    """

    event: str
    experiment: str
    variant: str
    goal: str = "goal"


# How experiments are told: in our own words, in those of PostHog, of Mixpanel, of Amplitude, of Segment.
EXPOSURES = (
    Exposure("experiment_exposed", "experiment", "variant"),
    Exposure("$feature_flag_called", "$feature_flag", "$feature_flag_response"),
    Exposure("$experiment_started", "Experiment name", "Variant name"),
    Exposure("$exposure", "flag_key", "variant"),
    Exposure("Experiment Viewed", "experiment_name", "variation_name"),
)

LONGEST_GOAL_DAYS = 400
Measured = Literal["conversion", "count", "sum", "mean"]


@dataclass(frozen=True)
class Goal:
    """What people are judged by in the days after their first exposure.

    A conversion is whether they did the event at all, a count how often; a sum and a mean are those of one of
    its numeric attributes. The event '' is any event.
    """

    event: str = ""
    measured: Measured = "conversion"
    attribute: str = ""
    days: int = 14

    def __post_init__(self) -> None:
        if self.measured not in get_args(Measured):
            raise ValueError(f"people are judged by one of {', '.join(get_args(Measured))}")
        if not 1 <= self.days <= LONGEST_GOAL_DAYS:
            raise ValueError(f"a goal is reached within 1 to {LONGEST_GOAL_DAYS} days")
        if (self.measured in ("sum", "mean")) != bool(self.attribute):
            raise ValueError("a sum and a mean are of an attribute: name it, and name none for the others")


@dataclass(frozen=True)
class Declared:
    """What a company says of an experiment: its goal, control and split, and who takes part."""

    goal: Goal
    control: str = ""
    shares: Mapping[str, float] = field(default_factory=dict[str, float])
    unit: Literal["person", "tenant"] = "person"


# Experiments by name; one that is not here is judged by the goal that its exposures name, else by any event.
EXPERIMENTS: Mapping[str, Declared] = {}

# What a control is called; without one of these the first variant by name is it.
CONTROLS = ("control", "baseline", "original", "off", "false", "a")

# After so many days without a new exposure an experiment is over.
EXPERIMENT_QUIET_DAYS = 2

# Power users come on at least this share of the days of a window, regular ones on this, casual ones on fewer.
POWER_SHARE, REGULAR_SHARE = 1 / 2, 1 / 7

# A feature that a smaller share of the active people uses is hardly used.
UNUSED_SHARE = 0.01

# Tools that the AI can call, beside those that it was seen to call: so one is known that never was called.
KNOWN_TOOLS: tuple[str, ...] = ()

# The first steps of a newcomer, each by the types of its events.
LOGINS = (*spelled(("logged in", "login", "signed in")), *SIGNUPS)
ORG_CREATED = spelled(("org created", "organization created", "organisation created", "workspace created"))
PROJECT_CREATED = spelled(("project created",))
SERVICE_CONNECTED = spelled(("service connected", "integration connected", "connection created"))
DEVICE_REGISTERED = spelled(("device registered", "device added"))
FIRST_DATA = spelled(("first device data", "first data received"))
WIDGET_CREATED = spelled(("first dashboard widget", "first widget created"))
LIVE_WIDGET = spelled(("first live widget data",))
FLOW_CREATED = spelled(("flow created", "first workflow created"))
FLOW_EXECUTED = spelled(("flow executed", "first workflow executed"))
# Who did this within so many days of signing up is activated.
ACTIVATION_EVENT, ACTIVATION_DAYS = FLOW_EXECUTED, 14
# Retained is who comes back in the week that begins so many days after completing the first steps.
RETAINED_AFTER_DAYS, RETAINED_WITHIN_DAYS = 7, 7

# What providers call a call that came too soon after others.
RATE_LIMITS = (
    *spelled(("rate limit", "rate limited", "rate limit error", "rate limit exceeded", "too many requests")),
    "429",
    "RESOURCE_EXHAUSTED",
    "ThrottlingException",
)

# Operations of model calls that give something a score, and that predict something.
SCORING = ("score", "scoring", "lead_scoring", "rank", "rerank")
PREDICTING = ("predict", "prediction", "classify", "forecast")

# Attributes of a batch job that say how many items it went through, and of an execution that say that a
# person had to touch it: true, yes or a number above nothing.
ITEM_FIELDS = ("items", "items_processed", "records", "records_processed", "rows_processed", "batch_size")
TOUCHED_FIELDS = ("human_intervention", "manual_intervention", "touched_by_human", "needs_human", "escalated")
# How long the first token of a model call took, in milliseconds.
FIRST_TOKEN_FIELDS = (
    "time_to_first_token_ms",
    "first_token_ms",
    "ttft_ms",
    "gen_ai.server.time_to_first_token_ms",
    "llm.time_to_first_token_ms",
)
# What an hour of the work costs that automation saves.
HOURLY_COST_USD = 40.0

# Leads: events that score one, that make an opportunity of it, that win it; attributes with the score, and
# with the lead's id where it is no entity; AI features that score; which scores are high; when one that was
# not won is as good as lost.
LEAD_SCORED = spelled(("lead scored", "lead score", "scored lead"))
OPPORTUNITY = spelled(("opportunity created", "lead qualified", "opportunity opened"))
WON = spelled(("deal won", "opportunity won", "lead won", "closed won"))
SCORE_FIELDS = ("score", "lead_score", "lead.score")
LEAD_FIELDS = ("lead_id", "lead.id", "leadId")
LEAD_FEATURES = spelled(("lead scoring",))
HIGH_SCORE = 70
OUTCOME_DAYS = 14

# Series of machines. Processor time is a counter of seconds, else a gauge in per cent of one core.
CPU_COUNTERS = (
    "process_cpu_seconds_total",
    "container_cpu_usage_seconds_total",
    "process.cpu.time",
)
CPU_GAUGES = ("cpu_percent", "process_cpu_percent")
MEMORY_GAUGES = (
    "memory_used_bytes",
    "process_resident_memory_bytes",
    "container_memory_working_set_bytes",
    "process.memory.usage",
)
STORED_GAUGES = ("stored_bytes", "pg_database_size_bytes", "store_size_bytes")
TAKEN_IN_COUNTERS = ("ingested_bytes_total", "received_bytes_total")
SENT_COUNTERS = (
    "network_bytes_total",
    "network_transmit_bytes_total",
    "node_network_transmit_bytes_total",
    "container_network_transmit_bytes_total",
    "http_response_bytes_total",
)

# What a month may cost where `[[budgets]]` in tenantscope.toml says nothing: all AI, and the platform.
AI_BUDGET_USD = 400
CATEGORY_BUDGETS_USD: Mapping[str, int] = {
    "compute": 4_000,
    "database": 1_500,
    "storage": 500,
    "network": 700,
    "ai": 400,
    "observability": 500,
    "third parties": 250,
}

# Models that a what-if offers beside those that are called, as (provider, model).
WHAT_IF_MODELS = (
    ("openai", "gpt-5.5"),
    ("openai", "gpt-5.4-mini"),
    ("anthropic", "claude-sonnet-4-6"),
    ("anthropic", "claude-haiku-4-5"),
    ("google", "gemini-3.5-flash"),
)

# Attributes of a model call that say why it ended, and with what it ended for want of tokens; those that name
# its prompt, by which repeated requests are told.
FINISH_FIELDS = ("finish_reason", "gen_ai.response.finish_reasons", "stop_reason", "finishReason")
TRUNCATED = ("length", "max_tokens", "max_output_tokens", '["length"]', '["max_tokens"]')
PROMPT_FIELDS = ("prompt_hash", "input_hash", "prompt_id", "request_hash")
