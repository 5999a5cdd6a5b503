"""Stopping a query from outside: whoever starts work holds a `Cancel`, the store looks at the current one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar


class Cancel:
    """A switch that interrupts the query running under it and refuses the next ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._interrupts: list[Callable[[], None]] = []
        self._cancelled = False

    @property
    def cancelled(self) -> bool:
        """Whether the work is no longer wanted."""
        return self._cancelled

    def cancel(self) -> None:
        """Interrupt what runs now; work that starts later under this switch is refused."""
        with self._lock:
            self._cancelled = True
            for interrupt in self._interrupts:
                interrupt()

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
        yield switch
    finally:
        _current.reset(token)


def current() -> Cancel:
    """The switch in force here; one that nobody else holds where there is none."""
    return _current.get() or Cancel()
