"""Records in bytes -> a table with a column a field, the rest of each record as JSON, and why a record is
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from data.sources import scan, texts

_PIECE = 20_480  # six pieces fill one row group of the store
_WORD = (1 << 64) - 1


@dataclass(frozen=True)
class Records:
    """A batch of JSON records that lie in one buffer, each with its number in the file (lines count from 1).

    `raw`: the buffer, starts and ends of the records as the file has them, where that is not JSON.
    """

    buffer: bytes | bytearray | memoryview
    starts: np.ndarray[Any, np.dtype[np.int64]]
    ends: np.ndarray[Any, np.dtype[np.int64]]
    numbers: np.ndarray[Any, np.dtype[np.int64]]
    raw: tuple[Any, Any, Any] | None = None

    @property
    def written(self) -> tuple[Any, Any, Any]:
        """The records as the file has them: buffer, starts, ends."""
        return self.raw or (self.buffer, self.starts, self.ends)


@dataclass(frozen=True)
class Field:
    """A path that gets a column: the kinds of value it takes, and those that need not be in `rest` as
    well.
    """

    path: str
    fills: int = scan.ANY
    clean: int = scan.ANY


@dataclass(frozen=True)
class Read:
    """What became of a batch: `table` holds the readable records, the others stand in `bad` with their
    reason.
    """

    table: pa.Table
    bad: tuple[tuple[int, str, str], ...]
    blank: int


def read(records: Records, fields: Sequence[Field], unwraps: Sequence[str] = ()) -> Read:
    """One column a field (`f0`, `f1`, …; NULL where missing), beside `n`, `line`, `id`, `code`, `rest`,
    `lists`.
    """
    buffer = np.frombuffer(records.buffer, np.uint8)
    found, spill = _scan(records, buffer, len(fields), _wanted(fields, unwraps))
    good = np.flatnonzero(found.status == scan.OK)

    def in_place(source: Any, starts: Any, sizes: Any) -> pa.Array:
        return _texts(source, spill.arena, starts[good], sizes[good])

    written, begins, ends = records.written
    source = np.frombuffer(written, np.uint8)
    columns: dict[str, Any] = {"n": pa.array(records.numbers[good])}
    columns["line"] = in_place(source, begins, ends - begins)
    columns["id"], columns["code"] = _identities(source, begins[good], ends[good])
    columns |= {f"f{k}": in_place(buffer, found.starts[k], found.sizes[k]) for k in range(len(fields))}
    columns["rest"] = in_place(spill.rest, spill.rest_at, spill.rest_size - (spill.rest_size == 0))
    columns["lists"] = in_place(spill.lists, spill.lists_at, spill.lists_size - (spill.lists_size == 0))
    refused = np.flatnonzero((found.status != scan.OK) & (found.status != scan.BLANK))
    why = [scan.REASONS[int(found.status[n])] for n in refused]
    bad = tuple(
        (int(records.numbers[n]), reason, text_of(records, int(n)))
        for n, reason in zip(refused, why, strict=True)
    )
    return Read(_sliced(pa.table(columns)), bad, int((found.status == scan.BLANK).sum()))


def text_of(records: Records, index: int) -> str:
    """A record as text, whatever bytes it holds."""
    buffer, starts, ends = records.written
    return bytes(buffer[starts[index] : ends[index]]).decode("utf-8", "replace")


def _sliced(table: pa.Table) -> pa.Table:
    """The same rows in pieces, which the engine reads in as many threads as it has."""
    return pa.Table.from_batches(table.to_batches(max_chunksize=_PIECE), table.schema)


def _scan(records: Records, buffer: Any, fields: int, wanted: scan.Wanted) -> tuple[scan.Found, scan.Spill]:
    many, size = len(records.starts), len(buffer)
    shape = (fields, many)
    found = scan.Found(np.zeros(many, np.int8), np.empty(shape, np.int32), np.full(shape, -1, np.int32))
    spill = scan.Spill(
        np.empty(size // 4 + 4096, np.uint8),
        np.empty(size // 4 + 4096, np.uint8),
        np.empty(size // 8 + 4096, np.uint8),
        np.zeros(3, np.int64),
        *(np.zeros(many, np.int32) for _ in range(4)),
    )
    trail, first = scan.trail(wanted), 0
    while True:
        first = scan.scan(buffer, records.starts, records.ends, first, wanted, found, spill, trail)
        if first >= many:
            return found, spill
        least = 4 * int(records.ends[first] - records.starts[first]) + 4096
        spill = spill._replace(
            arena=_grown(spill.arena, least), rest=_grown(spill.rest, least), lists=_grown(spill.lists, least)
        )


def _grown(buffer: Any, least: int) -> Any:
    grown = np.empty(2 * len(buffer) + least, np.uint8)
    grown[: len(buffer)] = buffer
    return grown


def _wanted(fields: Sequence[Field], unwraps: Sequence[str]) -> scan.Wanted:
    """The asked-for paths as the compiled loop looks them up: by hash and size, in an open table."""
    paths = [field.path.encode() for field in fields]
    codes = np.array([_code(path) for path in paths], np.uint64)
    slots = np.full(1 << max(4, (4 * len(paths)).bit_length()), -1, np.int32)
    for k, code in enumerate(codes):
        place = int(code) & (len(slots) - 1)
        while slots[place] >= 0:
            place = (place + 1) & (len(slots) - 1)
        slots[place] = k
    return scan.Wanted(
        slots,
        codes,
        np.array([len(path) for path in paths], np.int64),
        np.array([field.fills for field in fields], np.uint8),
        np.array([field.clean for field in fields], np.uint8),
        np.array([_code(key.encode()) for key in unwraps], np.uint64),
    )


def _code(path: bytes) -> int:
    code, prime = int(scan.FNV_START), int(scan.FNV_PRIME)
    for byte in path:
        code = (code ^ byte) * prime & _WORD
    return code


def _identities(buffer: Any, starts: Any, ends: Any) -> tuple[pa.Array, pa.Array]:
    """What a record is told from others by, as text and as a number."""
    many, width = len(starts), texts.DIGITS
    names, codes = np.empty(width * many, np.uint8), np.empty(many, np.uint64)
    texts.identities(buffer, starts, ends, names, codes)
    offsets = pa.py_buffer(np.arange(0, width * many + 1, width, dtype=np.int32))
    return pa.StringArray.from_buffers(many, offsets, pa.py_buffer(names)), pa.array(codes)


def _texts(buffer: Any, arena: Any, starts: Any, sizes: Any) -> pa.Array:
    """Texts that stay where they are: Arrow's string views into the buffers."""
    many = len(starts)
    out, valid = np.zeros((many, 4), np.int32), np.zeros((many + 7) // 8, np.uint8)
    texts.views(buffer, arena, starts.astype(np.int32), sizes.astype(np.int32), out, valid)
    buffers = [pa.py_buffer(each) for each in (valid, out, buffer, arena)]
    return pa.Array.from_buffers(pa.string_view(), many, buffers)
