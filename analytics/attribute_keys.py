"""Attribute keys: which fields of their own the newest rows carry, so that one can be chosen by its name."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from analytics.analysis import Analysis, Column
from analytics.presence import TABLE, TABLES
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

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
