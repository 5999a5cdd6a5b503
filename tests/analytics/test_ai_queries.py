"""Single AI queries, made of their calls, counted by hand."""

from __future__ import annotations

import pytest

from analytics import ai_queries
from tests.analytics.table import rows, table, window

CALLS = """
    call_id  occurred_at           tenant_id  request_id  user_id  feature  model  status   duration_ms  cost_usd  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  trace_id
    # One query of two calls and two models: 0.30 dollars, 21 s from the first call's start to the last call's end.
    a        2026-01-08T10:00:00Z  acme       r1          u1       chat     m2     failed   2000         0.1       100           10                 5                   1              t1
    b        2026-01-08T10:00:20Z  acme       r1          u1       -        m1     success  1000         0.2       200           -                  -                   2              t1
    # The same request of another tenant is another query.
    c        2026-01-08T11:00:00Z  globex     r1          -        build    m1     ok       30000        0.5       7             -                  -                   -              t2
    # No request: a query by itself. Nothing that it costs is known.
    d        2026-01-08T12:00:00Z  acme       -           u9       chat     m3     success  20000        -         1             -                  -                   1              -
    # Outside of the window.
    e        2026-01-09T00:00:00Z  acme       r9          u1       chat     m1     success  90000        9         1             -                  -                   1              t9
"""
DAY = window("2026-01-08", "2026-01-09")
FIRST = (
    "2026-01-08T10:00+00:00",
    "acme",
    "Acme",
    "Ann",
    "chat",
    "m1, m2",
    2,
    318,
    0.3,
    21000.0,
    "success",
    "t1",
)
SECOND = ("2026-01-08T11:00+00:00", "globex", "globex", "", "build", "m1", 1, 7, 0.5, 30000.0, "ok", "t2")


@pytest.fixture
def asked(store):
    store.append("llm_calls", table(CALLS))
    store.append("tenants", table("tenant_id name\nacme Acme"))
    store.append("people", table("tenant_id person_id name\nacme p1 Ann"))
    store.append("identities", table("tenant_id alias person_id\nacme u1 p1"))
    return store


def in_dollars(frame):
    return rows(frame.assign(cost_usd=[None if cost is None else float(cost) for cost in frame["cost_usd"]]))


def test_the_dearest_queries_are_those_whose_calls_cost_most_together(asked):
    assert in_dollars(ai_queries.dearest(asked, DAY)) == [SECOND, FIRST]


def test_a_query_is_slow_over_twenty_seconds_however_short_its_calls_are(asked):
    assert in_dollars(ai_queries.slow(asked, DAY)) == [SECOND, FIRST]
