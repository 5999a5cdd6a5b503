"""Functions that numba compiles: loops that hold no lock of Python's."""

from __future__ import annotations

from typing import Any, TypeVar

import numba

Function = TypeVar("Function")


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; the result is kept on disk.

    Compiled functions allocate nothing, so that arrays are passed on without counting who holds them. What is
    kept notices only changes of its own file, so a function best calls compiled ones of its own file alone.
    """
    options: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
    compiler: Any = numba.njit(**options)
    return compiler(function)
