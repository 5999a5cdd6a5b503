"""The process that reads a source: it answers what the app asks, and writes what it reads into spool files.

Parsing in the app's own process would double what a page takes. The app and this process speak over one
socket; when the app is gone the socket ends, and so does this process.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from hashlib import blake2b
from multiprocessing.connection import Connection
from pathlib import Path

from data import limits
from data.sources.asking import Patience
from data.sources.pull import Page, Pull, Window
from data.sources.refusal import SourceError
from data.sources.settings import Settings
from data.sync.spool import FULL, Read, Spooled, Waits, of_size

AHEAD = 2  # files that wait to be landed
REMEMBERED = 500_000


@dataclass
class Memory:
    """What the last window of new records held: what is read again as it was need not be sent again."""

    known: set[int] = field(default_factory=set[int])
    seen: set[int] = field(default_factory=set[int])

    def fresh(self, lines: bytes) -> tuple[bytes, int]:
        """The lines that are not known, and how many those are."""
        kept: list[bytes] = []
        for line in lines.splitlines(keepends=True):
            mark = int.from_bytes(blake2b(line, digest_size=8).digest())
            if len(self.seen) < REMEMBERED:
                self.seen.add(mark)
            if mark not in self.known:
                kept.append(line)
        return b"".join(kept), len(kept)

    def turn(self) -> None:
        """The window has been landed: what it held is known from now on."""
        self.known, self.seen = self.seen, set()


class Child:
    """Serves one source until its parent lets go."""

    def __init__(self, link: Connection, settings: Settings, spool: Path) -> None:
        self._link, self._spool = link, spool
        Patience.tell = self._waits
        self._pull: Pull = settings.open()
        self._memory, self._written, self._waiting = Memory(), 0, 0

    def serve(self) -> None:
        """Answer one question after another."""
        while True:
            message = self._link.recv()
            if message is None:
                self._waiting -= 1  # the last files of a window
                continue
            name, arguments = message
            try:
                if name == "read":
                    answer = self._read(arguments[0], new=arguments[1])
                elif name == "landed":
                    answer = self._memory.turn()
                elif name in ("key", "time", "snapshot"):
                    answer = getattr(self._pull, name)
                else:
                    answer = getattr(self._pull, name)(*arguments)
            except SourceError as error:
                self._link.send((SourceError, str(error)))
            except OSError as error:
                if not limits.is_full(error):
                    raise
                self._link.send((SourceError, FULL))
            else:
                self._link.send((None, answer))

    def _read(self, window: Window, *, new: bool) -> Read:
        records = sent = 0
        self._memory.seen = set()
        for page in of_size(self._pull.read(window)):
            lines, many = self._memory.fresh(page.lines) if new else (page.lines, page.records)
            records, sent = records + page.records, sent + many
            self._send(Page(lines, many, page.upto))
        return Read(records, records - sent)

    def _send(self, page: Page) -> None:
        while self._waiting >= AHEAD:
            self._acknowledged()
        self._written += 1
        path = self._spool / f"{self._written:08}.ndjson"
        path.write_bytes(page.lines)
        self._waiting += 1
        self._link.send((Spooled, Spooled(path, page.records, page.upto)))

    def _waits(self, why: str) -> None:
        self._link.send((Waits, Waits(why)))

    def _acknowledged(self) -> None:
        self._link.recv()
        self._waiting -= 1


def main() -> int:
    """Serve over the socket whose number is the argument."""
    link = Connection(int(sys.argv[1]))
    try:
        settings, spool = link.recv()
        Child(link, settings, spool).serve()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return 0  # the app is gone, or wants no more
    return 0


if __name__ == "__main__":
    os.nice(5)  # pages come first
    sys.exit(main())
