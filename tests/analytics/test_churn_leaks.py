"""What became of tenants is told to a model by nothing but its past: hints that only hindsight has are planted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from analytics.churn import learnt
from analytics.churn_backtest import Fitted
from analytics.scope import Scope
from tests.stores import in_memory

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TENANTS, DAYS = 130, 420
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def hindsight():
    """Everybody uses as much to the last day, half leave by lot; of those all that was learnt later says so."""
    random = np.random.default_rng(3)
    begin, events, changes, tenants = NOW - DAYS * DAY, [], [], []
    for n in range(TENANTS):
        whose = f"tenant-{n}"
        life = int(random.integers(150, DAYS)) if n % 2 else DAYS
        left = begin + life * DAY
        at = [begin + float(day) * DAY for day in np.sort(random.uniform(0, life, life // 6))]
        events += [
            {"event_id": f"{n}-{k}", "event_type": "opened", "occurred_at": each} for k, each in enumerate(at)
        ]
        if n % 2:
            # A month of deeds before it left came in afterwards, and a change that is dated back as well.
            late = [left - float(day) * DAY for day in random.uniform(1, 60, 30)]
            events += [
                {
                    "event_id": f"late-{n}-{k}",
                    "event_type": "cancelling",
                    "occurred_at": each,
                    "received_at": left + DAY,
                }
                for k, each in enumerate(late)
            ]
        for row in events:
            row.setdefault("tenant_id", whose)
            row.setdefault("user_id", f"user-{n}")
        told = {"tenant_id": whose, "subscription_id": whose, "plan": "pro", "mrr_usd": 100}
        changes.append({**told, "change_id": f"in-{n}", "occurred_at": begin, "status": "active", "seats": 5})
        if n % 2:
            back = {"occurred_at": left - 50 * DAY, "received_at": left + DAY, "seats": 1, "mrr_usd": 1}
            changes.append({**told, "change_id": f"back-{n}", "status": "active", **back})
            out = {"occurred_at": left, "status": "cancelled", "mrr_usd": 0}
            changes.append({**told, "change_id": f"out-{n}", **out})
        today = {"plan": "lost", "owner": "nobody"} if n % 2 else {"plan": "pro", "owner": "ann"}
        tenants.append({"tenant_id": whose, "name": whose, "created_at": begin, **today})
    with in_memory() as store:
        for name, rows in (("events", events), ("subscriptions", changes), ("tenants", tenants)):
            assert store.append(name, rows).rejected == 0
        yield store


def test_nothing_that_was_learnt_after_a_loss_tells_of_it(hindsight):
    made = learnt(hindsight, Scope(NOW - DAY, NOW, now=NOW))
    assert isinstance(made.outcome, Fitted)
    report = made.outcome.report
    assert report.losses >= 20
    assert report.model.low < 0.5 < report.model.high
    assert report.verdict == "no better than chance"
    assert made.said == ()
