"""What was planted among the demo company's AI calls, found as a reader of its boards finds it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.llm_prices import reported, unpriced
from analytics.scope import Scope
from data.demo import Story, planted
from data.demo.ai import calls_table, repriced_table

DAYS = 4
STORY = Story(datetime(2026, 3, 1, tzinfo=UTC), DAYS, 0.05)
ALL = Scope(STORY.date(0), STORY.date(DAYS))


@pytest.fixture(scope="module")
def store(held):
    for day in range(DAYS):
        held.append("llm_calls", calls_table(STORY, day), source="demo")
        held.append("llm_price_history", repriced_table(STORY, day), source="demo")
    return held


def test_what_a_gateway_reports_is_dearer_than_the_table_by_its_fee(store):
    (row,) = reported(store, ALL).itertuples()
    assert (row.provider, row.model, row.without_price) == ("openai", "gpt-5.4-mini", 0)
    # Each fee is cut to a billionth of a dollar.
    missing = row.listed_usd * planted.GATEWAY_FEE / 1000 - row.difference_usd
    assert 0 <= missing < row.calls * Decimal("1e-9")


def test_a_model_of_the_company_s_own_has_no_price(store):
    assert list(unpriced(store, ALL)["model"]) == [planted.UNPRICED_MODEL]
