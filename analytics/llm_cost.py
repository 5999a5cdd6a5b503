"""What a call of a model costs: at its own time, in its own tier, each kind of token at its own price.

Prices are those of the company itself, else of genai-prices' table, which is data of the installed package or
a file that a command fetched: nothing here asks a network. Money is Decimal; a cost is exact to a billionth
of a dollar, and what has no price has no cost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from importlib.metadata import version
from typing import Any

from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import (
    ModelInfo,
    ModelPrice,
    TieredPrices,
)

from analytics import llm_table
from analytics.llm_prices_own import OwnPrice
from analytics.llm_table import context_of, entry_of, prices_of

PRICE_VERSION = f"genai-prices/{version('genai-prices')}"
EXACT = Decimal(1).scaleb(-9)  # as `cost_usd` keeps it
MILLION = Decimal(1_000_000)
MOST_KNOWN = 50_000
MOST_USD = Decimal(10) ** 9
# Tiers that are the usual one.
USUAL = frozenset(
    ("", "default", "standard", "standard_only", "auto", "on_demand", "on-demand", "none", "unspecified",
     "traffic_type_unspecified", "global", "not_available")
)  # fmt: skip
# Kinds of use, and which prices of the table count for them: the first that a model has.
TOKENS: dict[str, tuple[str, ...]] = {
    "input": ("input_mtok", "input_text_mtok"),
    "cache_read": ("cache_read_mtok", "input_mtok"),
    "cache_write": ("cache_write_mtok", "cache_write_5m_mtok", "input_mtok"),
    "cache_write_1h": ("cache_write_1h_mtok", "cache_write_mtok", "input_mtok"),
    "output": ("output_mtok", "output_text_mtok"),
    "reasoning": ("output_reasoning_mtok", "output_mtok", "output_text_mtok"),
    "input_audio": ("input_audio_mtok", "input_mtok"),
    "input_image": ("input_image_mtok", "input_mtok"),
    "input_video": ("input_video_mtok", "input_mtok"),
    "cache_read_audio": ("cache_audio_read_mtok", "cache_read_mtok", "input_audio_mtok", "input_mtok"),
    "cache_read_image": ("cache_image_read_mtok", "cache_read_mtok", "input_image_mtok", "input_mtok"),
    "output_audio": ("output_audio_mtok", "output_mtok"),
    "output_image": ("output_image_mtok", "output_mtok"),
    "output_video": ("output_video_mtok", "output_mtok"),
    "citation": ("output_citation_mtok", "output_mtok"),
}
# Of how many one of these is the price.
PIECES: dict[str, tuple[tuple[str, ...], int]] = {
    "request": (("requests_kcount",), 1_000),
    "web_search": (("web_searches_kcount",), 1_000),
    "file_search": (("storage_searches_kcount",), 1_000),
    "audio_second": (("input_audio_hours", "audio_hours"), 3_600),
    "page": (("input_document_kpages",), 1_000),
    "annotated_page": (("input_annotated_document_kpages", "input_document_kpages"), 1_000),
}
# The kind that an own price counts for where it does not name the kind itself.
WITHIN = {
    "cache_read": "input", "cache_write": "input", "cache_write_1h": "cache_write", "reasoning": "output",
    "input_audio": "input", "input_image": "input", "cache_read_audio": "cache_read",
    "cache_read_image": "cache_read", "output_audio": "output", "output_image": "output",
    "input_video": "input", "output_video": "output", "citation": "output",
}  # fmt: skip


@dataclass(frozen=True)
class Used:
    """What one call used, in buckets that hold nothing twice.

    `input_tokens` leave out what was read from a cache or written to it. Parts of another bucket, which say
    so: `reasoning_tokens`, audio, images and video of the input and the output, `citation_tokens` of the
    output, `cache_write_1h_tokens` of all that was written, audio and images of what was read from a cache,
    `annotated_pages` of the pages.
    """

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cache_write_1h_tokens: int = 0
    input_audio_tokens: int = 0
    input_image_tokens: int = 0
    cache_read_audio_tokens: int = 0
    cache_read_image_tokens: int = 0
    output_audio_tokens: int = 0
    output_image_tokens: int = 0
    input_video_tokens: int = 0
    output_video_tokens: int = 0
    citation_tokens: int = 0
    web_searches: int = 0
    file_searches: int = 0
    audio_seconds: int = 0
    pages: int = 0
    annotated_pages: int = 0

    @property
    def whole_input(self) -> int:
        """All tokens that went in: long prompts have prices of their own."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def split(self) -> dict[str, int]:
        """How much of each kind, none of it counted twice."""
        return {
            "input": self.input_tokens
            - self.input_audio_tokens
            - self.input_image_tokens
            - self.input_video_tokens,
            "input_video": self.input_video_tokens,
            "input_audio": self.input_audio_tokens,
            "input_image": self.input_image_tokens,
            "cache_read": self.cache_read_tokens
            - self.cache_read_audio_tokens
            - self.cache_read_image_tokens,
            "cache_read_audio": self.cache_read_audio_tokens,
            "cache_read_image": self.cache_read_image_tokens,
            "cache_write": self.cache_write_tokens - self.cache_write_1h_tokens,
            "cache_write_1h": self.cache_write_1h_tokens,
            "reasoning": self.reasoning_tokens,
            "output_audio": self.output_audio_tokens,
            "output_image": self.output_image_tokens,
            "output_video": self.output_video_tokens,
            "citation": self.citation_tokens,
            "output": self.output_tokens
            - self.reasoning_tokens
            - self.output_audio_tokens
            - self.output_image_tokens
            - self.output_video_tokens
            - self.citation_tokens,
            "web_search": self.web_searches,
            "file_search": self.file_searches,
            "audio_second": self.audio_seconds,
            "page": self.pages - self.annotated_pages,
            "annotated_page": self.annotated_pages,
        }

    def kinds(self) -> dict[str, int]:
        """How much of each kind that was used."""
        return {kind: amount for kind, amount in self.split().items() if amount > 0}


USED = tuple(each.name for each in fields(Used))


@dataclass(frozen=True)
class Price:
    """What a call costs; nothing where its model has no price. `version` says which price that is."""

    usd: Decimal | None
    version: str


NO_PRICE = Price(None, "")


@dataclass(frozen=True)
class Rates:
    """Dollars for one of each kind, by one price; `request` is for the call itself."""

    of: Mapping[str, Decimal]
    version: str

    def cost(self, used: Used) -> Decimal | None:
        """Dollars of a call; None where something was used that has no price."""
        whole = self.of.get("request", Decimal(0))
        for kind, amount in used.kinds().items():
            rate = self.of.get(kind)
            if rate is None:
                return None
            whole += rate * amount
        return whole


# Models that say in their name that they cost nothing.
FREE = Rates(dict.fromkeys((*TOKENS, *PIECES), Decimal(0)), PRICE_VERSION)


@dataclass(frozen=True)
class PriceList:
    """The prices that hold: a company's own, else those of the table."""

    own: tuple[OwnPrice, ...] = ()
    table: DataSnapshot | None = None
    table_version: str = PRICE_VERSION
    _known: dict[tuple[object, ...], Any] = field(
        default_factory=dict[tuple[object, ...], Any], compare=False, repr=False
    )

    def price(
        self, used: Used, *, model: str, provider: str = "", at: datetime, tenant: str = "", tier: str = ""
    ) -> Price:
        """What a call costs that began then."""
        if not model:
            return NO_PRICE
        rates = self.rates(
            model=model, provider=provider, at=at, tenant=tenant, tier=tier, whole_input=used.whole_input
        )
        cost = rates.cost(used) if rates is not None else None
        # Counts that no model can have used come to sums that no column holds: nobody paid them.
        if rates is None or cost is None or cost >= MOST_USD:
            return NO_PRICE
        return Price(cost.quantize(EXACT), rates.version)

    def rates(
        self,
        *,
        model: str,
        provider: str = "",
        at: datetime,
        tenant: str = "",
        tier: str = "",
        whole_input: int = 0,
    ) -> Rates | None:
        """What one of each kind costs in a call that began then and had so many tokens going in; None where
        the model has no price.
        """
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        tier = "" if tier.lower() in USUAL else tier.lower()
        own = self._own(provider, model, tenant, tier, at)
        if own is None or own.discount is not None:
            listed = self._listed(provider, model, tier, at, whole_input)
            return listed if own is None or listed is None else _discounted(listed, own)
        return _of_own(own)

    @property
    def lengths(self) -> tuple[int, ...]:
        """Every length of a prompt past which some model costs another price."""
        return self._once(("lengths",), lambda: llm_table.lengths(self.table or get_snapshot()))

    def holds_all_day(self, *, model: str, provider: str, tenant: str, tier: str, day: date) -> bool:
        """Whether a call costs the same whenever on this day it was."""
        entry, _ = self._entry(provider.lower().strip(), model.strip())
        if entry is not None and llm_table.is_hourly(entry):
            return False
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        return not any(
            each.fits(provider, model, tenant, "" if tier.lower() in USUAL else tier.lower())
            and (begin < each.valid_from < end or begin < each.valid_until < end)
            for each in self.own
        )

    def _own(self, provider: str, model: str, tenant: str, tier: str, at: datetime) -> OwnPrice | None:
        fitting = (each for each in self.own if each.holds(at) and each.fits(provider, model, tenant, tier))
        return max(fitting, key=lambda each: each.rank, default=None)

    def _listed(self, provider: str, model: str, tier: str, at: datetime, whole_input: int) -> Rates | None:
        entry, has_tiers = self._entry(provider.lower().strip(), model.strip())
        if entry is None:
            return None
        # A price changes with the day, of few models with the hour.
        moment = at if llm_table.is_hourly(entry) else at.astimezone(UTC).date()
        holding = self._once(
            ("prices", id(entry), has_tiers, tier, moment),
            lambda: prices_of(entry, at, context_of(tier, provider) if tier and has_tiers else {}),
        )
        resolved, of_tier = holding
        steps = tuple(
            sum(whole_input > each.start for each in price.tiers)
            for price in resolved.__dict__.values()
            if isinstance(price, TieredPrices)
        )
        factor = None if of_tier or not tier else llm_table.factor_of(tier, provider)
        name = self.table_version if of_tier or not tier else f"{self.table_version}, {told(tier, factor)}"
        rates: Rates = self._once(
            ("rates", id(entry), has_tiers, factor, tier, moment, steps),
            lambda: _times(_of_table(resolved, whole_input, name), factor),
        )
        return rates if rates.of else FREE if entry.id.endswith(":free") else None

    def _entry(self, provider: str, model: str) -> tuple[ModelInfo | None, bool]:
        """The table's entry of a model, and whether its prices of tiers are this provider's."""
        return self._once(
            ("entry", provider, model), lambda: entry_of(self.table or get_snapshot(), provider, model)
        )

    def _once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        if key not in self._known:
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[key] = make()
        return self._known[key]


def _of_table(prices: ModelPrice, whole_input: int, name: str) -> Rates:
    found: dict[str, Decimal] = {}
    for kind, keys in TOKENS.items():
        price = _first(prices, keys)
        if price is not None:
            found[kind] = _at_length(price, whole_input) / MILLION
    for kind, (keys, per) in PIECES.items():
        price = _first(prices, keys)
        if price is not None:
            found[kind] = _at_length(price, whole_input) / per
    # Of a model that has a price, what the table lists none for costs nothing: what comes out of a model of
    # embeddings, a search that is part of the model. Without a price for what goes in there is none at all.
    if found:
        nothing = ("output", "reasoning", "output_audio", "output_image", "web_search", "file_search")
        found = dict.fromkeys(nothing, Decimal(0)) | found
    return Rates(found, name)


def told(tier: str, factor: Decimal | None) -> str:
    """What a version says of a tier for which the table has no price of its own."""
    return f"no price for {tier}" if factor is None else f"{tier} at {factor} of the usual"


def _times(rates: Rates, factor: Decimal | None) -> Rates:
    """Prices of tokens times a factor; what is paid a piece stays."""
    if factor is None:
        return rates
    return Rates(
        {kind: usd * factor if kind in TOKENS else usd for kind, usd in rates.of.items()}, rates.version
    )


def _first(prices: ModelPrice, keys: tuple[str, ...]) -> Decimal | TieredPrices | None:
    said: Mapping[str, Any] = prices.__dict__
    return next((said[key] for key in keys if said.get(key) is not None), None)


def _at_length(price: Decimal | TieredPrices, whole_input: int) -> Decimal:
    """The price of a prompt so long: past a threshold, all of its tokens cost the next price."""
    if not isinstance(price, TieredPrices):
        return price
    over = [tier.price for tier in price.tiers if whole_input > tier.start]
    return over[-1] if over else price.base


def _of_own(own: OwnPrice) -> Rates:
    found: dict[str, Decimal] = {"web_search": Decimal(0), "file_search": Decimal(0)}
    for kind in TOKENS:
        named: str | None = kind
        while named is not None and named not in own.per_million:
            named = WITHIN.get(named)
        if named is not None:
            found[kind] = own.per_million[named] / MILLION
    return Rates(found | dict(own.each), own.version)


def _discounted(listed: Rates, own: OwnPrice) -> Rates:
    left = 1 - (own.discount or Decimal(0))
    return Rates({kind: usd * left for kind, usd in listed.of.items()}, f"{own.version} of {listed.version}")


SHIPPED = PriceList()


def price(
    *,
    model: str,
    provider: str | None = None,
    occurred_at: datetime,
    tenant_id: str = "",
    tier: str = "",
    prices: PriceList = SHIPPED,
    **used: int,
) -> Price:
    """What one call costs, its tokens in disjoint buckets named as in `Used`."""
    return prices.price(
        Used(**used), model=model, provider=provider or "", at=occurred_at, tenant=tenant_id, tier=tier
    )
