"""Lifetimes: how long customers stay, from signing up until they are lost, by their first plan and by cohort.

A customer with subscriptions is lost at the first moment at which none of them is live any more; coming back
is another life. One that never had any is lost at its last use, once it has been silent for four weeks. It
stands under the plan that it began with, not under that of today: who moved to a larger plan had to stay long
enough to do so.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.labels import ends
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.survival import at, log_rank, median, survival
from analytics.view import View

SQL = blocks(__file__)

WEEK = timedelta(days=7)
SILENT = timedelta(days=28)
DAY_SECONDS = 86_400
# A curve of fewer customers, or its end where fewer are left, would be drawn by single ones.
FEWEST, FEWEST_LEFT, MOST_GROUPS, LONG_WEEKS = 10, 5, 6, 104
AGES = (30, 90, 180, 365, 730)
NO_PLAN = "no plan"

PLAN = Column("first_plan", "First plan", "text", "The plan that the customer began with.")
COHORT = Column("cohort", "Signed up", "text", "The quarter in which the customer signed up.")
WEEKS = Column("age_weeks", "Week", "count", "Whole weeks since signing up.")
AGE = Column("age_days", "Days", "count", "Days since signing up.")
SHARE = Column(
    "share", "Still there", "ratio", "The share that is still a customer at that age (Kaplan-Meier).", "up"
)
AT_RISK = Column("share_of", "At risk", "count", "Customers that were there until that age.")
LOW = Column("low", "At least", "ratio", "The lower end of its 95 % interval.")
HIGH = Column("high", "At most", "ratio", "The upper end of its 95 % interval.")
CUSTOMERS = Column("customers", "Customers", "count", "All customers of that group.")
GONE = Column("lost", "Lost", "count", "Those of them that were lost.")
MEDIAN = Column("median_days", "Half stay, days", "count", "Days after which half are left; nothing before.")
TABLES = ("subscriptions", "tenants", "events", "llm_calls", "runs")


@analysis(tables=TABLES, columns=(PLAN, WEEKS, SHARE, AT_RISK, LOW, HIGH))
def by_plan(view: View, scope: Scope) -> pd.DataFrame:
    """The share of customers still there at each age, by the plan that they began with."""
    return _curves(lived(view, scope), "first_plan")


@analysis(tables=TABLES, columns=(COHORT, WEEKS, SHARE, AT_RISK, LOW, HIGH))
def by_cohort(view: View, scope: Scope) -> pd.DataFrame:
    """The share of customers still there at each age, by the quarter in which they signed up."""
    return _curves(lived(view, scope), "cohort")


@analysis(tables=TABLES, columns=(PLAN, CUSTOMERS, GONE, MEDIAN, AGE, SHARE, AT_RISK, LOW, HIGH))
def at_ages(view: View, scope: Scope) -> pd.DataFrame:
    """The same at given ages, with how many customers there are and when half of them are left."""
    lives = lived(view, scope)
    found = [
        _read(own, np.array(AGES, dtype=np.float64)).assign(
            first_plan=name,
            customers=len(own),
            lost=int(own["lost"].sum()),
            median_days=median(survival(own)) if len(own) >= FEWEST else np.nan,
        )
        for name, own in lives.drop(columns="cohort").groupby("first_plan")
    ]
    frame = pd.concat([_nothing("first_plan"), *found], ignore_index=True)
    kinds = {"age": "int64", "customers": "int64", "lost": "int64", "median_days": "float64"}
    frame = frame.astype(kinds).rename(columns={"age": "age_days"})
    frame["median_days"] = frame["median_days"].round().astype("Int64")
    return _noted(frame[[column.name for column in at_ages.columns]], lives, "first_plan")


def lived(view: View, scope: Scope) -> pd.DataFrame:
    """Every customer up to the window's end: first_plan, cohort, duration in days, whether it was lost."""
    whole = replace(scope, now=scope.end)
    signed = view.frame(whole, SQL["signed_up"]).set_index("tenant_id")["created_at"]
    held, used = _held(view, whole), _used(view, whole)
    lives = pd.concat([held, used[~used["tenant_id"].isin(held["tenant_id"])]], ignore_index=True)
    created = of_each(lives["tenant_id"], signed)
    began = lives["began"].where(~(created < lives["began"]), created)
    ended = lives["lost_at"].fillna(lives["until"])
    local = began.dt.tz_convert(scope.timezone)
    cohort = local.dt.year.astype("str") + " Q" + local.dt.quarter.astype("str")
    return pd.DataFrame(
        {
            "tenant_id": lives["tenant_id"],
            "first_plan": lives["first_plan"].replace("", NO_PLAN).astype("str"),
            "cohort": cohort.astype("str"),
            "began": began,
            "duration": (ended - began).dt.total_seconds() / DAY_SECONDS,
            "lost": lives["lost_at"].notna(),
        }
    )


def of_each(tenants: pd.Series, known: pd.Series) -> pd.Series:
    """What is known of each tenant, by its id; nothing of one that is not known."""
    return pd.Series(known.reindex(tenants).array, tenants.index)


def _held(view: View, scope: Scope) -> pd.DataFrame:
    """Those with a subscription: when the last of them ended for the first time."""
    found = view.frame(scope, SQL["subscribed"]).rename(columns={"first_at": "began"})
    gone = ends(view, scope)
    gone = gone[(gone["state"] == "free") & (gone["ended_at"] < scope.end)]
    first = gone.groupby("tenant_id")["ended_at"].min()
    lost_at = of_each(found["tenant_id"], first)
    return found.assign(lost_at=lost_at, until=pd.Series(scope.end, found.index).astype(found["began"].dtype))


def _used(view: View, scope: Scope) -> pd.DataFrame:
    """Those that used anything: lost at their last use, where four weeks without any have passed since."""
    found = view.frame(scope, SQL["used"])
    seen = found["last_used_at"].max()  # whose rows stop arriving has not fallen silent
    silent = found["last_used_at"] <= seen - SILENT
    return pd.DataFrame(
        {
            "tenant_id": found["tenant_id"],
            "first_plan": pd.Series("", found.index, dtype="str"),
            "began": found["first_used_at"],
            "lost_at": found["last_used_at"].where(silent),
            "until": pd.Series(seen, found.index, dtype=found["last_used_at"].dtype),
        }
    )


def _curves(lives: pd.DataFrame, group: str) -> pd.DataFrame:
    """A row a week and group; of many groups those with the most customers."""
    large = lives[group].value_counts().head(MOST_GROUPS).index
    shown = lives[lives[group].isin(large)]
    last = int(shown["duration"].max() // 7) if len(shown) else 0
    weeks = np.arange(0, last + 1, 1 if last <= LONG_WEEKS else 4, dtype=np.float64)
    found = [_read(own, weeks * 7).assign(**{group: name}) for name, own in shown.groupby(group)]
    frame = pd.concat([_nothing(group), *found], ignore_index=True)
    frame = frame.assign(age_weeks=(frame["age"] // 7).astype("int64"))
    return _noted(frame[[group, "age_weeks", "share", "share_of", "low", "high"]], lives, group)


def _read(own: pd.DataFrame, ages: np.ndarray) -> pd.DataFrame:
    """The curve of one group at these ages; of too few customers only how many are left."""
    found = at(survival(own[["duration", "lost"]]), ages).rename(columns={"at_risk": "share_of"})
    enough = (found["share_of"] >= FEWEST_LEFT) & (len(own) >= FEWEST)
    for name in ("share", "low", "high"):
        found[name] = found[name].where(enough)
    return found


def _nothing(group: str) -> pd.DataFrame:
    """No row, in the form of those that there may be."""
    return pd.DataFrame(
        {
            group: pd.Series(dtype="str"),
            **{name: pd.Series(dtype="int64") for name in ("share_of", "customers", "lost")},
            **{name: pd.Series(dtype="float64") for name in ("age", "share", "low", "high", "median_days")},
        }
    )


def _noted(frame: pd.DataFrame, lives: pd.DataFrame, group: str) -> pd.DataFrame:
    """The frame with what is left out of it, and whether the groups differ by more than chance."""
    sizes = lives[group].value_counts()
    few = sorted(sizes.index[sizes < FEWEST])
    notes = [f"{len(lives):,} customers, {int(lives['lost'].sum()):,} of them lost."]
    if few:
        notes.append(f"Too few to tell, with less than {FEWEST} customers: {', '.join(few)}.")
    notes.append(f"A curve ends where fewer than {FEWEST_LEFT} customers are left.")
    large = lives[lives[group].isin(sizes[sizes >= FEWEST].index)].rename(columns={group: "group"})
    tested = log_rank(large) if len(large) else None
    if tested is not None:
        said = "differ by more than chance" if tested.p_value < 0.05 else "do not differ by more than chance"
        p_value = "p < 0.001" if tested.p_value < 0.001 else f"p = {tested.p_value:.3f}"
        notes.append(f"The groups {said} (log-rank: chi2 = {tested.chi2:.1f}, {p_value}).")
    frame.attrs["notes"] = tuple(notes)
    return frame
