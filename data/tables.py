"""The tables of the store as data: what makes a row one row, and which columns it has."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
RESERVED = ("attributes", "lists")


@dataclass(frozen=True)
class Table:
    """One table of the store: its key, and whether a newer row takes the older one's place."""

    name: str
    key: tuple[str, ...]
    fact: bool = True
    replaces: bool = False
    per_source: bool = True

    @property
    def columns(self) -> dict[str, str]:
        """Column name -> DuckDB type, in the order of the schema."""
        return _columns()[self.name]

    @property
    def has_attributes(self) -> bool:
        """Whether rows may carry keys that have no column."""
        return "attributes" in self.columns

    @property
    def identity(self) -> tuple[str, ...]:
        """The columns by which a row is told from every other row."""
        return (*(("source",) if self.per_source else ()), *self.key)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("events", ("event_id",)),
        Table("runs", ("run_id",)),
        Table("llm_calls", ("call_id",)),
        Table("logs", ("log_id",)),
        Table("spans", ("trace_id", "span_id")),
        Table("metrics", ("name", "series", "occurred_at")),
        Table("errors", ("error_id",)),
        Table("subscriptions", ("change_id",), replaces=True),
        Table("costs", ("cost_id",), replaces=True),
        Table("tenants", ("tenant_id",), fact=False, replaces=True, per_source=False),
        Table("people", ("tenant_id", "person_id"), fact=False, replaces=True, per_source=False),
        Table("identities", ("tenant_id", "alias"), fact=False, replaces=True, per_source=False),
        Table("llm_price_history", ("call_id", "price_version"), fact=False, replaces=True),
    )
}
FACTS = tuple(name for name, table in TABLES.items() if table.fact)


@cache
def _columns() -> dict[str, dict[str, str]]:
    """Read from the schema itself, so that it stays the one place where columns are named."""
    connection = duckdb.connect(":memory:")
    connection.execute(SCHEMA)
    found = connection.execute(
        """select table_name, column_name, data_type from duckdb_columns()
        where schema_name = 'raw' order by table_oid, column_index"""
    ).fetchall()
    connection.close()
    columns: dict[str, dict[str, str]] = {}
    for table, column, kind in found:
        columns.setdefault(table, {})[column] = kind
    return columns
