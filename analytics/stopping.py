"""Whether what is computed is still wanted: a flag that compiled loops read, which whoever cancels sets."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
from numpy.typing import NDArray

from analytics.view import QueryCancelled

Flag = NDArray[np.int64]

_current: ContextVar[Flag | None] = ContextVar("stop", default=None)


def flag() -> Flag:
    """A flag that is not set; a one in it says that the work is not wanted any more."""
    return np.zeros(1, np.int64)


@contextmanager
def stopped_by(stop: Flag) -> Generator[None]:
    """What is computed inside ends early once the flag is set."""
    token = _current.set(stop)
    try:
        yield
    finally:
        _current.reset(token)


def current() -> Flag:
    """The flag in force here; one that nobody sets where there is none."""
    held = _current.get()
    return flag() if held is None else held


def refuse_if(stop: Flag) -> None:
    """Go on only with work that is still wanted."""
    if stop[0]:
        raise QueryCancelled("The question is no longer wanted.")
