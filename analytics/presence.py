"""Presence: when rows were last seen, and whose rows there are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import pandas as pd

from analytics.analysis import Analysis, Column, analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
TABLES = ("events", "runs", "llm_calls", "logs", "spans", "metrics", "errors", "subscriptions", "costs")

TABLE = Column("table_name", "Table", "text", "The table.")
NEWEST = Column("newest_at", "Newest row", "time", "When its newest row happened.")


def newest(tables: Collection[str]) -> Analysis:
    """The newest row of each of these tables in the window."""
    return _newest("newest", tables, "")


def newest_ever(tables: Collection[str]) -> Analysis:
    """The newest row of each of these tables from the beginning until now."""
    return _newest("newest_ever", tables, "_history")


def latest(frame: pd.DataFrame) -> datetime | None:
    """The newest row of all tables of an answer; None where there is no row."""
    moments = frame["newest_at"].dropna()
    return moments.max().to_pydatetime() if len(moments) else None


def _newest(name: str, tables: Collection[str], suffix: str) -> Analysis:
    chosen = tuple(table for table in TABLES if table in tables)
    # Whole blocks, so that a board waits for one answer and its cache knows the tables that it reads.
    sql = " union all ".join(SQL[f"{table}{suffix}"] for table in chosen)

    def run(view: View, scope: Scope) -> pd.DataFrame:
        """When the newest row of each table happened."""
        return view.frame(scope, sql)

    whose = "" if chosen == TABLES else f":{'+'.join(chosen)}"
    return Analysis(f"presence.{name}{whose}", run, (TABLE, NEWEST), chosen)


NEWEST_OF_ALL, NEWEST_EVER_OF_ALL = newest(TABLES), newest_ever(TABLES)


@analysis(tables=("runs", "events", "llm_calls", "logs", "errors", "tenants"), columns=(TENANT_ID, TENANT))
def tenants(view: View, scope: Scope) -> pd.DataFrame:
    """Every tenant that rows name or that is known by name, from the beginning until now."""
    return view.frame(scope, SQL["tenants"])
