"""Processes that read sources, forked from one that has imported what they need: each import anew takes longer than
most tests do. They run what `data.sync.child` runs, over the same socket.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import sys

from data.sync import child, reader

# Forked from a process of one thread, which is why nothing that needs numpy is among these.
FORKED = multiprocessing.get_context("forkserver")
FORKED.set_forkserver_preload(["tests.reading", "data.sources.sql_pull", "data.sources.loki_pull"])


class Forked:
    """A process as `data.sync.reader` needs it."""

    def __init__(self, theirs: socket.socket) -> None:
        self._process = FORKED.Process(target=serve, args=(theirs,))
        self._process.start()

    def terminate(self) -> None:
        self._process.terminate()

    def wait(self) -> None:
        self._process.join()


def serve(theirs: socket.socket) -> None:
    """What `python -m data.sync.child` does."""
    os.chdir(reader.ROOT)
    sys.argv = ["data.sync.child", str(theirs.detach())]
    child.main()
