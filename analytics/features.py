"""Features: what was known of each tenant at a moment, and not a row more.

A row counts at a cutoff if it had happened and had been received by then. What a tenant's row says today (its
plan, its owner) is not read, for nobody knows since when it says so; nor are costs of AI calls, which
re-pricing changes. Days are the 24 hours before the cutoff, the 24 before those and so on: 0 days silent is
used within the last of them. Windows are blocks of four weeks of them, so that each holds the same weekdays:
the newest block, and the one before it as the tenant's own past.

Many cutoffs are answered in one pass; they lie whole days of 24 hours apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import gcd
from typing import Literal

import numpy as np
import pandas as pd

from analytics.feature_counts import DAY_US, Array, counted
from analytics.once import once
from analytics.question import Column, Unit
from analytics.scope import Scope
from analytics.settings import LIVE, PAST_DUE, PAYING
from analytics.sql import blocks
from analytics.view import View
from analytics.zones import naive

SQL = blocks(__file__)
DAY = timedelta(days=1)
BLOCK = timedelta(days=28)
TABLES = ("events", "identities", "llm_calls", "runs", "subscriptions", "tenants")
# What a tenant paid is compared with what it paid three blocks before.
PAID_BEFORE = 3 * BLOCK
State = Literal["paying", "free", "gone", "none"]

CUTOFF = Column("cutoff", "Known at", "time", "The moment at which this was known.")
STATE = Column(
    "state",
    "State",
    "text",
    "paying; free: a subscription that pays nothing; gone: it has ended; none: there never was one.",
)
HELD_PLAN = Column("held_plan", "Plan", "text", "The plan of its own largest live subscription.")
MOST_AT = Column("people_most_at", "Most people", "time", "The middle of the block that `people_most` is of.")


@dataclass(frozen=True)
class Feature:
    """A number known of a tenant: its column, the column of its own past, and how it is told to a model.

    `scale` "log" is for what is counted or paid (take log1p), "plain" for shares, days to come and flags.
    """

    column: Column
    before: str = ""
    scale: Literal["log", "plain"] = "log"

    @property
    def name(self) -> str:
        """The name of its column."""
        return self.column.name


def _of(
    name: str, label: str, unit: Unit, definition: str, before: str = "", *, plain: bool = False
) -> Feature:
    return Feature(Column(name, label, unit, definition), before, "plain" if plain else "log")


_SIGNED_UP = "; since it signed up where there was none."
FEATURES = (
    _of("tenure_days", "Age", "count", "Whole days since it signed up, or since its first row."),
    _of(
        "silent_days",
        "Days silent",
        "count",
        "Whole days since its last use: a person's deed, an execution or an AI call" + _SIGNED_UP,
    ),
    _of(
        "person_silent_days",
        "Days without people",
        "count",
        "The same since a person's last deed" + _SIGNED_UP,
    ),
    _of(
        "run_silent_days",
        "Days without executions",
        "count",
        "The same since its last execution" + _SIGNED_UP,
    ),
    _of(
        "champion_silent_days",
        "Days without its most active person",
        "count",
        "Whole days since that person did something who did the most in the three blocks before.",
    ),
    _of(
        "active_days",
        "Active days",
        "count",
        "Days of the block, of 28, on which people did something.",
        "active_days_before",
        plain=True,
    ),
    _of(
        "actions", "Actions", "count", "What people did in the block: events and AI calls.", "actions_before"
    ),
    _of(
        "people",
        "Active people",
        "count",
        "Different people who did something in the block.",
        "people_before",
    ),
    _of("people_most", "Most active people", "count", "The most in one of the three blocks before."),
    _of("seats", "Seats", "number", "Seats of its live subscriptions; nothing where none says so."),
    _of("seats_used", "Seats active", "ratio", "Active people / seats, at most 1.", plain=True),
    _of("executions_week", "Executions of the week", "count", "Executions of the newest 7 days."),
    _of("executions", "Executions", "count", "Executions of the block.", "executions_before"),
    _of(
        "failure_rate",
        "Failures",
        "ratio",
        "Failed / (succeeded + failed) executions of the block.",
        "failure_rate_before",
        plain=True,
    ),
    _of("workflows", "Workflows", "count", "Different workflows that ran in the block.", "workflows_before"),
    _of("features", "Kinds of actions", "count", "Kinds of events that people did.", "features_before"),
    _of("ai_calls", "AI calls", "count", "Calls of AI models in the block.", "ai_calls_before"),
    _of("limit_hits", "Limits hit", "count", "Times that it hit a limit of its plan in the block."),
    _of("mrr_usd", "MRR", "number", "Dollars that it paid a month at the cutoff.", "mrr_before_usd"),
    _of("past_due", "Past due", "flag", "Whether its last payment was late.", plain=True),
    _of(
        "renewal_days",
        "Days to renewal",
        "count",
        "Calendar days until its own contract renews, or, of a tenant without, the next plan of its people.",
        plain=True,
    ),
)
_BEFORE = tuple(
    replace(each.column, name=each.before, label=f"{each.column.label} before")
    for each in FEATURES
    if each.before
)
WHOSE = Column("tenant_id", "Tenant id", "text", "The tenant's id.")
# Every column of the frame, in its order; `_before` is the block before, of MRR twelve weeks before.
COLUMNS = (CUTOFF, WHOSE, STATE, HELD_PLAN, *(each.column for each in FEATURES), *_BEFORE, MOST_AT)
_NUMBERS = [column.name for column in COLUMNS if column.unit in ("count", "number", "ratio")]
# What may be unknown, and is NaN then; everything else is a number of every tenant.
MAY_BE_UNKNOWN = (
    *("champion_silent_days", "seats", "seats_used", "failure_rate", "failure_rate_before", "renewal_days"),
)


def feature(name: str) -> Feature:
    """The feature of that name."""
    for each in FEATURES:
        if each.name == name:
            return each
    raise KeyError(f"there is no feature {name!r}: there are {', '.join(each.name for each in FEATURES)}")


def cutoffs(last: datetime, count: int, every: timedelta = BLOCK) -> tuple[datetime, ...]:
    """So many moments, the oldest first and `last` the newest, whole days apart."""
    return tuple(last - every * back for back in reversed(range(count)))


def as_of(view: View, cutoff: datetime | Sequence[datetime]) -> pd.DataFrame:
    """What was known at one cutoff or several of every tenant that the view covers."""
    moments = moments_of(cutoff)
    return features(view, Scope(moments[-1] - DAY, moments[-1], tenants=view.tenants), moments)


def features(view: View, scope: Scope, as_of: datetime | Sequence[datetime]) -> pd.DataFrame:
    """What was known of each tenant at each cutoff: a row for each pair, by cutoff and tenant.

    A tenant is known that had signed up by then, or of which any row was known. Of the scope count its
    tenants, its filters and its clock; its window and its present do not. Every column is float64 but the
    first four, `past_due` (bool) and `people_most_at` (time); NaN is what cannot be known.
    """
    moments = moments_of(as_of)
    last = moments[-1]
    at_last = replace(scope, start=last - DAY, end=last, now=last)
    back = sorted({(last - moment) // DAY for moment in moments}, reverse=True)

    def known() -> pd.DataFrame:
        grid = _grid(view, at_last, _paid(view, at_last, moments), back)
        return _told(grid, last, scope.timezone)

    return once(view, ("features", moments), at_last, TABLES, known)


def moments_of(cutoff: datetime | Sequence[datetime]) -> tuple[datetime, ...]:
    """Cutoffs in order, which lie whole days apart."""
    moments = (cutoff,) if isinstance(cutoff, datetime) else tuple(sorted(set(cutoff)))
    if not moments:
        raise ValueError("name at least one cutoff")
    if any((moments[-1] - moment) % DAY for moment in moments):
        raise ValueError("cutoffs lie whole days of 24 hours apart: use cutoffs(last, count, every)")
    return moments


def contracts(
    view: View, scope: Scope, moments: Sequence[datetime], *, in_hindsight: bool = False
) -> pd.DataFrame:
    """What each tenant's subscriptions come to at moments, as was known then or as is known today."""
    return view.frame(
        scope,
        SQL["contracts"],
        moments=[naive(moment) for moment in moments],
        in_hindsight=in_hindsight,
        live=list(LIVE),
        late=list(PAST_DUE),
        paying=list(PAYING),
    )


def state_of(held: pd.DataFrame) -> pd.Series[str]:
    """Whether each tenant paid, held something that pays nothing, is gone, or never was there."""
    live, ever = held["is_live"].eq(other=True), held["first_at"].notna()
    state = np.select([held["mrr_usd"].fillna(0) > 0, live, ever], ["paying", "free", "gone"], default="none")
    return pd.Series(state, held.index, dtype="str")


@dataclass(frozen=True)
class Pairs:
    """Each cutoff, `back` days before the last one, with each tenant: a row for a pair, in this order."""

    back: pd.Index
    names: pd.Index

    def places(self, rows: pd.DataFrame, later: int = 0) -> Array:
        """Where rows stand that belong to cutoffs so many days before; -1 is nowhere."""
        cutoff = self.back.get_indexer(pd.Index(rows["back"] - later))
        name = self.names.get_indexer(pd.Index(rows["tenant_id"]))
        return np.where((cutoff < 0) | (name < 0), -1, cutoff * len(self.names) + name)

    def spread(self, rows: pd.DataFrame, later: int = 0) -> pd.DataFrame:
        """The rows in their places, and nothing where there is none."""
        places = self.places(rows, later)
        inside = rows[places >= 0].set_axis(places[places >= 0])
        return inside.reindex(np.arange(len(self.back) * len(self.names)))


def _paid(view: View, scope: Scope, moments: Sequence[datetime]) -> pd.DataFrame:
    """What subscriptions come to at each cutoff, and three blocks before."""
    last = moments[-1]
    asked = sorted({moment - ago for moment in moments for ago in (timedelta(0), PAID_BEFORE)})
    found = contracts(view, scope, asked)
    return found.assign(back=(last - found["moment"]) // DAY).drop(columns="moment")


def _grid(view: View, scope: Scope, paid: pd.DataFrame, back: list[int]) -> pd.DataFrame:
    """Each tenant at each cutoff at which it was known: what it did and paid, since when it is silent."""
    oldest, step = naive(scope.end - DAY * max(back)), gcd(28, *back)
    seen = view.frame(scope, SQL["seen"], back=back, oldest=oldest, step=step, day_us=DAY_US)
    signed = view.frame(scope, SQL["signed_up"])
    held = paid[paid["back"].isin(back)]
    names = sorted({name for each in (seen, held, signed) for name in each["tenant_id"].unique().tolist()})
    pairs = Pairs(pd.Index(back), pd.Index(names, dtype="str"))
    columns = pairs.spread(held).drop(columns=["back", "tenant_id"])
    before = pairs.spread(paid, PAID_BEFORE // DAY)["mrr_usd"]
    found = pd.DataFrame(
        {
            "back": np.repeat(back, len(names)),
            "tenant_id": pairs.names.take(np.tile(np.arange(len(names)), len(back))),
            **{name: columns[name] for name in columns.columns},
            "mrr_before_usd": before,
            **{name: values.ravel() for name, values in counted(view, scope, names, back).items()},
        }
    )
    known = _silence(found, pairs, seen, signed, scope).notna()
    return found[known].reset_index(drop=True)


def _silence(
    found: pd.DataFrame, pairs: Pairs, seen: pd.DataFrame, signed: pd.DataFrame, scope: Scope
) -> pd.Series[float]:
    """Puts in since when each is known, and since when it is silent, in days; gives the first of these."""
    ages: dict[str, Array] = {}
    # From the oldest cutoff to the newest: what was known once stays known.
    for name in ("person_age", "run_age", "call_age", "first_age"):
        nearest = np.fmax if name == "first_age" else np.fmin
        age = np.full((len(pairs.back), len(pairs.names)), np.nan)
        age.flat[pairs.places(seen)] = seen[name].to_numpy(dtype=np.float64)
        ages[name] = nearest.accumulate(age, axis=0).ravel()
    back = found["back"].to_numpy()
    created = pd.Series(_age(signed["created_at"], scope).array, signed["tenant_id"])
    signed_age = np.tile(created.reindex(pairs.names).to_numpy(), len(pairs.back))
    # Signing up says since when; without it the oldest row of any kind.
    oldest = np.fmax(ages["first_age"], _age(found["first_at"], scope).to_numpy())
    tenure = np.where(signed_age >= back, signed_age, oldest) - back
    people, runs, calls = (ages[name] - back for name in ("person_age", "run_age", "call_age"))
    silent = [np.where(np.isnan(age), tenure, age) for age in (people, runs)]
    found["tenure_days"] = tenure
    found["person_silent_days"], found["run_silent_days"] = silent
    # A program that asks a model in nobody's name is use too; an event of nobody may be a note of one's own.
    found["silent_days"] = np.fmin(np.fmin(*silent), calls)
    return found["tenure_days"]


def _age(moments: pd.Series[pd.Timestamp], scope: Scope) -> pd.Series[float]:
    """Whole days from moments to the last cutoff."""
    return ((scope.end - timedelta(microseconds=1) - moments) // DAY).astype("float64")


def calendar_days(
    since: pd.Series[pd.Timestamp] | pd.Timestamp, until: pd.Series[pd.Timestamp], timezone: str
) -> pd.Series[int]:
    """How many local days later: two from Friday at one in the morning until midnight before Sunday."""
    began = pd.Series(since, until.index).dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    return (until.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize() - began).dt.days


def _told(grid: pd.DataFrame, last: datetime, timezone: str) -> pd.DataFrame:
    """The frame with its declared columns, each in its type."""
    cutoff = pd.Timestamp(last).tz_convert(timezone) - grid["back"] * pd.Timedelta(DAY)
    grid = grid.assign(**_derived(grid), cutoff=cutoff.dt.as_unit("us"))
    grid["renewal_days"] = calendar_days(grid["cutoff"], grid["renews_at"], timezone)
    blocks_before = grid[["people_before", "people_3", "people_4"]].fillna(0).to_numpy(dtype=np.float64)
    most = blocks_before.argmax(axis=1) if len(grid) else np.zeros(0, dtype=np.int64)
    grid["people_most"] = blocks_before.max(axis=1, initial=0.0)
    middle = grid["cutoff"] - pd.Series(most + 1.5, grid.index) * pd.Timedelta(BLOCK)
    grid["people_most_at"] = middle.dt.as_unit("us").where(grid["people_most"] > 0)
    grid["held_plan"] = grid["held_plan"].fillna("").astype("str")
    grid["past_due"] = grid["past_due"].eq(other=True).astype("bool")
    known = dict.fromkeys([name for name in _NUMBERS if name not in MAY_BE_UNKNOWN], 0.0)
    grid = grid.astype(dict.fromkeys(_NUMBERS, "float64")).fillna(known)
    return grid[[column.name for column in COLUMNS]]


def _derived(grid: pd.DataFrame) -> dict[str, pd.Series]:
    """The state of each tenant, and its ratios."""
    seats = grid["seats"].astype("float64").where(grid["seats"] > 0)
    found: dict[str, pd.Series] = {
        "state": state_of(grid),
        "seats": seats,
        "seats_used": (grid["people"].fillna(0) / seats).clip(upper=1.0),
    }
    for name, failed, judged in (
        ("failure_rate", "failed", "judged"),
        ("failure_rate_before", "failed_before", "judged_before"),
    ):
        whole = grid[judged].astype("float64")
        found[name] = (grid[failed] / whole).where(whole > 0)
    return found
