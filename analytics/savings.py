"""What of AI cost brought nothing, what a cache saved, and what would cut the cost.

A failed call is retried where its query has a later call, else it failed for good; a call is truncated where
it says that it ended for want of tokens (`settings.FINISH_FIELDS`); else it is wasted where its tenant asked
the model the same before in the window (`settings.PROMPT_FIELDS`). What could be saved is an estimate by the
table's prices at the window's end, each way by itself, so they do not add up where they meet in one call:

- repeated requests: calls whose prompt (`settings.PROMPT_FIELDS`) was asked of the model before;
- long outputs: output beyond four times the median of its feature;
- uncached prompts: prompts of `CACHEABLE` tokens and more of which nothing was read from a cache, if as large
  a part of them were read as of the prompts of the same model that were cached;
- a dear model on short tasks: calls of few tokens, with the cheapest model that is called beside it.
"""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from analytics import upgrades
from analytics.analysis import analysis
from analytics.llm_cost import SHIPPED, Rates, Used
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import FINISH_FIELDS, PAYING, PROMPT_FIELDS, TRUNCATED
from analytics.sql import blocks, with_fields
from analytics.view import View
from analytics.zones import months, naive

SQL = blocks(__file__)
NANO = Decimal("0.000000001")
CACHEABLE, SHORT_INPUT, SHORT_OUTPUT, LONG_OUTPUT = 1_024, 1_000, 50, 4.0


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars."""
    return Column(name, label, "usd", definition, "down")


def count(name: str, label: str, definition: str) -> Column:
    """A column of counts."""
    return Column(name, label, "count", definition)


@analysis(
    tables=("llm_calls",),
    columns=(
        Column("what", "What", "text", "Why the cost brought nothing."),
        count("calls", "Calls", "Model calls."),
        usd("cost_usd", "Cost", "What these calls cost."),
        Column("share", "Share", "ratio", "Of all AI cost."),
    ),
)
def wasted(view: View, scope: Scope) -> pd.DataFrame:
    """AI cost of calls that failed for good, failed and were retried, were truncated or were asked before."""
    sql = with_fields(SQL["wasted"], finish=FINISH_FIELDS, prompt=PROMPT_FIELDS)
    return view.frame(scope, sql, truncated=list(TRUNCATED))


@analysis(
    tables=("llm_calls",),
    columns=(
        Column(
            "hit_rate",
            "Read from cache",
            "ratio",
            "Tokens read from the provider's cache / tokens sent.",
            "up",
        ),
        Column(
            "saved_usd",
            "Saved by reading",
            "usd",
            "What they would have cost uncached - what they cost.",
            "up",
        ),
        usd(
            "written_usd",
            "Paid for writing",
            "What writing to the cache cost beyond sending the same tokens.",
        ),
        Column("net_usd", "Saved", "usd", "Saved by reading - paid for writing.", "up"),
    ),
)
def caching(view: View, scope: Scope) -> pd.DataFrame:
    """What reading prompts from the provider's cache saved, by the table's prices at the window's end."""
    found = groups(view, scope)
    saved = written = Decimal(0)
    for row in found.to_dict("records"):
        rates = rates_of(str(row["provider"]), str(row["model"]), scope)
        if rates is not None:
            plain = rate(rates, "input")
            saved += int(row["cache_read"]) * (plain - rate(rates, "cache_read", plain))
            written += int(row["cache_write"]) * (rate(rates, "cache_write", plain) - plain)
    sent = int(found[["input", "cache_read", "cache_write"]].sum().sum())
    values = {
        "hit_rate": [int(found["cache_read"].sum()) / sent if sent else float("nan")],
        "saved_usd": [saved.quantize(NANO)],
        "written_usd": [written.quantize(NANO)],
        "net_usd": [(saved - written).quantize(NANO)],
    }
    return pd.DataFrame(values).astype({name: object for name in values if name != "hit_rate"})


@analysis(
    tables=("llm_calls",),
    columns=(
        Column("what", "What", "text", "What would cut the cost."),
        Column("where", "Where", "text", "The feature or the model of which most could be saved."),
        count("calls", "Calls", "Model calls that it is about."),
        usd("saved_usd", "In this window", "What it would have saved."),
        usd("a_month_usd", "A month", "The same for a month: / the calendar months that the window is."),
    ),
)
def ways(view: View, scope: Scope) -> pd.DataFrame:
    """What would cut AI cost, by the table's prices, the most first; each way by itself."""
    found = groups(view, scope)
    parts = [*outputs(found, scope), *uncached(found, scope), *dear(found, scope), *repeated(found)]
    made = pd.DataFrame(parts, columns=["what", "where", "calls", "saved_usd"])
    rows: list[dict[str, object]] = []
    length = months(scope.start, scope.end, scope.timezone)
    for what, of_it in made[made["saved_usd"] > 0].groupby("what", sort=False):
        saved = sum(of_it["saved_usd"], Decimal(0))
        most = max(of_it.to_dict("records"), key=lambda row: row["saved_usd"])
        rows.append(
            {
                "what": what,
                "where": most["where"],
                "calls": int(of_it["calls"].sum()),
                "saved_usd": saved.quantize(NANO),
                "a_month_usd": (saved * length.denominator / length.numerator).quantize(NANO),
            }
        )
    rows.sort(key=lambda row: (-Decimal(str(row["saved_usd"])), str(row["what"])))
    names = [column.name for column in ways.columns]
    kinds = {"what": "str", "where": "str", "calls": "int64", "saved_usd": object, "a_month_usd": object}
    return pd.DataFrame(rows, columns=names).astype(kinds)


@analysis(
    tables=("llm_calls", "subscriptions", "events", "tenants", "people", "identities"),
    columns=(
        Column("feature", "Feature", "text", "The feature that asked the AI."),
        usd("cost_usd", "AI cost", "What its model calls cost."),
        count("users", "Users", "Different people who used it."),
        count("tenants", "Tenants", "Tenants that used it."),
        count("upgrades", "Upgrades after", "Tenants that used it and then upgraded, in the window."),
        Column(
            "mrr_usd",
            "Their MRR",
            "usd",
            "What the tenants that used it pay a month at the window's end.",
            "up",
        ),
    ),
)
def feature_roi(view: View, scope: Scope) -> pd.DataFrame:
    """What the AI of each feature costs, beside upgrades and MRR of who used it; nothing without revenue."""
    moved = upgrades.upgraded(view, scope)
    moved = moved[(moved["upgraded_at"] >= scope.start) & (moved["upgraded_at"] < scope.end)]
    return view.frame(
        scope,
        SQL["feature_roi"],
        paying=list(PAYING),
        upgraded=[str(each) for each in moved["tenant_id"]],
        moments=[naive(each.to_pydatetime()) for each in moved["upgraded_at"]],
    )


def groups(view: View, scope: Scope) -> pd.DataFrame:
    """Calls by feature and model: tokens, and of which of them something could be saved."""
    sql = with_fields(SQL["groups"], prompt=PROMPT_FIELDS)
    return view.frame(
        scope,
        sql,
        cacheable=CACHEABLE,
        short_input=SHORT_INPUT,
        short_output=SHORT_OUTPUT,
        long_output=LONG_OUTPUT,
    )


Part = tuple[str, str, int, Decimal]


def outputs(found: pd.DataFrame, scope: Scope) -> list[Part]:
    """Output beyond the usual length of a feature."""
    parts: list[Part] = []
    for row in found.to_dict("records"):
        rates = rates_of(str(row["provider"]), str(row["model"]), scope)
        if rates is not None:
            saved = int(row["excess"]) * rate(rates, "output")
            parts.append(("Shorter outputs", str(row["feature"]), int(row["long_calls"]), saved))
    return parts


def uncached(found: pd.DataFrame, scope: Scope) -> list[Part]:
    """Prompts of which nothing was read from a cache."""
    parts: list[Part] = []
    for (provider, model), of_it in found.groupby(["provider", "model"]):
        rates, whole = rates_of(str(provider), str(model), scope), int(of_it["cached_whole"].sum())
        if rates is None or not whole:
            continue
        part = Decimal(int(of_it["cache_read"].sum())) / whole
        less = rate(rates, "input") - rate(rates, "cache_read", rate(rates, "input"))
        for row in of_it.to_dict("records"):
            saved = int(row["uncached_input"]) * part * less
            parts.append(("Cached prompts", str(row["feature"]), int(row["uncached_calls"]), saved))
    return parts


def dear(found: pd.DataFrame, scope: Scope) -> list[Part]:
    """Calls of few tokens with a model that is not the cheapest of those that are called."""
    called = sorted({(str(p), str(m)) for p, m in zip(found["provider"], found["model"], strict=True)})
    known = {each: rates for each in called if (rates := rates_of(*each, scope)) is not None}
    parts: list[Part] = []
    for row in found.to_dict("records"):
        own, calls = known.get((str(row["provider"]), str(row["model"]))), int(row["short_calls"])
        if own is None or not calls:
            continue
        used = Used(input_tokens=int(row["short_input"]), output_tokens=int(row["short_output"]))
        costs = [cost for rates in known.values() if (cost := rates.cost(used)) is not None]
        saved = (own.cost(used) or Decimal(0)) - min(costs)
        parts.append(("A cheaper model for short tasks", f"{row['feature']} on {row['model']}", calls, saved))
    return parts


def repeated(found: pd.DataFrame) -> list[Part]:
    """Calls whose prompt was asked before in the window."""
    return [
        ("Answers kept for repeated requests", str(row["feature"]), int(row["repeated"]), row["repeated_usd"])
        for row in found.to_dict("records")
        if int(row["repeated"])
    ]


def rates_of(provider: str, model: str, scope: Scope) -> Rates | None:
    """The table's prices of a model at the window's end."""
    return SHIPPED.rates(model=model, provider=provider, at=min(scope.end, scope.present))


def rate(rates: Rates, kind: str, otherwise: Decimal = Decimal(0)) -> Decimal:
    """What one token of a kind costs."""
    return rates.of.get(kind, otherwise)
