"""JSON that is not one record a line -> records: the elements of an array, or documents one after another."""

# ruff: noqa: FBT001, PLR0917, PLR1714, SIM109
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from analytics.compiled import compiled
from data.sources.compiled import Bytes, Longs
from data.sources.fields import Records
from data.sources.json_tokens import BACKSLASH, CLOSE, COMMA, LIST, OPEN, QUOTE, UNLIST
from data.sources.lines import BATCH, BOM, Batch, checked, too_long
from data.sources.opening import Opened

LONGEST = 64 << 20
COUNT = 1 << 20
FEED = 10


@compiled
def find(
    buf: Bytes, i: int, last: bool, in_array: bool, indent: int, starts: Longs, ends: Longs
) -> tuple[int, int, bool]:
    """The elements from i on: how many, where to go on, and whether the array is over; `last`: no bytes
    will follow.
    """
    many, end = 0, len(buf)
    while many < len(starts):
        while i < end and (buf[i] <= 32 or buf[i] == COMMA):
            i += 1
        if i >= end or (in_array and buf[i] == UNLIST):
            break
        stop = _element_end(buf, i, end, indent)
        if stop < 0 and not last:
            return many, i, False
        stop = max(stop, i + 1) if stop >= 0 else end
        starts[many], ends[many] = i, stop
        many += 1
        i = stop
    over = in_array and i < end and buf[i] == UNLIST
    return many, i, over


@compiled
def _element_end(buf: Bytes, i: int, end: int, indent: int) -> int:
    """Behind the element at i, or -1 where the bytes end first.

    It ends where its brackets close. If they never do, the next line that begins like the first element
    did is taken
    for a new one; and as no string of JSON goes over a line's end, a quote that is missing spoils one line.
    """
    depth, quoted = 0, False
    while i < end:
        byte = buf[i]
        if quoted:
            if byte == BACKSLASH:
                i += 1
            elif byte == QUOTE or byte == FEED:
                quoted = False
        elif byte == QUOTE:
            quoted = True
        elif byte == OPEN or byte == LIST:
            depth += 1
        elif byte == CLOSE or byte == UNLIST:
            if depth <= 1:
                return i + depth
            depth -= 1
        elif (byte == COMMA and depth == 0) or (byte == FEED and _begins(buf, i + 1, end, indent)):
            return i
        i += 1
    return -1


@compiled
def _begins(buf: Bytes, i: int, end: int, indent: int) -> bool:
    """Whether a line begins with an object, indented just so."""
    if indent < 0:
        return False
    j = i
    while j < end and (buf[j] == 32 or buf[j] == 9):
        j += 1
    return j < end and j - i == indent and buf[j] == OPEN


@dataclass(frozen=True)
class Where:
    """Where the records of a JSON file are: behind `start` bytes, in an array or one after another."""

    start: int
    in_array: bool
    indent: int = -1


def batches(opened: Opened, where: Where, size: int = BATCH) -> Iterator[Batch]:
    """The elements of a file, numbered from 1."""
    buffer = bytearray()
    passed, number, over = -where.start, 1, False
    for piece in opened.pieces():
        buffer += piece.removeprefix(BOM) if passed == -where.start and not buffer else piece
        if len(buffer) < size:
            continue
        if passed < 0:
            del buffer[:-passed]
            passed = 0
        batch, used, over = _batch(bytes(buffer), number, where, final=False)
        if batch.lines:
            yield batch
        number += batch.lines
        del buffer[:used]
        if over:
            return
        if len(buffer) > LONGEST:
            yield too_long(number, bytes(buffer[:4096]))
            opened.trouble = (
                opened.trouble
                or "one of its records is longer than 64 MB, and what stands behind it was not read"
            )
            return
    if passed < 0:
        del buffer[:-passed]
    while buffer and not over:
        batch, used, over = _batch(bytes(buffer), number, where, final=True)
        if not batch.lines:
            break
        yield batch
        number += batch.lines
        del buffer[:used]
    if where.in_array and not over:
        opened.trouble = opened.trouble or "it ends before its list does"


def _batch(block: bytes, first: int, where: Where, *, final: bool) -> tuple[Batch, int, bool]:
    starts, ends = np.empty(COUNT, np.int64), np.empty(COUNT, np.int64)
    buffer = np.frombuffer(block, np.uint8)
    many, used, over = find(buffer, 0, final, where.in_array, where.indent, starts, ends)
    records = Records(block, starts[:many].copy(), ends[:many].copy(), np.arange(first, first + many))
    return checked(records), used, over


def locate(head: bytes) -> Where | None:
    """Where the records of a JSON file begin, judged by its first bytes; None where it is no JSON of
    records.
    """
    text = head.removeprefix(BOM)
    body = text.lstrip(b" \t\r\n")
    lead = len(text) - len(body)
    if body.startswith(b"["):
        return Where(lead + 1, in_array=True, indent=_indent(text, lead + 1))
    if not body.startswith(b"{"):
        return None
    inner = _inner_list(text, lead)
    if inner is not None:
        return Where(inner, in_array=True, indent=_indent(text, inner))
    return Where(lead, in_array=False, indent=0)


def _indent(text: bytes, start: int) -> int:
    """How far the first element is indented, if it begins a line; -1 where it does not."""
    rest = text[start:].lstrip(b"\r\n \t")
    place = len(text) - len(rest)
    line = text.rfind(b"\n", 0, place)
    return place - line - 1 if line >= start else -1


def _inner_list(text: bytes, lead: int) -> int | None:
    """Behind the bracket of the list of objects that is most of a document, as APIs wrap their answers."""
    depth, quoted, i = 0, False, lead
    opened: list[int] = []
    best: tuple[int, int] | None = None
    while i < len(text):
        c = text[i : i + 1]
        if quoted:
            if c == b"\\":
                i += 1
            elif c == b'"':
                quoted = False
        elif c == b'"':
            quoted = True
        elif c in b"{[":
            depth += 1
            objects = c == b"[" and text[i + 1 : i + 200].lstrip()[:1] == b"{"
            opened.append(i + 1 if objects and depth <= 3 and len(opened) == depth - 1 else -1)
        elif c in b"}]" and opened:
            begin = opened.pop()
            depth -= 1
            if begin >= 0 and (best is None or i - begin > best[1] - best[0]):
                best = (begin, i)
            if depth == 0:
                # The document ends here: its list must be most of it, and nothing may follow.
                if best is None or best[1] - best[0] < (i - lead) / 2 or text[i + 1 :].strip():
                    return None
                return best[0]
        i += 1
    unfinished = [begin for begin in opened if begin >= 0]
    return unfinished[0] if unfinished else None


def is_record(line: bytes) -> bool:
    """Whether a line is one whole JSON object."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
