"""A batch of readable records -> staged rows for each table of the mapping, and the records that are
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from analytics.sql import blocks
from data import reading
from data.landing import Arrival
from data.mapping import Rule
from data.sources import rows_sql
from data.sources.fields import Read
from data.sources.layout import Layout
from data.sources.lines import Reject

if TYPE_CHECKING:
    import duckdb

SQL = blocks(__file__)
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass
class Staging:
    """Stages one batch after another on one connection, and counts equal records over the whole load.

    `unfinished`: how many records so far named a workflow and ended no run of it.
    """

    cursor: duckdb.DuckDBPyConnection
    layout: Layout
    latest: datetime
    unfinished: int = 0

    def __post_init__(self) -> None:
        reading.prepare(self.cursor)
        self.cursor.execute(SQL["seen"])

    def stage(self, read: Read, rejects: Sequence[Reject] = ()) -> list[Arrival]:
        """Make `staged_0`, `staged_1`, …, `staged_rejects` and `staged_keys`; gives what to land."""
        self.cursor.register("read_records", read.table)
        sql = rows_sql.staged(self.layout)
        values = {"timezone": self.layout.mapping.timezone, "latest": self.latest, "earliest": EARLIEST}
        self.cursor.execute(sql, {name: value for name, value in values.items() if f"${name}" in sql})
        rules = self.layout.mapping.rules
        if any(rows_sql.made_id(rule) for rule in rules):
            self._tell_equal_apart()
        arrivals = [self._rows(number, rule) for number, rule in enumerate(rules)]
        self._rejects((*rejects, *read.bad))
        self.cursor.execute(rows_sql.keys(self.layout))
        if counting := rows_sql.unfinished(self.layout):
            self.unfinished += self.cursor.execute(counting).fetchall()[0][0]
        self.cursor.unregister("read_records")
        return arrivals

    def reasons(self) -> dict[str, int]:
        """How many records of the batch are refused, by reason."""
        return dict(self.cursor.execute(SQL["reasons"]).fetchall())

    def _tell_equal_apart(self) -> None:
        """The second of two equal records is a row of its own, the third again; a new load counts alike."""
        self.cursor.execute(SQL["doubled"])
        if self.cursor.execute("select 1 from doubled limit 1").fetchone():
            self.cursor.execute(SQL["renumber"])
        self.cursor.execute(SQL["remember"])

    def _rows(self, number: int, rule: Rule) -> Arrival:
        # Rows whose id is their own may come twice, and only a table can be asked which of them came first.
        kind, relation = "view" if rows_sql.made_id(rule) else "table", f"staged_{number}"
        self.cursor.execute(f"create or replace temp {kind} {relation} as {rows_sql.rows(self.layout, rule)}")
        return Arrival(rule.table, relation, unique=kind == "view", counts=number == 0)

    def _rejects(self, rejects: Sequence[Reject]) -> None:
        lines, reasons, texts = zip(*rejects, strict=True) if rejects else ((), (), ())
        text = pa.string()
        columns = {"line": (lines, pa.int64()), "reason": (reasons, text), "text": (texts, text)}
        self.cursor.register("read_bad", pa.table({name: pa.array(*each) for name, each in columns.items()}))
        self.cursor.execute(SQL["rejects"])
        self.cursor.unregister("read_bad")
