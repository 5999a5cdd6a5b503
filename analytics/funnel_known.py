"""Until when a funnel's rows are known: now, or the newest row of a source that is late."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from analytics.intervals import MICROSECOND
from analytics.once import once
from analytics.presence import AT_LEAST, BY_THE_DAY, SQL, TABLES
from analytics.scope import AllTenants, Scope
from analytics.steps import Step
from analytics.view import View

# What comes by the day, when somebody changes something or when something fails, is never late.
SELDOM = frozenset({*BY_THE_DAY, "errors"})
STEADY = tuple(table for table in TABLES if table not in SELDOM)


def as_known(view: View, scope: Scope, steps: Iterable[Step]) -> Scope:
    """The scope whose now is the moment until which rows of these steps are known.

    That is now, unless the newest row of a table is much older: then its source is late, and what people did
    since is unknown. A quiet tenant is no late source, so that is told by the rows of all tenants alone.
    """
    tables = tuple(sorted({step.table for step in steps} & set(STEADY)))
    if not tables or not isinstance(view.tenants, AllTenants):
        return scope
    of_all = Scope(scope.present - AT_LEAST, scope.present, now=scope.present)
    found = once(view, ("known until", tables), of_all, tables, lambda: _newest(view, of_all, tables))
    late = found.loc[scope.present - found["newest_at"] > AT_LEAST, "newest_at"]
    return replace(scope, now=late.min().to_pydatetime() + MICROSECOND) if len(late) else scope


def _newest(view: View, of_all: Scope, tables: Iterable[str]) -> pd.DataFrame:
    """The newest row of each table, found among the last ones where there are such: `newest_at`."""
    found: list[pd.DataFrame] = []
    for table in tables:
        frame = view.frame(of_all, SQL[table])
        if frame["newest_at"].isna().all():
            frame = view.frame(of_all, SQL[f"{table}_history"])
        found.append(frame)
    return pd.concat(found, ignore_index=True)[["newest_at"]]
