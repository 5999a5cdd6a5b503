"""Every customer in one list: what it pays, how it does, what may come of it, and who looks after it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.churn_kept import Known
from analytics.churn_questions import AT_RISK, MRR, PLAN, PROBABILITY, SILENT, OfLosses, at_stake
from analytics.churn_questions import STATE as OUTREACH
from analytics.churn_questions import TABLES as OF_LOSSES
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import OWNER, known
from analytics.features import BLOCK, DAY, DAY_US, features
from analytics.forecast import exact
from analytics.health import CHANGE, SCORE, WEEK, scored
from analytics.late import STANDING, standing
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.usage_counted import TABLES as OF_LIMITS
from analytics.usage_limits import running
from analytics.view import View
from analytics.zones import naive

SQL = blocks(__file__)
DAYS = BLOCK // DAY
GONE = "gone"

USE = Column("daily_use", "Use", "series", "Executions and what people did, a day, of the last 28 days.")
FULLEST = Column(
    "fullest",
    "Of its limit",
    "ratio",
    "Use / limit of the month, of the limit that is fullest.",
    "down",
)
RENEWS_IN = Column(
    "renewal_days",
    "Renews in days",
    "count",
    "Calendar days until its own contract renews, or, of a customer without, the next plan of its people.",
)


class CustomerList(OfLosses):
    """Every tenant with what it pays, its use, health, risk, fullest limit, owner and renewal."""

    kind = "customers.list"
    of_what = "the list of customers"
    tables = tuple(sorted({*OF_LOSSES, *OF_LIMITS}))
    columns = (
        TENANT_ID, TENANT, STANDING, PLAN, MRR, USE, SCORE, CHANGE, PROBABILITY, AT_RISK, FULLEST, OWNER,
        OUTREACH, RENEWS_IN, SILENT,
    )  # fmt: skip

    def answer(self, view: View, scope: Scope) -> pd.DataFrame:
        """All of them, who pays most first."""
        moment = min(scope.end, scope.present)
        every = scored(features(view, scope, (moment - WEEK, moment)))
        found, before = (
            every[every["cutoff"] == at].set_index("tenant_id") for at in (moment, moment - WEEK)
        )
        people = known(view, scope).set_index("tenant_id").reindex(found.index)
        plan = found["held_plan"].where(found["held_plan"] != "", people["plan"])
        chance = self.chances(found.index.to_series())
        paid = [exact(each) for each in found["mrr_usd"].astype("float64").tolist()]
        found = found.assign(
            tenant=people["tenant"].fillna(found.index.to_series()).astype("str"),
            owner=people["owner"].fillna("").astype("str"),
            plan=plan.fillna("").astype("str"),
            standing=standing(view, scope, found.reset_index()).array,
            state=self.stands(found.index, scope),
            # Who has left does neither well nor badly.
            score=found["score"].where(found["state"] != GONE),
            change=(found["score"] - before["score"].reindex(found.index)).where(found["state"] != GONE),
            daily_use=_daily(view, scope, found.index),
            probability=chance,
            at_risk_usd=at_stake(chance, paid),
            mrr_usd=pd.Series(paid, found.index, dtype=object),
            fullest=_fullest(view, scope).reindex(found.index),
        ).reset_index()
        order = found.assign(paid=found["mrr_usd"].astype("float64"))
        order = order.sort_values(["paid", "tenant", "tenant_id"], ascending=[False, True, True])
        return found.loc[order.index]

    def stands(self, tenants: pd.Index, scope: Scope) -> list[str]:
        """How the outreach to each of these stands."""
        told = self.told or Known("")
        standing = told.standing()
        return [
            told.stands(str(name), standing.get(str(name)), scope.present)[0] for name in tenants.tolist()
        ]


def _daily(view: View, scope: Scope, tenants: pd.Index) -> pd.Series:
    """Of each tenant its use a day, the oldest first."""
    used = view.frame(scope, SQL["use"], since=naive(scope.end - BLOCK), day_us=DAY_US)
    table = np.zeros((len(tenants), DAYS), dtype=np.int64)
    rows = tenants.get_indexer(pd.Index(used["tenant_id"]))
    there = rows >= 0
    table[rows[there], DAYS - 1 - used["age"].to_numpy()[there]] = used["uses"].to_numpy()[there]
    return pd.Series([tuple(row) for row in table.tolist()], tenants, dtype=object)


def _fullest(view: View, scope: Scope) -> pd.Series:
    """Of each tenant that has a limit the largest share that is used of one."""
    shares = {
        each.tenant.tenant_id: max(each.use[what] / limit for what, limit in each.limits.items())
        for each in running(view, replace(scope, where=None), projecting=False)  # a bill has no filter
    }
    return pd.Series(shares, dtype="float64")
