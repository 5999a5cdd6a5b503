"""A batch of readable records -> staged rows for each table of the mapping, and the records that are
refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
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

    `unfinished`: how many records so far named a workflow and ended no run of it. `earlier`: the first and
    the last moment of the batches so far.
    """

    cursor: duckdb.DuckDBPyConnection
    layout: Layout
    latest: datetime
    unfinished: int = 0
    earlier: tuple[int, int] | None = None
    threads: int = field(init=False)

    def __post_init__(self) -> None:
        self.threads = self.cursor.execute("select current_setting('threads')").fetchall()[0][0]
        reading.prepare(self.cursor)
        self.cursor.execute(SQL["seen"])

    def stage(self, read: Read, rejects: Sequence[Reject] = ()) -> list[Arrival]:
        """Make `staged_0`, `staged_1`, …, `staged_rejects` and `staged_keys`; gives what to land.

        The texts of a batch are not copied on their way into the store: all that is staged is Arrow's.
        """
        records = self._with_values(joined(read, self.threads))
        self._register(records)
        rules = self.layout.mapping.rules
        if any(rows_sql.made_id(rule) for rule in rules):
            self._tell_equal_apart(records)
        arrivals = [self._rows(number, rule) for number, rule in enumerate(rules)]
        self._rejects((*rejects, *read.bad), _refused(read, records))
        self.cursor.execute(rows_sql.keys(self.layout))
        if counting := rows_sql.unfinished(self.layout):
            self.unfinished += self.cursor.execute(counting).fetchall()[0][0]
        return arrivals

    def _with_values(self, records: pa.Table) -> pa.Table:
        """The records with what must be computed beside them."""
        sql = rows_sql.values(self.layout, _whole(records))
        values = {"timezone": self.layout.mapping.timezone, "latest": self.latest, "earliest": EARLIEST}
        given = {name: value for name, value in values.items() if f"${name}" in sql}
        self.cursor.register("read_records", records)
        found = self.cursor.sql(sql, params=given).to_arrow_table()
        self.cursor.unregister("read_records")
        for name in found.column_names:
            records = records.append_column(name, found[name].combine_chunks())
        return records

    def _register(self, records: pa.Table) -> None:
        # Each piece is one to the engine only if every column ends where it does.
        self.cursor.register("staged", pa.Table.from_batches(records.to_batches(), records.schema))

    def clear(self) -> None:
        """Let go of the batch."""
        self.cursor.unregister("staged")

    def unnumbered(self, key: str = "") -> str:
        """The refused records of what has no lines: each once, in whichever batch it comes again, with what
        its field `key` holds; gives the relation.
        """
        pointer = f"/{key.replace('~', '~0').replace('/', '~1')}" if key else ""
        self.cursor.execute(SQL["unnumbered"], {"pointer": pointer})
        return "staged_unnumbered"

    def reasons(self) -> dict[str, int]:
        """How many records of the batch are refused, by reason."""
        return dict(self.cursor.execute(SQL["reasons"]).fetchall())

    def _tell_equal_apart(self, records: pa.Table) -> None:
        """The second of two equal records is a row of its own, the third again; a new load counts alike."""
        if not self._may_repeat(records):
            self.cursor.execute(SQL["remember"])
            return
        self.cursor.execute(SQL["doubled"])
        doubled = dict(self.cursor.execute("select n, times from doubled").fetchall())
        if doubled:
            self._register(_renumbered(records, doubled))
        self.cursor.execute(SQL["remember"])

    def _may_repeat(self, records: pa.Table) -> bool:
        """Whether records of the batch may be equal to each other, or to earlier ones of the load: those are
        of the same time.
        """
        codes = np.sort(records["code"].to_numpy())
        between, earlier = _span(records["occurred_at"]), self.earlier
        if between:
            self.earlier = (min(between[0], earlier[0]), max(between[1], earlier[1])) if earlier else between
        overlap = between and earlier and between[0] <= earlier[1] and earlier[0] <= between[1]
        return bool(overlap) or bool((codes[1:] == codes[:-1]).any())

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


def _span(times: pa.ChunkedArray) -> tuple[int, int] | None:
    """The first and the last of some times, in microseconds; None where there are none."""
    found = pc.min_max(times.cast(pa.int64())).as_py()  # pyright: ignore[reportAttributeAccessIssue]
    return (found["min"], found["max"]) if found["min"] is not None else None


def _whole(records: pa.Table) -> frozenset[str]:
    """The columns of times and durations that were read in place wherever their text is there."""
    read = [name for name in records.column_names if name[0] in "td" and name[1:].isdigit()]
    return frozenset(name for name in read if records[name].null_count == records[f"f{name[1:]}"].null_count)


def joined(read: Read, threads: int) -> pa.Table:
    """The readable records, the usual ones first, as a piece a thread.

    A thread writes its own piece where that fills a row group of the store; what is shorter waits until all
    are through, and one thread writes it alone.
    """
    many, usual, others = len(read.usual) + len(read.others), read.usual, read.others
    groups = many // GROUP
    pieces = min(groups, threads)
    starts = (
        [GROUP * (groups * k // pieces) for k in range(pieces)] if groups > 1 else [0, GROUP][: groups + 1]
    )
    cut = [
        pa.concat_tables([usual[a:b], others[max(a - len(usual), 0) : max(b - len(usual), 0)]])
        for a, b in pairwise([*starts, many])
    ]
    return pa.concat_tables([piece.combine_chunks() for piece in cut])


def _renumbered(records: pa.Table, doubled: Mapping[int, int]) -> pa.Table:
    """Records with the ids of those that come again told apart by which time it is."""
    numbers = records["n"].to_numpy()
    again = np.isin(numbers, np.fromiter(doubled, np.int64, len(doubled)))
    ids = records["id"].combine_chunks()
    fresh = [f"{ids[int(k)].as_py()}~{doubled[int(numbers[k])]}" for k in np.flatnonzero(again)]
    names = pc.replace_with_mask(ids, pa.array(again), pa.array(fresh, pa.string()))  # pyright: ignore[reportAttributeAccessIssue]
    return records.set_column(records.column_names.index("id"), "id", names)


def _refused(read: Read, records: pa.Table) -> pa.Table:
    """The records with a reason against them: line, reason, text."""
    reason = records["reason"].combine_chunks()
    lines = records["n"].to_numpy()[~reason.is_null().to_numpy(zero_copy_only=False)]
    return pa.table({"line": pa.array(lines), "reason": reason.drop_null(), "text": read.texts(lines)})
