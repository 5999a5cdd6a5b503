"""The demo's rows into a store: by Arrow, without the checks that rows from outside need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pyarrow as pa

from data import dialect
from data.incoming import Incoming, incoming
from data.landing import Arrival, Landing
from data.store import Reopened
from data.tables import TABLES, Table

if TYPE_CHECKING:
    from data.store import Store


def land(store: Store, source: str, tables: Iterable[tuple[str, pa.Table]]) -> Counter[str]:
    """Land tables of typed rows with ids of their own; gives the rows that were new, by table."""
    accepted: Counter[str] = Counter()
    with store.admin.landing(source) as landing:
        for name, rows in tables:
            try:
                accepted[name] += _land(landing, TABLES[name], rows)
            except Reopened:
                accepted[name] += _land(landing, TABLES[name], rows)
    return accepted


def _land(landing: Landing, table: Table, rows: pa.Table) -> int:
    arrived = incoming(table, rows)
    cursor = landing.cursor
    cursor.register("demo_rows", arrived.rows)
    cursor.register("demo_keys", _keys(table, arrived))
    cursor.execute(
        f"create or replace temp view demo_staged as select {_selected(table, arrived)} from demo_rows as r"
    )
    receipt = landing.commit([Arrival(table.name, "demo_staged", unique=True)], keys="demo_keys")[0]
    # Fetched to its end: a cursor with an unfinished result registers nothing new.
    landing.cursor.execute("drop view demo_staged").fetchall()
    return receipt.accepted


def _selected(table: Table, arrived: Incoming) -> str:
    """The table's own columns in its own types, and everything else as attributes."""
    own = [name for name in arrived.rows.column_names if name in table.columns]
    columns = [
        f"cast(r.{dialect.name(name)} as {table.columns[name]}) as {dialect.name(name)}" for name in own
    ]
    attached = [f"{arrived.attributes} as attributes"] if table.has_attributes else []
    return ", ".join((*columns, *attached))


def _keys(table: Table, arrived: Incoming) -> pa.Table:
    """The attributes of the batch, for the store's registry of keys."""
    return pa.table(
        {
            "table_name": pa.array([table.name] * len(arrived.keys), pa.string()),
            "key": pa.array([key for key, _, _ in arrived.keys], pa.string()),
            "type": pa.array([kind for _, kind, _ in arrived.keys], pa.string()),
            "rows": pa.array([rows for _, _, rows in arrived.keys], pa.int64()),
        }
    )
