"""Bytes -> batches of lines with exact numbers, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sources import texts
from data.sources.fields import Records
from data.sources.opening import Opened

BATCH = 112 << 20
LONGEST = 16 << 20  # a longer line is refused without being held
BOM = b"\xef\xbb\xbf"
Reject = tuple[int, str, str]


@dataclass(frozen=True)
class Batch:
    """Records of a file to be read, and what is no record: `lines` counts both, and the blank ones."""

    records: Records
    rejects: tuple[Reject, ...]
    lines: int
    blank: int = 0


def batches(opened: Opened, size: int = BATCH) -> Iterator[Batch]:
    """The lines of a file, without their ends."""
    number = 1
    held: list[bytes] = []
    held_size = 0
    skipping = 0
    first = True
    for piece in opened.pieces():
        data = piece.removeprefix(BOM) if first else piece
        first = False
        if skipping:
            cut = data.find(b"\n")
            if cut < 0:
                skipping += len(data)
                continue
            yield too_long(number, held.pop())
            number, skipping, data = number + 1, 0, data[cut + 1 :]
            held_size = 0
        held.append(data)
        held_size += len(data)
        if held_size < size and not (held_size > LONGEST and b"\n" not in data):
            continue
        block = b"".join(held)
        cut = block.rfind(b"\n") + 1
        if cut:
            batch = split(block[:cut], number)
            number += batch.lines
            yield batch
        rest = block[cut:]
        held, held_size = [rest], len(rest)
        if held_size > LONGEST:
            held, skipping = [rest[:4096]], held_size
    if skipping:
        yield too_long(number, held.pop())
        return
    block = b"".join(held)
    # Somebody is still writing the last line: the next load finds it whole.
    if block and not block.endswith(b"\n") and not opened.packed and opened.grew:
        block = block[: block.rfind(b"\n") + 1]
    if block:
        yield split(block, number)


def split(block: bytes, first: int) -> Batch:
    """The lines of a block; those that are not UTF-8 or too long are no records."""
    buffer = np.frombuffer(block, np.uint8)
    feeds = _line_ends(buffer)
    starts = np.concatenate(([0], feeds + 1))
    ends = np.concatenate((feeds, [len(block)]))
    if starts[-1] == len(block):
        starts, ends = starts[:-1], ends[:-1]
    # The end of a line on Windows is two characters.
    ends = ends - ((ends > starts) & (buffer[np.maximum(ends - 1, 0)] == 13))
    records = Records(block, starts, ends, np.arange(first, first + len(starts)))
    return checked(records)


def _line_ends(buffer: np.ndarray) -> np.ndarray:
    ends = np.empty(len(buffer) // 32 + 16, np.int64)
    many = texts.line_ends(buffer, ends)
    if many > len(ends):
        ends = np.empty(many, np.int64)
        texts.line_ends(buffer, ends)
    return ends[:many]


def checked(records: Records) -> Batch:
    """A batch in which what is not UTF-8, or too long, is set aside."""
    many = len(records.starts)
    sizes = records.ends - records.starts
    bad = np.flatnonzero(sizes > LONGEST)
    reason = f"longer than {LONGEST >> 20} MB"
    rejects = [(int(records.numbers[n]), reason, _start(records, int(n))) for n in bad]
    if not _is_utf8(records.buffer):
        broken = np.array([n for n in _beyond_ascii(records) if not _decodes(records, n)], np.int64)
        rejects += [(int(records.numbers[n]), "not UTF-8", _start(records, n)) for n in broken]
        bad = np.union1d(bad, broken)
    if len(bad):
        records = only(records, np.setdiff1d(np.arange(many), bad))
    return Batch(records, tuple(rejects), many)


def only(records: Records, chosen: np.ndarray) -> Records:
    """Some of the records."""
    return Records(
        records.buffer, records.starts[chosen], records.ends[chosen], records.numbers[chosen],
        records.raw and (records.raw[0], records.raw[1][chosen], records.raw[2][chosen]),
    )  # fmt: skip


def too_long(number: int, start: bytes) -> Batch:
    """A batch of one line that is no record."""
    empty = np.zeros(0, np.int64)
    text = start.decode("utf-8", "replace")
    return Batch(Records(b"", empty, empty, empty), ((number, f"longer than {LONGEST >> 20} MB", text),), 1)


def _is_utf8(block: bytes | bytearray | memoryview) -> bool:
    size = len(block)
    offsets = pa.py_buffer(np.array([0, size], np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(block)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _beyond_ascii(records: Records) -> np.ndarray:
    """Which records hold a byte beyond ASCII."""
    places = np.flatnonzero(np.frombuffer(records.buffer, np.uint8) > 127)
    return np.unique(np.searchsorted(records.starts, places, side="right") - 1)


def _decodes(records: Records, n: int) -> bool:
    try:
        bytes(records.buffer[records.starts[n] : records.ends[n]]).decode()
    except UnicodeDecodeError:
        return False
    return True


def _start(records: Records, n: int) -> str:
    begin = records.starts[n]
    return bytes(records.buffer[begin : min(begin + 4096, records.ends[n])]).decode("utf-8", "replace")
