"""What AI cost brought nothing, what caching saved and what would cut the cost, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from analytics import savings
from analytics.llm_cost import price
from tests.analytics.table import rows, table, window

DAY = window("2026-01-08", "2026-01-09")
MINI, FULL = "gpt-4o-mini", "gpt-4o"


def dollars(model: str, **used: int) -> Decimal:
    found = price(model=model, provider="openai", occurred_at=datetime(2026, 1, 9, tzinfo=UTC), **used).usd
    assert found is not None
    return found


def test_failed_retried_and_truncated_calls_are_wasted(store):
    calls = """
        call_id  occurred_at           tenant_id  request_id  status   cost_usd  finish_reason
        # The first call of r1 failed and was retried; the only one of r2 failed; the same request elsewhere did not.
        1        2026-01-08T10:00:00Z  acme       r1          failed   0.1       -
        2        2026-01-08T10:00:01Z  acme       r1          success  0.2       stop
        3        2026-01-08T11:00:00Z  acme       r2          error    0.3       -
        4        2026-01-08T11:00:01Z  globex     r2          success  0.2       MAX_TOKENS
        5        2026-01-08T12:00:00Z  acme       -           failed   -         -
        6        2026-01-08T12:00:00Z  acme       -           success  0.2       -
    """
    store.append("llm_calls", table(calls))
    assert rows(savings.wasted(store, DAY)) == [
        ("failed for good", 2, Decimal("0.3"), 0.3),
        ("truncated", 1, Decimal("0.2"), 0.2),
        ("failed, then retried", 1, Decimal("0.1"), 0.1),
    ]


def test_a_request_that_was_asked_before_is_wasted_where_it_succeeded(store):
    calls = """
        call_id  occurred_at           tenant_id  model  status   cost_usd  prompt_hash  finish_reason
        1        2026-01-08T10:00:00Z  acme       m      success  0.1       a            stop
        2        2026-01-08T10:00:01Z  acme       m      success  0.2       a            stop
        # Another model, another tenant, another prompt, none: asked for the first time.
        3        2026-01-08T10:00:02Z  acme       n      success  0.4       a            stop
        4        2026-01-08T10:00:03Z  globex     m      success  0.8       a            stop
        5        2026-01-08T10:00:04Z  acme       m      success  1.6       b            stop
        6        2026-01-08T10:00:05Z  acme       m      success  3.2       -            stop
        # What was cut off counts as that alone.
        7        2026-01-08T10:00:06Z  acme       m      success  0.1       a            length
        8        2026-01-08T10:00:07Z  acme       m      failed   0.6       a            -
    """
    store.append("llm_calls", table(calls))
    assert [row[:3] for row in rows(savings.wasted(store, DAY))] == [
        ("failed for good", 1, Decimal("0.6")),
        ("asked before", 1, Decimal("0.2")),
        ("truncated", 1, Decimal("0.1")),
    ]


def test_what_caching_saved(store):
    calls = f"""
        call_id  occurred_at           provider  model    input_tokens  cache_read_tokens  cache_write_tokens
        1        2026-01-08T10:00:00Z  openai    {FULL}   1000          3000               -
        2        2026-01-08T10:00:00Z  openai    nobody-knows-it  1000  3000               -
    """
    store.append("llm_calls", table(calls))
    saved = dollars(FULL, input_tokens=3000) - dollars(FULL, cache_read_tokens=3000)
    assert rows(savings.caching(store, DAY)) == [(0.75, saved, Decimal(0), saved)]
    assert saved > 0


def test_what_would_cut_the_cost(store):
    calls = f"""
        call_id  occurred_at           tenant_id  provider  model   feature  input_tokens  cache_read_tokens  output_tokens  cost_usd  prompt_hash
        # Half of the prompts that are cached is read from the cache: so may be half of the next 2000 tokens.
        1        2026-01-08T10:00:00Z  acme       openai    {FULL}  chat     1000          1000               200            1         a
        2        2026-01-08T10:00:01Z  acme       openai    {FULL}  chat     2000          -                  200            1         b
        # Asked before, and by another tenant for the first time.
        3        2026-01-08T10:00:02Z  acme       openai    {FULL}  chat     1000          1000               200            0.5       a
        4        2026-01-08T10:00:03Z  globex     openai    {FULL}  chat     1000          1000               200            0.5       a
        # A short task for a dear model, and a cheap one that is called too.
        5        2026-01-08T10:00:04Z  acme       openai    {FULL}  label    100           -                  10             1         c
        6        2026-01-08T10:00:05Z  acme       openai    {MINI}  label    100           -                  10             1         d
        # 100 tokens more than four times the median of its feature, which is 10.
        7        2026-01-08T10:00:06Z  acme       openai    {MINI}  label    1001          -                  140            1         e
    """
    store.append("llm_calls", table(calls))
    found = savings.ways(store, DAY)
    kept = {row["what"]: (row["where"], row["calls"], row["saved_usd"]) for row in found.to_dict("records")}
    cached = (dollars(FULL, input_tokens=2000) - dollars(FULL, cache_read_tokens=2000)) / 2
    short = {"input_tokens": 100, "output_tokens": 10}
    assert kept == {
        "Answers kept for repeated requests": ("chat", 1, Decimal("0.5")),
        "Cached prompts": ("chat", 1, cached),
        "A cheaper model for short tasks": (
            f"label on {FULL}",
            1,
            dollars(FULL, **short) - dollars(MINI, **short),
        ),
        "Shorter outputs": ("label", 1, dollars(MINI, output_tokens=100)),
    }
    # A day is a 31st of January.
    assert found["a_month_usd"].iloc[0] == Decimal("0.5") * 31


def test_a_feature_stands_beside_upgrades_after_its_use_and_the_revenue_of_who_used_it(store):
    calls = """
        call_id  occurred_at           tenant_id  user_id  feature  cost_usd
        1        2026-01-08T10:00:00Z  acme       u1       chat     1
        2        2026-01-08T11:00:00Z  acme       alias    chat     1
        3        2026-01-08T20:00:00Z  acme       u2       build    3
        4        2026-01-08T11:00:00Z  globex     u1       build    1
    """
    changes = """
        change_id  subscription_id  tenant_id  occurred_at           plan  status  mrr_usd
        1          s1               acme       2026-01-01T00:00:00Z  free  active  0
        # After its first use of the chat, and before that of the builder.
        2          s1               acme       2026-01-08T15:00:00Z  pro   active  50
    """
    store.append("llm_calls", table(calls))
    assert savings.feature_roi(store, DAY).empty
    store.append("subscriptions", table(changes))
    store.append("identities", table("tenant_id alias person_id\nacme alias u1"))
    assert rows(savings.feature_roi(store, DAY)) == [
        ("build", Decimal(4), 2, 2, 0, Decimal(50)),
        ("chat", Decimal(2), 1, 1, 1, Decimal(50)),
    ]
