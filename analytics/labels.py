"""Labels: what became of tenants after a cutoff, for whoever learns from the past.

- Who paid at the cutoff is lost where all its subscriptions cease to pay; who held a subscription that pays
  nothing, where none is live any more; who never had one, where it used something in the four weeks before
  the cutoff and nothing in the whole horizon.
- Between cutoff and horizon lies a gap, for a warning of yesterday helps nobody: who is lost in it is not
  asked about, nor is who was gone before.
- Where the horizon is not over yet nobody is kept or lost: all are censored, those too that are lost already,
  or the losses of the newest cutoffs would have nobody beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from analytics.features import BLOCK, CUTOFF, DAY, DAY_US, WHOSE, contracts, moments_of, state_of
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import LIVE, PAYING
from analytics.sql import blocks
from analytics.view import View
from analytics.whole_customers import of_whole_customers

SQL = blocks(__file__)

OUTCOME = Column("outcome", "Outcome", "text", "lost, kept, or censored: not to be told yet.")
LOST_AT = Column("lost_at", "Lost", "time", "When its contract ended; nothing where it fell silent.")
COLUMNS = (CUTOFF, WHOSE, OUTCOME, LOST_AT)


def labels(
    view: View, scope: Scope, cutoff: datetime | Sequence[datetime], gap: timedelta, horizon: timedelta
) -> pd.DataFrame:
    """What became of each tenant that could be lost in [cutoff + gap, cutoff + gap + horizon): a row a pair.

    It looks up to the scope's present; gap and horizon are whole days.
    """
    moments = moments_of(cutoff)
    if gap % DAY or horizon % DAY or gap < timedelta(0) or horizon <= timedelta(0):
        raise ValueError("gap and horizon are whole days, and the horizon is at least one")
    first, present = moments[0] - BLOCK, scope.present
    seen = replace(scope, start=first, end=max(present, moments[-1]))
    held = contracts(view, seen, moments, in_hindsight=True).rename(columns={"moment": "cutoff"})
    held["state"] = state_of(held)
    contracted = _ended(view, seen, held[held["state"].isin(["paying", "free"])])
    found = pd.concat([contracted, _silent(view, seen, held, moments, (gap, horizon))], ignore_index=True)
    asked = found[~(found["lost_at"] < found["cutoff"] + gap)].reset_index(drop=True)
    until = asked["cutoff"] + gap + horizon
    lost = (asked["lost_at"] < until) | asked["silent"]
    outcome = np.where(asked["known_until"] < until, "censored", np.where(lost, "lost", "kept"))
    asked["outcome"] = pd.Series(outcome, asked.index, dtype="str")
    asked["lost_at"] = asked["lost_at"].where(asked["outcome"] == "lost")
    ordered = asked.sort_values(["cutoff", "tenant_id"], ignore_index=True)
    return ordered[[column.name for column in COLUMNS]]


def ends(view: View, scope: Scope) -> pd.DataFrame:
    """The moments at which each tenant ceased to pay, and those at which nothing of it was live any more."""
    return view.frame(of_whole_customers(scope), SQL["ends"], paying=list(PAYING), live=list(LIVE))


def _ended(view: View, scope: Scope, held: pd.DataFrame) -> pd.DataFrame:
    """Those who held something at a cutoff, and when that next ended."""
    ended = ends(view, scope).sort_values("ended_at")
    found = pd.merge_asof(
        held.sort_values("cutoff"),
        ended,
        left_on="cutoff",
        right_on="ended_at",
        by=["tenant_id", "state"],
        direction="forward",
    )
    found = found.rename(columns={"ended_at": "lost_at"})[["cutoff", "tenant_id", "lost_at"]]
    return found.assign(silent=False, known_until=scope.present)


def _silent(
    view: View,
    scope: Scope,
    held: pd.DataFrame,
    moments: Sequence[datetime],
    ahead: tuple[timedelta, timedelta],
) -> pd.DataFrame:
    """Those without a subscription who used something before a cutoff, and who of them is silent after."""
    gap, horizon = ahead
    stretches = [
        ((moment + late - scope.start) // DAY, long // DAY)
        for late, long in ((-BLOCK, BLOCK), (gap, horizon))
        for moment in moments
    ]
    begins, longs = map(list, zip(*stretches, strict=True))
    found = view.frame(scope, SQL["used"], begins=begins, longs=longs, day_us=DAY_US).groupby(
        ["begin", "long"]
    )
    used = {key: rows["tenant_id"] for key, rows in found}
    none = pd.Series([], dtype="str")
    pairs = [
        pd.concat(
            [
                pd.DataFrame({"cutoff": moment, "tenant_id": used.get(stretch, none)})
                for moment, stretch in zip(moments, half, strict=True)
            ],
            ignore_index=True,
        )
        for half in (stretches[: len(moments)], stretches[len(moments) :])
    ]
    before, after = (pair.astype({"cutoff": held["cutoff"].dtype}) for pair in pairs)
    came = before.merge(after.assign(came=True), on=["cutoff", "tenant_id"], how="left")
    came = came.merge(held[["cutoff", "tenant_id", "state"]], on=["cutoff", "tenant_id"], how="left")
    came = came[came["state"].isna()]
    # Whose rows stop arriving has not fallen silent: the newest row of all says how far one can see.
    newest = view.frame(scope, SQL["newest"])["newest"].iloc[0]
    known = scope.present if pd.isna(newest) else min(newest, pd.Timestamp(scope.present))
    lost_at = pd.Series(pd.NaT, came.index, dtype=held["cutoff"].dtype)
    silent = came["came"].isna()
    return came[["cutoff", "tenant_id"]].assign(lost_at=lost_at, silent=silent, known_until=known)
