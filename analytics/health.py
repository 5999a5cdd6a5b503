"""Health: how well each tenant is doing, 0 to 100, with the parts that make it and the number behind each.

Every part is a share of full marks, read from what was known at the moment (`features`):

- Recency, 30: all of it up to two days of silence, none from two weeks on.
- Activity, 25: executions and people's actions of four weeks beside those of the four before, and the
  executions of the last week beside those of the three weeks before it; of a tenant that only calls AI models
  without naming anybody, those calls.
- Breadth, 10: kinds of actions and workflows in use, beside the four weeks before.
- Reliability, 15: all of it up to 5 % of failed executions, none from 25 % on.
- Seats, 20: people active beside the most of the three blocks before, and beside 60 % of the seats bought.

Beside its own past a tenant has full marks at 80 % of it and none at 20 %: less is the noise of any weeks.
What cannot be known (no execution, no seats, no past of eight weeks) is left out, and the other parts count
for it. A tenant of less than 14 days has no score. Peers are the other tenants of the plan in the same scope:
they stand beside the score, and never make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import isnan

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import OWNER, known
from analytics.feature_words import Row, speaks_ill, told
from analytics.features import DAY_US, MOST_AT, TABLES, calendar_days, cutoffs, feature, features
from analytics.lifetimes import of_each
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import PAYING
from analytics.sql import blocks
from analytics.view import View
from analytics.whole_customers import of_whole_customers

SQL = blocks(__file__)
Floats = npt.NDArray[np.float64]

WEEK, WEEKS_BACK = timedelta(days=7), 12
FEWEST_PEERS, FEWEST_DAYS, PAST_DAYS = 5, 14, 56
FALLING = 10
RENEWS_WITHIN_DAYS = 90
HEALTH = "the health of customers"


@dataclass(frozen=True, eq=False)  # each is itself alone
class Part:
    """A part of the score: its weight, and the features that tell it.

    Of what it lost the first tells that is on the bad side of its past, else the first of which there is any.
    """

    name: str
    label: str
    weight: int
    said_by: tuple[str, ...]


PARTS = (
    Part("recency", "Recency", 30, ("silent_days",)),
    Part("activity", "Activity", 25, ("executions", "actions", "executions_week", "ai_calls")),
    Part("breadth", "Breadth", 10, ("features", "workflows")),
    Part("reliability", "Reliability", 15, ("failure_rate",)),
    Part("seats_part", "Seats", 20, ("people",)),
)
SCORE = Column(
    "score", "Health", "count", "0 to 100; nothing where a tenant is new or too little known.", "up"
)
CHANGE = Column("change", "Since last week", "count", "Points since seven days before.", "up")
# What the words of a row are made of, and what a step of its score is.
OF_SCORE = (*(part.name for part in PARTS), SCORE.name)
_SAID = tuple(feature(name) for part in PARTS for name in part.said_by)
READ = (
    *OF_SCORE,
    *(each.name for each in _SAID),
    *(each.before for each in _SAID if each.before),
    *("tenure_days", "seats", "people_most", MOST_AT.name),
)
TREND = Column("trend", "Trend", "text", "Falling or rising: 10 points or more in four weeks.")
PEERS = Column("peers", "Peers", "count", "The median of at least 5 other tenants of the plan.")
WHY = Column(
    "why",
    "Weakest",
    "text",
    "The two parts that cost the most points, with the number behind each.",
    worded=True,
)
CHANGED = Column("changed", "What changed", "text", "The part that moved the most since last week.")
PLAN = Column("held_plan", "Plan", "text", "The plan of the tenant's largest live subscription.")
OF_PARTS = tuple(
    Column(part.name, part.label, "count", f"0 to 100, {part.weight} of 100 points of the score.", "up")
    for part in PARTS
)
AT = Column("bucket", "Week", "time", "The moment that the score is of.")
BAND = Column("band", "Health", "text", "well: 80 and more; watch: 50 to 79; trouble: under 50.")
TENANTS = Column("tenants", "Tenants", "count", "Tenants with a score in that band.")
RENEWS_AT = Column("renews_at", "Renews", "time", "The next renewal of a subscription that pays.")
DUE_IN = Column("due_in_days", "In days", "count", "Days of the calendar until then.")
MRR = Column("mrr_usd", "MRR that renews", "usd", "What the subscriptions due in these days pay a month.")
HELD_BY = Column(
    "held_by", "Held by", "text", "The customer itself, or so many of its people for themselves."
)
TERM = Column("term", "Term", "text", "Whether it is by the month or the year.")
USE = Column("use", "Use", "text", "People and executions of the last four weeks, beside their past.")


@analysis(
    tables=TABLES,
    columns=(TENANT_ID, TENANT, PLAN, OWNER, SCORE, CHANGE, TREND, PEERS, *OF_PARTS, WHY, CHANGED),
)
def scores(view: View, scope: Scope) -> pd.DataFrame:
    """The health of every tenant that is one, the worst first, with its parts and what changed."""
    scope = of_whole_customers(scope, HEALTH)
    every = by_week(view, scope)
    now, week, month = (
        every[every["cutoff"] == scope.end - WEEK * back].set_index("tenant_id") for back in (0, 1, 4)
    )
    frame = now[now["state"] != "gone"]
    before, long_before = (each.reindex(frame.index) for each in (week, month))
    people = known(view, scope).set_index("tenant_id")
    names = pd.Series(frame.index, frame.index, dtype="str")
    change, moved = frame["score"] - before["score"], frame["score"] - long_before["score"]
    said_of = _rows(frame)
    found = frame.assign(
        tenant=of_each(names, people["tenant"]).fillna(names).astype("str"),
        owner=of_each(names, people["owner"]).fillna("").astype("str"),
        score=frame["score"].astype("Int64"),
        change=change.astype("Int64"),
        trend=pd.Series(
            np.select(
                [moved <= -FALLING, moved >= FALLING, moved.notna()], ["falling", "rising", "steady"], "new"
            ),
            frame.index,
            dtype="str",
        ),
        peers=beside(frame).round().astype("Int64"),
        **{part.name: frame[part.name].round().astype("Int64") for part in PARTS},
        why=_texts(frame, [_weakest(row) for row in said_of]),
        changed=_texts(frame, [_moved(*rows) for rows in zip(said_of, _rows(before, OF_SCORE), strict=True)]),
    ).reset_index()
    return _listed(found.sort_values(["score", "tenant", "tenant_id"], na_position="last"), scores.columns)


@analysis(tables=TABLES, columns=(AT, BAND, TENANTS), additive=("tenants",), grain="week")
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """How many tenants were well, to watch and in trouble, a week for the twelve up to the window's end."""
    scope = of_whole_customers(scope, HEALTH)
    every = by_week(view, scope)
    every = every[(every["state"] != "gone") & every["score"].notna()]
    bands = np.select([every["score"] < 50, every["score"] < 80], ["trouble", "watch"], "well")
    every = every.assign(band=pd.Series(bands, every.index, dtype="str"))
    counted = every.groupby(["cutoff", "band"], sort=True).size().rename("tenants").reset_index()
    return counted.rename(columns={"cutoff": "bucket"}).astype({"tenants": "int64", "band": "str"})


@analysis(
    tables=TABLES,
    columns=(TENANT_ID, TENANT, OWNER, PLAN, HELD_BY, TERM, RENEWS_AT, DUE_IN, MRR, SCORE, WHY, USE),
)
def renewals(view: View, scope: Scope) -> pd.DataFrame:
    """What renews in the 90 days after the window's end and whose it is, the soonest first, with health."""
    scope = of_whole_customers(scope, HEALTH)
    due = view.frame(scope, SQL["renewals"], paying=list(PAYING), within_us=RENEWS_WITHIN_DAYS * DAY_US)
    rows = scored(features(view, scope, scope.end)).set_index("tenant_id").reindex(due["tenant_id"])
    people = known(view, scope).set_index("tenant_id")
    listed = _rows(rows)
    found = due.assign(
        tenant=of_each(due["tenant_id"], people["tenant"]).fillna(due["tenant_id"]).astype("str"),
        owner=of_each(due["tenant_id"], people["owner"]).fillna("").astype("str"),
        due_in_days=calendar_days(pd.Timestamp(scope.end), due["renews_at"], scope.timezone).astype("int64"),
        score=pd.Series(rows["score"].array, due.index).astype("Int64"),
        why=_texts(due, [_weakest(row) for row in listed]),
        use=_texts(
            due, ["; ".join(filter(None, (told("people", row), told("executions", row)))) for row in listed]
        ),
    )
    return _listed(found, renewals.columns)


def by_week(view: View, scope: Scope) -> pd.DataFrame:
    """Every tenant's score now and twelve weeks back: read once for both panels that stand on it."""
    return scored(features(view, scope, cutoffs(scope.end, WEEKS_BACK + 1, WEEK)))


def scored(frame: pd.DataFrame) -> pd.DataFrame:
    """Features with their parts and the score that these make, whole points of 100."""
    parts = pd.DataFrame(_parts(frame), frame.index)
    weights = np.array([part.weight for part in PARTS], dtype=np.float64)
    known_weight = parts.notna().to_numpy() @ weights
    points = np.nan_to_num(parts.to_numpy()) @ weights
    # Of less than half of what makes a score nothing can be said.
    enough = (known_weight >= weights.sum() / 2) & (frame["tenure_days"].to_numpy() >= FEWEST_DAYS)
    score = np.where(enough, np.rint(100 * points / np.where(known_weight > 0, known_weight, 1)), np.nan)
    return frame.assign(**{part.name: parts[part.name] * 100 for part in PARTS}, score=score)


def _parts(frame: pd.DataFrame) -> Mapping[str, Floats]:
    """Each part as a share of full marks; NaN where nothing is known of it."""
    of = {
        name: frame[name].to_numpy(dtype=np.float64)
        for name in frame.columns
        if frame[name].dtype == "float64"
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        past = of["tenure_days"] >= PAST_DAYS
        use, use_before = of["executions"] + of["actions"], of["executions_before"] + of["actions_before"]
        # Where only models are called, in nobody's name, the calls say all, and of breadth nothing is known.
        asks = (use + use_before == 0) & (of["ai_calls"] + of["ai_calls_before"] > 0)
        use, use_before = np.where(asks, (of["ai_calls"], of["ai_calls_before"]), (use, use_before))
        block, runs = _beside(use, use_before), of["executions"] + of["executions_before"] > 0
        week = _beside(of["executions_week"], (of["executions"] - of["executions_week"]) / 3)
        wide, wide_before = of["features"] + of["workflows"], of["features_before"] + of["workflows_before"]
        own = np.where(past, _beside(of["people"], of["people_most"]), np.nan)
        bought = np.clip(of["people"] / of["seats"] / 0.6, 0, 1)
        return {
            "recency": np.clip(1 - (of["silent_days"] - 2) / 12, 0, 1),
            "activity": np.where(past, np.where(runs, (block + week) / 2, block), np.nan),
            "breadth": np.where(past & ~asks, _beside(wide, wide_before), np.nan),
            "reliability": np.clip((0.25 - of["failure_rate"]) / 0.20, 0, 1),
            "seats_part": np.where(
                np.isnan(own), bought, np.where(np.isnan(bought), own, (own + bought) / 2)
            ),
        }


def _beside(now: Floats, before: Floats) -> Floats:
    """A number beside its own past: all from 80 % of it on, none up to 20 %; of nothing, if there is any."""
    return np.where(before > 0, np.clip((now / before - 0.2) / 0.6, 0, 1), np.where(now > 0, 1.0, 0.0))


def beside(frame: pd.DataFrame) -> pd.Series[float]:
    """The median score of each tenant's peers: the others of its plan, where there are at least five."""
    found = pd.Series(np.nan, frame.index, dtype="float64")
    for _, own in frame[frame["score"].notna()].groupby("held_plan"):
        values = own["score"].to_numpy(dtype=np.float64)
        if len(values) > FEWEST_PEERS:
            found.loc[own.index] = _medians_of_others(values)
    return found


def _medians_of_others(values: Floats) -> Floats:
    """Of each value the median of all others: in order, those after it stand a place further on."""
    order = np.argsort(values, kind="stable")
    ranked, others, place = values[order], len(values) - 1, np.arange(len(values))
    low, high = ((others - 1) // 2, others // 2)
    found = np.empty(len(values))
    found[order] = (ranked[low + (place <= low)] + ranked[high + (place <= high)]) / 2
    return found


def _weakest(row: Row) -> str:
    """The two parts that cost the most points, each by the number behind it."""
    if isnan(row["score"]):
        return "too new to tell" if row["tenure_days"] < FEWEST_DAYS else "too little is known"
    # Of what is not known nothing is lost: NaN is never as much.
    lost = [(part.weight * (100 - row[part.name]), part) for part in PARTS]
    worst = sorted((each for each in lost if each[0] >= 100), key=lambda each: -each[0])[:2]
    return "; ".join(filter(None, (_said(part, row) for _, part in worst))) or "nothing to mend"


def _moved(row: Row, before: Row) -> str:
    """The part that moved the score the most since last week, and its number now."""
    if isnan(row["score"]) or isnan(before["score"]):
        return ""
    steps = [(part.weight * (row[part.name] - before[part.name]), part) for part in PARTS]
    steps = [each for each in steps if abs(each[0]) >= 100]
    if not steps:
        return ""
    step, part = max(steps, key=lambda each: abs(each[0]))
    said = _said(part, row, lost=step < 0)
    return f"{part.label} {before[part.name]:.0f} to {row[part.name]:.0f}: {said}"


def _said(part: Part, row: Row, *, lost: bool = True) -> str:
    """The number behind what a part lost or won: of several features the first that says so."""
    there = [name for name in part.said_by if row[name] or row.get(f"{name}_before", row["executions"])]
    fits = next((name for name in there if speaks_ill(name, row) == lost), "")
    return told(fits or (there or part.said_by)[0], row)


def _rows(frame: pd.DataFrame, names: tuple[str, ...] = READ) -> list[Row]:
    """Rows with what words are made of: nothing else, as thousands of moments take longer than all words."""
    columns: list[list[object]] = [frame[name].tolist() for name in names if name != MOST_AT.name]
    if MOST_AT.name in names:
        # Tenants share a few of them.
        codes, moments = pd.factorize(frame[MOST_AT.name])
        each: list[object] = [*moments, pd.NaT]
        columns.append([each[code] for code in codes])
    ordered = sorted(names, key=MOST_AT.name.__eq__)
    return [dict(zip(ordered, row, strict=True)) for row in zip(*columns, strict=True)]


def _texts(frame: pd.DataFrame, texts: list[str]) -> pd.Series[str]:
    return pd.Series(texts, frame.index, dtype="str")


def _listed(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    return frame[[column.name for column in columns]].reset_index(drop=True)
