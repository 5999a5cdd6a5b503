"""What a call of a model costs, by genai-prices' table at the call's own time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from genai_prices import Usage, calc_price

PRICE_VERSION = f"genai-prices/{version('genai-prices')}"
_EXACT = Decimal(1).scaleb(-9)  # as `cost_usd` keeps it


def price(
    provider: str,
    model: str,
    at: datetime,
    *,
    input_tokens: int,
    cache_read_tokens: int,
    cache_write_tokens: int,
    output_tokens: int,
) -> Decimal | None:
    """Dollars of one call, its tokens in disjoint buckets; None where the model has no price."""
    found = _found(provider, model)
    if found is None:
        return None
    cached = cache_read_tokens + cache_write_tokens
    usage = Usage(
        input_tokens=input_tokens + cached,
        cache_read_tokens=cache_read_tokens or None,
        cache_write_tokens=cache_write_tokens or None,
        output_tokens=output_tokens,
    )
    try:
        priced = found.model.calc_price(usage, found.provider, genai_request_timestamp=at)
    except (LookupError, ValueError):
        return None
    return priced.total_price.quantize(_EXACT)


@lru_cache(maxsize=1024)
def _found(provider: str, model: str) -> Any:
    """The table's entry of a model; looking it up takes longer than all the rest."""
    try:
        return calc_price(Usage(input_tokens=1), model, provider_id=provider or None)
    except (LookupError, ValueError):
        return None
