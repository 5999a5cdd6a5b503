"""What people call the tables."""

from __future__ import annotations

TABLE_NAMES = {
    "events": "Events",
    "runs": "Executions",
    "llm_calls": "AI calls",
    "logs": "Log lines",
    "spans": "Spans of traces",
    "metrics": "Samples of metrics",
    "errors": "Errors",
    "subscriptions": "Changes of subscriptions",
    "costs": "Costs",
    "tenants": "Tenants",
    "people": "People",
    "identities": "Aliases of people",
    "llm_price_history": "Replaced prices",
}
