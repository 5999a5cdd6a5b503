"""JSON records in bytes -> where each field's value lies: one strict pass, compiled, without holding
Python's lock.

A field's path is its keys joined by dots; a literal dotted key is the same path. Paths that are asked for
get a slot
(where the value starts in the buffer, and its size); every other scalar is written to `rest` as flat JSON,
lists and
empty objects to `lists`. Duplicate keys are merged, the last value wins, null is as if the key were not
there.
"""

# ruff: noqa: FBT001, PLR0911, PLR0912, PLR0915, PLR0917, PLR1714, SIM109, SIM110
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.compiled import compiled
from data.sources import json_tokens as tokens
from data.sources.compiled import Bytes, Codes, Ints, Longs
from data.sources.json_tokens import (
    CLOSE,
    COLON,
    COMMA,
    CUT_OFF,
    DEEPEST,
    DOT,
    LIST,
    NOT_JSON,
    OPEN,
    PLAIN,
    QUOTE,
    TOO_DEEP,
    ZERO,
    F,
    N,
    T,
)

STRING, NUMBER, BOOLEAN = 1, 2, 4
ANY = STRING | NUMBER | BOOLEAN
OK, BLANK, NOT_AN_OBJECT, FULL = 0, 1, 2, 3
REASONS = {
    NOT_JSON: "not JSON",
    CUT_OFF: "cut off: the text ends inside the record",
    TOO_DEEP: "nested deeper than 60 levels",
    NOT_AN_OBJECT: "not a JSON object",
}
FNV_START, FNV_PRIME = np.uint64(14695981039346656037), np.uint64(1099511628211)
LONGEST_PATH = 1 << 16


class Wanted(NamedTuple):
    """The paths that get a slot, found by hash; which kinds of value `fill` it, and which need not be in
    `rest` too.
    """

    slots: Ints
    codes: Codes
    sizes: Longs
    fills: Bytes
    clean: Bytes
    wrappers: Codes


class Found(NamedTuple):
    """What became of each record, and (path, record) where its values lie: below zero in the arena, at -1
    - start.
    """

    status: np.ndarray[tuple[int], np.dtype[np.int8]]
    starts: Ints
    sizes: Ints


class Spill(NamedTuple):
    """Texts without their escapes (arena), other scalars and lists as JSON; how far each is used; whose is
    where.
    """

    arena: Bytes
    rest: Bytes
    lists: Bytes
    used: Longs
    rest_at: Ints
    rest_size: Ints
    lists_at: Ints
    lists_size: Ints


class Trail(NamedTuple):
    """The path to the value being read: its bytes, and per depth its size and hash; which slot follows
    which.
    """

    path: Bytes
    sizes: Longs
    hashes: Codes
    after: Longs


def trail(wanted: Wanted) -> Trail:
    """Room for the path to a value."""
    return Trail(
        np.empty(LONGEST_PATH, np.uint8),
        np.empty(DEEPEST + 2, np.int64),
        np.empty(DEEPEST + 2, np.uint64),
        np.full(len(wanted.codes) + 1, -1, np.int64),
    )


@compiled
def scan(
    buf: Bytes,
    starts: Longs,
    ends: Longs,
    wanted: Wanted,
    found: Found,
    spill: Spill,
    trail: Trail,
) -> int:
    """Read a block of records; gives the first for which `spill` is too small, or their number."""
    used = spill.used
    for n in range(len(starts)):
        arena, rest, lists = used[0], used[1], used[2]
        state = _record(buf, starts[n], ends[n], n, wanted, found, spill, trail)
        if state == FULL:
            used[0], used[1], used[2] = arena, rest, lists
            return n
        found.status[n] = state
        if state != OK:
            used[0], used[1], used[2] = arena, rest, lists
        spill.rest_at[n], spill.rest_size[n] = rest, _ended(spill.rest, used, 1, rest)
        spill.lists_at[n], spill.lists_size[n] = lists, _ended(spill.lists, used, 2, lists)
    return len(starts)


@compiled
def _ended(out: Bytes, used: Longs, which: int, begin: int) -> int:
    """Close a record's object of other values, if it has any; gives its size."""
    if used[which] > begin:
        out[used[which]] = CLOSE
        used[which] += 1
    return used[which] - begin


@compiled
def _no_object(buf: Bytes, i: int, end: int) -> int:
    """Why what begins at i is no record."""
    j = tokens.value_end(buf, i, end)
    if j < 0:
        return j
    return NOT_AN_OBJECT if tokens.space_end(buf, j, end) == end else NOT_JSON


@compiled
def _record(
    buf: Bytes, i: int, end: int, n: int, wanted: Wanted, found: Found, spill: Spill, trail: Trail
) -> int:
    i = tokens.space_end(buf, i, end)
    if i >= end:
        return BLANK
    if buf[i] != OPEN:
        return _no_object(buf, i, end)
    if spill.used[0] + (end - i) > len(spill.arena):
        return FULL
    rest, lists = spill.used[1], spill.used[2]
    path, sizes, hashes = trail.path, trail.sizes, trail.hashes
    depth, sizes[0], hashes[0] = 0, 0, FNV_START
    last = -1
    i = tokens.space_end(buf, i + 1, end)
    if i < end and buf[i] == CLOSE:
        i, depth = tokens.next_member(buf, i, end, depth)
    while depth >= 0:
        # The key: its path and the path's hash.
        if i < 0:
            return i
        if i >= end:
            return CUT_OFF
        if buf[i] != QUOTE:
            return NOT_JSON
        j = i + 1
        while j < end and PLAIN[buf[j]]:
            j += 1
        if j >= end or buf[j] != QUOTE:
            j, _ = tokens.string_end(buf, j, end)
            if j < 0:
                return j
        size, code = max(sizes[depth], 0), hashes[depth]
        if size + (j - i) + 2 > LONGEST_PATH:
            return TOO_DEEP
        if depth > 0 and sizes[depth] >= 0:
            path[size] = DOT
            size += 1
            code = (code ^ np.uint64(DOT)) * FNV_PRIME
        for p in range(i + 1, j):
            path[size] = buf[p]
            size += 1
            code = (code ^ np.uint64(buf[p])) * FNV_PRIME
        # The value: mostly a colon and the value stand right behind the key.
        i = j + 2
        if i >= end or buf[j + 1] != COLON or buf[i] <= 32:
            i = tokens.value_begin(buf, j + 1, end)
            if i < 0:
                return i
        byte = buf[i]
        if byte == OPEN:
            i = tokens.space_end(buf, i + 1, end)
            if i >= end:
                return CUT_OFF
            if buf[i] != CLOSE:
                if depth >= DEEPEST:
                    return TOO_DEEP
                wraps = depth == 0 and _has(wanted.wrappers, code)
                depth += 1
                sizes[depth], hashes[depth] = (-1, FNV_START) if wraps else (size, code)
                continue
            if not _hold(spill.lists, spill.used, 2, lists, path, size, 2):
                return FULL
            at = spill.used[2]
            spill.lists[at], spill.lists[at + 1] = OPEN, CLOSE
            spill.used[2] = at + 2
            i += 1
        elif byte == LIST:
            j = tokens.value_end(buf, i, end)
            if j < 0:
                return j
            if not _hold(spill.lists, spill.used, 2, lists, path, size, j - i):
                return FULL
            spill.used[2] = _copy(buf, i, j, spill.lists, spill.used[2])
            i = j
        else:
            kind, escaped, whole, fits = NUMBER, False, False, True
            begin = i
            if byte == QUOTE:
                kind = STRING
                begin = j = i + 1
                while j < end and PLAIN[buf[j]]:
                    j += 1
                if j >= end or buf[j] != QUOTE:
                    j, escaped = tokens.string_end(buf, j, end)
                i = j + 1
            elif byte == T or byte == F or byte == N:
                kind = 0 if byte == N else BOOLEAN
                i = j = tokens.word_end(buf, i, end)
            else:
                j, whole, fits = tokens.number_end(buf, i, end)
                i = j
            if j < 0:
                return j
            if kind:
                # Records of one program have their keys in one order: the next path is mostly the one
                # after the last.
                k = trail.after[last]
                if k < 0 or wanted.codes[k] != code or wanted.sizes[k] != size:
                    k = _slot(wanted, code, size)
                    trail.after[last] = k
                last = k
                # A number that no DOUBLE holds is kept as text, digit for digit.
                kind = kind if fits else STRING
                clean = False
                if k >= 0:
                    clean = wanted.clean[k] & kind
                    _fill(buf, begin, j, found, k, n, spill, wanted.fills[k] & kind != 0, escaped)
                if not clean:
                    if not _hold(spill.rest, spill.used, 1, rest, path, size, j - begin + 4):
                        return FULL
                    _scalar(buf, begin, j, kind, whole, spill)
        # What follows: mostly a comma and the next key.
        if i + 1 < end and buf[i] == COMMA and buf[i + 1] == QUOTE:
            i += 1
        else:
            i, depth = tokens.next_member(buf, i, end, depth)
    return i if i < 0 else OK


@compiled
def _has(codes: Codes, code: np.uint64) -> bool:
    for each in codes:
        if each == code:
            return True
    return False


@compiled
def _slot(wanted: Wanted, code: np.uint64, size: int) -> int:
    """Which asked-for path this is, or -1."""
    mask = len(wanted.slots) - 1
    place = np.int64(code & np.uint64(mask))
    while wanted.slots[place] >= 0:
        k = wanted.slots[place]
        if wanted.codes[k] == code and wanted.sizes[k] == size:
            return k
        place = (place + 1) & mask
    return -1


@compiled
def _fill(
    buf: Bytes, begin: int, end: int, found: Found, k: int, n: int, spill: Spill, fills: bool, escaped: bool
) -> None:
    """Note where the value of path k in record n lies; a value that does not fit there empties the slot."""
    if not fills:
        found.sizes[k, n] = -1
    elif escaped:
        at = spill.used[0]
        spill.used[0] = tokens.unescape(buf, begin, end, spill.arena, at)
        found.starts[k, n], found.sizes[k, n] = -1 - at, spill.used[0] - at
    else:
        found.starts[k, n], found.sizes[k, n] = begin, end - begin


@compiled
def _hold(out: Bytes, used: Longs, which: int, begin: int, path: Bytes, size: int, more: int) -> bool:
    """Write a key to a record's object of other values; False if there is no room for it and `more`."""
    at = used[which]
    if at + size + more + 8 > len(out):
        return False
    out[at] = OPEN if at == begin else COMMA
    out[at + 1] = QUOTE
    at = _copy(path, 0, size, out, at + 2)
    out[at], out[at + 1] = QUOTE, COLON
    used[which] = at + 2
    return True


@compiled
def _scalar(buf: Bytes, begin: int, end: int, kind: int, whole: bool, spill: Spill) -> None:
    """Write a scalar behind its key; a whole number with a fraction of zero, so that it is read as a
    DOUBLE.
    """
    out, at = spill.rest, spill.used[1]
    if kind == STRING:
        out[at] = QUOTE
        at = _copy(buf, begin, end, out, at + 1)
        out[at] = QUOTE
        at += 1
    else:
        at = _copy(buf, begin, end, out, at)
        if whole:
            out[at], out[at + 1] = DOT, ZERO
            at += 2
    spill.used[1] = at


@compiled
def _copy(source: Bytes, begin: int, end: int, out: Bytes, at: int) -> int:
    for j in range(begin, end):
        out[at] = source[j]
        at += 1
    return at
