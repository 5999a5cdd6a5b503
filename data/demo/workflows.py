"""What the tenants automate: workflows people would recognise, by connector, and how connectors fail."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from data.demo import planted
from data.demo.columns import Floats
from data.demo.story import Story


@dataclass(frozen=True)
class Template:
    """A workflow that many tenants have, by the connector action it ends with."""

    name: str
    action_type: str
    demand: float


@dataclass(frozen=True)
class Connector:
    """How an action behaves: typical time, share of failed runs, the service's name in messages."""

    action_type: str
    service: str
    median_ms: float
    failing: float


@dataclass(frozen=True)
class Cause:
    """Why a run fails: code, message with the service's name in it, how often among failures."""

    code: str
    message: str
    weight: float


CONNECTORS = (
    Connector("slack_message", "Slack", 900.0, 0.014),
    Connector("hubspot_contact", "HubSpot", 1_900.0, 0.028),
    Connector("salesforce_record", "Salesforce", 2_600.0, 0.036),
    Connector("gmail_send", "Gmail", 1_400.0, 0.020),
    Connector("google_sheets_row", "Google Sheets", 2_100.0, 0.030),
    Connector("http_request", "The endpoint", 1_100.0, 0.058),
    Connector("postgres_query", "Postgres", 1_300.0, 0.018),
    Connector("stripe_invoice", "Stripe", 1_700.0, 0.016),
    Connector("jira_issue", "Jira", 1_800.0, 0.026),
    Connector("notion_page", "Notion", 2_000.0, 0.034),
    Connector("shopify_order", "Shopify", 1_900.0, 0.027),
    Connector("ai_step", "The model", 4_200.0, 0.032),
    Connector("device_command", "The device", 700.0, 0.040),
)
ACTIONS = tuple(connector.action_type for connector in CONNECTORS)
TEMPLATES = (
    Template("Daily Sales Report", "slack_message", 9.0),
    Template("New Lead Alert", "slack_message", 8.0),
    Template("Deal Won Announcement", "slack_message", 4.0),
    Template("Incident Notifier", "slack_message", 4.0),
    Template("Sync Contacts to CRM", "hubspot_contact", 7.0),
    Template("Lead Enrichment", "hubspot_contact", 5.0),
    Template("Newsletter Opt-ins", "hubspot_contact", 3.0),
    Template("Opportunity Updates", "salesforce_record", 5.0),
    Template("Account Ownership Sync", "salesforce_record", 3.0),
    Template("Welcome E-mail", "gmail_send", 5.0),
    Template("Invoice Reminder", "gmail_send", 4.0),
    Template("Weekly Digest", "gmail_send", 2.0),
    Template("Orders to Sheet", "google_sheets_row", 5.0),
    Template("Survey Answers to Sheet", "google_sheets_row", 3.0),
    Template("Budget Tracker", "google_sheets_row", 2.0),
    Template("Webhook Relay", "http_request", 5.0),
    Template("Partner Feed Import", "http_request", 3.0),
    Template("Status Page Update", "http_request", 2.0),
    Template("Warehouse Load", "postgres_query", 4.0),
    Template("Customer Table Sync", "postgres_query", 3.0),
    Template("Create Invoice", "stripe_invoice", 4.0),
    Template("Failed Payment Follow-up", "stripe_invoice", 2.0),
    Template("Bug to Ticket", "jira_issue", 3.0),
    Template("Release Checklist", "jira_issue", 1.0),
    Template("Meeting Notes", "notion_page", 2.0),
    Template("Content Calendar", "notion_page", 1.5),
    Template("Order Fulfilment", "shopify_order", 4.0),
    Template("Low Stock Warning", "shopify_order", 2.0),
    Template("Summarise Support Tickets", "ai_step", 3.0),
    Template("Classify Inbound Mail", "ai_step", 2.5),
    Template("Restart Silent Sensor", "device_command", 2.0),
    Template("Night Mode for Devices", "device_command", 1.5),
)
TEMPLATE_CONNECTOR = np.array([ACTIONS.index(template.action_type) for template in TEMPLATES])

# Whom HTTP steps call, each as often as it stands here; nothing where it is the tenant's own system.
HTTP_ACTION = ACTIONS.index("http_request")
CALLED = (
    *(f"api.{planted.WANTED_SERVICE}",) * 6,
    *("acme-desk.zendesk.com",) * 3,
    *("api.monday.com",) * 2,
    "us4.api.mailchimp.com",
    "api.pipedrive.com",
    "api.hubapi.hubspot.com",
    *("",) * 4,
)

CAUSES = (
    Cause("401", "{} refused the token: reconnect the account", 24),
    Cause("429", "{} rate limit reached, gave up after 3 attempts", 26),
    Cause("500", "{} answered 500 Internal Server Error", 15),
    Cause("503", "{} is unavailable (503)", 8),
    Cause("400", "{} rejected the request: a required field is empty", 17),
    Cause("404", "{} does not know the record any more", 7),
    Cause("", "{} closed the connection before answering", 3),
)
UNAVAILABLE = next(index for index, cause in enumerate(CAUSES) if cause.code == "503")
TIMED_OUT = len(CAUSES)
CAUSE_CODES = (*(cause.code for cause in CAUSES), "timeout")
_MESSAGES = (*(cause.message for cause in CAUSES), "{} did not answer within 30 s")
CAUSE_ODDS: Floats = np.cumsum([cause.weight for cause in CAUSES]) / sum(cause.weight for cause in CAUSES)
# One message a connector and cause, in the order connector * len(CAUSE_CODES) + cause.
FAILURE_MESSAGES = tuple(
    message.format(connector.service) for connector in CONNECTORS for message in _MESSAGES
)


@lru_cache(maxsize=4096)
def shares(story: Story, tenant: int) -> Floats:
    """Which of the templates a tenant uses and how much, as a running total that ends at 1."""
    rng = story.rng("workflows", tenant)
    used = int(rng.integers(4, 15))
    demand = np.array([template.demand for template in TEMPLATES])
    chosen = rng.choice(len(TEMPLATES), used, replace=False, p=demand / demand.sum())
    weight = np.zeros(len(TEMPLATES))
    weight[chosen] = demand[chosen] * rng.lognormal(0.0, 0.8, used)
    return np.cumsum(weight) / weight.sum()
