"""Who may buy more: trials, tenants that pay nothing, and those at their limit, by the signs of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import OWNER, known
from analytics.features import BLOCK, DAY, TABLES, features
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import LIMIT_HITS, LIVE, PAYING
from analytics.sql import blocks
from analytics.upgrades import upgraded
from analytics.view import View
from analytics.whole_customers import of_whole_customers
from analytics.zones import naive

SQL = blocks(__file__)
TRIAL = tuple(state for state in LIVE if state not in PAYING)
# What is done half as often again as in the four weeks before has grown; of less, or of newcomers, it tells
# nothing.
GROWN, FEWEST = 1.5, 20
SOON = timedelta(days=14)

SIGNS = Column(
    "signs", "Signs", "count", "How many of these hold: it hit a limit, it grew, its trial ends soon."
)
WHY = Column("why", "Which", "text", "The signs in words.", worded=True)
HITS = Column(
    "limit_hits", "Limits hit", "count", "Times that it hit a limit in four weeks, since it last upgraded."
)
UPGRADED = Column("upgraded_at", "Last upgrade", "time", "When it last upgraded to a larger plan.")
ACTIONS = Column("actions", "Actions", "count", "What people did in four weeks: events and AI calls.")
BEFORE = Column("actions_before", "Four weeks before", "count", "The same in the four weeks before these.")
PEOPLE = Column("people", "Active people", "count", "Different people who did something in four weeks.")
PLAN = Column("plan", "Plan", "text", "The plan of its largest subscription.")
ENDS = Column("trial_ends_at", "Trial ends", "time", "When its trial ends; nothing where it is on none.")


@analysis(
    tables=TABLES,
    columns=(TENANT_ID, TENANT, PLAN, OWNER, SIGNS, WHY, HITS, UPGRADED, ACTIONS, BEFORE, PEOPLE, ENDS),
)
def ready(view: View, scope: Scope) -> pd.DataFrame:
    """Trials, tenants that pay nothing and those that hit a limit: the most signs of needing more first."""
    scope = of_whole_customers(scope, "who may buy more")
    moment = min(scope.end, scope.present)
    found = features(view, scope, moment)
    trials = view.frame(scope, SQL["trials"], trial=list(TRIAL))
    found = found.merge(trials, on="tenant_id", how="left")
    found = found.drop(columns="limit_hits").merge(_limits(view, scope, moment), on="tenant_id", how="left")
    found["limit_hits"] = found["limit_hits"].fillna(0)
    trial = (found["state"] != "paying") & found["trial_ends_at"].notna()
    found = found[(found["state"] == "free") | trial | (found["limit_hits"] > 0)]
    names = known(view, scope)[["tenant_id", "tenant", "owner"]]
    found = found.merge(names, on="tenant_id", how="left")
    hit, grew = found["limit_hits"] > 0, _grown(found)
    left = found["trial_ends_at"] - pd.Timestamp(moment)
    ending = (left >= timedelta(0)) & (left <= SOON)
    found = found.assign(
        tenant=found["tenant"].fillna(found["tenant_id"]),
        owner=found["owner"].fillna(""),
        plan=found["held_plan"],
        signs=hit.astype("int64") + grew.astype("int64") + ending.astype("int64"),
        why=pd.Series(
            [
                ", ".join(said for said, holds in zip(SAID, signs, strict=True) if holds)
                for signs in zip(hit, grew, ending, strict=True)
            ],
            found.index,
            dtype="str",
        ),
        **{
            name: found[name].astype("int64")
            for name in ("limit_hits", "actions", "actions_before", "people")
        },
    )
    order = ["signs", "limit_hits", "actions", "tenant_id"]
    chosen = found.sort_values(order, ascending=[False, False, False, True], ignore_index=True)
    return chosen[[column.name for column in ready.columns]]


SAID = ("hit a limit", "grew by half or more", f"trial ends within {SOON.days} days")


def _limits(view: View, scope: Scope, moment: datetime) -> pd.DataFrame:
    """tenant_id, upgraded_at, limit_hits: a limit that was hit before an upgrade is a limit no more."""
    known_then = replace(scope, end=moment)
    hits = view.frame(known_then, SQL["hits"], limits=list(LIMIT_HITS), since=naive(moment - BLOCK))
    bought = upgraded(view, known_then)
    bought = bought[(bought["person"] == "") & (bought["upgraded_at"] < moment)]
    last = bought.groupby("tenant_id", as_index=False)["upgraded_at"].max()
    found = last.merge(hits, on="tenant_id", how="outer")
    since = found["upgraded_at"].isna() | (found["occurred_at"] > found["upgraded_at"])
    found["limit_hits"] = (found["occurred_at"].notna() & since).astype("int64")
    return found.groupby("tenant_id", as_index=False).agg({"upgraded_at": "max", "limit_hits": "sum"})


def _grown(found: pd.DataFrame) -> pd.Series[bool]:
    old = found["tenure_days"] >= 2 * BLOCK / DAY
    return old & (found["actions"] >= FEWEST) & (found["actions"] >= GROWN * found["actions_before"])
