"""The table of genai-prices: which entry a model is, and which of its prices hold at a time and in a tier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal

from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    PriceVariant,
    TieredPrices,
    TimeOfDateConstraint,
)

# What programs call providers that the table knows by other names; '' is whoever makes the model.
CALLED = {
    "claude": "anthropic", "codex": "openai", "x_ai": "x-ai", "xai": "x-ai", "azure.ai.openai": "azure",
    "az.ai.openai": "azure", "azure_openai": "azure", "azure-openai": "azure", "azureopenai": "azure",
    "azure.ai.inference": "azure", "aws.bedrock": "aws", "aws_bedrock": "aws", "bedrock": "aws",
    "gcp.gemini": "google", "gcp.vertex_ai": "google", "gcp.gen_ai": "google", "vertex_ai": "google",
    "google_genai": "google", "google_vertexai": "google", "gemini": "google", "litellm": "", "langchain": "",
    "unknown": "", "custom": "",
}  # fmt: skip

# What providers charge for all tokens in a tier by their own lists, where the table has no price for it.
FACTORS = {
    **{(provider, "batch"): Decimal("0.5")
       for provider in ("anthropic", "aws", "azure", "google", "groq", "mistral", "openai")},
    ("aws", "flex"): Decimal("0.5"),
    ("aws", "priority"): Decimal("1.75"),
    ("anthropic", "us"): Decimal("1.1"),
}  # fmt: skip


def factor_of(tier: str, provider: str) -> Decimal | None:
    """What a provider's tier costs of its usual price, for every kind of token; None where nobody knows."""
    provider = provider.lower().strip()
    return FACTORS.get((CALLED.get(provider, provider), tier))


def context_of(tier: str, provider: str) -> Mapping[str, str]:
    """How the table names a tier of a provider."""
    if tier == "batch":
        return {"processing": "batch"}
    by_speed = tier == "fast" and CALLED.get(provider.lower(), provider.lower()) == "anthropic"
    return {"speed" if by_speed else "service_tier": tier}


def entry_of(table: DataSnapshot, provider: str, model: str) -> tuple[ModelInfo | None, bool]:
    """A model's entry, and whether its prices of tiers are this provider's; None where the table lacks it."""
    named = CALLED.get(provider, provider)
    for reference in _references(model):
        try:
            by, entry = table.find_provider_model(reference, None, named or None, None)
        except LookupError:
            continue
        return entry, any(entry is each for each in by.models)
    # Many services are spoken to by way of OpenAI's own library.
    return entry_of(table, "", model) if named == "openai" else (None, False)


def lengths(table: DataSnapshot) -> tuple[int, ...]:
    """Every length of a prompt past which some model costs another price."""
    entries = [entry for provider in table.providers for entry in provider.models]
    lists = [part.prices for entry in entries for part in _parts(entry)]
    lists += [entry.prices for entry in entries if isinstance(entry.prices, ModelPrice)]
    prices = [price for each in lists for price in each.__dict__.values() if isinstance(price, TieredPrices)]
    return tuple(sorted({tier.start for price in prices for tier in price.tiers}))


def _parts(entry: ModelInfo) -> list[ConditionalPrice | PriceVariant]:
    return [*(entry.prices if isinstance(entry.prices, list) else ()), *(entry.price_variants or ())]


def is_hourly(entry: ModelInfo) -> bool:
    """Whether a model costs other prices at other hours of a day."""
    return any(isinstance(part.constraint, TimeOfDateConstraint) for part in _parts(entry))


def _references(model: str) -> Iterable[str]:
    """A model's name as it is, and without what leads to it: `models/gemini-2.5-flash`."""
    yield model
    if "/" in model:
        yield model.rpartition("/")[2]


def prices_of(entry: ModelInfo, at: datetime, context: Mapping[str, str]) -> tuple[ModelPrice, bool]:
    """The prices of a time in a tier, and whether they are the tier's."""
    usual = entry.get_prices(at)
    if not context:
        return usual, False
    variants = [each for each in entry.price_variants or () if dict(each.when) == dict(context)]
    if any(each.constraint is None or each.constraint.active(at) for each in variants):
        return entry.get_prices(at, context), True
    # The table learnt of many tiers long after they began: what it learnt holds before that day as long as
    # the usual price is the same.
    starts = [
        datetime.combine(start, time(), UTC)
        for each in variants
        if (start := getattr(each.constraint, "start_date", None)) is not None
    ]
    if starts and entry.get_prices(min(starts)) == usual:
        return entry.get_prices(min(starts), context), True
    return usual, False
