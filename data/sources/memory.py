"""Memory that is used again: fresh pages cost a load as much as the reading of what is put into them."""

from __future__ import annotations

import math
import weakref
from typing import Any

import numpy as np

_LEAST, _STEP = 1 << 20, 4 << 20


class Memory:
    """Arrays for one load. What lay under an array comes back by itself once nobody refers to the array."""

    def __init__(self) -> None:
        self._free: list[np.ndarray[Any, np.dtype[np.uint8]]] = []
        self._closed = False

    def empty(self, shape: tuple[int, ...] | int, dtype: type[np.generic]) -> np.ndarray:
        """An array whose values are not set, like numpy's own."""
        size = math.prod(shape if isinstance(shape, tuple) else (shape,)) * np.dtype(dtype).itemsize
        if size < _LEAST:
            return np.empty(shape, dtype)
        block = self._taken(size)
        # Arrays made of `whole` refer to it, so that it goes when the last of them does.
        whole = np.frombuffer(block.data[:size], np.uint8)
        weakref.finalize(whole, self._give_back, block).atexit = False
        return whole.view(dtype).reshape(shape)

    def close(self) -> None:
        """Keep nothing any longer."""
        self._closed = True
        self._free.clear()

    def _taken(self, size: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        for k, block in enumerate(self._free):
            if size <= len(block) <= 2 * size + _STEP:
                return self._free.pop(k)
        return np.empty(-(-size // _STEP) * _STEP, np.uint8)

    def _give_back(self, block: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
        if not self._closed:
            self._free.append(block)
