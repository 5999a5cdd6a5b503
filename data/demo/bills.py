"""The company's billing months: closed at the opening, and rows of one of them that arrived after that."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from analytics.scope import Scope
from analytics.usage_calendar import Terms, period_at
from analytics.usage_closed import due
from data.demo import planted
from data.demo.columns import facts, same, times
from data.demo.company import tenants
from data.demo.story import Story, micros
from data.demo.workflows import TEMPLATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.store import Store

CLOSED_BY = "nora.feldt"


def close(store: Store, story: Story) -> int:
    """Close all months that are over at the opening; how many lines that gave."""
    scope = Scope(story.opening - timedelta(days=1), story.opening)
    return store.admin.close_months(due(store, scope, CLOSED_BY))


def late_rows(story: Story) -> Iterator[tuple[str, pa.Table]]:
    """Rows of `runs` of a month that was closed already when they came."""
    tenant = next(each for each in tenants(story, story.days) if each.number == planted.LATE_ROWS_TENANT)
    terms = Terms(tenant.billing_day, tenant.timezone)
    last = period_at(story.opening, terms).starts_at - timedelta(hours=30)
    if micros(last) < story.founded_us:
        return
    moments = micros(last) + np.arange(planted.LATE_ROWS, dtype=np.int64) * 60_000_000
    count = len(moments)
    table = facts(
        moments,
        {
            "tenant_id": same(tenant.tenant_id, count),
            "run_id": pa.array([f"late_{n:02d}" for n in range(count)]),
            "workflow_name": same(TEMPLATES[0].name, count),
            "action_type": same(TEMPLATES[0].action_type, count),
            "kind": same("workflow", count),
            "status": same("success", count),
            "duration_ms": pa.array([1_500.0] * count),
        },
    )
    received = times(np.full(count, micros(story.opening), dtype=np.int64))
    yield "runs", table.set_column(table.schema.get_field_index("received_at"), "received_at", received)
