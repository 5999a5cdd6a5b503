"""How fast models answer, counted by hand."""

from __future__ import annotations

import pytest

from analytics import ai_service
from tests.analytics.table import rows, table, window

CALLS = """
    call_id  occurred_at           tenant_id  feature  command  tool  operation  status   duration_ms
    1        2026-01-08T10:00:00Z  acme       leads    score    -     score      success  500
    2        2026-01-08T10:01:00Z  acme       leads    score    -     scoring    success  900
    3        2026-01-08T10:02:00Z  acme       leads    score    -     score      failed   2100
    4        2026-01-08T10:03:00Z  globex     doc      extract  read  chat       success  30000
    5        2026-01-08T10:04:00Z  globex     chat     ask      -     chat       success  1000
"""
DAY = window("2026-01-08", "2026-01-09")


@pytest.fixture
def asked(store):
    store.append("llm_calls", table(CALLS))
    return store


def test_a_use_is_marked_where_it_fails_or_lasts_too_long(asked):
    assert rows(ai_service.by_use(asked, DAY)) == [
        ("leads", "score", "", 3, 900.0, 1980.0, 0.333333, "errors"),
        ("chat", "ask", "", 1, 1000.0, 1000.0, 0.0, ""),
        ("doc", "extract", "read", 1, 30000.0, 30000.0, 0.0, "slow"),
    ]


def test_what_is_measured_stands_beside_its_targets(asked):
    # Nothing predicted, so there is no row of it.
    assert rows(ai_service.baselines(asked, DAY)) == [
        ("Scoring", 3, 900.0, 800.0, 1980.0, 1500.0, 2076.0, 2000.0, "p50 and p95 and p99 over target"),
        ("Response", 5, 1000.0, 1000.0, 24420.0, 2000.0, 28884.0, 3000.0, "p95 and p99 over target"),
    ]
