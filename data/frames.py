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
# Wider ones are lists of rows, as many as they come, which would take long as Python's values.
WIDEST = 16
PLAIN = frozenset({"bigint", "integer", "double", "varchar", "boolean", "timestamp"})
_HELD = {
    "bigint": "int64",
    "integer": "int32",
    "double": "float64",
    "varchar": object,
    "boolean": "bool",
    "timestamp": "datetime64[us]",
}
_NOTHING = {
    "bigint": 0,
    "integer": 0,
    "double": 0.0,
    "varchar": "",
    "boolean": False,
    "timestamp": "1970-01-01",
}
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
    if len({name for name, *_ in described}) < len(kinds):
        return in_arrow(cursor)
    if PLAIN.issuperset(kinds):
        return Arrays(cast("Mapping[str, Array]", cursor.fetchnumpy()), kinds)
    if len(kinds) > WIDEST or not (PLAIN | {"decimal"}).issuperset(kinds):
        return in_arrow(cursor)
    rows = cursor.fetchall()
    columns = zip(*rows, strict=True) if rows else ((),) * len(kinds)
    named = zip((name for name, *_ in described), columns, kinds, strict=True)
    return Arrays({name: _array(values, kind) for name, values, kind in named}, kinds)


def _array(values: tuple[Any, ...], kind: str) -> Array:
    """A column of rows as the engine would have given it; decimals as they are."""
    if kind == "decimal":
        held = np.empty(len(values), object)
        held[:] = values
        return held
    missing = [value is None for value in values]
    filled = [_NOTHING[kind] if value is None else value for value in values] if any(missing) else values
    held = np.array(filled, dtype=_HELD[kind])
    return np.ma.MaskedArray(held, missing) if any(missing) else held


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
    if kind == "decimal":
        return values
    if kind == "varchar":
        return pd.array(values, dtype="str")
    return pd.DatetimeIndex(values, tz="UTC").tz_convert(timezone) if kind == "timestamp" else values


def _with_gaps(held: np.ma.MaskedArray[Any, Any], kind: str) -> Array:
    values = held.data.astype(_GAPPED.get(kind, float))
    values[held.mask] = None
    return values
