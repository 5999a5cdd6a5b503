"""Presence: when rows were last seen, and whose rows there are."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import pandas as pd

from analytics.analysis import Analysis, Column, analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
TABLES = ("events", "runs", "llm_calls", "logs", "spans", "metrics", "errors", "subscriptions", "costs")

AT_LEAST = timedelta(hours=2)
BY_THE_DAY = ("subscriptions", "costs")

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


def late(frame: pd.DataFrame, tables: Collection[str], scope: Scope) -> dict[str, datetime]:
    """The tables whose newest row is much older than the end of a window of today, and when it happened.

    Much older is a tenth of the window and two hours at least. A window that is over is history, what comes
    by the day or when somebody changes something is never late, and of no row nothing can be said.
    """
    end = scope.present
    if scope.end < end:
        return {}
    longest = max(AT_LEAST, (scope.end - scope.start) / 10)
    rows = zip(frame["table_name"], frame["newest_at"], strict=True)
    found = {str(table): at.to_pydatetime() for table, at in rows if table in tables and not pd.isna(at)}
    return {table: at for table, at in found.items() if table not in BY_THE_DAY and end - at > longest}


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
