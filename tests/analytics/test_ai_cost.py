"""Whose AI cost it is, and what stands against it, counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from analytics import ai_cost, usage_economics
from tests.analytics.table import rows, table, window

CALLS = """
    call_id  occurred_at           tenant_id  request_id  model  cost_usd  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens
    1        2026-01-08T10:00:00Z  acme       r1          m1     0.1       100           50                 5                   10
    2        2026-01-08T10:00:01Z  acme       r1          m1     0.2       10            -                  -                   1
    3        2026-01-08T11:00:00Z  acme       -           m2     -         7             -                  -                   3
    4        2026-01-08T12:00:00Z  globex     r1          m1     0.1       -             -                  -                   -
"""
RUNS = """
    run_id  occurred_at           tenant_id  status
    1       2026-01-08T10:00:00Z  acme       success
    2       2026-01-08T10:00:00Z  acme       failed
    3       2026-01-08T10:00:00Z  globex     success
"""
# Half of the day Acme pays 30 a month, then 60; Globex never paid, and a trial pays nothing.
SUBSCRIPTIONS = """
    change_id  subscription_id  tenant_id  occurred_at           plan  status    mrr_usd
    1          s1               acme       2026-01-01T00:00:00Z  pro   active    30
    2          s1               acme       2026-01-08T12:00:00Z  pro   active    60
    3          s2               acme       2026-01-08T00:00:00Z  pro   trialing  900
"""
DAY = window("2026-01-08", "2026-01-09")


def test_what_ai_comes_to(store):
    store.append("llm_calls", table(CALLS))
    store.append("runs", table(RUNS))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    (found,) = rows(ai_cost.comes_to(store, DAY))
    # Nobody is named who asked; two executions succeeded; Acme pays 45 a month on that day.
    assert found[:2] == (None, Decimal("0.2"))
    assert found[2] == pytest.approx(0.4 / (45 / 31), rel=1e-5)  # a millionth


def test_tokens_of_a_model_by_kind(store):
    store.append("llm_calls", table(CALLS))
    assert rows(ai_cost.tokens_by_model(store, DAY)) == [
        ("m1", "cached", 50),
        ("m1", "input", 115),
        ("m1", "output", 11),
        ("m2", "cached", 0),
        ("m2", "input", 7),
        ("m2", "output", 3),
    ]


def test_cost_stands_beside_what_was_paid_for_the_same_time(store):
    store.append("llm_calls", table(CALLS))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    store.append("tenants", table("tenant_id name plan\nacme Acme pro"))
    # 45 dollars a month on average, of which a day of January is a 31st: 45 / 31 = 1.451612903.
    revenue = Decimal("1.451612903")
    assert rows(ai_cost.by_tenant(store, DAY)) == [
        ("acme", "Acme", "pro", Decimal("0.3"), 0.75, 2, revenue, revenue - Decimal("0.3"), 0.206667),
        ("globex", "globex", "", Decimal("0.1"), 0.25, 1, None, None, None),
    ]


def test_a_whole_month_at_one_price_is_that_price_and_months_add_up(store):
    store.append("llm_calls", table(CALLS))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    found = ai_cost.by_tenant(store, window("2026-02-01", "2026-03-01"))
    assert found.empty  # without a call there is no cost to set beside it
    # Of January's 31 days 7.5 at 30 and 23.5 at 60; then February, whole, at 60.
    january = (30 * Decimal("7.5") + 60 * Decimal("23.5")) / 31
    both = ai_cost.by_tenant(store, window("2026-01-01", "2026-03-01"))
    assert rows(both[["tenant_id", "revenue_usd"]]) == [
        ("acme", round(january, 9) + 60),
        ("globex", None),
    ]
    economics = usage_economics.unit_economics(store, window("2026-01-01", "2026-03-01"))
    assert dict(rows(economics[["tenant_id", "revenue_usd"]]))["acme"] == round(january, 9) + 60
