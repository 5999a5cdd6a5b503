"""Whose AI cost it is, and what stands against it, counted by hand."""

from __future__ import annotations

from decimal import Decimal

from analytics import ai_cost
from tests.analytics.table import rows, table, window

CALLS = """
    call_id  occurred_at           tenant_id  request_id  model  cost_usd  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens
    1        2026-01-08T10:00:00Z  acme       r1          m1     0.1       100           50                 5                   10
    2        2026-01-08T10:00:01Z  acme       r1          m1     0.2       10            -                  -                   1
    3        2026-01-08T11:00:00Z  acme       -           m2     -         7             -                  -                   3
    4        2026-01-08T12:00:00Z  globex     r1          m1     0.1       -             -                  -                   -
"""
# Half of the day Acme pays 30 a month, then 60; Globex never paid, and a trial pays nothing.
SUBSCRIPTIONS = """
    change_id  subscription_id  tenant_id  occurred_at           plan  status    mrr_usd
    1          s1               acme       2026-01-01T00:00:00Z  pro   active    30
    2          s1               acme       2026-01-08T12:00:00Z  pro   active    60
    3          s2               acme       2026-01-08T00:00:00Z  pro   trialing  900
"""
DAY = window("2026-01-08", "2026-01-09")


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
    # 45 dollars a month on average, of which a day is 1 / 30.4375: 45 / 30.4375 = 1.478439425.
    revenue = Decimal("1.478439425")
    assert rows(ai_cost.by_tenant(store, DAY)) == [
        ("acme", "Acme", "pro", Decimal("0.3"), 0.75, 2, revenue, revenue - Decimal("0.3"), 0.202917),
        ("globex", "globex", "", Decimal("0.1"), 0.25, 1, None, None, None),
    ]
