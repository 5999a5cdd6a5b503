"""Prices of single calls, by hand; and against genai-prices' own arithmetic for every model that it knows."""

from __future__ import annotations

import random
import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from genai_prices import Usage
from genai_prices.data_snapshot import get_snapshot

from analytics.llm_cost import PRICE_VERSION, SHIPPED, PriceList, Used, price
from analytics.llm_prices_own import OwnPrice

SPRING = datetime(2026, 4, 1, tzinfo=UTC)
AUTUMN = datetime(2026, 11, 1, tzinfo=UTC)
GPT_4O = {"provider": "openai", "model": "gpt-4o"}  # 2.50 in, 1.25 cached, 10 out
AZURE = {"provider": "azure", "model": "gpt-4o"}
SONNET = {"provider": "anthropic", "model": "claude-sonnet-4-6"}  # 3, 0.30 cached, 3.75 / 6 written, 15 out
GEMINI = {"provider": "google", "model": "gemini-2.5-pro"}  # 1.25 and 10; above 200,000 in 2.50 and 15
FLASH = {"provider": "google", "model": "gemini-2.5-flash"}  # 0.30, audio 1.00, cached 0.03 / 0.10, 2.50 out
IMAGE = {"provider": "openai", "model": "gpt-image-1"}  # 5 text, 10 image, 40 out


@pytest.mark.parametrize(
    ("who", "used", "usd"),
    [
        (GPT_4O, {"input_tokens": 1000, "output_tokens": 100}, "0.0035"),
        (GPT_4O, {"input_tokens": 600, "cache_read_tokens": 400, "output_tokens": 10}, "0.0021"),
        # Reasoning is part of the output: it is not paid for twice.
        ({"provider": "openai", "model": "gpt-5"}, {"output_tokens": 1000, "reasoning_tokens": 900}, "0.01"),
        (SONNET, {"input_tokens": 1000, "cache_read_tokens": 10_000, "cache_write_tokens": 2000}, "0.0135"),
        (SONNET, {"cache_write_tokens": 3000, "cache_write_1h_tokens": 1000}, "0.0135"),
        (SONNET, {"input_tokens": 1, "web_searches": 2}, "0.020003"),
        (GEMINI, {"input_tokens": 200_000, "output_tokens": 1000}, "0.26"),
        # A long prompt: all of it costs more, and so does the answer.
        (GEMINI, {"input_tokens": 200_001, "output_tokens": 1000}, "0.5150025"),
        (FLASH, {"input_tokens": 1500, "input_audio_tokens": 1000, "output_tokens": 100}, "0.0014"),
        (FLASH, {"cache_read_tokens": 1500, "cache_read_audio_tokens": 1000}, "0.000115"),
        (IMAGE, {"input_tokens": 1050, "input_image_tokens": 1000, "output_tokens": 1056}, "0.05249"),
        ({"provider": "openai", "model": "text-embedding-3-small"}, {"input_tokens": 8}, "0.00000016"),
        ({"provider": "perplexity", "model": "sonar"}, {"input_tokens": 1000, "output_tokens": 1000}, "0.014"),
        ({"provider": "groq", "model": "whisper-large-v3"}, {"audio_seconds": 3600}, "0.111"),
    ],
)  # fmt: skip
def test_each_kind_of_token_has_its_own_price(who, used, usd):
    assert price(**who, occurred_at=SPRING, **used).usd == Decimal(usd)


@pytest.mark.parametrize(
    ("who", "tier", "usd", "named"),
    [
        (GPT_4O, "default", "0.0125", PRICE_VERSION),
        (GPT_4O, "batch", "0.00625", PRICE_VERSION),
        (GPT_4O, "priority", "0.02125", PRICE_VERSION),
        (SONNET, "batch", "0.009", PRICE_VERSION),
        (SONNET, "standard", "0.018", PRICE_VERSION),
        ({"provider": "openai", "model": "gpt-5"}, "flex", "0.005625", PRICE_VERSION),
        # The table knows no tiers of Azure, whose own list has batches at half.
        (AZURE, "batch", "0.00625", f"{PRICE_VERSION}, batch at 0.5 of the usual"),
        (AZURE, "priority", "0.0125", f"{PRICE_VERSION}, no price for priority"),
        (SONNET, "us", "0.0198", f"{PRICE_VERSION}, us at 1.1 of the usual"),
        # What the table does not know costs the usual price, and says so.
        (SONNET, "priority", "0.018", f"{PRICE_VERSION}, no price for priority"),
    ],
)
@pytest.mark.parametrize("at", [SPRING, AUTUMN])  # the table learnt of these tiers between the two
def test_a_tier_has_a_price_of_its_own(who, tier, usd, named, at):
    found = price(**who, occurred_at=at, tier=tier, input_tokens=1000, output_tokens=1000)
    assert (found.usd, found.version) == (Decimal(usd), named)


def test_a_call_costs_what_its_model_cost_then():
    # OpenAI lowered o3 from 10 / 40 to 2 / 8 on 10 June 2025.
    o3 = {"provider": "openai", "model": "o3", "input_tokens": 1000, "output_tokens": 1000}
    days = (datetime(2025, 6, 9, 23, 59, tzinfo=UTC), datetime(2025, 6, 10, tzinfo=UTC))
    assert [price(occurred_at=day, **o3).usd for day in days] == [Decimal("0.05"), Decimal("0.01")]


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("openai", "gpt-4o-2024-08-06"), ("azure.ai.openai", "gpt-4o"), ("", "gpt-4o"), ("litellm", "gpt-4o"),
        ("openrouter", "openai/gpt-4o"), (None, "gpt-4o"),
    ],
)  # fmt: skip
def test_models_and_providers_are_known_by_the_names_that_programs_use(provider, model):
    found = price(provider=provider, model=model, occurred_at=SPRING, input_tokens=1000, output_tokens=100)
    assert found.usd == Decimal("0.0035")


@pytest.mark.parametrize("model", ["quarry-9", "", "in-house"])
def test_a_model_without_a_price_has_no_cost_never_zero(model):
    assert price(model=model, occurred_at=SPRING, input_tokens=1000).usd is None
    assert price(provider="in-house", model=model, occurred_at=SPRING, input_tokens=1000).usd is None


OWN = PriceList(
    (
        OwnPrice("quarry-*", per_million={"input": Decimal(1), "output": Decimal(2)}),
        OwnPrice("quarry-*", valid_from=AUTUMN, per_million={"input": Decimal(3)}),
        OwnPrice("quarry-9", "in-house", tenant="acme", each={"request": Decimal("0.5")}),
        OwnPrice("gpt-4o", tenant="acme", discount=Decimal("0.2"), valid_until=AUTUMN),
        OwnPrice("gpt-4o", tier="batch", per_million={"input": Decimal(1), "cache_read": Decimal("0.1")}),
    )
)


@pytest.mark.parametrize(
    ("who", "at", "used", "usd"),
    [
        ({"model": "quarry-7"}, SPRING, {"input_tokens": 1000, "output_tokens": 500}, "0.002"),
        ({"model": "quarry-7"}, AUTUMN, {"input_tokens": 1000}, "0.003"),
        # What it leaves out costs what it is part of; a kind that is part of nothing priced has no price.
        ({"model": "quarry-7"}, SPRING, {"cache_read_tokens": 1000, "cache_write_tokens": 1000}, "0.002"),
        ({"model": "quarry-7"}, AUTUMN, {"input_tokens": 1000, "output_tokens": 1}, None),
        ({"model": "quarry-9", "provider": "in-house", "tenant": "acme"}, SPRING, {"web_searches": 1}, "0.5"),
        (GPT_4O | {"tenant": "acme"}, SPRING, {"input_tokens": 1000, "output_tokens": 100}, "0.0028"),
        (GPT_4O | {"tenant": "globex"}, SPRING, {"input_tokens": 1000, "output_tokens": 100}, "0.0035"),
        (GPT_4O | {"tenant": "acme"}, AUTUMN, {"input_tokens": 1000, "output_tokens": 100}, "0.0035"),
        (GPT_4O | {"tier": "batch"}, SPRING, {"input_tokens": 1000, "cache_read_tokens": 1000}, "0.0011"),
    ],
)
def test_what_a_company_pays_stands_above_the_table(who, at, used, usd):
    found = OWN.price(Used(**used), at=at, **who)
    assert found.usd == (None if usd is None else Decimal(usd))
    assert (found.version == PRICE_VERSION) == (who["model"] == "gpt-4o" and usd == "0.0035")


def test_an_own_price_that_says_something_else_has_another_name():
    one, other = (OwnPrice("m", per_million={"input": Decimal(usd)}) for usd in ("1", "1.5"))
    assert one.version != other.version
    assert one.version == OwnPrice("m", per_million={"input": Decimal("1.00")}).version


def test_every_model_of_the_table_costs_what_the_table_s_own_arithmetic_says():
    chance, compared = random.Random(7), 0

    def some(most: int) -> int:
        return chance.choice([0, chance.randint(1, most)])

    for provider in get_snapshot().providers:
        for model in provider.models:
            fresh, read, written, output = some(300_000), some(300_000), some(1000), some(5000)
            audio, reasoning = fresh // chance.choice([3, 10**9]), output // 2
            at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randint(0, 24 * 1000))
            used = Used(fresh, read, written, output, reasoning, written // 2, audio)
            usage = Usage(
                input_tokens=used.whole_input, cache_read_tokens=read, cache_write_tokens=written,
                cache_write_1h_tokens=written // 2, output_tokens=output, output_reasoning_tokens=reasoning,
                input_audio_tokens=audio, cache_audio_read_tokens=0, cache_audio_write_tokens=0,
            )  # fmt: skip
            with warnings.catch_warnings(action="ignore"):
                wanted = model.calc_price(usage, provider, genai_request_timestamp=at).total_price
            try:
                if get_snapshot().find_provider_model(model.id, None, provider.id, None)[1] is not model:
                    continue  # another entry answers to its name
            except LookupError:
                continue
            found = SHIPPED.price(used, model=model.id, provider=provider.id, at=at).usd
            if found is None:
                assert wanted == 0, (provider.id, model.id)
                continue
            assert abs(found - wanted) <= Decimal("5e-10"), (provider.id, model.id, at)
            compared += 1
    assert compared > 1500


def test_sums_of_costs_are_exact():
    each = price(**GPT_4O, occurred_at=SPRING, input_tokens=1).usd
    assert sum([each] * 1_000_000) == Decimal("2.5")
