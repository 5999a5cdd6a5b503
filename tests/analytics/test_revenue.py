"""MRR by connector: every split by hand, and the sum to the last billionth."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics import revenue
from analytics.scope import Scope
from tests.analytics.table import rows, table

CHANGES = """
    change_id  tenant_id  subscription_id  occurred_at           status     mrr_usd
    1          acme       a1               2025-01-01T00:00:00Z  active     50
    2          acme       a1               2026-01-01T00:00:00Z  active     100
    3          acme       a2               2025-01-01T00:00:00Z  active     20
    4          globex     g1               2025-01-01T00:00:00Z  active     30
    5          globex     g2               2025-01-01T00:00:00Z  active     70
    6          globex     g2               2026-01-02T00:00:00Z  cancelled  0
    7          quiet      q1               2025-01-01T00:00:00Z  active     11
    8          free       f1               2025-01-01T00:00:00Z  active     0
    9          -          n1               2025-01-01T00:00:00Z  active     1000
    10         acme       a1               2026-01-09T00:00:00Z  active     900
"""
RUNS = """
    run_id  tenant_id  occurred_at           action_type
    1       acme       2026-01-08T10:00:00Z  slack
    2       acme       2026-01-08T11:00:00Z  slack
    3       acme       2026-01-08T12:00:00Z  email
    4       globex     2026-01-08T12:00:00Z  slack
    5       globex     2026-01-08T12:00:00Z  -
    6       free       2026-01-08T12:00:00Z  ftp
    7       quiet      2026-01-07T12:00:00Z  slack
    8       -          2026-01-08T12:00:00Z  slack
"""
DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))


def test_the_mrr_of_each_tenant_is_split_by_its_executions(store):
    store.append("subscriptions", table(CHANGES))
    store.append("runs", table(RUNS))
    # acme pays 120 and used slack twice in three runs, globex 30 with one of two; quiet ran nothing.
    assert rows(revenue.by_connector(store, DAY)) == [
        ("slack", Decimal(95), 0.590062, 2, 3),
        ("email", Decimal(40), 0.248447, 1, 1),
        ("no connector named", Decimal(15), 0.093168, 1, 1),
        ("no executions", Decimal(11), 0.068323, 1, 0),
    ]


@pytest.mark.parametrize("mrr", ["0.01", "0.000000001", "99.99", "123456789.123456789"])
@pytest.mark.parametrize("connectors", [3, 7, 11])
def test_the_parts_sum_up_to_the_last_billionth(store, mrr, connectors):
    change = {"tenant_id": "acme", "subscription_id": "s", "occurred_at": "2026-01-01T00:00:00Z"}
    store.append("subscriptions", [change | {"change_id": "1", "status": "active", "mrr_usd": mrr}])
    run = {"tenant_id": "acme", "occurred_at": "2026-01-08T10:00:00Z"}
    store.append("runs", [run | {"run_id": str(n), "action_type": f"c{n}"} for n in range(connectors)])
    parts = revenue.by_connector(store, DAY)["mrr_usd"]
    assert len(parts) == connectors
    assert sum(parts) == Decimal(mrr)


def test_a_subscription_without_a_status_counts_and_one_without_a_price_does_not(store):
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  occurred_at           mrr_usd
            1          acme       a1               2025-01-01T00:00:00Z  50
            2          globex     g1               2025-01-01T00:00:00Z  -
        """),
    )
    assert rows(revenue.by_connector(store, DAY)) == [("no executions", Decimal(50), 1.0, 1, 0)]
