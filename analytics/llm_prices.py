"""Calls of models without a price, and how to get one; what was reported, beside what the prices say."""

from __future__ import annotations

import pandas as pd

from analytics.analysis import analysis
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
NAMELESS = "Send the model's name: these rows have none."
TOKENLESS = "Send the tokens: these rows say nothing of what was used; failed calls often have used none."
WAY = (
    'Write [[prices]] with model = "{model}" in tenantscope.toml, or take today\'s table with '
    "`python -m data.prices --refresh`; then `python -m data.reprice`."
)

PROVIDER = Column("provider", "Provider", "text", "Who serves the model.")
MODEL = Column("model", "Model", "text", "The model, by the name that its calls had.")
CALLS = Column("calls", "Calls", "count", "Calls of the model that have no cost.")
INPUT = Column("input_tokens", "Input tokens", "count", "Tokens that were sent, written to a cache or not.")
CACHED = Column("cached_tokens", "Cached tokens", "count", "Tokens that were read from the provider's cache.")
OUTPUT = Column("output_tokens", "Output tokens", "count", "Tokens that came back, reasoning included.")
HOW = Column("way", "How to price them", "text", "What to do, so that these calls have a cost.")

REPORTED_CALLS = Column("calls", "Calls", "count", "Calls that came with a cost.")
REPORTED = Column("reported_usd", "Reported", "usd", "What these calls cost, as reported; it counts.")
LISTED = Column("listed_usd", "By the prices", "usd", "What the prices say of those that have one.")
DIFFERENCE = Column(
    "difference_usd", "Difference", "usd", "Reported less by the prices, of the calls that have both."
)
WITHOUT = Column("without_price", "Without a price", "count", "Calls of which the prices say nothing.")


@analysis(
    tables=("llm_calls",),
    columns=(PROVIDER, MODEL, CALLS, INPUT, CACHED, OUTPUT, HOW),
    additive=("calls", "input_tokens", "cached_tokens", "output_tokens"),
    drawn_from={"calls": Behind("llm_calls", "r.cost_usd is null")},
)
def unpriced(view: View, scope: Scope) -> pd.DataFrame:
    """Model calls without a price, with the tokens that they used and the way to a price."""
    found = view.frame(scope, SQL["unpriced"])
    ways = [_way(model, told) for model, told in zip(found["model"], found["has_tokens"], strict=True)]
    return found.drop(columns="has_tokens").assign(way=pd.Series(ways, index=found.index, dtype="str"))


def _way(model: str, told: bool) -> str:  # noqa: FBT001  a pair of a row
    if not model:
        return NAMELESS
    return WAY.format(model=model) if told else TOKENLESS


@analysis(
    tables=("llm_calls", "llm_price_history"),
    columns=(PROVIDER, MODEL, REPORTED_CALLS, REPORTED, LISTED, DIFFERENCE, WITHOUT),
    additive=("calls", "reported_usd", "listed_usd", "difference_usd", "without_price"),
    drawn_from={"calls": Behind("llm_calls", "r.price_version = 'reported' and r.cost_usd is not null")},
)
def reported(view: View, scope: Scope) -> pd.DataFrame:
    """What model calls cost as it was reported, beside what the prices say of the same calls."""
    return view.frame(scope, SQL["reported"])
