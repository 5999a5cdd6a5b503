"""Where the tokens of JSON end, strictly: no comments, no NaN, no comma too many.

A place below zero says why there is none: NOT_JSON, CUT_OFF (the bytes end too early) or TOO_DEEP.
"""

# ruff: noqa: PLR0911  compiled loops: a branch is cheaper than a call

from __future__ import annotations

import numpy as np

from analytics.compiled import compiled
from data.sources.compiled import Bytes

NOT_JSON, CUT_OFF, TOO_DEEP = -1, -2, -3
DEEPEST = 60
QUOTE, BACKSLASH, DOT, COMMA, COLON, ZERO = 34, 92, 46, 44, 58, 48
OPEN, CLOSE, LIST, UNLIST = 123, 125, 91, 93
T, F, N, U = 116, 102, 110, 117
EXACT = 9007199254740992
# The bytes that stand for themselves in a string.
PLAIN = np.array([not (byte < 32 or byte in (QUOTE, BACKSLASH)) for byte in range(256)])


@compiled
def space_end(buf: Bytes, i: int, end: int) -> int:
    """Behind the spaces and line ends at i."""
    while i < end and (buf[i] == 32 or buf[i] == 9 or buf[i] == 10 or buf[i] == 13):
        i += 1
    return i


@compiled
def hex4(buf: Bytes, i: int, end: int) -> int:
    """The value of four hex digits, or -1."""
    if i + 4 > end:
        return -1
    value = 0
    for j in range(i, i + 4):
        byte = buf[j]
        if 48 <= byte <= 57:
            digit = byte - 48
        elif 97 <= byte <= 102:
            digit = byte - 87
        elif 65 <= byte <= 70:
            digit = byte - 55
        else:
            return -1
        value = value * 16 + digit
    return value


@compiled
def string_end(buf: Bytes, i: int, end: int) -> tuple[int, bool]:
    """The closing quote of the string whose text goes on at i, and whether it has escapes."""
    escaped = False
    while True:
        while i < end and PLAIN[buf[i]]:
            i += 1
        if i >= end:
            return CUT_OFF, escaped
        if buf[i] == QUOTE:
            return i, escaped
        if buf[i] != BACKSLASH:
            return NOT_JSON, escaped
        escaped = True
        i = _escape_end(buf, i, end)
        if i < 0:
            return i, escaped


@compiled
def _escape_end(buf: Bytes, i: int, end: int) -> int:
    if i + 1 >= end:
        return CUT_OFF
    byte = buf[i + 1]
    if byte in (QUOTE, BACKSLASH, 47, 98, 102, 110, 114, 116):
        return i + 2
    if byte != U:
        return NOT_JSON
    code = hex4(buf, i + 2, end)
    if code < 0:
        return CUT_OFF if i + 6 > end else NOT_JSON
    i += 6
    if 0xDC00 <= code < 0xE000:
        return NOT_JSON
    if code < 0xD800 or code >= 0xE000:
        return i
    # Half of a character: the other half must follow.
    if i + 6 > end:
        return CUT_OFF
    if buf[i] != BACKSLASH or buf[i + 1] != U or not 0xDC00 <= hex4(buf, i + 2, end) < 0xE000:
        return NOT_JSON
    return i + 6


@compiled
def unescape(buf: Bytes, i: int, end: int, out: Bytes, at: int) -> int:
    """Write the checked text between i and end to `out` without its escapes; gives where it ends there."""
    while i < end:
        byte = buf[i]
        if byte != BACKSLASH:
            out[at] = byte
            at, i = at + 1, i + 1
            continue
        byte = buf[i + 1]
        i += 2
        if byte == U:
            code = hex4(buf, i, end)
            i += 4
            if 0xD800 <= code < 0xDC00:
                code = 0x10000 + ((code - 0xD800) << 10) + hex4(buf, i + 2, end) - 0xDC00
                i += 6
            at = _utf8(code, out, at)
            continue
        if byte == 98:
            byte = 8
        elif byte == 102:
            byte = 12
        elif byte == 110:
            byte = 10
        elif byte == 114:
            byte = 13
        elif byte == 116:
            byte = 9
        out[at] = byte
        at += 1
    return at


@compiled
def _utf8(code: int, out: Bytes, at: int) -> int:
    if code < 0x80:
        out[at] = code
        return at + 1
    if code < 0x800:
        out[at], out[at + 1] = 0xC0 | code >> 6, 0x80 | code & 63
        return at + 2
    if code < 0x10000:
        out[at], out[at + 1], out[at + 2] = 0xE0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63
        return at + 3
    out[at], out[at + 1] = 0xF0 | code >> 18, 0x80 | code >> 12 & 63
    out[at + 2], out[at + 3] = 0x80 | code >> 6 & 63, 0x80 | code & 63
    return at + 4


@compiled
def _digits_end(buf: Bytes, i: int, end: int) -> int:
    while i < end and 48 <= buf[i] <= 57:
        i += 1
    return i


@compiled
def number_end(buf: Bytes, i: int, end: int) -> tuple[int, bool, bool]:
    """Behind the number at i, whether it is written as a whole one, and whether a DOUBLE holds it."""
    if i < end and buf[i] == 45:
        i += 1
    first = i
    i = _digits_end(buf, i, end)
    digits = i - first
    if digits == 0:
        return (CUT_OFF if i >= end else NOT_JSON), False, False
    if digits > 1 and buf[first] == ZERO:
        return NOT_JSON, False, False
    whole, fits = True, digits <= 300
    if i < end and buf[i] == DOT:
        whole = False
        i = _digits_end(buf, i + 1, end)
        if buf[i - 1] == DOT:
            return (CUT_OFF if i >= end else NOT_JSON), False, False
    if i < end and (buf[i] == 101 or buf[i] == 69):
        whole = False
        i += 1
        if i < end and (buf[i] == 43 or buf[i] == 45):
            i += 1
        j = _digits_end(buf, i, end)
        if j == i:
            return (CUT_OFF if j >= end else NOT_JSON), False, False
        fits = digits < 200 and j - i < 3
        i = j
    if whole and digits >= 16:
        fits = digits == 16 and _value(buf, first, i) <= EXACT
    return i, whole, fits


@compiled
def _value(buf: Bytes, i: int, end: int) -> int:
    value = 0
    for j in range(i, end):
        value = value * 10 + buf[j] - ZERO
    return value


@compiled
def word_end(buf: Bytes, i: int, end: int) -> int:
    """Behind the `true`, `false` or `null` at i."""
    word = (N, U, 108, 108, 0)
    if buf[i] == T:
        word = (T, 114, U, 101, 0)
    elif buf[i] == F:
        word = (F, 97, 108, 115, 101)
    size = 5 if buf[i] == F else 4
    for j in range(min(size, end - i)):
        if buf[i + j] != word[j]:
            return NOT_JSON
    return i + size if end - i >= size else CUT_OFF


@compiled
def scalar_end(buf: Bytes, i: int, end: int) -> int:
    """Behind the string, number, `true`, `false` or `null` at i."""
    if buf[i] == QUOTE:
        j, _ = string_end(buf, i + 1, end)
        return j + 1 if j >= 0 else j
    if buf[i] in (T, F, N):
        return word_end(buf, i, end)
    j, _, _ = number_end(buf, i, end)
    return j


@compiled
def value_end(buf: Bytes, i: int, end: int) -> int:
    """Behind the value at i, whatever it is, all of it checked."""
    objects = np.int64(0)  # a bit a level: 1 in an object, 0 in a list
    depth, empty, value_next = 0, False, True
    while True:
        i = space_end(buf, i, end)
        if i >= end:
            return CUT_OFF
        if value_next and not (empty and (buf[i] == UNLIST or buf[i] == CLOSE)):
            empty = False
            if depth > 0 and objects & 1:
                i = _key_end(buf, i, end)
                if i < 0:
                    return i
            if buf[i] == OPEN or buf[i] == LIST:
                if depth >= DEEPEST:
                    return TOO_DEEP
                depth += 1
                objects = objects << 1 | (1 if buf[i] == OPEN else 0)
                empty = True
                i += 1
                continue
            i = scalar_end(buf, i, end)
            if i < 0:
                return i
        elif buf[i] == COMMA and not value_next:
            value_next = True
            i += 1
            continue
        else:
            if depth == 0 or buf[i] != (CLOSE if objects & 1 else UNLIST):
                return NOT_JSON
            objects >>= 1
            depth -= 1
            empty = False
            i += 1
        value_next = False
        if depth == 0:
            return i


@compiled
def _key_end(buf: Bytes, i: int, end: int) -> int:
    """The value behind the key at i."""
    if buf[i] != QUOTE:
        return NOT_JSON
    i, _ = string_end(buf, i + 1, end)
    if i < 0:
        return i
    return value_begin(buf, i + 1, end)


@compiled
def value_begin(buf: Bytes, i: int, end: int) -> int:
    """The value behind the colon that must stand at i."""
    i = space_end(buf, i, end)
    if i >= end:
        return CUT_OFF
    if buf[i] != COLON:
        return NOT_JSON
    i = space_end(buf, i + 1, end)
    return i if i < end else CUT_OFF


@compiled
def next_member(buf: Bytes, i: int, end: int, depth: int) -> tuple[int, int]:
    """Behind a member of an object: the next key and its depth, or the end and -1; closes what closes
    there.
    """
    while True:
        i = space_end(buf, i, end)
        if i >= end:
            return CUT_OFF, depth
        if buf[i] == COMMA:
            i = space_end(buf, i + 1, end)
            if i >= end:
                return CUT_OFF, depth
            return (i if buf[i] == QUOTE else NOT_JSON), depth
        if buf[i] != CLOSE:
            return NOT_JSON, depth
        i += 1
        depth -= 1
        if depth < 0:
            return (i if space_end(buf, i, end) == end else NOT_JSON), depth
