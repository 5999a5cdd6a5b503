"""Attribute keys: which fields of their own the newest rows carry, so that one can be chosen by its name."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

import pandas as pd

from analytics.analysis import Analysis, Column
from analytics.presence import TABLE, TABLES
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import NotFilterable, View

SQL = blocks(__file__)

KEY = Column("key", "Field", "text", "The name of the attribute.")
ROWS = Column("rows", "Rows", "count", "How many of the newest 5,000 rows of the window carry it.")


def keys(tables: Collection[str]) -> Analysis:
    """The attribute keys of these tables, as far as the newest rows of the scope carry them.

    The store's own list of keys is one for all tenants, so what somebody may choose is read from their rows.
    """
    chosen = tuple(table for table in TABLES if table in tables)
    sql = " union all ".join(SQL[table] for table in chosen)

    def run(view: View, scope: Scope) -> pd.DataFrame:
        """Which attributes the newest rows carry."""
        # Put in order here: of a single text in brackets the engine loses the queries that an order follows.
        return view.frame(scope, sql).sort_values(["table_name", "key"], ignore_index=True)

    whose = "" if chosen == TABLES else f":{'+'.join(chosen)}"
    return Analysis(f"attribute_keys.keys{whose}", run, (TABLE, KEY, ROWS), chosen)


KEYS_OF_ALL = keys(TABLES)


@cache
def carrying() -> Analysis:
    """The tables with a row that fits the filter, from the beginning until now, whatever the window is.

    Those that cannot be filtered that way are none of them. It is no question of a panel: that of two tenants
    may be the same, so what must never be told by it is promised where it is asked (`ui.aside`).
    """

    def run(view: View, scope: Scope) -> pd.DataFrame:
        """The tables that have such a row."""
        chosen = list(TABLES)
        while True:
            try:
                sql = " union all ".join(f"({SQL[f'any_{table}']})" for table in chosen)
                return view.frame(scope, sql).sort_values("table_name", ignore_index=True)
            except NotFilterable as error:
                if error.table not in chosen or len(chosen) == 1:
                    raise
                chosen.remove(error.table)

    return Analysis("attribute_keys.carrying", run, (TABLE,), TABLES)
