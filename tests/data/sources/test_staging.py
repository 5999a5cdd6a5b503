"""A batch is handed to the store as pieces that its threads write side by side, as whole row groups."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from data.sources import staging
from data.sources.fields import Read, Records

NOTHING = Records(b"", *(np.zeros(0, np.int64) for _ in range(3)))


def read_of(usual: int, others: int) -> Read:
    """A batch of so many records, numbered through."""
    numbers = np.arange(usual + others)
    lanes = (pa.table({"n": part}) for part in (numbers[:usual], numbers[usual:]))
    return Read(NOTHING, *lanes, (), 0)


@pytest.mark.parametrize(
    ("usual", "others", "threads", "pieces"),
    [
        (40, 0, 2, [20, 20]),
        (35, 4, 2, [10, 29]),  # a row group, and two that are nearly full: nothing short is left
        (22, 17, 3, [10, 10, 19]),  # the others fill up the last piece
        (0, 30, 2, [10, 20]),
        (40, 0, 8, [10, 10, 10, 10]),  # a piece is a row group at the least
        (15, 4, 2, [10, 9]),  # too few for two: what fills a row group is not kept waiting by the rest
        (3, 2, 2, [5]),
        (0, 0, 2, []),
    ],
)
def test_each_thread_has_a_piece_of_row_groups(monkeypatch, usual, others, threads, pieces):
    monkeypatch.setattr(staging, "GROUP", 10)
    records = staging.joined(read_of(usual, others), threads)
    assert [len(batch) for batch in records.to_batches() if len(batch)] == pieces
    assert records["n"].to_pylist() == list(range(usual + others))
