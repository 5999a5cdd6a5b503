"""Rows from Python into the store: typed, checked one by one, landed in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from data import dialect, ledger, series
from data.incoming import Incoming, incoming
from data.landing import Arrival, Landing
from data.store import Receipt, Reopened, Rows, StoreError
from data.tables import TABLES, Table

if TYPE_CHECKING:
    from data.duck import DuckStore

_ZONE = r"(Z|z|[+-]\d\d(:?\d\d)?| UTC)$"
_WORDS = {
    "DOUBLE": "a number",
    "BIGINT": "a whole number",
    "TIMESTAMP": "a time",
    "BOOLEAN": "true or false",
    "JSON": "JSON",
}


def append(store: DuckStore, table: str, rows: Rows, source: str, timezone: str | None) -> Receipt:
    """Add rows to a table: see `data.store.Store.append`."""
    if table not in TABLES:
        raise StoreError(f"There is no table {table!r}. The tables are: {', '.join(TABLES)}.")
    arrived = incoming(TABLES[table], rows)
    if not arrived.rows.num_rows:
        return Receipt(0, 0, 0)
    try:
        return _land(store, TABLES[table], arrived, source, timezone)
    except Reopened:
        return _land(store, TABLES[table], arrived, source, timezone)


def _land(store: DuckStore, table: Table, arrived: Incoming, source: str, timezone: str | None) -> Receipt:
    with Landing(store, source) as landing:
        rejected = stage(landing, table, arrived, timezone)
        receipt = landing.commit(
            [Arrival(table.name, "append_staged")], rejects="append_rejects", keys="append_keys"
        )[0]
    return Receipt(receipt.accepted, receipt.duplicates, rejected)


def stage(landing: Landing, table: Table, arrived: Incoming, timezone: str | None) -> int:
    """Fill `append_staged`, `append_rejects` and `append_keys`; the number of rows that cannot be read."""
    cursor = landing.cursor
    cursor.register("append_incoming", arrived.rows)
    try:
        _read_all(landing, table, arrived, timezone)
        rejected = _set_aside(cursor, arrived)
    finally:
        cursor.unregister("append_incoming")
    column = _id_column(table)
    if column is not None:
        _name_nameless(cursor, column)
    _stage_keys(cursor, table, arrived)
    return rejected


def _read_all(landing: Landing, table: Table, arrived: Incoming, timezone: str | None) -> None:
    columns = _columns(table, arrived, timezone)
    reason = _reason(table, arrived.rows.schema, columns)
    if table.has_attributes:
        columns |= {"attributes": arrived.attributes, "lists": arrived.lists}
    column = _id_column(table)
    if column is not None and _may_be_nameless(arrived.rows, column):
        # The whole row as text costs more than all else; only rows without an id are known by it.
        columns |= {column: columns.get(column, "''"), "_content": arrived.content}
    selected = ", ".join(f"{sql} as {dialect.name(name)}" for name, sql in columns.items())
    sql = f"""create or replace temp table append_staged as
        select row_number() over () as _line, {reason} as _reason, {selected} from append_incoming as r"""
    given: dict[str, object] = {"timezone": timezone, "latest": landing.latest}
    landing.cursor.execute(sql, {name: value for name, value in given.items() if f"${name}" in sql})


def _set_aside(cursor: duckdb.DuckDBPyConnection, arrived: Incoming) -> int:
    """Move the rows with a reason against them to `append_rejects`; how many those are."""
    cursor.execute(
        f"""create or replace temp table append_rejects as
        with texts as (
            select row_number() over () as _line, {arrived.content} as text from append_incoming as r)
        select s._line as line, s._reason as reason, t.text from append_staged as s
        join texts as t using (_line) where s._reason is not null"""
        if ledger.row(cursor, "select 1 from append_staged where _reason is not null limit 1")
        else "create or replace temp table append_rejects (line bigint, reason varchar, text varchar)"
    )
    return ledger.row(cursor, "delete from append_staged where _reason is not null")[0]


def _id_column(table: Table) -> str | None:
    """The column that is made up where a row has no id: the last of the key, unless it says who it is."""
    return table.key[-1] if table.fact and table.name != "metrics" else None


def _may_be_nameless(rows: pa.Table, column: str) -> bool:
    if column not in rows.column_names:
        return True
    ids = rows.column(column)
    is_text = pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)
    return ids.null_count > 0 or (is_text and pc.index(ids, "").as_py() >= 0)  # pyright: ignore[reportAttributeAccessIssue]


def _name_nameless(cursor: duckdb.DuckDBPyConnection, column: str) -> None:
    """Give rows without an id the hash of their content, and their occurrence number among equal ones."""
    if "_content" not in ledger.columns(cursor, "append_staged"):
        return
    cursor.execute(
        f"""update append_staged as s set {column} = n.id from (
            select _line, md5(_content) || case when occurrence > 1 then '~' || occurrence else '' end as id
            from (
                select _line, _content,
                    row_number() over (partition by md5(_content) order by _line) as occurrence
                from append_staged where coalesce({column}, '') = '')
        ) as n where s._line = n._line"""
    )


def _stage_keys(cursor: duckdb.DuckDBPyConnection, table: Table, arrived: Incoming) -> None:
    keys = pa.table(
        {
            "table_name": pa.array([table.name] * len(arrived.keys), pa.string()),
            "key": pa.array([key for key, _, _ in arrived.keys], pa.string()),
            "type": pa.array([kind for _, kind, _ in arrived.keys], pa.string()),
            "rows": pa.array([rows for _, _, rows in arrived.keys], pa.int64()),
        }
    )
    cursor.register("append_found_keys", keys)
    cursor.execute("create or replace temp table append_keys as select * from append_found_keys")
    cursor.unregister("append_found_keys")


def _columns(table: Table, arrived: Incoming, timezone: str | None) -> dict[str, str]:
    """The SQL that reads each column of the table that the rows have; unreadable values become NULL."""
    found: dict[str, str] = {}
    for field in arrived.rows.schema:
        kind = table.columns.get(field.name)
        if kind is None or field.name in ("attributes", "lists", "source"):
            continue
        found[field.name] = _read(f"r.{dialect.name(field.name)}", field, kind, timezone)
    if table.fact and "occurred_at" not in found:
        raise StoreError(
            f"The rows have no `occurred_at`. Every row of {table.name} says when it was; name that column."
        )
    if table.name == "metrics" and "series" not in found:
        found["series"] = series.number(found, arrived.attributes)
    return found


def _read(column: str, field: pa.Field, kind: str, timezone: str | None) -> str:
    if kind == "VARCHAR":
        number = pa.types.is_floating(field.type)
        return dialect.as_text(column, "DOUBLE") if number else f"cast({column} as varchar)"
    if kind == "TIMESTAMP":
        return _read_time(column, field, timezone)
    if kind == "JSON":
        return f"case when json_valid(cast({column} as varchar)) then cast({column} as json) end"
    return f"try_cast({column} as {kind})"


def _read_time(column: str, field: pa.Field, timezone: str | None) -> str:
    if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
        if getattr(field.type, "tz", None) is not None:
            return f"cast({column} as timestamp)"
        if timezone is None:
            raise StoreError(
                f"The times of `{field.name}` have no zone. Pass timezone=, such as timezone='Europe/Berlin'."
            )
        local = f"cast({column} as timestamp)"
        return local if timezone == "UTC" else f"cast(timezone($timezone, {local}) as timestamp)"
    text = f"cast({column} as varchar)"
    zoned = f"when regexp_matches({text}, '{_ZONE}') then cast(try_cast({text} as timestamptz) as timestamp)"
    named = (
        f" when {text} like '%-%' then cast(timezone($timezone, try_cast({text} as timestamp)) as timestamp)"
        if timezone
        else ""
    )
    return f"case {zoned}{named} end"


def _reason(table: Table, schema: pa.Schema, columns: Mapping[str, str]) -> str:
    """SQL for why a row cannot be kept; NULL where it can."""
    tests: list[str] = []
    if table.fact:
        moment = columns["occurred_at"]
        tests.append(f"when ({moment}) is null then 'occurred_at: not a time with a zone'")
        tests.append(f"when ({moment}) > $latest then 'occurred_at: more than 5 minutes in the future'")
    for name, sql in columns.items():
        kind = table.columns[name].partition("(")[0]
        if kind == "VARCHAR" or name == "occurred_at" or name not in schema.names:
            continue
        given = f"nullif(cast(r.{dialect.name(name)} as varchar), '')"
        word = _WORDS.get(kind, "a number")
        tests.append(f"when {given} is not null and ({sql}) is null then '{name}: not {word}'")
    required = () if table.fact else table.key
    tests += [
        f"when coalesce({columns.get(name, 'null')}, '') = '' then '{name}: missing'" for name in required
    ]
    return f"case {' '.join(tests)} end" if tests else "cast(null as varchar)"
