"""The hours that automation saved."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from analytics import value
from analytics.scope import Scope
from analytics.settings import ByHand
from tests.analytics.table import rows, table

RUNS = """
    run_id  occurred_at           workflow_name  status
    1       2026-01-08T10:00:00Z  Sync           success
    2       2026-01-08T10:10:00Z  Sync           success
    3       2026-01-08T10:20:00Z  Report         success
    4       2026-01-08T10:30:00Z  Report         failed
    5       2026-01-08T12:00:00Z  -              success
    6       2026-01-08T12:30:00Z  Sync           cancelled
"""
THREE_HOURS = Scope(datetime(2026, 1, 8, 10, tzinfo=UTC), datetime(2026, 1, 8, 13, tzinfo=UTC))


def test_each_success_saves_what_it_takes_by_hand(store):
    store.append("runs", table(RUNS))
    assert rows(value.saved(store, THREE_HOURS)) == [(0.333333, 4)]
    over_time = value.saved_over_time(store, THREE_HOURS)
    assert [row for row in rows(over_time) if row[1]] == [
        ("2026-01-08T10:00+00:00", 0.166667, True),
        ("2026-01-08T10:15+00:00", 0.083333, True),
        ("2026-01-08T12:00+00:00", 0.083333, True),
    ]
    assert len(over_time) == 12


def test_nothing_saves_nothing(store):
    assert rows(value.saved(store, THREE_HOURS)) == [(0.0, 0)]


def test_a_workflow_may_take_longer_than_the_others():
    by_workflow = pd.DataFrame({"workflow_name": ["Sync", "Report"], "succeeded": [6, 2]})
    assert value.hours(by_workflow, ByHand(10, {"Report": 45})).tolist() == [1.0, 1.5]
