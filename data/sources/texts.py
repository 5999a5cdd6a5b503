"""Loops over the texts of a batch: where lines end, what a record is told from others by, Arrow's views of
texts.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

import numpy as np

from data.sources.compiled import Bytes, Codes, Ints, Longs, compiled

_C1, _C2 = np.uint64(0x87C37B91114253D5), np.uint64(0x4CF5AD432745937F)
_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
DIGITS = 24


@compiled
def line_ends(buf: Bytes, ends: Longs) -> int:
    """Where the lines of a buffer end; gives how many do, also where `ends` is too short for them."""
    many = 0
    for i in range(len(buf)):
        if buf[i] == 10:
            if many < len(ends):
                ends[many] = i
            many += 1
    return many


@compiled
def identities(buf: Bytes, starts: Longs, ends: Longs, out: Bytes, codes: Codes) -> None:
    """A content's name: 24 hex digits of its MurmurHash3 (x64, 128 bits, seed 0), and 64 of its bits as a
    number.
    """
    for n in range(len(starts)):
        a, b = _murmur3(buf, starts[n], ends[n])
        codes[n] = a
        for j in range(DIGITS):
            half = a if j < 16 else b
            digit = half >> np.uint64(60 - 4 * (j & 15)) & np.uint64(15)
            out[DIGITS * n + j] = digit + (48 if digit < 10 else 87)


@compiled
def _murmur3(buf: Bytes, i: int, end: int) -> tuple[np.uint64, np.uint64]:
    size = np.uint64(end - i)
    a = b = np.uint64(0)
    while end - i >= 16:
        x, y = _word(buf, i, 8), _word(buf, i + 8, 8)
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
    word = np.uint64(0)
    for j in range(size):
        word |= np.uint64(buf[i + j]) << np.uint64(8 * j)
    return word


@compiled
def views(buf: Bytes, arena: Bytes, starts: Ints, sizes: Ints, out: Ints, valid: Bytes) -> None:
    """Arrow's string views (16 bytes a text, four words) of the texts at `starts`; below zero they lie in
    the arena.
    """
    texts = out.view(np.uint8)
    for n in range(len(starts)):
        size, begin = sizes[n], starts[n]
        if size < 0:
            continue
        valid[n >> 3] |= 1 << (n & 7)
        out[n, 0] = size
        shown = size
        if size > 12:
            shown = 4
            out[n, 2], out[n, 3] = (1, -1 - begin) if begin < 0 else (0, begin)
        if begin < 0:
            for j in range(shown):
                texts[n, 4 + j] = arena[-1 - begin + j]
        else:
            for j in range(shown):
                texts[n, 4 + j] = buf[begin + j]
