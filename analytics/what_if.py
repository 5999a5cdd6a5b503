"""What the calls of a window would have cost with another model, their tokens kept as they are.

Calls are added up by what decides over a price: model, provider, and whether the prompt was long, as some
models cost more then. Another model would cut the same text into other tokens, answer at another length, and
cache otherwise; what it would do as well is not said here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import pandas as pd

from analytics.analysis import analysis
from analytics.llm_cost import PriceList, Used
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
# From so many tokens on a prompt is long for some model or other.
LONG = (128_000, 200_000, 256_000, 272_000)
ALL = ""


def count(name: str, label: str, definition: str) -> Column:
    """A column of counts."""
    return Column(name, label, "count", definition)


KINDS = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens")


@analysis(
    tables=("llm_calls",),
    columns=(
        Column("feature", "Feature", "text", "The feature that asked."),
        Column("provider", "Provider", "text", "Who sells the model."),
        Column("model", "Model", "text", "The model that was called."),
        count("whole_input", "Longest prompt", "The tokens of the longest prompt among these calls."),
        count("calls", "Calls", "Model calls."),
        count("input_tokens", "Input", "Tokens that were sent, cached ones left out."),
        count("cache_read_tokens", "Read from cache", "Tokens that were read from the provider's cache."),
        count("cache_write_tokens", "Written to cache", "Tokens that were written to it."),
        count("output_tokens", "Output", "Tokens that came back."),
        count("reasoning_tokens", "Reasoning", "Of these: reasoning."),
        Column("cost_usd", "Cost", "usd", "What these calls cost; nothing where none has a price."),
        count("unpriced", "Without a price", "Calls whose model has no price."),
    ),
)
def mix(view: View, scope: Scope) -> pd.DataFrame:
    """The tokens of each feature and model, added up by what decides over a price."""
    steps = {f"step_{place}": step for place, step in enumerate(LONG, 1)}
    return view.frame(scope, SQL["mix"], **steps)  # pyright: ignore[reportArgumentType]


@dataclass(frozen=True)
class Repriced:
    """Some calls as they are and with another model: dollars, how many, how many had no price as they are."""

    calls: int
    unpriced: int
    now_usd: Decimal
    then_usd: Decimal | None

    @property
    def saved_usd(self) -> Decimal | None:
        """What the other model would save; below nothing where it is dearer."""
        return None if self.then_usd is None else self.now_usd - self.then_usd


def repriced(
    found: pd.DataFrame, *, feature: str, model: str, provider: str, at: datetime, prices: PriceList
) -> Repriced:
    """The calls of a feature (or of all) with another model, at its price of a moment.

    Calls that have no price as they are stay out of both sides: nothing could be compared.
    """
    chosen = found if feature == ALL else found[found["feature"] == feature]
    priced = chosen[chosen["cost_usd"].notna()]
    then: Decimal | None = Decimal(0)
    for row in priced.to_dict("records"):
        rates = prices.rates(model=model, provider=provider, at=at, whole_input=int(row["whole_input"]))
        used = Used(**{kind: int(row[kind]) for kind in KINDS})
        cost = None if rates is None else rates.cost(used)
        if rates is None or cost is None or then is None:
            then = None
            continue
        # What is paid for a call itself is paid for each of them.
        then += cost + rates.of.get("request", Decimal(0)) * (int(row["calls"]) - 1)
    return Repriced(
        calls=int(priced["calls"].sum()),
        unpriced=int(chosen["unpriced"].sum()),
        now_usd=sum(priced["cost_usd"], Decimal(0)),
        then_usd=then,
    )


def models(found: pd.DataFrame, others: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The models to choose from, as (provider, model): those that are called, then others, each once."""
    called = sorted({(str(p), str(m)) for p, m in zip(found["provider"], found["model"], strict=True) if m})
    return [*called, *(each for each in others if each not in called)]
