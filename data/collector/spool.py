"""The spool: what was taken and is not in the store yet, in files that outlive every process.

A file is a row of blocks: a line of JSON that says whose rows of which table follow and how many bytes, then
these rows as lines of JSON. One file for all, so that one fsync makes many requests durable.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedWriter
from pathlib import Path

import orjson

OPEN, READY = ".open", ".ready"
LARGEST = 16 << 20
OLDEST_SECONDS = 1.0


@dataclass(frozen=True)
class Block:
    """Rows of one source and one table, as lines of JSON."""

    source: str
    table: str
    lines: bytes


@dataclass
class Spool:
    """The writing end; one process at a time has it. `clock`: seconds since 1970."""

    folder: Path
    clock: Callable[[], float]
    _file: BufferedWriter | None = field(default=None, init=False)
    _path: Path = field(default=Path(), init=False)
    _begun: float = field(default=0.0, init=False)
    _count: int = field(default=0, init=False)

    def write(self, source: str, rows: Mapping[str, list[bytes]]) -> None:
        """Add rows; they are durable after `sync`."""
        for table, lines in rows.items():
            text = b"\n".join(lines) + b"\n"
            head = {"source": source, "table": table, "bytes": len(text)}
            self._opened().write(orjson.dumps(head) + b"\n" + text)

    def sync(self) -> None:
        """What was written outlives a loss of power from here on."""
        if self._file is not None:
            self._file.flush()
            os.fsync(self._file.fileno())
            if self._file.tell() >= LARGEST:
                self.turn()

    def turn(self) -> None:
        """Give the file over to be landed; the next rows begin another."""
        if self._file is not None:
            self._file.close()
            self._file = None
            self._path.rename(self._path.with_suffix(READY))

    def due(self) -> float | None:
        """Seconds until the file is to be given over; None where there is none."""
        return None if self._file is None else max(0.0, self._begun + OLDEST_SECONDS - time.monotonic())

    def _opened(self) -> BufferedWriter:
        if self._file is None:
            self._count += 1
            name = f"{round(self.clock() * 1000):014}-{os.getpid()}-{self._count}{OPEN}"
            self._path, self._begun = self.folder / name, time.monotonic()
            self._file = self._path.open("xb")
            _sync_folder(self.folder)
        return self._file


@dataclass(frozen=True)
class Waiting:
    """What lies in the spool: files that can be landed, oldest first, bytes of all, and since when."""

    ready: tuple[Path, ...]
    size: int
    since: float | None

    def age(self, now: float) -> float:
        """Seconds that the oldest has waited."""
        return 0.0 if self.since is None else max(0.0, now - self.since)


def waiting(folder: Path) -> Waiting:
    """What lies in a spool."""
    ready: list[Path] = []
    size, since = 0, None
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except FileNotFoundError:
        return Waiting((), 0, None)
    for entry in entries:
        suffix = Path(entry.name).suffix
        if suffix not in (OPEN, READY):
            continue
        try:
            size += entry.stat().st_size
        except FileNotFoundError:
            continue  # landed, or given over under its other name, just now
        since = since or int(entry.name.partition("-")[0]) / 1000
        if suffix == READY:
            ready.append(Path(entry.path))
    return Waiting(tuple(ready), size, since)


def recover(folder: Path) -> None:
    """Make ready what a process left open when it died: its whole blocks; what follows was never answered."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.glob(f"*{OPEN}")):
        whole = sum(_length(each) for each in _blocks(path.read_bytes()))
        if not whole:
            path.unlink()
            continue
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())
        path.rename(path.with_suffix(READY))


def blocks(path: Path) -> Iterator[Block]:
    """The blocks of a file."""
    for _, block in _blocks(path.read_bytes()):
        yield block


def _blocks(data: bytes) -> Iterator[tuple[int, Block]]:
    """Each whole block with the size of its head."""
    at = 0
    while (end := data.find(b"\n", at)) >= 0:
        try:
            head = orjson.loads(data[at:end])
            size = int(head["bytes"])
            block = Block(str(head["source"]), str(head["table"]), data[end + 1 : end + 1 + size])
        except (ValueError, TypeError, KeyError):
            return
        if len(block.lines) < size or not block.lines.endswith(b"\n"):
            return
        yield end + 1 - at, block
        at = end + 1 + size


def _length(each: tuple[int, Block]) -> int:
    return each[0] + len(each[1].lines)


def _sync_folder(folder: Path) -> None:
    """The name of a new file outlives a loss of power only with its folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
