"""Measures of what the platform costs, and of the samples of its machines."""

from __future__ import annotations

from analytics.aggregates import count, mean, percentile, ratio, share, total
from analytics.model import Aggregate, Kind, Measure, Part, Source

SOURCES = (
    Source("costs", "Costs", "costs", "Cost lines of the platform.", ("cost_id",)),
    Source("metrics", "Samples", "metrics", "Samples of series, such as CPU use.", ("name", "series")),
)


def extreme(name: str, label: str, definition: str, kind: Kind) -> Measure:
    """The smallest or the largest sample."""
    return Measure(name, label, "number", definition, Aggregate((Part("metrics", kind, "r.value"),), "{0}"))


MEASURES = (
    count("cost_lines", "Cost lines", "Lines of the platform's bills.", "costs"),
    total(
        "infrastructure_cost_usd",
        "Infrastructure cost",
        "The sum of the cost lines that are none of marketing's.",
        "costs",
        "r.amount_usd",
        "usd",
        condition="r.category <> 'marketing'",
        good="down",
    ),
    share("cost_share", "Share of cost", "The group's cost / all cost.", "infrastructure_cost_usd"),
    ratio(
        "cost_per_execution_usd",
        "Cost an execution",
        "Infrastructure cost / executions.",
        "infrastructure_cost_usd",
        "executions",
        unit="usd",
        good="down",
    ),
    ratio(
        "cost_per_request_usd",
        "Cost a request",
        "Infrastructure cost / requests.",
        "infrastructure_cost_usd",
        "requests",
        unit="usd",
        good="down",
    ),
    count("samples", "Samples", "Samples of series.", "metrics"),
    mean(
        "avg_value",
        "Average value",
        "Mean of the samples; filter by name to ask one series.",
        "metrics",
        "r.value",
        "number",
    ),
    extreme("min_value", "Smallest value", "The smallest sample; filter by name to ask one series.", "min"),
    extreme("max_value", "Largest value", "The largest sample; filter by name to ask one series.", "max"),
    percentile(
        "p95_value",
        "p95 value",
        "95 of 100 samples are no larger; filter by name to ask one series.",
        "metrics",
        "r.value",
        "number",
        0.95,
        good="none",
    ),
)
