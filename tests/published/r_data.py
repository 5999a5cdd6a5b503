"""R's own format of data: a frame of a package's lazily loaded data as columns.

Written of R Internals, "Serialization Formats" (XDR): what data frames are made of, and nothing else.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import zlib
from pathlib import Path

_NIL, _REFERENCE, _ALTERNATIVE = 254, 255, 238
_SYMBOL, _PAIRS, _TEXT, _LOGICAL, _INTEGERS, _REALS, _TEXTS, _LIST = 1, 2, 9, 10, 13, 14, 16, 19
_MISSING = -(2**31)


class Reader:
    """One serialized value, read from its beginning."""

    def __init__(self, body: bytes) -> None:
        assert body[:2] == b"X\n"
        self.body, self.at, self.symbols = body, 2, list[object]()
        version = self.integers(3)[0]
        if version == 3:
            (encoding,) = self.integers(1)
            self.at += encoding

    def integers(self, count: int) -> tuple[int, ...]:
        self.at += 4 * count
        return struct.unpack(f">{count}i", self.body[self.at - 4 * count : self.at])

    def value(self) -> object:
        """The next value: vectors as lists, what they are called and made of beside them."""
        (flags,) = self.integers(1)
        kind = flags & 255
        if kind in (_NIL, _REFERENCE, _SYMBOL):
            return self.named(kind, flags)
        if kind == _PAIRS:
            return self.pairs(flags)
        if kind == _ALTERNATIVE:
            # Such as the numbers of rows: a class, its state, its attributes.
            return (self.value(), self.value(), self.value())[1]
        found = self.vector(kind)
        if flags & 512 and kind != _TEXT:
            return {"values": found, **self.value()}
        return found

    def named(self, kind: int, flags: int) -> object:
        if kind == _SYMBOL:
            self.symbols.append(self.value())
            return self.symbols[-1]
        return None if kind == _NIL else self.symbols[(flags >> 8 or self.integers(1)[0]) - 1]

    def pairs(self, flags: int) -> dict[str, object]:
        found: dict[str, object] = {}
        while flags & 255 == _PAIRS:
            if flags & 512:
                self.value()
            name = self.value() if flags & 1024 else len(found)
            found[name] = self.value()
            (flags,) = self.integers(1)
        return found

    def vector(self, kind: int) -> object:
        (count,) = self.integers(1)
        if kind == _TEXT:
            self.at += max(count, 0)
            return None if count < 0 else self.body[self.at - count : self.at].decode()
        if kind in (_INTEGERS, _LOGICAL):
            return [None if each == _MISSING else each for each in self.integers(count)]
        if kind == _REALS:
            self.at += 8 * count
            return list(struct.unpack(f">{count}d", self.body[self.at - 8 * count : self.at]))
        assert kind in (_TEXTS, _LIST), f"no data frame has a value of kind {kind}"
        return [self.value() for _ in range(count)]


def frame(folder: Path, name: str) -> dict[str, list[object]]:
    """The columns of a frame of `Rdata.rdb`, factors as their texts."""
    index = Reader(gzip.decompress((folder / "Rdata.rdx").read_bytes())).value()
    variables = index["values"][index["names"].index("variables")]
    offset, length = variables["values"][variables["names"].index(name)]
    packed = (folder / "Rdata.rdb").read_bytes()[offset : offset + length]
    found = Reader(_unpacked(packed)).value()
    return dict(zip(found["names"], map(_column, found["values"]), strict=True))


def _unpacked(packed: bytes) -> bytes:
    """What R packed by zlib, bzip2 or xz, after four bytes with its length."""
    if packed[4:5] == b"2":
        return bz2.decompress(packed[5:])
    if packed[4:5] == b"Z":
        filters = [{"id": lzma.FILTER_LZMA2, "preset": 6}]
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(packed[5:])
    return zlib.decompress(packed[4:])


def _column(found: object) -> list[object]:
    if not isinstance(found, dict):
        return found
    if "levels" not in found:
        return found["values"]
    return [None if each is None else found["levels"][each - 1] for each in found["values"]]
