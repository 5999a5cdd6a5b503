"""What `append` was given, as an Arrow table and the SQL that reads its attributes.

Two ways in: columns that are all scalar keep their types and become attributes by a struct literal (fast);
anything nested goes row by row through `attributes.flatten`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import attributes, dialect
from data.attributes import EXACT, Flat
from data.store import Rows
from data.tables import Table

BAGS = ("attributes", "properties", "labels")  # columns whose keys become attributes


@dataclass(frozen=True)
class Incoming:
    """Rows to be staged: `rows` has the table's columns by name, the rest is SQL over `rows` (alias `r`)."""

    rows: pa.Table
    attributes: str
    lists: str
    content: str  # the whole row as one text
    keys: tuple[tuple[str, str, int], ...]  # key, type, rows


def incoming(table: Table, rows: Rows) -> Incoming:
    """The rows of any accepted form."""
    if isinstance(rows, pd.DataFrame):
        rows = _from_pandas(rows)
    if isinstance(rows, pa.Table):
        arrow: pa.Table = rows
        return _from_columns(table, arrow) if _is_flat(table, arrow) else _from_rows(table, arrow.to_pylist())
    return _from_rows(table, rows)


def _from_pandas(frame: pd.DataFrame) -> pa.Table | Sequence[Mapping[str, object]]:
    frame = frame.rename(columns=str)
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # a column of mixed types
        plain = frame.astype(object).where(frame.notna(), None)
        return cast("list[dict[str, object]]", plain.to_dict("records"))


def _is_flat(table: Table, rows: pa.Table) -> bool:
    for field, column in zip(rows.schema, rows.columns, strict=True):
        if field.name in table.columns and field.name not in BAGS:
            if pa.types.is_nested(field.type):
                return False
        elif field.name in BAGS or _attribute_type(field.type) is None or not _is_exact(column):
            return False
    return True


def _attribute_type(kind: pa.DataType) -> str | None:
    if pa.types.is_dictionary(kind):
        return _attribute_type(kind.value_type)
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "DOUBLE"
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if text or pa.types.is_temporal(kind) or pa.types.is_null(kind):
        return "VARCHAR"
    return None


def _is_exact(column: pa.ChunkedArray) -> bool:
    if not pa.types.is_integer(column.type) or column.null_count == len(column):
        return True
    bounds = pc.min_max(column).as_py()  # pyright: ignore[reportAttributeAccessIssue]  made at run time
    return bounds["min"] >= -EXACT and bounds["max"] <= EXACT


def _from_columns(table: Table, rows: pa.Table) -> Incoming:
    own = [name for name in rows.column_names if name in table.columns]
    extra = [
        (field.name, cast("str", _attribute_type(field.type)), len(column) - column.null_count)
        for field, column in zip(rows.schema, rows.columns, strict=True)
        if field.name not in table.columns
    ]
    present = [(name, kind, count) for name, kind, count in extra if count]
    quoted = {name: f"r.{dialect.name(name)}" for name, _, _ in present}
    pairs = ", ".join(f"{dialect.text(name)}: cast({quoted[name]} as {kind})" for name, kind, _ in present)
    missing = " and ".join(f"{column} is null" for column in quoted.values())
    everything = ", ".join(f"r.{dialect.name(name)}" for name in (*own, *quoted))
    return Incoming(
        rows=rows,
        attributes=f"case when {missing} then null else {{{pairs}}}::variant end"
        if present
        else "null::variant",
        lists="null::json",
        content=f"to_json(row({everything}))::varchar",
        keys=tuple(present),
    )


def _from_rows(table: Table, rows: Sequence[Mapping[str, object]]) -> Incoming:
    own = [name for name in table.columns if name not in ("attributes", "lists")]
    columns: dict[str, list[str | None]] = {name: [] for name in own}
    flats: list[Flat] = []
    for row in rows:
        for name in own:
            columns[name].append(_text(row.get(name)))
        flats.append(_rest(table, row))
    present = {name: values for name, values in columns.items() if any(value is not None for value in values)}
    counted = Counter(
        (key, attributes.kind_of(value)) for flat in flats for key, value in flat.scalars.items()
    )
    counted.update((key, "LIST") for flat in flats for key in flat.lists)
    texts = {
        "_attributes": [attributes.text(flat.scalars) for flat in flats],
        "_lists": [attributes.text(flat.lists) for flat in flats],
        "_content": [orjson.dumps(dict(row), default=str, option=_SORTED).decode() for row in rows],
    }
    arrays = {name: pa.array(values, pa.string()) for name, values in {**present, **texts}.items()}
    return Incoming(
        rows=pa.table(arrays),
        attributes="r._attributes::json::variant",
        lists="r._lists::json",
        content="r._content",
        keys=tuple((key, kind, count) for (key, kind), count in counted.items()),
    )


_SORTED = orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def _rest(table: Table, row: Mapping[str, object]) -> Flat:
    """What of a row has no column; the keys of `attributes` and its other names count as the row's own."""
    flat = Flat()
    for name, value in row.items():
        bag = _bag(value) if name in BAGS else None
        if bag is not None:
            attributes.flatten(bag, flat)
        elif name not in table.columns or name in BAGS:
            attributes.flatten({name: value}, flat)
    return flat


def _bag(value: object) -> Mapping[str, object] | None:
    if isinstance(value, str):
        try:
            value = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None
    if value is None:
        return {}
    if isinstance(value, list) and all(isinstance(pair, tuple) for pair in cast("list[object]", value)):
        return dict(cast("list[tuple[str, object]]", value))  # what Arrow makes of a map
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def _text(value: object) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return str(value).lower()
        case Mapping() | list() | tuple():
            return orjson.dumps(value, default=str, option=_SORTED).decode()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return (
                None if pd.isna(cast("float", value)) else str(value)
            )  # NaN and NaT are how pandas says missing
