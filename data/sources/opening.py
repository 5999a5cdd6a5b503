"""A file's bytes, unpacked, piece by piece: gzip, bzip2 and zstd are told by their first bytes, not by the
name.
"""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from data.sources.memory import Memory

PIECE = 1 << 20
GZIP, BZIP2, ZSTD, PARQUET = b"\x1f\x8b", b"BZh", b"\x28\xb5\x2f\xfd", b"PAR1"


class _Unpacker(Protocol):
    eof: bool

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Opened:
    """The bytes of a file as it was when it was opened.

    `consumed`: bytes of the file read so far, of `total`. `trouble`: why the end is missing, once it was met.
    `memory`: where what is read of it lies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.total = path.stat().st_size
        self.consumed = 0
        self.trouble = ""
        self.memory = Memory()
        with path.open("rb") as file:
            self.head = file.read(16)

    @property
    def packed(self) -> bool:
        """Whether the bytes are compressed."""
        return self.head.startswith((GZIP, BZIP2, ZSTD))

    @property
    def grew(self) -> bool:
        """Whether somebody has written to the file since it was opened."""
        return self.path.stat().st_size > self.total

    def pieces(self) -> Iterator[bytes]:
        """The bytes, unpacked; ends early with `trouble` where a compressed file is broken."""
        if self.head.startswith(GZIP):
            yield from self._unpack(lambda: zlib.decompressobj(wbits=31), zlib.error)
        elif self.head.startswith(BZIP2):
            yield from self._unpack(bz2.BZ2Decompressor, OSError)
        elif self.head.startswith(ZSTD):
            yield from self._zstd()
        else:
            yield from self._raw()

    def _raw(self) -> Iterator[bytes]:
        with self.path.open("rb") as file:
            # Only what was there at the start: a file that grows faster than it is read has an end too.
            while piece := file.read(min(PIECE, self.total - self.consumed)):
                self.consumed += len(piece)
                yield piece

    def _unpack(self, make: type[_Unpacker] | object, broken: type[Exception]) -> Iterator[bytes]:
        unpacker: _Unpacker | None = None
        for piece in self._raw():
            data = piece
            while data:
                if unpacker is None:
                    if not data.startswith(self.head[:2]):
                        return  # zeros or a signature behind the last part
                    unpacker = make()  # type: ignore[operator]  a class or a function of no arguments
                try:
                    out = unpacker.decompress(data)
                except broken:
                    self.trouble = "its compressed data is damaged"
                    return
                if out:
                    yield out
                data = unpacker.unused_data if unpacker.eof else b""
                if unpacker.eof:
                    unpacker = None
        if unpacker is not None:
            self.trouble = "its compressed data is cut off"

    def _zstd(self) -> Iterator[bytes]:
        done, size = 0, PIECE
        while size:
            for piece in self._zstd_from(done, size):
                done += len(piece)
                yield piece
            # A piece comes whole or not at all: what is left before the damage is asked for in smaller ones.
            size = size // 64 if self.trouble else 0

    def _zstd_from(self, done: int, size: int) -> Iterator[bytes]:
        with pa.OSFile(str(self.path)) as file, pa.CompressedInputStream(file, "zstd") as stream:
            try:
                while done:
                    done -= len(stream.read(min(done, PIECE)))
                while piece := stream.read(size):
                    self.consumed = file.tell()
                    yield piece
                self.consumed = file.tell()
            except (OSError, pa.ArrowException):
                self.trouble = "its compressed data is cut off or damaged"
