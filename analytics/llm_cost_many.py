"""Many calls priced at once: by whole numbers where one price holds for them, to the same billionth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from analytics.llm_cost import NO_PRICE, USED, Price, PriceList, Rates, Used

Ints = npt.NDArray[np.int64]
UNIT = 10**15  # what a rate is a whole number of; a billionth of a dollar is a million of them
BILLIONTH = 10**6
MOST = 2**62
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Calls:
    """Calls as columns: `used` by the names of `Used`, moments in microseconds since 1970."""

    used: Mapping[str, Ints]
    occurred_us: Ints
    provider: list[str]
    model: list[str]
    tenant: list[str]
    tier: list[str]


def price_all(prices: PriceList, calls: Calls) -> list[Price]:
    """What each call costs, as `PriceList.price` says of it alone."""
    found = [NO_PRICE] * len(calls.model)
    whole = sum(calls.used[name] for name in ("input_tokens", "cache_read_tokens", "cache_write_tokens"))
    lengths = np.searchsorted(np.array(prices.lengths, dtype=np.int64), whole, side="left")
    groups: dict[tuple[object, ...], list[int]] = {}
    keys = zip(
        calls.provider, calls.model, calls.tenant if prices.own else [""] * len(found), calls.tier,
        (calls.occurred_us // DAY_US).tolist(), np.asarray(lengths).tolist(), strict=True,
    )  # fmt: skip
    for place, key in enumerate(keys):
        groups.setdefault(key, []).append(place)
    for places in groups.values():
        _group(prices, calls, np.asarray(whole), places, found)
    return found


def _group(prices: PriceList, calls: Calls, whole: Ints, places: list[int], found: list[Price]) -> None:
    """Price the calls of one model, tier, day and length of prompt."""
    first = places[0]
    model, provider = calls.model[first], calls.provider[first]
    tenant, tier = calls.tenant[first], calls.tier[first]
    at = _moment(int(calls.occurred_us[first]))
    if not model:
        return
    if prices.holds_all_day(model=model, provider=provider, tenant=tenant, tier=tier, day=at.date()):
        rates = prices.rates(
            model=model, provider=provider, at=at, tenant=tenant, tier=tier, whole_input=int(whole[first])
        )
        if rates is None or _priced(rates, {name: calls.used[name][places] for name in USED}, places, found):
            return
    for place in places:
        used = Used(**{name: int(calls.used[name][place]) for name in USED})
        at = _moment(int(calls.occurred_us[place]))
        found[place] = prices.price(used, model=model, provider=provider, at=at, tenant=tenant, tier=tier)


def _priced(rates: Rates, used: Mapping[str, Ints], places: list[int], found: list[Price]) -> bool:
    """Price calls by whole numbers; False where these would not be exact."""
    kinds: Mapping[str, Ints] = cast("Any", Used(**cast("Any", used)).split())  # the sums of whole columns
    amounts = {kind: np.maximum(amount, 0) for kind, amount in kinds.items() if (amount > 0).any()}
    rated = {kind: rates.of[kind] * UNIT for kind in (*amounts, "request") if kind in rates.of}
    most = sum(int(amounts[kind].max()) * rate for kind, rate in rated.items() if kind in amounts)
    if most > MOST or any(rate != int(rate) for rate in rated.values()):
        return False
    total = np.full(len(places), int(rated.get("request", 0)), dtype=np.int64)
    unknown = np.zeros(len(places), dtype=bool)
    for kind, amount in amounts.items():
        if kind in rated:
            total += amount * int(rated[kind])
        else:
            unknown |= amount > 0
    over, billionths = total % BILLIONTH * 2, total // BILLIONTH
    # As Decimal rounds: what lies in the middle goes to the even one.
    billionths += (over > BILLIONTH) | ((over == BILLIONTH) & (billionths % 2 == 1))
    for place, each, missing in zip(places, billionths.tolist(), unknown.tolist(), strict=True):
        found[place] = NO_PRICE if missing else Price(Decimal(each).scaleb(-9), rates.version)
    return True


def _moment(us: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
