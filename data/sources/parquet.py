"""Parquet -> records: each row as a JSON object, nested values and lists as they are."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import numpy as np
import pyarrow as pa

from data.sources.compiled import Longs
from data.sources.fields import Records
from data.sources.lines import Batch
from data.sources.opening import Opened
from data.sources.refusal import SourceError

ROWS = 100_000


def batches(opened: Opened, rows: int = ROWS) -> Iterator[Batch]:
    """The rows of a file, numbered from 1."""
    path = opened.path
    with duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        number = 1
        try:
            found = connection.sql(
                "select to_json(t)::varchar as record from read_parquet($path) as t",
                params={"path": str(path)},
            )
            total = connection.sql(
                "select num_rows from parquet_file_metadata($path)", params={"path": str(path)}
            ).fetchall()[0][0]
            reader = found.to_arrow_reader(rows)
            for piece in reader:
                opened.consumed = opened.total * (number - 1 + piece.num_rows) // total
                yield of_texts(piece.column(0), number)
                number += piece.num_rows
            opened.consumed = opened.total
        except duckdb.Error as error:
            raise SourceError(
                f"{path.name} is no whole Parquet file: it may be cut off. Copy it again."
            ) from error


def of_texts(texts: pa.Array, first: int) -> Batch:
    """A batch of JSON texts that are numbered one after another."""
    buffer, starts, ends = placed(texts)
    return Batch(Records(buffer, starts, ends, np.arange(first, first + len(texts))), (), len(texts))


def placed(texts: pa.Array) -> tuple[memoryview | bytes, Longs, Longs]:
    """Where the texts of an Arrow column lie: the buffer, their starts and their ends."""
    large = texts.cast(pa.large_string())
    offsets = np.frombuffer(large.buffers()[1], np.int64)[large.offset : large.offset + len(large) + 1]
    data = large.buffers()[2]
    return memoryview(data) if data else b"", offsets[:-1].copy(), offsets[1:].copy()
