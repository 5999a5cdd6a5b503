"""The company's books: tenants, subscriptions, people as they are known, and what a day costs."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo import ai, own_plans
from data.demo.columns import facts, times, usd
from data.demo.company import Change, tenants
from data.demo.people import Joiners, founding, identities_table, joiners, people_table
from data.demo.story import HOUR_US, Story

_CENT_NANO = 10**7


@dataclass(frozen=True)
class Line:
    """A cost of every day: category, service, who is paid, dollars a day, growth a day."""

    category: str
    service: str
    provider: str
    usd: float
    growth: float


LINES = (
    Line("compute", "api-gateway", "cloud", 41.0, 0.0016),
    Line("compute", "connector-worker", "cloud", 63.0, 0.0020),
    Line("database", "postgresql", "cloud", 38.0, 0.0012),
    Line("storage", "object-store", "cloud", 9.5, 0.0030),
    Line("network", "egress", "cloud", 14.0, 0.0022),
    Line("observability", "logs-and-traces", "cloud", 12.5, 0.0015),
    Line("third parties", "mail-delivery", "mail", 6.0, 0.0010),
)
_AI_LINE = "ai"


def tenants_table(story: Story, day: int, since_us: int, until_us: int) -> pa.Table:
    """Rows of `tenants`: those who signed up or changed their plan, as they are at the end."""
    chosen = [t for t in tenants(story, day) if any(since_us <= c.at_us < until_us for c in t.changes)]
    plans = [tenant.plan_at(until_us - 1) for tenant in chosen]
    return pa.table(
        {
            **{name: pa.array([getattr(t, name) for t in chosen], pa.string()) for name in _TENANT_TEXTS},
            "plan": pa.array(plans, pa.string()),
            "created_at": times(np.array([t.created_us for t in chosen], dtype=np.int64)),
            "billing_day": pa.array([t.billing_day for t in chosen], pa.int64()),
            "limits": pa.array(
                [json.dumps(t.limits(story, p)) for t, p in zip(chosen, plans, strict=True)], pa.string()
            ),
        }
    )


_TENANT_TEXTS = ("tenant_id", "name", "owner", "region", "timezone")


def subscriptions_table(story: Story, day: int, since_us: int, until_us: int) -> pa.Table:
    """Rows of `subscriptions`: the changes in a stretch of time."""
    rows = [
        (tenant.tenant_id, "", f"{tenant.number:03d}", index, change)
        for tenant in tenants(story, day)
        for index, change in enumerate(tenant.changes)
        if since_us <= change.at_us < until_us
    ]
    rows += own_plans.changes(story, day, since_us, until_us)
    changes = [change for *_, change in rows]
    cents = np.array([change.mrr_cents for change in changes], dtype=np.int64)
    return facts(
        np.array([change.at_us for change in changes], dtype=np.int64),
        {
            "tenant_id": pa.array([tenant for tenant, *_ in rows], pa.string()),
            "user_id": pa.array([person for _, person, *_ in rows], pa.string()),
            "change_id": pa.array([f"change_{of}_{index:02d}" for _, _, of, index, _ in rows], pa.string()),
            "subscription_id": pa.array([f"sub_{of}" for _, _, of, _, _ in rows], pa.string()),
            **{name: pa.array([getattr(c, name) for c in changes], pa.string()) for name in _CHANGE_TEXTS},
            "mrr_usd": usd(cents * _CENT_NANO),
            "seats": pa.array([change.seats for change in changes], pa.int64()),
            "renews_at": _renewals(changes),
        },
    )


_CHANGE_TEXTS = ("plan", "interval", "status", "reason")


def _renewals(changes: list[Change]) -> pa.Array:
    moments = pa.array([change.renews_us for change in changes], pa.int64())
    return moments.cast(pa.timestamp("us", tz="UTC"))


def newcomers(story: Story, day: int) -> tuple[pa.Table, pa.Table]:
    """Rows of `people` and `identities` of those who joined on a day; day 0 brings everybody from before."""
    customers = tenants(story, day)
    before = tenants(story, day - 1) if day else ()
    groups: list[Joiners] = [founding(story, tenant) for tenant in customers[len(before) :]]
    own = joiners(story, day)
    people = pa.concat_tables([people_table(customers, group) for group in (*groups, own)])
    return people, identities_table(customers, own)


def costs_table(story: Story, day: int) -> pa.Table:
    """Rows of `costs`: the day's bill, written in its last hour; the AI line is what the day's calls cost."""
    rng = story.rng("costs", day)
    dollars = [line.usd * (1 + line.growth) ** min(day, 400) * rng.lognormal(0.0, 0.04) for line in LINES]
    cents = [round(amount * 100) for amount in dollars]
    nano = np.array([*(cent * _CENT_NANO for cent in cents), int(ai.calls(story, day).cost_nano.sum())])
    label = story.date(day).date().isoformat()
    return facts(
        np.full(len(nano), story.start_us(day) + 23 * HOUR_US, dtype=np.int64),
        {
            "cost_id": pa.array([*(f"{label}/{line.service}" for line in LINES), f"{label}/models"]),
            "category": pa.array([*(line.category for line in LINES), _AI_LINE]),
            "service": pa.array([*(line.service for line in LINES), "models"]),
            "provider": pa.array([*(line.provider for line in LINES), "several"]),
            "amount_usd": usd(nano.astype(np.int64)),
        },
    )
