"""Executions over 5 s, the slowest first."""

from __future__ import annotations

from datetime import UTC, datetime

from analytics import slow
from analytics.scope import Scope
from tests.analytics.table import rows, table

RUNS = """
    run_id  occurred_at           tenant_id  workflow_name  action_type  status   duration_ms
    1       2026-01-08T10:00:00Z  acme       Sync           slack        success  5000
    2       2026-01-08T11:00:00Z  acme       Sync           slack        success  5000.1
    3       2026-01-08T12:00:00Z  globex     Report         email        timeout  30000
    4       2026-01-08T13:00:00Z  globex     Report         email        failed   30000
    5       2026-01-08T14:00:00Z  globex     Report         email        failed   -
    6       2026-01-09T00:00:00Z  globex     Report         email        success  60000
"""


def test_executions_over_five_seconds(store):
    store.append("runs", table(RUNS))
    store.append("tenants", table("tenant_id name\nacme Acme"))
    day = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
    assert rows(slow.executions(store, day)) == [
        ("2026-01-08T13:00+00:00", "globex", "globex", "Report", "email", "failed", 30000.0),
        ("2026-01-08T12:00+00:00", "globex", "globex", "Report", "email", "timeout", 30000.0),
        ("2026-01-08T11:00+00:00", "acme", "Acme", "Sync", "slack", "success", 5000.1),
    ]
