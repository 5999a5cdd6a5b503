"""Bytes -> batches of lines with exact numbers, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.sources import texts
from data.sources.fields import Records
from data.sources.memory import Memory
from data.sources.opening import PIECE, Opened

BATCH = 160 << 20
GROUP = 122_880  # rows of a row group of the store
LEAST, MOST = 2, 4  # row groups of a batch
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
    block, number, first = _Block(size, opened.memory), 1, True
    long = b""  # how a line begins that is too long to be held
    for piece in opened.pieces():
        data = piece.removeprefix(BOM) if first else piece
        first = False
        if long:
            cut = data.find(b"\n")
            if cut < 0:
                continue
            yield too_long(number, long)
            number, long, data = number + 1, b"", data[cut + 1 :]
        block.add(data)
        left = 0 if opened.packed else opened.total - opened.consumed
        if block.is_full(left) or (block.open_size > LONGEST and block.lines):
            lines, before = block.whole_groups or block.lines, number
            number += lines
            yield block.take(lines, before)  # held by nobody here while the next one is read
        if block.open_size > LONGEST and not block.lines:
            long = block.drop()
    if long:
        yield too_long(number, long)
        return
    # Somebody is still writing the last line: the next load finds it whole.
    if not opened.grew or opened.packed:
        block.close()
    if block.lines:
        yield block.take(block.lines, number)


class _Block:
    """The bytes that were read and not yet given away, and where lines end in them."""

    def __init__(self, size: int, memory: Memory) -> None:
        self.size, self.lines, self._filled, self._memory = size, 0, 0, memory
        self._bytes = np.empty(0, np.uint8)
        self._ends = np.empty(MOST * GROUP, np.int64)

    @property
    def open_size(self) -> int:
        """The size of the last line, the end of which has not been read yet."""
        return self._filled - self._end_of(self.lines)

    @property
    def whole_groups(self) -> int:
        """How many lines fill row groups of the store wholly: most of them are written as they are."""
        groups = self.lines // GROUP
        return groups * GROUP if groups >= LEAST else 0

    def is_full(self, left: int) -> bool:
        """Whether the lines are a batch: as many whole row groups as go into its size, and two at the least,
        because what fills none goes into the store by way of its log; and not all but the last few lines
        (`left`: the bytes that follow).
        """
        if self._filled >= 2 * self.size:
            return self.lines > 0
        groups = self.lines // GROUP
        group = self._filled * GROUP // max(self.lines, 1)
        another_fits = groups < MOST and (groups + 1) * group <= self.size
        return groups >= LEAST and not another_fits and not 0 < left < group + group // 8

    def add(self, data: bytes) -> None:
        """Put bytes behind those that are there."""
        begin, end = self._filled, self._filled + len(data)
        if end > len(self._bytes):
            wider = self._memory.empty(max(2 * self.size + PIECE, end + end // 2), np.uint8)
            wider[:begin] = self._bytes[:begin]
            self._bytes = wider
        self._bytes[begin:end] = np.frombuffer(data, np.uint8)
        self._filled = end
        seen = _unwritable(self._bytes)
        many = texts.line_ends(seen, begin, end, self._ends, self.lines)
        if many > len(self._ends):
            self._ends = grown(self._ends, many)
            many = texts.line_ends(seen, begin, end, self._ends, self.lines)
        self.lines = many

    def take(self, lines: int, number: int) -> Batch:
        """Give the first lines away."""
        end = self._end_of(lines)
        taken, ends = self._bytes[:end], self._ends[:lines]
        rest, later = self._bytes[end : self._filled], self._ends[lines : self.lines] - end
        # Room for more is taken when more comes: until then the batch before may have given its own back.
        self._bytes = rest.copy()
        self._ends = np.empty(max(MOST * GROUP, len(later)), np.int64)
        self._ends[: len(later)] = later
        self._filled, self.lines = len(rest), len(later)
        return _split(taken, ends, number)

    def drop(self) -> bytes:
        """Let go of a line without an end; gives how it begins."""
        begin = bytes(self._bytes[: min(4096, self._filled)])
        self._filled = 0
        return begin

    def close(self) -> None:
        """Nothing follows: the last line ends here."""
        if self.open_size:
            self.add(b"\n")

    def _end_of(self, lines: int) -> int:
        return int(self._ends[lines - 1]) + 1 if lines else 0


def split(block: bytes, first: int) -> Batch:
    """The lines of a block; those that are not UTF-8 or too long are no records."""
    lines = _Block(len(block) // 2, Memory())
    lines.add(block)
    lines.close()
    return lines.take(lines.lines, first)


def _split(buffer: np.ndarray, ends: np.ndarray, first: int) -> Batch:
    starts = np.concatenate(([0], ends + 1))[: len(ends)]
    # The end of a line on Windows is two characters.
    ends = ends - ((ends > starts) & (buffer[np.maximum(ends - 1, 0)] == 13))
    numbers = np.arange(first, first + len(starts))
    return checked(Records(_unwritable(buffer).data, starts, ends, numbers))


def _unwritable(buffer: np.ndarray) -> np.ndarray:
    """The same bytes as compiled functions know them from files."""
    seen = buffer.view()
    seen.flags.writeable = False
    return seen


def grown(array: np.ndarray, least: int) -> np.ndarray:
    """The same values with room for at least so many, and for as many again."""
    larger = np.empty(2 * least, array.dtype)
    larger[: len(array)] = array
    return larger


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
