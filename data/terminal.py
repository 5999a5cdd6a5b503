"""Ctrl-C at a terminal, where work is done in batches."""

from __future__ import annotations

import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def stoppable() -> Generator[list[int]]:
    """Ctrl-C asks for an end after the batch that is being written; a second one does not wait."""
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)
        print("\nStopping after this batch…", file=sys.stderr)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)
