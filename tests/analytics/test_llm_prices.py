"""Calls without a price, and reported costs beside the prices, row by row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.llm_prices import NAMELESS, TOKENLESS, reported, unpriced
from analytics.scope import Scope
from tests.analytics.table import table

FEBRUARY = Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))
CALLS = table("""
    call_id  occurred_at           tenant_id  provider  model     input_tokens  cache_read_tokens  output_tokens  cost_usd
    1        2026-02-01T10:00:00Z  acme       in-house  quarry-9  1000          10                 100            -
    2        2026-02-01T11:00:00Z  globex     in-house  quarry-9  500           -                  50             -
    3        2026-02-02T10:00:00Z  acme       openai    -         5             -                  5              -
    4        2026-02-02T10:00:00Z  acme       openai    gpt-4o    -             -                  -              -
    5        2026-02-02T11:00:00Z  acme       openai    gpt-4o    1000          -                  100            -
    6        2026-02-02T12:00:00Z  acme       openai    gpt-4o    1000          -                  100            0.004
    7        2026-02-02T12:00:00Z  acme       openai    gpt-4o    2000          -                  200            0.006
    8        2026-02-02T13:00:00Z  acme       in-house  quarry-9  2000          -                  200            0.5
    9        2026-03-02T13:00:00Z  acme       in-house  quarry-9  2000          -                  200            -
""")  # fmt: skip


@pytest.fixture
def asked(store):
    store.append("llm_calls", CALLS)
    return store


def tuples(frame):
    return [tuple(row) for row in frame.astype(object).where(frame.notna(), None).itertuples(index=False)]


def test_what_has_no_price_is_listed_with_its_tokens_and_the_way_to_one(asked):
    found = tuples(unpriced(asked, FEBRUARY))
    assert [row[:-1] for row in found] == [
        ("in-house", "quarry-9", 2, 1500, 10, 150),
        ("openai", "", 1, 5, 0, 5),
        ("openai", "gpt-4o", 1, 0, 0, 0),
    ]
    assert 'model = "quarry-9"' in found[0][-1]
    assert [row[-1] for row in found[1:]] == [NAMELESS, TOKENLESS]


def test_a_reported_cost_stands_beside_what_the_prices_say(asked):
    assert tuples(reported(asked, FEBRUARY)) == [
        # 1000 x 2.50 + 100 x 10 by million is 0.0035, and twice as much
        ("openai", "gpt-4o", 2, Decimal("0.01"), Decimal("0.0105"), Decimal("-0.0005"), 0),
        ("in-house", "quarry-9", 1, Decimal("0.5"), None, None, 1),
    ]
