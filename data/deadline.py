"""Queries that take too long are stopped, so that one question never holds up the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Deadline:
    """Whether the time was up."""

    passed: bool = False


@contextmanager
def deadline(seconds: float, interrupt: Callable[[], None]) -> Generator[Deadline]:
    """Call `interrupt` when the block takes longer than `seconds`."""
    state = Deadline()

    def stop() -> None:
        state.passed = True
        interrupt()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield state
    finally:
        timer.cancel()
