"""Many calls at once cost to the last digit what each costs by itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest

from analytics.llm_cost import NO_PRICE, USED, PriceList, Used
from analytics.llm_cost_many import Calls, price_all
from analytics.llm_prices_own import OwnPrice

SPRING = datetime(2026, 4, 1, tzinfo=UTC)
OWN = PriceList(
    (
        OwnPrice("gpt-4o", tenant="acme", discount=Decimal("0.333")),
        # From the middle of a day on.
        OwnPrice("quarry", valid_from=SPRING + timedelta(hours=9), per_million={"input": Decimal("0.0275")}),
        OwnPrice("thirds", per_million={"input": Decimal(1) / 3, "output": Decimal(1)}),
        OwnPrice("dear", per_million={"input": Decimal(10) ** 6}),
    )
)
MODELS = (
    ("openai", "gpt-4o"), ("openai", "gpt-5.5"), ("google", "gemini-2.5-pro"), ("anthropic", "claude-sonnet-4-6"),
    ("deepseek", "deepseek-chat"), ("groq", "whisper-large-v3"), ("perplexity", "sonar"), ("in-house", "quarry"),
    ("", "thirds"), ("", "dear"), ("", "unknown"), ("openai", ""),
)  # fmt: skip


def called(seed: int, many: int) -> list[tuple[Used, datetime, str, str, str, str]]:
    chance = random.Random(seed)
    found = []
    for _ in range(many):
        provider, model = chance.choice(MODELS)
        amounts = {name: chance.choice([0, 0, chance.randint(1, 150_000)]) for name in USED}
        at = SPRING + timedelta(microseconds=chance.randint(0, 2 * 86_400_000_000))
        tenant, tier = chance.choice(["", "acme"]), chance.choice(["", "", "batch", "flex", "default"])
        found.append((Used(**amounts), at, provider, model, tenant, tier))
    return found


@pytest.mark.parametrize("prices", [PriceList(), OWN], ids=["table", "own"])
def test_calls_together_cost_what_each_costs_alone(prices):
    calls = called(5, 1500)
    used, at, provider, model, tenant, tier = map(list, zip(*calls, strict=True))
    moments = [round(each.timestamp() * 10**6) for each in at]
    columns = {name: np.array([getattr(each, name) for each in used]) for name in USED}
    together = price_all(prices, Calls(columns, np.array(moments), provider, model, tenant, tier))
    alone = [
        prices.price(each, at=when, provider=by, model=of, tenant=whose, tier=tiered)
        for each, when, by, of, whose, tiered in calls
    ]
    assert together == alone
    assert [str(price.usd) for price in together] == [str(price.usd) for price in alone]
    assert {price.usd is None for price in alone} == {True, False}


def test_no_calls_cost_nothing():
    nothing = np.array([], dtype=np.int64)
    assert price_all(OWN, Calls(dict.fromkeys(USED, nothing), nothing, [], [], [], [])) == []
    one = np.array([1], dtype=np.int64)
    assert price_all(OWN, Calls(dict.fromkeys(USED, one), one, [""], [""], [""], [""])) == [NO_PRICE]
