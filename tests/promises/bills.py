"""Billing months that were closed, for the small world of the promises."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal


def closed_months(one: str, other: str) -> list[dict[str, object]]:
    """February of two tenants as it was closed, and what was added to the second one's since."""
    february = {
        "month": "2026-02",
        "starts_at": datetime(2026, 2, 1, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 1, tzinfo=UTC),
        "closed_at": datetime(2026, 3, 3, tzinfo=UTC),
        "infrastructure_usd": Decimal(2),
    }
    figures = ("messages", "executions", "execution_us", "tokens", "unpriced_calls", "active_users")
    found: list[dict[str, object]] = []
    for place, owner in enumerate((one, other, other)):
        line = max(0, place - 1)
        numbers = {name: 11 * (place + 1) + n for n, name in enumerate(figures)}
        money = {"ai_cost_usd": Decimal(place + 3) / 8, "revenue_usd": Decimal(place + 5)}
        texts = {name: f"{owner} {name} {line}" for name in ("plan", "closed_by", "why")}
        found.append({"tenant_id": owner, "line": line, **february, **numbers, **money, **texts})
    return found
