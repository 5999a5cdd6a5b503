"""Records in bytes -> a table with a column a field, the rest of each record as JSON, and why a record is
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from data.sources import lanes, scan, texts, values
from data.sources.memory import Memory

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
    """A path that gets a column: the kinds of value it takes, those that need not be in `rest` as well, and
    what it is read as (lanes.MOMENT, lanes.DURATION).
    """

    path: str
    fills: int = scan.ANY
    clean: int = scan.ANY
    valued: int = 0


@dataclass(frozen=True)
class Read:
    """What became of a batch: `usual` holds the readable records whose every scalar has a column, `others`
    those with a `rest`; what is no record stands in `bad` with its reason.
    """

    records: Records
    usual: pa.Table
    others: pa.Table
    bad: tuple[tuple[int, str, str], ...]
    blank: int

    def texts(self, numbers: Any) -> pa.Array:
        """Records as the file has them, by their numbers."""
        chosen = np.searchsorted(self.records.numbers, numbers)
        written, starts, ends = self.records.written
        out = np.empty((len(chosen), 2), np.uint64)
        texts.points(np.frombuffer(written, np.uint8), starts[chosen], ends[chosen], out)
        buffers = [None, pa.py_buffer(out), pa.py_buffer(written)]
        return pa.Array.from_buffers(pa.string_view(), len(chosen), buffers, 0)


def read(
    records: Records, fields: Sequence[Field], unwraps: Sequence[str] = (), memory: Memory | None = None
) -> Read:
    """One column a field (`f0`, `f1`, …; NULL where missing), `t0`, `t1`, … and `d0`, `d1`, … where it was
    read as a time or a duration, beside `n`, `id`, `code`, `rest`, `lists`.
    """
    many, memory = len(records.starts), memory or Memory()
    valued = lanes.Valued(_which(fields, lanes.MOMENT), _which(fields, lanes.DURATION))
    usual, others = (lanes.lane(len(fields), valued, many, memory) for _ in range(2))
    buffer = np.frombuffer(records.buffer, np.uint8)
    as_written, wanted = _as_written(records), _wanted(fields, unwraps)
    status, found, trail = np.empty(many, np.int8), _found(len(fields)), scan.trail(wanted)
    spill, first = _spill(len(buffer), memory), 0
    while True:
        first = lanes.fill(
            buffer, records.starts, records.ends, records.numbers, first, as_written, wanted, valued,
            status, found, spill, trail, usual, others,
        )  # fmt: skip
        if first >= many:
            break
        spill = _with_room(spill, 4 * int(records.ends[first] - records.starts[first]) + 4096)
    sources = [buffer, spill.arena, spill.rest, spill.lists]
    refused = np.flatnonzero((status != scan.OK) & (status != scan.BLANK))
    bad = tuple(
        (int(records.numbers[n]), scan.REASONS[int(status[n])], text_of(records, int(n))) for n in refused
    )
    rows, more = (_table(lane, sources, valued) for lane in (usual, others))
    return Read(records, rows, more, bad, int((status == scan.BLANK).sum()))


def _which(fields: Sequence[Field], kind: int) -> np.ndarray[Any, np.dtype[np.int32]]:
    return np.array([k for k, field in enumerate(fields) if field.valued == kind], np.int32)


def text_of(records: Records, index: int) -> str:
    """A record as text, whatever bytes it holds."""
    buffer, starts, ends = records.written
    return bytes(buffer[starts[index] : ends[index]]).decode("utf-8", "replace")


def _as_written(records: Records) -> lanes.Written:
    buffer, starts, ends = records.written
    return lanes.Written(np.frombuffer(buffer, np.uint8), starts, ends)


def _found(fields: int) -> scan.Found:
    shape = (fields, lanes.BLOCK)
    return scan.Found(np.empty(lanes.BLOCK, np.int8), np.empty(shape, np.int32), np.empty(shape, np.int32))


def _spill(size: int, memory: Memory) -> scan.Spill:
    """Room for the texts of so many bytes that do not stay in their place."""
    places = (np.zeros(lanes.BLOCK, np.int32) for _ in range(4))
    room = (memory.empty(size // share + 4096, np.uint8) for share in (4, 4, 8))
    return scan.Spill(*room, np.zeros(3, np.int64), *places)  # pyright: ignore[reportCallIssue]


def _with_room(spill: scan.Spill, least: int) -> scan.Spill:
    arena, rest, lists = (_grown(each, least) for each in (spill.arena, spill.rest, spill.lists))
    return spill._replace(arena=arena, rest=rest, lists=lists)


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


def _table(lane: lanes.Lane, sources: Sequence[Any], valued: lanes.Valued) -> pa.Table:
    rows, fields = int(lane.used[0]), len(lane.views) - 2
    offsets = pa.py_buffer(np.arange(0, texts.DIGITS * rows + 1, texts.DIGITS, dtype=np.int32))
    columns: dict[str, Any] = {
        "n": pa.array(lane.numbers[:rows]),
        "id": pa.StringArray.from_buffers(rows, offsets, pa.py_buffer(lane.names)),
        "code": pa.array(lane.codes[:rows]),
    }
    for k, name in enumerate([*(f"f{k}" for k in range(fields)), "rest", "lists"]):
        missing = int(lane.missing[k])
        if missing == rows:
            columns[name] = pa.nulls(rows, pa.string_view())
            continue
        valid = pa.py_buffer(lane.valid[k]) if missing else None
        buffers = [valid, *(pa.py_buffer(each) for each in (lane.views[k, :rows], *sources))]
        columns[name] = pa.Array.from_buffers(pa.string_view(), rows, buffers, missing)
    for k, at in zip(valued.moments, lane.moments[:, :rows], strict=True):
        columns[f"t{k}"] = _numbers(pa.timestamp("us"), at, at != values.NOWHEN)
    for k, span in zip(valued.durations, lane.durations[:, :rows], strict=True):
        columns[f"d{k}"] = _numbers(pa.float64(), span, ~np.isnan(span))
    return pa.table(columns)


def _numbers(kind: pa.DataType, data: Any, there: Any) -> pa.Array:
    """Numbers that stay where they are, NULL where they are not `there`."""
    missing = len(data) - int(np.count_nonzero(there))
    valid = pa.py_buffer(np.packbits(there, bitorder="little")) if missing else None
    return pa.Array.from_buffers(kind, len(data), [valid, pa.py_buffer(data)], missing)
