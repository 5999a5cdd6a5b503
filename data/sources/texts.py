"""Loops over the texts of a batch: where lines end, what a record is told from others by, Arrow's views of
texts.
"""

from __future__ import annotations

import numpy as np

from analytics.compiled import compiled
from data.sources.compiled import WORD, Bytes, Codes, Longs, lowest, word_at

_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
_ONES, _HIGH, _FEEDS = (
    np.uint64(0x0101010101010101),
    np.uint64(0x8080808080808080),
    np.uint64(0x0A0A0A0A0A0A0A0A),
)
_EACH = np.uint64(0xFF)
_SHORT = 12  # bytes that a view holds itself
DIGITS = 24


@compiled
def line_ends(buf: Bytes, begin: int, end: int, ends: Longs, many: int) -> int:
    """Add where lines end between two places to the `many` that are known; gives how many there are then,
    also where `ends` is too short for them.
    """
    i = begin
    while i + WORD <= end:
        word = word_at(buf, i) ^ _FEEDS
        # A byte that was a line's end is zero now, and only such a one lends below the lowest that is.
        found = (word - _ONES) & ~word & _HIGH
        while found:
            at = i + np.int64(lowest(found) >> np.uint64(3))
            if buf[at] == 10:
                if many < len(ends):
                    ends[many] = at
                many += 1
            found &= found - np.uint64(1)
        i += WORD
    while i < end:
        if buf[i] == 10:
            if many < len(ends):
                ends[many] = i
            many += 1
        i += 1
    return many


@compiled
def name(buf: Bytes, begin: int, end: int, out: Bytes, at: int) -> np.uint64:
    """Write a content's name: 24 hex digits of its MurmurHash3 (x64, 128 bits, seed 0); gives 64 of its
    bits as a number.
    """
    a, b = _murmur3(buf, begin, end)
    for j in range(DIGITS):
        half = a if j < 16 else b
        digit = half >> np.uint64(60 - 4 * (j & 15)) & np.uint64(15)
        out[at + j] = digit + (48 if digit < 10 else 87)
    return a


@compiled
def _murmur3(buf: Bytes, i: int, end: int) -> tuple[np.uint64, np.uint64]:
    size = np.uint64(end - i)
    a = b = np.uint64(0)
    while end - i >= 16:
        x, y = word_at(buf, i), word_at(buf, i + 8)
        a = (_turned(a ^ _turned(x * _C1, 31) * _C2, 27) + b) * np.uint64(5) + np.uint64(0x52DCE729)
        b = (_turned(b ^ _turned(y * _C2, 33) * _C1, 31) + a) * np.uint64(5) + np.uint64(0x38495AB5)
        i += 16
    if end - i > 8:
        b ^= _turned(_word(buf, i + 8, end - i - 8) * _C2, 33) * _C1
    if end > i:
        a ^= _turned(_word(buf, i, min(8, end - i)) * _C1, 31) * _C2
    a, b = a ^ size, b ^ size
    a += b
    b += a
    a, b = _mixed(a), _mixed(b)
    a += b
    return a, b + a


@compiled
def _turned(x: np.uint64, by: int) -> np.uint64:
    return x << np.uint64(by) | x >> np.uint64(64 - by)


@compiled
def _mixed(x: np.uint64) -> np.uint64:
    x = (x ^ x >> np.uint64(33)) * _M1
    x = (x ^ x >> np.uint64(33)) * _M2
    return x ^ x >> np.uint64(33)


@compiled
def _word(buf: Bytes, i: int, size: int) -> np.uint64:
    """Up to eight bytes as a number, the first the lowest."""
    if i + WORD <= len(buf):
        return word_at(buf, i) & _low(size)
    word = np.uint64(0)
    for j in range(size):
        word |= np.uint64(buf[i + j]) << np.uint64(8 * j)
    return word


@compiled
def _low(size: int) -> np.uint64:
    """The bits of the first `size` bytes of a word, one to eight."""
    return ~np.uint64(0) >> np.uint64(64 - 8 * size)


@compiled
def point(buf: Bytes, begin: int, size: int, which: int, out: Codes) -> None:
    """Write Arrow's view of a text in its buffer number `which`: its size, then the text itself or where it
    lies.
    """
    if size > _SHORT:
        out[0] = np.uint64(size) | _word(buf, begin, 4) << np.uint64(32)
        out[1] = np.uint64(which) | np.uint64(begin) << np.uint64(32)
        return
    out[0] = np.uint64(size)
    out[1] = np.uint64(0)
    if size > 0:
        out[0] |= _word(buf, begin, min(size, 4)) << np.uint64(32)
    if size > 4:
        out[1] = _word(buf, begin + 4, size - 4)


@compiled
def points(buf: Bytes, starts: Longs, ends: Longs, out: Codes) -> None:
    """Write Arrow's views of many texts of one buffer."""
    for n in range(len(starts)):
        point(buf, starts[n], ends[n] - starts[n], 0, out[n])
