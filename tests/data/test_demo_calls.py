"""What was planted among the demo company's AI calls, found as a reader of its boards finds it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics import savings
from analytics.llm_prices import reported, unpriced
from analytics.scope import Scope
from data.demo import Story, planted
from data.demo.ai import calls_table, repriced_table
from tests.data.conftest import tuples

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


def test_answers_are_cut_off_and_questions_asked_again(store):
    cut = """select feature, max(output_tokens)::int from raw.llm_calls
        where attributes.finish_reason is not null group by 1"""
    assert tuples(store.admin.frame(cut)) == [(planted.CUT_FEATURE, planted.CUT_TOKENS)]
    assert "truncated" in set(savings.wasted(store, ALL)["what"])
    again = """select feature,
            count(distinct (tenant_id, time_bucket($hours * interval 1 hour, occurred_at)))::int,
            count(distinct attributes.prompt_hash::varchar)::int
        from raw.llm_calls where attributes.prompt_hash is not null group by 1"""
    (row,) = tuples(store.admin.frame(again, hours=planted.ASKED_AGAIN_HOURS))
    assert row[0] == planted.ASKED_AGAIN_FEATURE
    assert row[1] == row[2] > 0
