"""Closing billing months: their lines go into the store once, and none is ever changed.

What a line holds is said by `analytics.usage_closed`; this module writes it, in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from data import ledger
from data.tables import KEPT

if TYPE_CHECKING:
    from data.duck import DuckStore

TABLE = KEPT["closed_months"]


def keep(store: DuckStore, lines: pd.DataFrame) -> int:
    """Write the lines that are not there yet, by tenant, month and number; how many those were."""
    if lines.empty:
        return 0
    columns = ", ".join(TABLE.columns)
    read = ", ".join(f"r.{name}::{kind} as {name}" for name, kind in TABLE.columns.items())
    cursor = store.cursor()
    try:
        cursor.register("closing_lines", _naive(lines[list(TABLE.columns)]))
        with store.transaction(cursor):
            added = ledger.row(
                cursor,
                f"""insert into raw.closed_months ({columns}) select {read} from closing_lines as r
                anti join raw.closed_months as k using ({", ".join(TABLE.key)})""",
            )[0]
            ledger.recount(cursor, TABLE)
        return int(added)
    finally:
        cursor.close()


def _naive(lines: pd.DataFrame) -> pd.DataFrame:
    """Each line once, moments as the store keeps them, and money as texts, which lose no digit."""
    found = lines.drop_duplicates(list(TABLE.key))
    for name, kind in TABLE.columns.items():
        if kind == "TIMESTAMP":
            found[name] = found[name].dt.tz_convert("UTC").dt.tz_localize(None)
        elif kind.startswith("DECIMAL"):
            found[name] = [None if pd.isna(value) else f"{value:f}" for value in found[name]]
    return found
