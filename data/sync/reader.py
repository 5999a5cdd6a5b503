"""A source as the app sees it: the process that reads it, asked over a socket."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from data import limits
from data.places import ROOT
from data.sources.pull import Bounds, Window
from data.sources.refusal import SourceError
from data.sources.settings import Settings
from data.sync.spool import FULL, Read, Spooled, Waits

PATIENCE_SECONDS = 600.0  # longer than any source may take for one page


class Process(Protocol):
    """What is needed of a process that was started."""

    def terminate(self) -> None:
        """Ask it to end."""
        ...

    def wait(self) -> object:
        """Return when it has ended."""
        ...


def started(theirs: socket.socket) -> Process:
    """The process that reads, at its end of the socket."""
    return subprocess.Popen(  # noqa: S603  our own module, our own Python
        [sys.executable, "-m", "data.sync.child", str(theirs.fileno())],
        cwd=ROOT,
        pass_fds=[theirs.fileno()],
        stdin=subprocess.DEVNULL,
    )


class Reader:
    """Starts the reading process when it is first asked something; `close` ends it.

    `spool` is a folder of its own, emptied at the start: what was not landed is read again. `told` is called
    with why the source is asked again, while it is, and with '' when it has answered.
    """

    def __init__(self, settings: Settings, spool: Path, told: Callable[[str], None] = lambda _: None) -> None:
        self.settings, self.spool, self.told = settings, spool, told
        self._process: Process | None = None
        self._link: Connection | None = None
        self._waits = ""

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def key(self) -> str:
        """The field that tells a record from every other."""
        return self._ask("key")

    @property
    def time(self) -> str:
        """The field that windows of time and counts go by."""
        return self._ask("time")

    @property
    def snapshot(self) -> bool:
        """Whether every sync reads all of the source."""
        return self._ask("snapshot")

    def check(self) -> str:
        """Try whether the source may be read; raises SourceError."""
        return self._ask("check")

    def sample(self, many: int) -> list[str]:
        """The newest records, as JSON."""
        return self._ask("sample", many)

    def bounds(self) -> Bounds:
        """From when to when there are records."""
        return self._ask("bounds")

    def counts(self, window: Window) -> Mapping[datetime, int] | None:
        """Records by hour; None where the source cannot count."""
        return self._ask("counts", window)

    def read(self, window: Window, *, new: bool = False) -> Iterator[Spooled | Read]:
        """The files of a window as they come; a `Read` is the last. Say `release` of a file that has been
        landed.

        `new`: what the last window of new records held, unchanged, is left out; say `landed` when all is in.
        """
        self._send("read", window, new)
        while True:
            kind, found = self._receive()
            yield self._answer(kind, found)
            if kind is not Spooled:
                return

    def release(self, file: Spooled) -> None:
        """The file is in the store, and the next may be written."""
        file.path.unlink(missing_ok=True)
        if self._link is None:
            return
        try:
            self._link.send(None)
        except OSError as error:
            raise self._died() from error

    def landed(self) -> None:
        """The window of new records is in the store."""
        self._ask("landed")

    def close(self) -> None:
        """End the process."""
        process, link = self._process, self._link
        self._process = self._link = None
        if link is not None:
            link.close()
        if process is not None:
            process.terminate()
            process.wait()
        shutil.rmtree(self.spool, ignore_errors=True)

    def _ask(self, name: str, *arguments: object) -> Any:
        self._send(name, *arguments)
        return self._answer(*self._receive())

    def _send(self, name: str, *arguments: object) -> None:
        if self._link is None:
            self._link = self._start()
        try:
            self._link.send((name, arguments))
        except OSError as error:
            raise self._died() from error

    def _receive(self) -> tuple[Any, Any]:
        assert self._link is not None  # noqa: S101  something was asked
        try:
            if not self._link.poll(PATIENCE_SECONDS):
                self.close()
                raise SourceError(
                    f"{self.settings.name}: it said nothing for ten minutes. "
                    "It is tried again; look whether it is overloaded."
                )
            kind, found = self._link.recv()
        except (EOFError, OSError) as error:
            raise self._died() from error
        waits = found.why if kind is Waits else ""
        if waits != self._waits:
            self._waits = waits
            self.told(waits)
        return self._receive() if kind is Waits else (kind, found)

    def _answer(self, kind: Any, found: Any) -> Any:
        if kind is SourceError:
            raise SourceError(found)
        return found

    def _died(self) -> SourceError:
        self.close()
        return SourceError(
            f"The process that reads {self.settings.name} ended early. "
            "The next sync starts it again; the log, or what stands above, says why."
        )

    def _start(self) -> Connection:
        shutil.rmtree(self.spool, ignore_errors=True)
        try:
            self.spool.mkdir(parents=True)
        except OSError as error:
            why = FULL if limits.is_full(error) else f"Records cannot wait for the store: {error.strerror}."
            raise SourceError(why) from None
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = started(theirs)
        link = Connection(ours.detach())
        link.send((self.settings, self.spool))
        return link
