"""Stopping a query from outside: whoever starts work holds a `Cancel`, the store looks at the current one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar

from analytics.stopping import flag, stopped_by

AGAIN_SECONDS = 0.05


class Cancel:
    """A switch that interrupts the query running under it and refuses the next ones.

    Its flag is what compiled loops read, which no interrupt of the engine reaches.
    """

    def __init__(self) -> None:
        self.flag = flag()
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether the work is no longer wanted."""
        return self._cancelled

    def cancel(self) -> None:
        """Interrupt what runs now; work that starts later under this switch is refused."""
        self._cancelled = True
        self.flag[0] = 1
        if self._interrupt():
            threading.Thread(target=self._insist, name="cancel", daemon=True).start()

    def _interrupt(self) -> bool:
        with self._lock:
            for interrupt in self._interrupts:
                interrupt()
            return bool(self._interrupts)

    def _insist(self) -> None:
        """An interrupt before the statement has begun is lost, so it is repeated until the work has ended."""
        while self._interrupt():
            time.sleep(AGAIN_SECONDS)

    @contextmanager
    def watching(self, interrupt: Callable[[], None]) -> Generator[None]:
        """While inside, `cancel` calls `interrupt`."""
        with self._lock:
            self._interrupts.append(interrupt)
            if self._cancelled:
                interrupt()
        try:
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)


_current: ContextVar[Cancel | None] = ContextVar("cancel", default=None)


@contextmanager
def cancelling(switch: Cancel) -> Generator[Cancel]:
    """Everything asked of a store inside can be stopped by the switch."""
    token = _current.set(switch)
    try:
        with stopped_by(switch.flag):
            yield switch
    finally:
        _current.reset(token)


def current() -> Cancel:
    """The switch in force here; one that nobody else holds where there is none."""
    return _current.get() or Cancel()
