"""What goes when a source is read by another mapping."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from data import ledger
from data.landing import Landing
from data.sync.state import kept
from data.tables import TABLES


def outgrown(landing: Landing, tables: Iterable[str], begin: datetime) -> None:
    """Remove a source's rows, from a moment on, of tables that it fills no more: their records are read again
    as something else. What was refused may be read now, so that goes too.
    """
    source, cursor = {"source": landing.source}, landing.cursor
    with landing.store.transaction(cursor):
        for name in sorted(tables):
            table = TABLES[name]
            since = " and occurred_at >= $begin" if table.fact else ""
            values = source | ({"begin": kept(begin)} if table.fact else {})
            if ledger.row(cursor, f"delete from raw.{name} where source = $source{since}", values)[0]:
                ledger.recount(cursor, table)
        cursor.execute("delete from control.quarantine where source = $source", source)
        cursor.execute("delete from control.sync_hours where source = $source", source)
