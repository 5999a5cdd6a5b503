"""Rows as frames: times become aware in the scope's zone, decimals stay Decimal, nothing keeps its type.

Columns of plain types come from the engine as arrays. Arrow carries all others, but has the engine run a
second statement over the rows, which takes as long as a small question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

# A decimal is not among them: as an array it would be a float.
PLAIN = frozenset({"bigint", "integer", "double", "varchar", "boolean", "timestamp"})
_GAPPED = {"varchar": object, "boolean": object, "timestamp": "datetime64[us]"}


Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Arrays:
    """Columns as the engine gave them; an array is masked where values are missing."""

    columns: Mapping[str, Array]
    kinds: tuple[str, ...]


def fetched(cursor: duckdb.DuckDBPyConnection) -> Arrays | pa.Table:
    """The rows that a cursor holds, by the cheapest way that loses nothing."""
    described = cursor.description or []
    kinds = tuple(kind.id for _, kind, *_ in described)
    # Two columns of one name would be renamed.
    if PLAIN.issuperset(kinds) and len({name for name, *_ in described}) == len(kinds):
        return Arrays(cast("Mapping[str, Array]", cursor.fetchnumpy()), kinds)
    return in_arrow(cursor)


def in_arrow(cursor: duckdb.DuckDBPyConnection) -> pa.Table:
    """The rows that a cursor holds, as an Arrow table."""
    return cursor.to_arrow_table()


def to_frame(rows: Arrays | pa.Table, timezone: str) -> pd.DataFrame:
    """The rows as a frame; UTC times are shown on the zone's clock."""
    if isinstance(rows, Arrays):
        columns = zip(rows.columns.items(), rows.kinds, strict=True)
        found = {name: _column(held, kind, timezone) for (name, held), kind in columns}
        return pd.DataFrame(found, copy=False)
    table, zoned = rows, pa.timestamp("us", tz=timezone)
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type):
            table = table.set_column(place, field.name, table.column(place).cast(zoned))
    return table.to_pandas()


def _column(held: Array, kind: str, timezone: str) -> Any:
    """A column as pandas has it: whole numbers with gaps are floats, and flags with gaps objects."""
    values = _with_gaps(held, kind) if isinstance(held, np.ma.MaskedArray) else held
    if kind == "varchar":
        return pd.array(values, dtype="str")
    return pd.DatetimeIndex(values, tz="UTC").tz_convert(timezone) if kind == "timestamp" else values


def _with_gaps(held: np.ma.MaskedArray[Any, Any], kind: str) -> Array:
    values = held.data.astype(_GAPPED.get(kind, float))
    values[held.mask] = None
    return values
