"""What people call the tables."""

from __future__ import annotations

from collections.abc import Iterable

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
    "closed_months": "Closed billing months",
}


def in_words(tables: Iterable[str], last: str = "and") -> str:
    """executions and AI calls"""
    names = [TABLE_NAMES[table] for table in tables]
    names = [name if name.startswith("AI") else name.lower() for name in names]
    return f" {last} ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
