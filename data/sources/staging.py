"""A batch of readable records -> staged rows for each table of the mapping, and the records that are
refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.sql import blocks
from data import reading
from data.landing import Arrival
from data.mapping import Rule
from data.sources import rows_sql
from data.sources.fields import Read
from data.sources.layout import Layout
from data.sources.lines import GROUP, Reject

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
        """Make `staged_0`, `staged_1`, …, `staged_rejects` and `staged_keys`; gives what to land.

        The texts of a batch are not copied on their way into the store: all that is staged is Arrow's.
        """
        sql = rows_sql.values(self.layout)
        usual, others = self._with_values(sql, read.usual), self._with_values(sql, read.others)
        self._register(usual, others)
        rules = self.layout.mapping.rules
        if any(rows_sql.made_id(rule) for rule in rules):
            self._tell_equal_apart(usual, others)
        arrivals = [self._rows(number, rule) for number, rule in enumerate(rules)]
        self._rejects((*rejects, *read.bad), _refused(read, usual, others))
        self.cursor.execute(rows_sql.keys(self.layout))
        if counting := rows_sql.unfinished(self.layout):
            self.unfinished += self.cursor.execute(counting).fetchall()[0][0]
        return arrivals

    def _with_values(self, sql: str, records: pa.Table) -> pa.Table:
        """The records with what must be computed beside them."""
        values = {"timezone": self.layout.mapping.timezone, "latest": self.latest, "earliest": EARLIEST}
        given = {name: value for name, value in values.items() if f"${name}" in sql}
        self.cursor.register("read_records", records)
        found = self.cursor.sql(sql, params=given).to_arrow_table()
        self.cursor.unregister("read_records")
        for name in found.column_names:
            records = records.append_column(name, found[name].combine_chunks())
        return records

    def _register(self, usual: pa.Table, others: pa.Table) -> None:
        for name, rows in (("staged_usual", usual), ("staged_others", others)):
            self.cursor.register(
                name, pa.Table.from_batches(rows.to_batches(max_chunksize=GROUP), rows.schema)
            )
        self.cursor.execute(SQL["staged"])

    def clear(self) -> None:
        """Let go of the batch."""
        self.cursor.unregister("staged_usual")
        self.cursor.unregister("staged_others")

    def reasons(self) -> dict[str, int]:
        """How many records of the batch are refused, by reason."""
        return dict(self.cursor.execute(SQL["reasons"]).fetchall())

    def _tell_equal_apart(self, usual: pa.Table, others: pa.Table) -> None:
        """The second of two equal records is a row of its own, the third again; a new load counts alike."""
        self.cursor.execute(SQL["doubled"])
        doubled = dict(self.cursor.execute("select n, times from doubled").fetchall())
        if doubled:
            self._register(_renumbered(usual, doubled), _renumbered(others, doubled))
        self.cursor.execute(SQL["remember"])

    def _rows(self, number: int, rule: Rule) -> Arrival:
        # Rows whose id is their own may come twice, and only a table can be asked which of them came first.
        kind, relation = "view" if rows_sql.made_id(rule) else "table", f"staged_{number}"
        self.cursor.execute(f"create or replace temp {kind} {relation} as {rows_sql.rows(self.layout, rule)}")
        return Arrival(rule.table, relation, unique=kind == "view", counts=number == 0)

    def _rejects(self, rejects: Sequence[Reject], refused: pa.Table) -> None:
        lines, reasons, texts = zip(*rejects, strict=True) if rejects else ((), (), ())
        text = pa.string()
        columns = {"line": (lines, pa.int64()), "reason": (reasons, text), "text": (texts, text)}
        self.cursor.register("read_bad", pa.table({name: pa.array(*each) for name, each in columns.items()}))
        self.cursor.register("read_refused", refused)
        self.cursor.execute(SQL["rejects"])
        self.cursor.unregister("read_bad")
        self.cursor.unregister("read_refused")


def _renumbered(records: pa.Table, doubled: Mapping[int, int]) -> pa.Table:
    """Records with the ids of those that come again told apart by which time it is."""
    numbers = records["n"].to_numpy()
    again = np.isin(numbers, np.fromiter(doubled, np.int64, len(doubled)))
    ids = records["id"].combine_chunks()
    fresh = [f"{ids[int(k)].as_py()}~{doubled[int(numbers[k])]}" for k in np.flatnonzero(again)]
    names = pc.replace_with_mask(ids, pa.array(again), pa.array(fresh, pa.string()))  # pyright: ignore[reportAttributeAccessIssue]
    return records.set_column(records.column_names.index("id"), "id", names)


def _refused(read: Read, *lanes: pa.Table) -> pa.Table:
    """The records with a reason against them: line, reason, text."""
    numbers, reasons = [], []
    for records in lanes:
        reason = records["reason"].combine_chunks()
        numbers.append(records["n"].to_numpy()[~reason.is_null().to_numpy(zero_copy_only=False)])
        reasons += reason.drop_null().to_pylist()
    lines = np.concatenate(numbers)
    columns = {"line": pa.array(lines), "reason": pa.array(reasons, pa.string()), "text": read.texts(lines)}
    return pa.table(columns)
