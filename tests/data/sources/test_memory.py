"""Memory is used again once nobody refers to it, and never before."""

from __future__ import annotations

import numpy as np

from data.sources.memory import Memory

MANY = 1 << 20


def place(array) -> int:
    return array.__array_interface__["data"][0]


def test_it_is_used_again_when_the_last_reference_is_gone():
    memory = Memory()
    first = memory.empty(MANY, np.int64)
    part, before = first[10:20], place(first)
    del first
    other = memory.empty(MANY, np.int64)
    assert place(other) != before
    del part
    assert place(memory.empty((2, MANY // 2), np.int64)) == before


def test_two_arrays_never_share_it():
    memory = Memory()
    arrays = [memory.empty((4, MANY), np.uint8) for _ in range(5)]
    for n, array in enumerate(arrays):
        array[:] = n
    assert [int(array.min()) + int(array.max()) for array in arrays] == [0, 2, 4, 6, 8]
    assert [array.shape for array in arrays] == [(4, MANY)] * 5


def test_nothing_is_kept_after_the_end():
    memory = Memory()
    array = memory.empty(MANY, np.int64)
    array[:] = 7
    memory.close()
    other = memory.empty(MANY, np.int64)
    other[:] = 8
    assert set(array.tolist()) == {7}
