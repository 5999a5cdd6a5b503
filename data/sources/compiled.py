"""Functions that numba compiles: loops over bytes that hold no lock of Python's."""

from __future__ import annotations

from typing import Any, TypeVar

import numba
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Codes = NDArray[np.uint64]
Function = TypeVar("Function")


def compiled(function: Function) -> Function:
    """Compile a function when it is first called; the result is kept on disk.

    Compiled functions allocate nothing, so that arrays are passed on without counting who holds them.
    """
    options: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}
    compiler: Any = numba.njit(**options)
    return compiler(function)
