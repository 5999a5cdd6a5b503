"""Activity: how many rows of each kind of data there are, whose, and when."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

import pandas as pd

from analytics.analysis import Column, analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE, TENANT, TENANT_ID
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import NotFilterable, View

SQL = blocks(__file__)
MOST_TENANTS = 8
TABLES = ("events", "runs", "llm_calls", "logs", "spans", "errors", "metrics", "costs")

ONE_KIND = re.compile(r"\s*(?:union all )?select .* from (?P<table>[a-z_]+)(?: group by q| where .*)?$")

KIND = Column("kind", "Kind of data", "text", "What the rows are: events, executions, log lines and so on.")
ROWS = Column("rows", "Rows", "count", "Rows of this kind.")
TENANTS = Column("tenants", "Tenants", "count", "Distinct tenants that the rows name.")
PEOPLE = Column("people", "People", "count", "Distinct users, each within its tenant.")


@analysis(tables=TABLES, columns=(ROWS, TENANTS, PEOPLE), additive=("rows",))
def totals(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of every kind of data in the window, and the tenants and people that they name."""
    return counted(view, scope, "totals")


@analysis(tables=TABLES, columns=(BUCKET, ROWS, TENANTS, PEOPLE, COMPLETE), additive=("rows",))
def trend(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of every kind of data in each bucket, and the tenants and people that they name."""
    grain = scope.grain()
    frame = counted(view, scope, "trend", grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=TABLES, columns=(KIND, ROWS, TENANTS, PEOPLE), additive=("rows",))
def by_kind(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data, and the tenants and people that they name."""
    return counted(view, scope, "by_kind")


@analysis(tables=TABLES, columns=(BUCKET, KIND, ROWS, COMPLETE), additive=("rows",))
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """Rows of each kind of data in each bucket."""
    grain = scope.grain()
    frame = counted(view, scope, "over_time", grain=grain)
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=(*TABLES, "tenants"), columns=(TENANT_ID, TENANT, ROWS))
def top_tenants(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants that the most rows name."""
    return counted(view, scope, "top_tenants", most=MOST_TENANTS)


def counted(view: View, scope: Scope, block: str, **values: Any) -> pd.DataFrame:
    """The answer of a block over the kinds of data that the filter fits; the others are named in a note.

    So nothing is counted unfiltered; where no kind can have the field, the filter is refused.
    """
    refused: dict[str, str] = {}
    while True:
        try:
            frame = view.frame(scope, without(SQL[block], refused), **values)
        except NotFilterable as error:
            if error.table not in TABLES or len(refused) == len(TABLES) - 1:
                raise
            refused[error.table] = error.field
        else:
            if refused:
                fields = " and ".join(dict.fromkeys(refused.values()))
                note = f"Left out, as they cannot be filtered by {fields}: {', '.join(refused)}."
                frame.attrs["notes"] = (note,)
            return frame


def without(sql: str, tables: Collection[str]) -> str:
    """The statement without the lines of these tables; the first that is left begins its union."""
    kept: list[str] = []
    for line in sql.splitlines():
        found = ONE_KIND.match(line)
        if found and found["table"] in tables:
            continue
        begins = found and kept and kept[-1].endswith("(")
        kept.append(line.replace("union all ", "", 1) if begins else line)
    return "\n".join(kept)
