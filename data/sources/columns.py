"""CSV and its kin -> records: a line, or several where a quoted cell holds line ends, becomes a JSON
object by its header.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from data.reading import as_times
from data.sources.fields import Records, text_of
from data.sources.lines import BATCH, Batch, Reject, only
from data.sources.lines import batches as line_batches
from data.sources.opening import Opened
from data.sources.parquet import placed

LONGEST_RECORD = 500  # lines; a quote that is still open then was never meant to open one
SEPARATORS = ",\t;|"


@dataclass(frozen=True)
class Table:
    """How a file of columns is written; `numbers`: the columns whose cells are numbers."""

    separator: str
    names: tuple[str, ...]
    headed: bool
    numbers: frozenset[str] = frozenset()


def look(head: str) -> Table | None:
    """The separator and the names of a file of columns, judged by its first lines; None where it is none."""
    lines = [line for line in head.splitlines() if line.strip()][:200]
    if not lines:
        return None
    for separator in sorted(SEPARATORS, key=lambda each: -lines[0].count(each)):
        rows = _rows(lines, separator)
        width = len(rows[0]) if rows else 0
        fitting = sum(len(row) == width for row in rows[1:])
        if width < 2 or (len(rows) > 2 and fitting < 0.5 * (len(rows) - 1)):
            continue
        names = [name.strip() for name in rows[0]]
        headed = _is_header(names)
        if not headed:
            names = [f"column{n}" for n in range(1, width + 1)]
        cells = rows[1:] if headed else rows
        numbers = {
            name
            for n, name in enumerate(names)
            if _are_numbers([row[n] for row in cells if len(row) == width])
        }
        return Table(separator, tuple(names), headed, frozenset(numbers))
    return None


def _rows(lines: Iterable[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator, strict=False))
    except csv.Error:
        return []


def _is_header(names: list[str]) -> bool:
    distinct = len({*names}) == len(names) and all(names)
    return distinct and not any(_is_number(name) for name in names) and as_times(names).times == 0


def _is_number(cell: str) -> bool:
    try:
        return isinstance(json.loads(cell), (int, float)) and cell not in ("true", "false")
    except ValueError:
        return False


def _are_numbers(cells: list[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return bool(filled) and all(_is_number(cell) for cell in filled)


def batches(opened: Opened, table: Table, size: int = BATCH) -> Iterator[Batch]:
    """The records of a file of columns, numbered by their first line."""
    converter = _Converter(table)
    carried: Batch | None = None
    header = table.headed
    for lines in line_batches(opened, size):
        batch = _joined_with(carried, lines)
        batch, carried = _records(batch, table)
        if header:
            batch = _without_first(batch)
            header = False
        yield converter.convert(batch)
    if carried is not None:
        batch, _ = _records(carried, table, final=True)
        yield converter.convert(_without_first(batch) if header else batch)


def _joined_with(carried: Batch | None, lines: Batch) -> Batch:
    """Put the lines of a record that was still open before the next lines."""
    if carried is None:
        return lines
    a, b = carried.records, lines.records
    shift = len(a.buffer) + 1
    buffer = bytes(a.buffer) + b"\n" + bytes(b.buffer)
    records = Records(
        buffer,
        np.concatenate((a.starts, b.starts + shift)),
        np.concatenate((a.ends, b.ends + shift)),
        np.concatenate((a.numbers, b.numbers)),
    )
    return Batch(records, carried.rejects + lines.rejects, carried.lines + lines.lines)


def _records(batch: Batch, table: Table, *, final: bool = False) -> tuple[Batch, Batch | None]:
    """Lines joined where a quoted cell goes over a line's end; gives also what is still open at the end."""
    records = batch.records
    blank = np.flatnonzero(records.ends <= records.starts)
    kept = only(records, np.setdiff1d(np.arange(len(records.starts)), blank)) if len(blank) else records
    odd = _lines_with_odd_quotes(kept)
    starts, ends, numbers = kept.starts, kept.ends, kept.numbers
    keep = np.ones(len(starts), bool)
    ends = ends.copy()
    k = 0
    open_from = -1
    while k < len(odd):
        first = int(odd[k])
        if k + 1 == len(odd):
            if not final and len(starts) - first < LONGEST_RECORD:
                open_from = first
            break
        last = int(odd[k + 1])
        text = bytes(kept.buffer[starts[first] : kept.ends[last]]).decode()
        if (
            last - first < LONGEST_RECORD
            and len(_rows(io.StringIO(text), table.separator)[:2]) == 1
            and _fits(text, table)
        ):
            ends[first] = kept.ends[last]
            keep[first + 1 : last + 1] = False
            k += 2
        else:
            k += 1  # a stray quote: this line stands alone
    blank_inside = 0
    carried = None
    if open_from >= 0:
        rest = only(kept, np.arange(open_from, len(starts)))
        base = int(rest.starts[0])
        moved = Records(
            bytes(rest.buffer[base:]).rstrip(b"\n"), rest.starts - base, rest.ends - base, rest.numbers
        )
        carried = Batch(moved, (), len(rest.starts))
        keep[open_from:] = False
    chosen = np.flatnonzero(keep)
    found = Records(kept.buffer, starts[chosen], ends[chosen], numbers[chosen])
    whole = Batch(
        found, batch.rejects, len(chosen) + len(batch.rejects) + len(blank), len(blank) + blank_inside
    )
    return whole, carried


def _fits(text: str, table: Table) -> bool:
    rows = _rows(io.StringIO(text, newline=""), table.separator)
    return len(rows) == 1 and len(rows[0]) == len(table.names)


def _lines_with_odd_quotes(records: Records) -> np.ndarray:
    quotes = np.flatnonzero(np.frombuffer(records.buffer, np.uint8) == 34)
    if not len(quotes) or not len(records.starts):
        return np.zeros(0, np.int64)
    line = np.searchsorted(records.starts, quotes, side="right") - 1
    return np.flatnonzero(np.bincount(line[line >= 0], minlength=len(records.starts)) % 2)


def _without_first(batch: Batch) -> Batch:
    records = only(batch.records, np.arange(1, len(batch.records.starts)))
    return Batch(records, batch.rejects, batch.lines - 1, batch.blank)


class _Converter:
    """Turns records of columns into JSON objects; a cell of a number column that is a number stays one."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.connection = duckdb.connect(":memory:", config={"threads": 2})
        pairs: list[str] = []
        for n, name in enumerate(table.names):
            key = json.dumps(name, ensure_ascii=False).replace("'", "''")
            # Blanks around a cell are how the file is laid out, not what it says.
            cell = f"nullif(trim(c{n}), '')"
            said = f"to_json({cell})::varchar"
            if name in table.numbers:
                number = f"regexp_full_match({cell}, '-?(0|[1-9]\\d*)(\\.\\d+)?')"
                said = f"case when {number} then {cell} else {said} end"
            pairs.append(f"'{key}:' || coalesce({said}, 'null')")
        self.sql = "select '{' || " + " || ',' || ".join(pairs) + " || '}' as record from cells"

    def convert(self, batch: Batch) -> Batch:
        cells, good, rejects = self._cells(batch.records)
        self.connection.register("cells", cells)
        texts = self.connection.sql(self.sql).to_arrow_table()["record"].combine_chunks()
        self.connection.unregister("cells")
        raw = only(batch.records, good)
        records = Records(*placed(texts), raw.numbers, (raw.buffer, raw.starts, raw.ends))
        return Batch(records, batch.rejects + rejects, batch.lines, batch.blank)

    def _cells(self, records: Records) -> tuple[pa.Table, np.ndarray, tuple[Reject, ...]]:
        """The cells as columns of text, which records they are, and those whose number of cells is wrong."""
        names = [f"c{n}" for n in range(len(self.table.names))]
        wrong: list[int] = []

        def refuse(row: pacsv.InvalidRow) -> str:
            wrong.append(row.number - 1)
            return "skip"

        text = b"\n".join(_each(records))
        many = len(records.starts)
        if not many:
            return pa.table({name: pa.array([], pa.string()) for name in names}), np.zeros(0, np.int64), ()
        try:
            cells = pacsv.read_csv(
                io.BytesIO(text + b"\n"),
                pacsv.ReadOptions(
                    use_threads=False, column_names=names, block_size=max(1 << 20, 2 * len(text))
                ),
                pacsv.ParseOptions(
                    delimiter=self.table.separator,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=refuse,
                ),
                pacsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=[""],
                    strings_can_be_null=True,
                    check_utf8=False,
                ),
            )
        except pa.ArrowInvalid:
            cells = None
        if cells is None or cells.num_rows + len(wrong) != many:
            return self._one_by_one(records)
        good = np.setdiff1d(np.arange(many), wrong)
        return cells, good, tuple(self._refused(records, n) for n in wrong)

    def _one_by_one(self, records: Records) -> tuple[pa.Table, np.ndarray, tuple[Reject, ...]]:
        """The same, record by record, for a batch with quotes that no column parser takes alike."""
        width = len(self.table.names)
        rows: list[list[str | None]] = []
        good: list[int] = []
        rejects: list[Reject] = []
        for n, text in enumerate(_each(records)):
            found = _rows(io.StringIO(text.decode(), newline=""), self.table.separator)
            if len(found) == 1 and len(found[0]) == width and "\0" not in found[0]:
                rows.append([cell or None for cell in found[0]])
                good.append(n)
            else:
                rejects.append(self._refused(records, n))
        columns = {f"c{n}": pa.array([row[n] for row in rows], pa.string()) for n in range(width)}
        return pa.table(columns), np.array(good, np.int64), tuple(rejects)

    def _refused(self, records: Records, n: int) -> Reject:
        text = text_of(records, n)
        rows = _rows(io.StringIO(text, newline=""), self.table.separator)
        cells = len(rows[0]) if rows else 0
        reason = f"{cells} cells where the header has {len(self.table.names)}"
        if cells == len(self.table.names):
            reason = "a quote that does not close"
        return int(records.numbers[n]), reason, text


def _each(records: Records) -> Iterable[bytes]:
    view = memoryview(records.buffer)
    return [bytes(view[a:b]) for a, b in zip(records.starts.tolist(), records.ends.tolist(), strict=True)]
