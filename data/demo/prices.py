"""What a call costs, by genai-prices' table: whole billionths of a dollar a token, so that sums are exact."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from genai_prices import Usage, calc_price

from data.demo.story import Story

_NANO = 10**9


@dataclass(frozen=True)
class UnitPrices:
    """Billionths of a dollar for one token of each kind."""

    input: int
    cache_read: int
    cache_write: int
    output: int


@lru_cache(maxsize=4096)
def unit_prices(story: Story, day: int, provider: str, model: str) -> UnitPrices:
    """A model's prices on a day, asked of genai-prices with usages too small for any tier."""

    def price(**usage: int) -> int:
        found = calc_price(
            Usage(**usage),
            model,
            provider_id=provider,
            genai_request_timestamp=story.date(day).replace(hour=12),
        )
        nano = found.total_price * _NANO / 1_000
        if nano != int(nano):
            message = (
                f"{model} costs {nano} billionths of a dollar a token; choose a model with a whole number"
            )
            raise ValueError(message)
        return int(nano)

    return UnitPrices(
        input=price(input_tokens=1_000),
        cache_read=price(input_tokens=1_000, cache_read_tokens=1_000),
        cache_write=price(input_tokens=1_000, cache_write_tokens=1_000),
        output=price(output_tokens=1_000),
    )
