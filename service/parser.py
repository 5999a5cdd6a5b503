"""The app's end of the process that parses what the collector is sent: begun when first needed, and again
after it died.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.collector import spool, wire
from data.places import ROOT

LOG = logging.getLogger("tenantscope.collector")
PIECE = 1 << 20
PATIENCE_SECONDS = 30.0
# A process that dies at once is not begun again at once.
PAUSE_SECONDS = 1.0


class NotAnswering(RuntimeError):
    """The process is gone, or too slow: the sender tries again."""


@dataclass
class Parser:
    """One process and the socket to it."""

    folder: Path
    pid: int | None = field(default=None, init=False)
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _writer: asyncio.StreamWriter | None = field(default=None, init=False)
    _reading: asyncio.Task[None] | None = field(default=None, init=False)
    _asked: dict[int, asyncio.Future[Any]] = field(
        default_factory=dict[int, "asyncio.Future[Any]"], init=False
    )
    _numbers: itertools.count[int] = field(default_factory=itertools.count, init=False)
    _begun: float = field(default=-PAUSE_SECONDS, init=False)
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    async def ask(self, head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """What became of a body, once it is durable. Raises NotAnswering."""
        async with self._beginning:
            if self._writer is None:
                await self._begin()
        writer, number = self._writer, next(self._numbers)
        if writer is None:
            raise NotAnswering
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        try:
            # Both pieces at once, so that no other frame comes between.
            writer.writelines(wire.frame(head | {"number": number}, body))
            async with asyncio.timeout(PATIENCE_SECONDS):
                await writer.drain()
                return await answer
        except (TimeoutError, OSError) as error:
            raise NotAnswering from error
        finally:
            self._asked.pop(number, None)

    async def _begin(self) -> None:
        if time.monotonic() - self._begun < PAUSE_SECONDS:
            raise NotAnswering
        self._begun = time.monotonic()
        await asyncio.to_thread(self._clear_up)
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "data.collector.child", str(theirs.fileno()), os.fspath(self.folder)]
        self._process = await asyncio.to_thread(
            subprocess.Popen, command, cwd=ROOT, pass_fds=(theirs.fileno(),)
        )
        theirs.close()
        self.pid = self._process.pid
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader, self._writer))

    def _clear_up(self) -> None:
        """What the process before this one left."""
        if self._process is not None:
            _ended(self._process)
        spool.recover(self.folder)

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        come = bytearray()
        try:
            while data := await reader.read(PIECE):
                come += data
                while (found := wire.split(come)) is not None:
                    answer = self._asked.get(int(found[0]["number"]))
                    if answer is not None and not answer.done():
                        answer.set_result(found)
        except OSError as error:
            LOG.warning("The collector's process is gone: %s.", error)
        finally:
            self._writer = None
            for answer in self._asked.values():
                if not answer.done():
                    answer.set_exception(NotAnswering())
            writer.close()

    async def close(self) -> None:
        """End the process: it writes what it has read."""
        writer, process, self._writer = self._writer, self._process, None
        if writer is not None:
            writer.close()
        if self._reading is not None:
            self._reading.cancel()
        if process is not None:
            await asyncio.to_thread(_ended, process)


def _ended(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
