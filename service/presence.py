"""When rows were last seen, and which tenants there are: what the scope bar and empty panels say."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from analytics.analysis import Analysis, Column
from analytics.scope import Scope, Tenants

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    import pandas as pd

    from analytics.view import View
    from data.store import Store
    from service.ask import Answer

TABLE = Column("table_name", "Table", "text", "The table.")
NEWEST = Column("newest_at", "Newest row", "time", "When its newest row happened.")

# Tables that name every tenant with rows; the others would only repeat them.
TENANT_TABLES = ("runs", "events", "llm_calls", "logs", "errors")
TENANTS = f"""
with seen as (
    {" union all ".join(f"select distinct tenant_id from {table}_history" for table in TENANT_TABLES)}
    union all select tenant_id from tenants
)
select s.tenant_id, coalesce(max(nullif(t.name, '')), s.tenant_id) as tenant
from seen as s
left join tenants as t on t.tenant_id = s.tenant_id
where s.tenant_id <> ''
group by s.tenant_id
order by lower(tenant), s.tenant_id
"""  # noqa: S608  the names of our own tables

# The list reads all history; while a load changes the tables it may be as old as so many readings.
PATIENCE = 20


def newest(tables: Iterable[str]) -> Analysis:
    """The newest row of each table in the window."""
    return _newest(tuple(sorted(tables)), "")


def newest_ever(tables: Iterable[str]) -> Analysis:
    """The newest row of each table from the beginning until now."""
    return _newest(tuple(sorted(tables)), "_history")


def latest(answer: Answer) -> datetime | None:
    """The newest row of all; None where there is no row."""
    moments = answer.frame["newest_at"].dropna()
    return moments.max().to_pydatetime() if len(moments) else None


def _newest(tables: tuple[str, ...], suffix: str) -> Analysis:
    sql = " union all ".join(
        f"select '{table}' as table_name, max(occurred_at) as newest_at from {table}{suffix}"  # noqa: S608
        for table in tables
    )

    def run(view: View, scope: Scope) -> pd.DataFrame:
        return view.frame(scope, sql)

    return Analysis(f"presence.newest{suffix}:{'+'.join(tables)}", run, (TABLE, NEWEST), tables)


@dataclass
class Listed:
    """The tenants of one view of one store, by id, and how fresh the list is."""

    names: Mapping[str, str]
    versions: object
    stale_at: float


@dataclass
class TenantNames:
    """The tenants that a person may choose from, each by its name."""

    _lists: dict[tuple[Store, Tenants], Listed] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, store: Store, view: View, now: datetime) -> Mapping[str, str]:
        """Tenant id -> name, in the order of the names."""
        key, versions = (store, view.tenants), view.versions((*TENANT_TABLES, "tenants"))
        with self._lock:
            known = self._lists.get(key)
            if known and (known.versions == versions or time.monotonic() < known.stale_at):
                return known.names
        scope = Scope(now - timedelta(days=1), now, tenants=view.tenants)
        began = time.monotonic()
        frame = view.frame(scope, TENANTS)
        ended = time.monotonic()
        names = dict(zip(frame["tenant_id"], frame["tenant"], strict=True))
        with self._lock:
            self._lists[key] = Listed(names, versions, ended + PATIENCE * (ended - began))
        return names
