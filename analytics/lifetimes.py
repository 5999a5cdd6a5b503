"""Lifetimes: how long customers stay, from signing up until they are lost.

A customer with subscriptions is lost at the first moment at which none of them is live any more; coming back
is another life. One that never had any is lost at its last use, once it has been silent for four weeks. It
stands under the plan that it began with, not under that of today: who moved to a larger plan had to stay long
enough to do so. `analytics.stays` asks questions of these lives.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.labels import ends
from analytics.once import once
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View
from analytics.whole_customers import of_whole_customers

SQL = blocks(__file__)
TABLES = ("subscriptions", "tenants", "events", "llm_calls", "runs")

SILENT = timedelta(days=28)
DAY_SECONDS = 86_400
DAY = np.timedelta64(86_400_000_000, "us")
NO_PLAN = "no plan"


def lived(view: View, scope: Scope) -> pd.DataFrame:
    """Every customer up to the window's end: first_plan, cohort, how long it stayed, whether it was lost.

    `duration` is in days, `months` in months of the page's clock.
    """
    # Where the window begins does not matter, and panels of many windows stand on the same lives.
    whole = replace(of_whole_customers(scope), start=scope.end - timedelta(days=1), now=scope.end)
    return once(view, "lives", whole, TABLES, lambda: _lived(view, whole))


def _lived(view: View, whole: Scope) -> pd.DataFrame:
    signed = view.frame(whole, SQL["signed_up"]).set_index("tenant_id")["created_at"]
    held, used = _held(view, whole), _used(view, whole)
    lives = pd.concat([held, used[~used["tenant_id"].isin(held["tenant_id"])]], ignore_index=True)
    created = of_each(lives["tenant_id"], signed)
    began = lives["began"].where(~(created < lives["began"]), created)
    ended = lives["lost_at"].fillna(lives["until"])
    local = began.dt.tz_convert(whole.timezone)
    cohort = local.dt.year.astype("str") + " Q" + local.dt.quarter.astype("str")
    return pd.DataFrame(
        {
            "tenant_id": lives["tenant_id"],
            "first_plan": lives["first_plan"].replace("", NO_PLAN).astype("str"),
            "cohort": cohort.astype("str"),
            "began": began,
            "duration": (ended - began).dt.total_seconds() / DAY_SECONDS,
            "months": in_months(local, ended.dt.tz_convert(whole.timezone)),
            "lost": lives["lost_at"].notna(),
        }
    )


def in_months(began: pd.Series, ended: pd.Series) -> pd.Series[float]:
    """How many months lie between two local times: whole ones to the same day and hour, the rest as a part.

    From the 31st a month is over on the last day of a shorter one.
    """
    first, last = (each.dt.tz_localize(None).to_numpy(dtype="datetime64[us]") for each in (began, ended))
    month = first.astype("datetime64[M]")
    into = first - month.astype("datetime64[us]")

    def later(months: np.ndarray) -> np.ndarray:
        then = month + months
        start, after = (each.astype("datetime64[us]") for each in (then, then + 1))
        days = np.minimum(into // DAY, (after - start) // DAY - 1)
        return start + days * DAY + into % DAY

    whole = (last.astype("datetime64[M]") - month).astype(np.int64)
    whole -= later(whole) > last
    since, until = later(whole), later(whole + 1)
    return pd.Series(whole + (last - since) / (until - since), began.index, dtype="float64")


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
