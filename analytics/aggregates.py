"""Measures of the common kinds, each by its one call: how many, how much, how long, how many different."""

from __future__ import annotations

from analytics.model import Aggregate, Measure, Part, PerHour, Ratio, Share
from analytics.question import Unit
from analytics.thresholds import Good, Thresholds

PERSON = "case when {actor} <> '' then (r.tenant_id, {actor}) end"


def count(
    name: str, label: str, definition: str, source: str, condition: str = "", *, good: Good = "none"
) -> Measure:
    """How many rows fulfil a condition; 0 where none does."""
    # Of a group some rows fulfil a condition or none; groups that are merged have no count of those then.
    formula = Aggregate(
        (Part(source, "rows", condition=condition),), "coalesce({0}, 0)", "" if condition else "{0}"
    )
    return Measure(name, label, "count", definition, formula, good, additive=True)


def total(
    name: str,
    label: str,
    definition: str,
    source: str,
    column: str,
    unit: Unit,
    *,
    condition: str = "",
    good: Good = "none",
) -> Measure:
    """The sum of a column, 0 where no row is; money is nothing where there are rows but none has a value."""
    rows, summed = Part(source, "rows", condition=condition), Part(source, "sum", column, condition)
    if unit == "usd":
        # Unpriced is not free.
        value = "case when coalesce({0}, 0) = 0 then 0 else {1} end::decimal(38, 9)"
        formula = Aggregate((rows, summed), value, "" if condition else "{1}::decimal(38, 9)")
    else:
        formula = Aggregate((summed,), f"coalesce({{0}}, 0)::{'bigint' if unit == 'count' else 'double'}")
    return Measure(name, label, unit, definition, formula, good, additive=True)


def mean(
    name: str,
    label: str,
    definition: str,
    source: str,
    column: str,
    unit: Unit,
    *,
    condition: str = "",
    good: Good = "none",
) -> Measure:
    """The mean of a column over the rows that have it; nothing where none has."""
    parts = (Part(source, "sum", column, condition), Part(source, "values", column, condition))
    return Measure(name, label, unit, definition, Aggregate(parts, "{0}::double / nullif({1}, 0)"), good)


def percentile(
    name: str,
    label: str,
    definition: str,
    source: str,
    column: str,
    unit: Unit,
    share: float,
    *,
    condition: str = "",
    good: Good = "down",
) -> Measure:
    """The exact percentile of a column, between two values in proportion; nothing where no row has it."""
    part = Part(source, "quantile", column, condition, share)
    return Measure(name, label, unit, definition, Aggregate((part,), "{0}"), good)


def distinct(
    name: str,
    label: str,
    definition: str,
    source: str,
    expression: str,
    *,
    condition: str = "",
    good: Good = "none",
) -> Measure:
    """How many different values there are, exactly; the empty text is none."""
    part = Part(source, "distinct", expression, condition)
    return Measure(name, label, "count", definition, Aggregate((part,), "coalesce({0}, 0)"), good)


def ratio(
    name: str,
    label: str,
    definition: str,
    numerator: str,
    denominator: str,
    *,
    unit: Unit = "ratio",
    good: Good = "none",
    thresholds: Thresholds | None = None,
) -> Measure:
    """One measure by another, also of another table; nothing where the denominator is nothing."""
    return Measure(name, label, unit, definition, Ratio(numerator, denominator), good, thresholds)


def share(name: str, label: str, definition: str, of: str) -> Measure:
    """What part of its sum over all groups a group has."""
    return Measure(name, label, "ratio", definition, Share(of))


def per_hour(
    name: str,
    label: str,
    definition: str,
    of: str,
    *,
    good: Good = "none",
    thresholds: Thresholds | None = None,
) -> Measure:
    """A measure by the hours of the window, or of the bucket."""
    return Measure(name, label, "number", definition, PerHour(of), good, thresholds)
