"""The process that reads bodies: parsed, written to the spool and synced, then answered.

In the app's own process a parsing thread would double what a page takes. Requests that come while one is read
share the next fsync. When the app is gone the socket ends, and so does this process.
"""

from __future__ import annotations

import gc
import logging
import resource
import select
import signal
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.collector import bodies, events, llm, segment, signals, wire
from data.collector.rows import Rows, Sender
from data.collector.spool import Spool

LOG = logging.getLogger("tenantscope.collector")
PIECE = 1 << 20
# What is written together is answered together: nobody waits for others longer than this.
TOGETHER_SECONDS = 0.05
TOGETHER_BYTES = 8 << 20
# Of CPU for one body. Whoever has a key could make one that takes minutes, and everybody waits for it.
MOST_SECONDS = 10.0
AGAIN_SECONDS = 0.02
# Of memory that the process may have of its own; small messages take many times their bytes.
MOST_MEMORY = 1536 << 20


class TooSlow(BaseException):
    """A body that takes too long to read; no Exception, so that no reader takes it for a fault of its own."""


def _give_up(_number: int, _frame: object) -> None:
    raise TooSlow


@contextmanager
def budget(seconds: float) -> Generator[None]:
    """Raises TooSlow where the block takes more CPU than that; for the main thread."""
    before = signal.signal(signal.SIGPROF, _give_up)
    # Again and again: what is raised while a destructor or a collector's callback runs is swallowed there.
    signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN_SECONDS)
    try:
        yield
    finally:
        _disarm()
        signal.signal(signal.SIGPROF, before)


def _disarm() -> None:
    """Stop the alarm, even where it rings once more meanwhile."""
    while True:
        try:
            signal.setitimer(signal.ITIMER_PROF, 0)
        except TooSlow:
            continue
        return


@dataclass(frozen=True)
class Reply:
    """What a sender is told, and what became of the records."""

    status: int
    body: bytes
    rows: Rows | None = None

    def head(self, number: int) -> dict[str, Any]:
        """The head of the frame."""
        rows = self.rows
        counts = {} if rows is None else {"accepted": rows.accepted, "rejected": rows.rejected}
        return {"number": number, "status": self.status} | counts


def read(head: dict[str, Any], body: bytes) -> Reply:
    """What a body becomes. `head`: route, kind, packing, tenant, received, content, and what the headers
    said of AI calls.
    """
    route, kind = str(head["route"]), str(head["kind"])
    json = kind != bodies.PROTOBUF
    rows = Rows(Sender(head["tenant"], int(head["received"]), bool(head["content"])))
    try:
        with budget(MOST_SECONDS):
            return _read(
                route, kind, bodies.unpacked(body, str(head["packing"])), rows, head.get("said") or {}
            )
    except MemoryError:
        return Reply(413, bodies.status("The body takes too much memory. Send smaller batches.", json=json))
    except TooSlow:
        return Reply(413, bodies.status("The body takes too long to read. Send smaller batches.", json=json))
    except bodies.TooLarge as error:
        return Reply(413, bodies.status(str(error), json=json))
    except (bodies.Broken, bodies.Malformed) as error:
        return Reply(400, bodies.status(str(error), json=json))
    except Exception:
        LOG.exception("A body could not be read.")
        return Reply(500, bodies.status("This body could not be read; the app's log says why.", json=json))


def _read(route: str, kind: str, text: bytes, rows: Rows, said: dict[str, Any]) -> Reply:
    json = kind != bodies.PROTOBUF
    if json:
        bodies.check_values(text)
    if route in bodies.SIGNALS:
        signals.take(route, text, rows, json=json)
        return Reply(200, signals.answer(route, rows, json=json), rows)
    if route == "events":
        events.take(text, rows, lines=kind == bodies.LINES)
        return Reply(_status(rows), events.answer(rows), rows)
    if route == "llm":
        llm.take(text, rows, kind=kind, said=said)
        return Reply(_status(rows), events.answer(rows), rows)
    segment.take(text, rows, kind=route)
    return Reply(_status(rows), segment.answer(rows), rows)


def _status(rows: Rows) -> int:
    """Whoever sent nothing but what was refused has a fault to mend."""
    return 400 if rows.rejected and not rows.accepted else 200


@dataclass
class Child:
    """One socket, one spool."""

    socket: socket.socket
    spool: Spool
    _come: bytearray = field(default_factory=bytearray)
    _done: list[tuple[int, Reply]] = field(default_factory=list[tuple[int, Reply]])
    _taken: int = 0
    _begun: float = 0.0

    def serve(self) -> None:
        """Until the app is gone."""
        while self._wait():
            while (found := wire.split(self._come)) is not None:
                self._one(*found)
                if self._is_full():
                    self._answer()
            # What has come while one was read is read before the disk is waited for.
            if self._done and (self._is_full() or not self._more()):
                self._answer()
        self._answer()
        self.spool.turn()

    def _wait(self) -> bool:
        """Until something has come, or the file is due; False where the app is gone."""
        timeout = 0.0 if self._done else self.spool.due()
        if not select.select([self.socket], [], [], timeout)[0]:
            if not self._done and self.spool.due() == 0.0:
                self.spool.turn()
            return True
        data = self.socket.recv(PIECE)
        self._come += data
        return bool(data)

    def _more(self) -> bool:
        return bool(select.select([self.socket], [], [], 0)[0])

    def _is_full(self) -> bool:
        late = time.monotonic() - self._begun > TOGETHER_SECONDS
        return bool(self._done) and (late or self._taken > TOGETHER_BYTES)

    def _one(self, head: dict[str, Any], body: bytes) -> None:
        if not self._done:
            self._begun, self._taken = time.monotonic(), 0
        reply = read(head, body)
        if reply.rows is not None and reply.rows.lines:
            self.spool.write(reply.rows.sender.source, reply.rows.lines)
        self._taken += len(body)
        self._done.append((int(head["number"]), Reply(reply.status, reply.body, _counts(reply.rows))))

    def _answer(self) -> None:
        """Make durable, then say so."""
        if not self._done:
            return
        self.spool.sync()
        frames = [
            piece for number, reply in self._done for piece in wire.frame(reply.head(number), reply.body)
        ]
        self._done = []
        self.socket.sendall(b"".join(frames))
        if self.spool.due() == 0.0:
            self.spool.turn()


def _counts(rows: Rows | None) -> Rows | None:
    """The counts alone: rows that are written need no memory while they wait for the disk."""
    return None if rows is None else Rows(rows.sender, accepted=rows.accepted, rejected=rows.rejected)


def main() -> None:
    """`python -m data.collector.child SOCKET FOLDER`, started by the app."""
    # Ctrl-C goes to the whole group: the app ends this process by closing the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)  # records hold no cycles
    with socket.socket(fileno=int(sys.argv[1])) as spoken:
        Child(spoken, Spool(Path(sys.argv[2]), time.time)).serve()


if __name__ == "__main__":
    main()
