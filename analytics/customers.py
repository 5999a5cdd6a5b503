"""Customers: who the tenants are, and which of them have gone silent."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import INACTIVE_DAYS
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)

PLAN = Column("plan", "Plan now", "text", "The plan that the tenant is on now.")
REGION = Column("region", "Region", "text", "The tenant's region.")
OWNER = Column(
    "owner", "Owner", "text", "Who looks after the tenant: as noted in outreach, else in the data."
)
SINCE = Column("created_at", "Customer since", "time", "When the tenant signed up.")
LAST_RUN = Column(
    "last_run_at", "Last execution", "time", "When its last execution ended; nothing if it never ran."
)
EXECUTIONS = Column(
    "executions", "Executions ever", "count", "All its executions up to the end of the window."
)
SILENT = Column(
    "silent_days", "Days silent", "count", "Whole days from its last execution to the end of the window."
)


@analysis(tables=("tenants",), columns=(TENANT_ID, TENANT, PLAN, REGION, OWNER, SINCE))
def known(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants that had signed up by the end of the window, as they are known now."""
    return view.frame(scope, SQL["known"])


@analysis(
    tables=("runs", "tenants"),
    columns=(TENANT_ID, TENANT, PLAN, OWNER, LAST_RUN, SILENT, EXECUTIONS),
)
def inactive(view: View, scope: Scope) -> pd.DataFrame:
    """Tenants that ran nothing in the last 7 days of the window, those that never ran included."""
    tenants, runs = (view.frame(scope, SQL[name]) for name in ("known", "runs"))
    found = tenants.merge(runs, on="tenant_id", how="outer")
    # A tenant that only its rows name has no plan and no owner, and its id is its name.
    silent = (scope.end - found["last_run_at"]) // timedelta(days=1)
    found = found.assign(
        tenant=found["tenant"].fillna(found["tenant_id"]),
        plan=found["plan"].fillna(""),
        owner=found["owner"].fillna(""),
        executions=found["executions"].fillna(0).astype("int64"),
        silent_days=silent.astype("Int64"),
    )
    still = found["last_run_at"].isna() | (found["last_run_at"] < scope.end - timedelta(days=INACTIVE_DAYS))
    order = ["last_run_at", "tenant", "tenant_id"]
    chosen = found[still].sort_values(order, ascending=[False, True, True], na_position="last")
    return chosen[[column.name for column in inactive.columns]].reset_index(drop=True)
