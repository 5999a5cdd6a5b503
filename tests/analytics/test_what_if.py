"""Calls with another model, by prices that can be counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from analytics import what_if
from analytics.llm_cost import PriceList
from analytics.llm_prices_own import OwnPrice
from tests.analytics.table import rows, table, window

CALLS = """
    call_id  occurred_at           feature  provider  model  input_tokens  cache_read_tokens  cache_write_tokens  output_tokens  cost_usd
    1        2026-01-08T10:00:00Z  chat     p         m1     1000          1000               -                   100            0.5
    2        2026-01-08T11:00:00Z  chat     p         m1     1000          -                  -                   100            0.5
    3        2026-01-08T11:00:00Z  build    p         m1     1000          -                  -                   -              0.25
    4        2026-01-08T11:00:00Z  chat     p         m2     1000          -                  -                   100            -
    # A long prompt by itself, as it may have a price of its own.
    5        2026-01-08T11:00:00Z  chat     p         m1     300000        -                  -                   -              3
"""
DAY = window("2026-01-08", "2026-01-09")
AT = datetime(2026, 1, 9, tzinfo=UTC)


def other(**dollars_a_million: str) -> PriceList:
    named = {kind: Decimal(usd) for kind, usd in dollars_a_million.items()}
    fee = {"request": named.pop("request")} if "request" in named else {}
    return PriceList((OwnPrice(model="small", per_million=named, each=fee),))


def test_tokens_are_added_up_by_what_decides_over_a_price(store):
    store.append("llm_calls", table(CALLS))
    found = what_if.mix(store, DAY)
    assert rows(
        found[["feature", "model", "whole_input", "calls", "input_tokens", "cost_usd", "unpriced"]]
    ) == [
        ("build", "m1", 1000, 1, 1000, Decimal("0.25"), 0),
        ("chat", "m1", 2000, 2, 2000, Decimal(1), 0),
        ("chat", "m1", 300000, 1, 300000, Decimal(3), 0),
        ("chat", "m2", 1000, 1, 1000, None, 1),
    ]


def test_a_feature_with_another_model_keeps_its_tokens(store):
    store.append("llm_calls", table(CALLS))
    found = what_if.mix(store, DAY)
    asked = {
        "model": "small",
        "provider": "",
        "at": AT,
        "prices": other(input="1", cache_read="0.1", output="10"),
    }
    # 302,000 of input, 1,000 read from a cache, 200 of output; the call without a price is in neither.
    then = Decimal("0.302") + Decimal("0.0001") + Decimal("0.002")
    assert what_if.repriced(found, feature="chat", **asked) == what_if.Repriced(3, 1, Decimal(4), then)
    assert what_if.repriced(found, feature="", **asked).now_usd == Decimal("4.25")
    fees = {**asked, "prices": other(input="0", output="0", request="0.01")}
    assert what_if.repriced(found, feature="chat", **fees).then_usd == Decimal("0.03")


def test_a_model_without_a_price_says_nothing(store):
    store.append("llm_calls", table(CALLS))
    found = what_if.repriced(
        what_if.mix(store, DAY), feature="", model="nobody-knows-it", provider="", at=AT, prices=PriceList()
    )
    assert (found.then_usd, found.saved_usd) == (None, None)
