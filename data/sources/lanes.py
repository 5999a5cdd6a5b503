"""Records in bytes -> columns: a block of records is read and its texts are noted while it is in the
processor's cache.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.compiled import compiled
from data.sources import scan, texts, values
from data.sources.compiled import Bytes, Codes, Ints, Longs
from data.sources.memory import Memory

BLOCK = 1024
MOMENT, DURATION = 1, 2
BUFFER, ARENA, REST, LISTS = 0, 1, 2, 3


class Lane(NamedTuple):
    """Rows of one kind, with room for as many as there are records: numbers and names, and per column
    Arrow's views, which of them are there, and how many are not. `rest` and `lists` are the last two.
    """

    used: Longs
    numbers: Longs
    names: Bytes
    codes: Codes
    views: np.ndarray[tuple[int, int, int], np.dtype[np.uint64]]
    valid: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    missing: Longs
    moments: np.ndarray[tuple[int, int], np.dtype[np.int64]]
    durations: np.ndarray[tuple[int, int], np.dtype[np.float64]]


class Written(NamedTuple):
    """The records as the file has them: their bytes, starts and ends."""

    buffer: Bytes
    starts: Longs
    ends: Longs


class Valued(NamedTuple):
    """Which fields are times and durations: their numbers."""

    moments: Ints
    durations: Ints


def lane(fields: int, valued: Valued, many: int, memory: Memory) -> Lane:
    """Room for so many rows; what is not used is never touched."""
    columns = fields + 2
    return Lane(
        np.zeros(1, np.int64),
        memory.empty(many, np.int64),
        memory.empty(texts.DIGITS * many, np.uint8),
        memory.empty(many, np.uint64),
        memory.empty((columns, many, 2), np.uint64),
        np.zeros((columns, (many + 7) // 8), np.uint8),
        np.zeros(columns, np.int64),
        memory.empty((len(valued.moments), many), np.int64),
        memory.empty((len(valued.durations), many), np.float64),
    )


@compiled
def fill(
    buf: Bytes,
    starts: Longs,
    ends: Longs,
    numbers: Longs,
    first: int,
    written: Written,
    wanted: scan.Wanted,
    valued: Valued,
    status: np.ndarray[tuple[int], np.dtype[np.int8]],
    found: scan.Found,
    spill: scan.Spill,
    trail: scan.Trail,
    usual: Lane,
    others: Lane,
) -> int:
    """Read records from number `first` on, those with nothing in `rest` into the usual lane; gives the first
    for which `spill` is too small, or their number.
    """
    while first < len(starts):
        last = min(first + BLOCK, len(starts))
        found.sizes[:] = -1
        done = scan.scan(buf, starts[first:last], ends[first:last], wanted, found, spill, trail)
        for n in range(done):
            status[first + n] = found.status[n]
            if found.status[n] == scan.OK:
                chosen = usual if spill.rest_size[n] == 0 else others
                row = chosen.used[0]
                chosen.used[0] += 1
                chosen.numbers[row] = numbers[first + n]
                begin, end = written.starts[first + n], written.ends[first + n]
                chosen.codes[row] = texts.name(written.buffer, begin, end, chosen.names, texts.DIGITS * row)
                _note(buf, n, row, found, spill, chosen)
                _values(buf, n, row, valued, found, chosen)
        first += done
        if first < last:
            return first
    return first


@compiled
def _note(buf: Bytes, n: int, row: int, found: scan.Found, spill: scan.Spill, lane: Lane) -> None:
    """Note where the texts of a record lie."""
    fields = len(found.starts)
    place, bit = row >> 3, np.uint8(1 << (row & 7))
    for k in range(fields + 2):
        out = lane.views[k, row]
        if k < fields:
            begin, size = found.starts[k, n], found.sizes[k, n]
            there = size >= 0
            if there and begin >= 0:
                texts.point(buf, begin, size, BUFFER, out)
            elif there:
                texts.point(spill.arena, -1 - begin, size, ARENA, out)
        elif k == fields:
            there = spill.rest_size[n] > 0
            if there:
                texts.point(spill.rest, spill.rest_at[n], spill.rest_size[n], REST, out)
        else:
            there = spill.lists_size[n] > 0
            if there:
                texts.point(spill.lists, spill.lists_at[n], spill.lists_size[n], LISTS, out)
        if there:
            lane.valid[k, place] |= bit
        else:
            lane.missing[k] += 1
            out[0] = out[1] = np.uint64(0)


@compiled
def _values(buf: Bytes, n: int, row: int, valued: Valued, found: scan.Found, lane: Lane) -> None:
    """Read what can be read of a record's times and durations."""
    for j in range(len(valued.moments)):
        begin, size = found.starts[valued.moments[j], n], found.sizes[valued.moments[j], n]
        at = values.NOWHEN
        if size > 0 and begin >= 0:
            at = values.moment(buf, begin, begin + size)
        lane.moments[j, row] = at
    for j in range(len(valued.durations)):
        begin, size = found.starts[valued.durations[j], n], found.sizes[valued.durations[j], n]
        span = np.nan
        if size > 0 and begin >= 0:
            span = values.duration(buf, begin, begin + size)
        lane.durations[j, row] = span
