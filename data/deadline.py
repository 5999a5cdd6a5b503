"""Queries that take too long are stopped, so that one question never holds up the others.

One thread watches all deadlines: starting one a query costs a small query a tenth of its time.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import inf

# An interrupt before the statement has begun is lost, so it is repeated until the block has ended.
AGAIN_SECONDS = 0.05


@dataclass(eq=False)
class Deadline:
    """When the time is up, and whether it was."""

    due: float
    interrupt: Callable[[], None]
    passed: bool = False


class _Watch:
    """The deadlines that are open, and the thread that sleeps until the first of them."""

    def __init__(self) -> None:
        self._open: set[Deadline] = set()
        self._changed = threading.Condition()
        self._wakes = 0.0  # when the thread looks next by itself; 0 while there is no thread

    def add(self, deadline: Deadline) -> None:
        with self._changed:
            self._open.add(deadline)
            if not self._wakes:
                threading.Thread(target=self._run, name="deadlines", daemon=True).start()
                self._wakes = deadline.due
            elif deadline.due < self._wakes:
                self._changed.notify()

    def remove(self, deadline: Deadline) -> None:
        # Under the lock: once the block has ended nobody interrupts what comes after it.
        with self._changed:
            self._open.discard(deadline)

    def _run(self) -> None:
        with self._changed:
            while True:
                now = time.monotonic()
                self._wakes = self._next(now)
                self._changed.wait(None if self._wakes == inf else self._wakes - now)

    def _next(self, now: float) -> float:
        """Interrupts what is due, and says when to look again."""
        for deadline in self._open:
            if deadline.due <= now:
                deadline.passed = True
                with suppress(Exception):  # a store that is being closed has nothing to interrupt
                    deadline.interrupt()
        return min((max(each.due, now + AGAIN_SECONDS) for each in self._open), default=inf)


_watch = _Watch()


@contextmanager
def deadline(seconds: float, interrupt: Callable[[], None]) -> Generator[Deadline]:
    """Call `interrupt` when the block takes longer than `seconds`."""
    state = Deadline(time.monotonic() + seconds, interrupt)
    _watch.add(state)
    try:
        yield state
    finally:
        _watch.remove(state)
