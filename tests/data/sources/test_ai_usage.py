"""Random answers of providers cost what genai-prices' own reading of them and its own arithmetic say."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from genai_prices import extract_usage

from analytics.llm_cost import USED, PriceList, Used
from data.sources.ai_answers import call_of
from data.sources.ai_usage import dollars, used

AUTUMN = datetime(2026, 11, 10, tzinfo=UTC)
MANY = 60


def some(most: int) -> int:
    return CHANCE.choice([0, CHANCE.randint(0, most), CHANCE.randint(0, most // 100)])


def chat(**more: object) -> dict[str, object]:
    went, came = some(9000) + 1, some(3000)
    cached, thought = CHANCE.randint(0, went), CHANCE.randint(0, came)
    usage = {
        "prompt_tokens": went, "completion_tokens": came, "total_tokens": went + came,
        "prompt_tokens_details": {"cached_tokens": cached, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": thought, "audio_tokens": 0},
    }  # fmt: skip
    model = CHANCE.choice(["gpt-4o", "gpt-5", "gpt-4.1-mini", "o3", "gpt-5.5", "gpt-4o-mini-2024-07-18"])
    tier = CHANCE.choice([None, "default", "priority", "flex"])
    return {
        "object": "chat.completion",
        "model": model,
        "choices": [],
        "usage": usage,
        "service_tier": tier,
        **more,
    }


def azure() -> dict[str, object]:
    return chat(prompt_filter_results=[])


def responses() -> dict[str, object]:
    went, came = some(400_000) + 1, some(3000)
    usage = {
        "input_tokens": went, "output_tokens": came, "total_tokens": went + came,
        "input_tokens_details": {"cached_tokens": CHANCE.randint(0, went)},
        "output_tokens_details": {"reasoning_tokens": CHANCE.randint(0, came)},
    }  # fmt: skip
    return {
        "object": "response",
        "model": CHANCE.choice(["gpt-5", "gpt-5.5", "o3"]),
        "output": [],
        "usage": usage,
    }


def messages() -> dict[str, object]:
    short, long = some(3000), some(3000)
    usage = {
        "input_tokens": some(300_000), "output_tokens": some(4000), "cache_read_input_tokens": some(50_000),
        "cache_creation_input_tokens": short + long, "server_tool_use": {"web_search_requests": some(3)},
        "cache_creation": {"ephemeral_5m_input_tokens": short, "ephemeral_1h_input_tokens": long},
    }  # fmt: skip
    model = CHANCE.choice(["claude-sonnet-4-6", "claude-opus-4-1-20250805", "claude-haiku-4-5-20251001"])
    return {"type": "message", "model": model, "content": [], "usage": usage}


def gemini() -> dict[str, object]:
    went, came, thought = some(300_000) + 1, some(3000), some(3000)
    cached = CHANCE.randint(0, went)
    heard = CHANCE.randint(0, went - cached)
    usage = {
        "promptTokenCount": went, "cachedContentTokenCount": cached, "candidatesTokenCount": came,
        "thoughtsTokenCount": thought, "totalTokenCount": went + came + thought,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": went - heard},
                                {"modality": "AUDIO", "tokenCount": heard}],
        "cacheTokensDetails": [{"modality": "TEXT", "tokenCount": cached}, {"modality": "AUDIO", "tokenCount": 0}],
    }  # fmt: skip
    model = CHANCE.choice(["gemini-2.5-flash", "gemini-2.5-pro", "gemini-2.0-flash"])
    return {"modelVersion": model, "candidates": [], "usageMetadata": usage}


def converse() -> dict[str, object]:
    names = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
    return {
        "model": "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "usage": {name: some(3000) for name in names},
    }


CHANCE = random.Random(11)


@pytest.mark.parametrize(
    ("made", "provider", "flavour"),
    [
        (chat, "openai", "chat"), (azure, "azure", "chat"), (responses, "openai", "responses"),
        (messages, "anthropic", "default"), (gemini, "google", "default"), (converse, "aws", "default"),
    ],
)  # fmt: skip
def test_random_answers_cost_what_the_table_s_own_reading_says(made, provider, flavour):
    prices = PriceList()
    for _ in range(MANY):
        body = made()
        tier = body.get("service_tier")
        read = extract_usage(body, provider_id=provider, api_flavor=flavour)
        wanted = read.calc_price(
            genai_request_timestamp=AUTUMN, price_context={"service_tier": tier} if tier else None
        )
        call = call_of(body)
        counts = Used(**{name: said for name, said in call.items() if name in USED})
        found = prices.price(
            counts,
            model=call["model"],
            provider=call["provider"],
            at=AUTUMN,
            tier=call.get("service_tier", ""),
        )
        assert abs(found.usd - wanted.total_price) <= Decimal("5e-10"), body


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        (0.1, "0.100000000"), ("2.5e-7", "0.000000250"), (3, "3.000000000"), (0, "0.000000000"),
        (1e-12, "0.000000000"), (-1, None), ("much", None), (True, None), (float("nan"), None), (1e300, None), (None, None),
    ],
)  # fmt: skip
def test_an_amount_is_exact_or_none(said, amount):
    assert dollars(said) == amount


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": -1}, {"prompt_tokens": "12"}, {"prompt_tokens": True}, {"prompt_tokens": 1e300}, {},
        {"prompt_tokens": None, "completion_tokens": None}, [], "usage", None,
    ],
)  # fmt: skip
def test_what_is_no_count_counts_nothing(usage):
    assert used({"usage": usage, "choices": []}) is None


def test_a_part_is_never_more_than_its_whole():
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "prompt_tokens_details": {"cached_tokens": 8, "audio_tokens": 10},
    }
    assert used({"usage": usage}) == {
        "input_tokens": 2, "cache_read_tokens": 8, "output_tokens": 5, "input_audio_tokens": 2}  # fmt: skip
