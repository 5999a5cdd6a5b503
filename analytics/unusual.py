"""Which hours and days are out of the ordinary, and why: AI cost, AI queries, costs of the platform."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.anomalies import WEEKS, Bars, Ranges, clock_of, episodes, explained, movers, peers_of, ranges
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.forecast import exact
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View
from analytics.zones import Grain, bucket_end, naive

SQL = blocks(__file__)
# Peers an hour before and after reach a little further back.
BACK = timedelta(weeks=WEEKS, hours=2)
MOST_TOLD = 20


@dataclass(frozen=True)
class Watched:
    """A number that is watched: the column of its block, and by how much it must differ."""

    column: str
    bars: Bars


@dataclass(frozen=True)
class Seen:
    """The buckets of a window and of the weeks before it, and the ranges of one number in them."""

    frame: pd.DataFrame
    amounts: pd.Series
    inside: pd.Series
    found: Ranges


AI_COST = Watched("ai_cost_usd", Bars(0.05))
TRAFFIC = (
    Watched("queries", Bars(5, counts=True)),
    Watched("failed", Bars(4, counts=True)),
    Watched("response_ms", Bars(2_000)),
)
PLATFORM = Watched("amount_usd", Bars(0.01, least=0.2))
# A category by itself is less steady than all of them.
CATEGORY = Watched("amount_usd", Bars(1))
ALL_CATEGORIES = "all"


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars."""
    return Column(name, label, "usd", definition)


def bounds(name: str, unit: str, what: str) -> tuple[Column, ...]:
    """What is expected of a number, its range, and whether it is out of it."""
    return (
        Column(name, what, unit, "The median of the same hours of the eight weeks before."),  # pyright: ignore[reportArgumentType]
        Column(f"{name}_low", "At least", unit, "What is lower is unusual."),  # pyright: ignore[reportArgumentType]
        Column(f"{name}_high", "At most", unit, "What is higher is unusual."),  # pyright: ignore[reportArgumentType]
    )


def mark(value: str) -> Column:
    """Whether a number is out of its range."""
    return Column(f"{value}_unusual", "Unusual", "flag", "Whether it is out of its range.")


FROM = Column("from", "From", "time", "When it began.")
UNTIL = Column("until", "Until", "time", "When it was over.")
WHY = Column(
    "why", "Explained by", "text", "The values that moved most, and what part of the difference they are."
)
HELD = Column("side", "Side", "text", "Whether it was more or less than usual.")
TOLD = (
    FROM,
    UNTIL,
    HELD,
    usd("cost_usd", "Cost", "What it came to."),
    usd("usual_usd", "Usually", "What to expect of these buckets."),
    WHY,
)


@analysis(
    tables=("llm_calls",),
    columns=(
        BUCKET,
        usd("ai_cost_usd", "AI cost", "What the model calls of the hour cost."),
        *bounds("expected_usd", "usd", "Usually"),
        mark("ai_cost_usd"),
        COMPLETE,
    ),
    grain="hour",
)
def ai_cost(view: View, scope: Scope) -> pd.DataFrame:
    """AI cost of each hour, what is ordinary for that hour of the week, and which hours are not."""
    seen = watched(view, scope, "ai_hours", "hour", AI_COST)
    return of_money(seen, "ai_cost_usd")


@analysis(tables=("llm_calls", "tenants"), columns=TOLD)
def ai_cost_explained(view: View, scope: Scope) -> pd.DataFrame:
    """Hours whose AI cost is out of the ordinary, and which model, tenant or feature explains it."""
    return told(view, scope, watched(view, scope, "ai_hours", "hour", AI_COST), "ai_parts", "hour")


OF_CATEGORY = Column(
    "category", "Category", "text", "The category that was out of the ordinary; all: their sum."
)


@analysis(tables=("costs",), columns=(OF_CATEGORY, *TOLD))
def platform_explained(view: View, scope: Scope) -> pd.DataFrame:
    """Days whose costs, in all or of one category, are out of the ordinary for their weekday, and why."""
    whole = watched(view, scope, "platform_days", "day", PLATFORM)
    made = [told(view, scope, whole, "platform_parts", "day").assign(category=ALL_CATEGORIES)]
    longer = replace(scope, start=scope.start - BACK)
    for category, days in view.frame(longer, SQL["category_days"], grain="day").groupby(
        "category", sort=True
    ):
        seen = ranged(days.reset_index(drop=True), scope, "day", CATEGORY)
        found = told(view, scope, seen, "category_parts", "day", category=str(category))
        made.append(found.assign(category=str(category)))
    rows = pd.concat(made, ignore_index=True).sort_values("from", ascending=False, kind="stable")
    return rows[[column.name for column in platform_explained.columns]].astype({"category": "str"})


@analysis(
    tables=("llm_calls",),
    columns=(
        BUCKET,
        Column("queries", "AI queries", "number", "AI queries of the hour."),
        *bounds("queries_usually", "number", "Usually"),
        mark("queries"),
        Column("failed", "Failed AI queries", "number", "AI queries of the hour whose last call failed."),
        *bounds("failed_usually", "number", "Usually"),
        mark("failed"),
        Column("response_ms", "Average response", "ms", "The mean time of the hour's AI queries."),
        *bounds("response_ms_usually", "ms", "Usually"),
        mark("response_ms"),
        COMPLETE,
    ),
    grain="hour",
)
def ai_traffic(view: View, scope: Scope) -> pd.DataFrame:
    """AI queries of each hour, those that failed, how long they took, and what is out of the ordinary."""
    made: dict[str, object] = {}
    for each in TRAFFIC:
        seen = watched(view, scope, "ai_hours", "hour", each)
        inside = seen.inside.to_numpy()
        made |= {"bucket": seen.frame["bucket"][inside], each.column: seen.amounts[inside]}
        for name, held in named(f"{each.column}_usually", seen.found).items():
            made[name] = held[inside]
        made[f"{each.column}_unusual"] = seen.found.unusual[inside]
        made["complete"] = seen.frame["complete"][inside]
    return pd.DataFrame(made).reset_index(drop=True)


def watched(view: View, scope: Scope, block: str, grain: Grain, what: Watched) -> Seen:
    """A number in the buckets of the window and of the weeks before it, with its ranges."""
    return ranged(
        view.frame(replace(scope, start=scope.start - BACK), SQL[block], grain=grain), scope, grain, what
    )


def ranged(frame: pd.DataFrame, scope: Scope, grain: Grain, what: Watched) -> Seen:
    """A number in buckets that follow each other, with its ranges in those of the window."""
    frame = frame.assign(complete=complete(frame["bucket"], scope, grain))
    inside = frame["bucket"] >= scope.start
    values = frame[what.column].astype("float64")
    judged = (inside & frame["complete"]).to_numpy()
    # A bucket that is not over says nothing of the others either.
    final = np.array(values.where(frame["complete"], np.nan), dtype=np.float64)
    # Nor do those before the first row, which are no hours in which nothing happened.
    happened = np.flatnonzero(frame["rows"].to_numpy() > 0)
    final[: happened[0] if len(happened) else len(final)] = np.nan
    buckets = pd.DatetimeIndex(frame["bucket"])
    found = ranges(buckets, final, grain, judged=judged, bars=what.bars)
    return Seen(frame, values, inside, found)


def named(name: str, found: Ranges) -> dict[str, np.ndarray]:
    """What is expected and its range, by the names of their columns."""
    return {name: found.expected, f"{name}_low": found.low, f"{name}_high": found.high}


def of_money(seen: Seen, value: str) -> pd.DataFrame:
    """A number of dollars with its range."""
    inside = seen.inside.to_numpy()
    made = {"bucket": seen.frame["bucket"][inside], value: seen.frame[value][inside]}
    for name, held in named("expected_usd", seen.found).items():
        made[name] = pd.Series([dollars(each) for each in held[inside]], made["bucket"].index, dtype=object)
    made |= {f"{value}_unusual": seen.found.unusual[inside], "complete": seen.frame["complete"][inside]}
    return pd.DataFrame(made).reset_index(drop=True)


def told(view: View, scope: Scope, seen: Seen, block: str, grain: Grain, **parameters: str) -> pd.DataFrame:
    """The episodes of a window, the newest first, each with what explains it."""
    buckets = pd.DatetimeIndex(seen.frame["bucket"])
    values = seen.amounts.to_numpy()
    found = episodes(values, seen.found)[-MOST_TOLD:]
    rows: dict[str, list[object]] = {column.name: [] for column in TOLD}
    wanted = [place for each in found for place in each.places]
    parts = parts_of(view, scope, block, buckets=buckets, places=wanted, grain=grain, **parameters)
    for each in reversed(found):
        places = list(each.places)
        last = buckets[places[-1]].to_pydatetime()
        rows["from"].append(buckets[places[0]])
        rows["until"].append(pd.Timestamp(bucket_end(last, grain, scope.timezone)).tz_convert(scope.timezone))
        rows["side"].append("more than usual" if each.side == "high" else "less than usual")
        rows["cost_usd"].append(dollars(float(values[places].sum())))
        rows["usual_usd"].append(dollars(float(seen.found.expected[places].sum())))
        rows["why"].append(explained(movers(parts, buckets, grain, places)))
    times = f"datetime64[us, {scope.timezone}]"
    kinds = {
        "from": times,
        "until": times,
        "side": "str",
        "cost_usd": object,
        "usual_usd": object,
        "why": "str",
    }
    return pd.DataFrame(rows).astype(kinds)


def parts_of(
    view: View,
    scope: Scope,
    block: str,
    *,
    buckets: pd.DatetimeIndex,
    places: list[int],
    grain: Grain,
    **parameters: str,
) -> pd.DataFrame:
    """What each value of each dimension came to in these buckets and in their peers."""
    if not places:
        return pd.DataFrame()
    at, there = peers_of(clock_of(buckets, grain), grain)
    wanted = sorted({*places, *(int(peer) for place in places for peer in at[place][there[place]])})
    moments = [naive(buckets[place].to_pydatetime()) for place in wanted]
    longer = replace(scope, start=scope.start - BACK)
    parts = view.frame(longer, SQL[block], grain=grain, moments=moments, **parameters)  # pyright: ignore[reportArgumentType]
    return parts.assign(amount=parts["amount"].astype("float64"))


def dollars(value: float) -> Decimal | None:
    """A number as dollars; nothing where it is none."""
    return None if np.isnan(value) else exact(value)
