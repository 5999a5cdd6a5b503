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
        (
            "Scoring",
            3,
            900.0,
            800.0,
            1980.0,
            1500.0,
            2076.0,
            2000.0,
            "p50 and p95 and p99 over target, p95 most: 1.3 times",
        ),
        (
            "Response",
            5,
            1000.0,
            1000.0,
            24420.0,
            2000.0,
            28884.0,
            3000.0,
            "p95 and p99 over target, p95 most: 12.2 times",
        ),
    ]


def test_items_of_batch_jobs_by_the_minutes_that_they_ran(store):
    jobs = """
        run_id  occurred_at           kind      workflow_name  duration_ms  items
        1       2026-01-08T10:00:00Z  job       nightly        60000        100
        2       2026-01-08T10:30:00Z  job       nightly        30000        20
        # Neither says how many items there were in how long.
        3       2026-01-08T10:40:00Z  job       nightly        60000        -
        4       2026-01-08T10:50:00Z  workflow  nightly        60000        900
    """
    store.append("runs", table(jobs))
    assert rows(ai_service.throughput(store, window("2026-01-08T10:00", "2026-01-08T14:00"))) == [
        ("2026-01-08T10:00+00:00", "nightly", 100.0, 100.0, True),
        ("2026-01-08T10:30+00:00", "nightly", 40.0, 20.0, True),
    ]


def test_first_tokens_of_calls_that_tell_of_them(store):
    calls = """
        call_id  occurred_at           ttft_ms  first_token_ms
        1        2026-01-08T10:00:00Z  100      -
        2        2026-01-08T10:01:00Z  -        300
        3        2026-01-08T10:02:00Z  -        -
    """
    store.append("llm_calls", table(calls))
    found = rows(ai_service.first_token(store, window("2026-01-08T10:00", "2026-01-08T10:30")))
    assert [row for row in found if row[3]] == [
        ("2026-01-08T10:00+00:00", 100.0, 100.0, 1, True),
        ("2026-01-08T10:01+00:00", 300.0, 300.0, 1, True),
    ]
