"""The tables of the store as data: what makes a row one row, and which columns it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from analytics.settings import CAMPAIGN_FIELDS, COUNTRY_FIELDS, PAGE_FIELDS

SCHEMA = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
RESERVED = ("attributes", "lists")
# Sources of rows that were sent with the write key of one tenant; the tenant follows.
OF_ONE_TENANT = "collector:"
# How far ahead of the store's clock a row may say it happened; what is further goes to quarantine.
FUTURE = timedelta(minutes=5)


@dataclass(frozen=True)
class Table:
    """One table of the store: its key, what in it people read, and whether newer rows replace older ones.

    `texts` are the columns in which a word without a field is searched for; `synonyms` are names that other
    tables have for its columns; `instead` says which other column stands in for one that a row leaves empty.
    """

    name: str
    key: tuple[str, ...]
    texts: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    fact: bool = True
    replaces: bool = False
    per_source: bool = True
    near: bool = False  # what is told twice may be told with times a little apart

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
        Table("events", ("event_id",), ("event_type",)),
        Table(
            "runs",
            ("run_id",),
            ("workflow_name", "action_type", "error_code", "error_message"),
            instead=(("workflow_name", "workflow_id"),),
        ),
        Table(
            "llm_calls",
            ("call_id",),
            ("feature", "tool", "command", "operation", "model", "error_type"),
            near=True,
        ),
        Table("logs", ("log_id",), ("message", "service", "logger")),
        Table(
            "spans", ("trace_id", "span_id"), ("name", "service", "http_route", "db_statement", "rpc_method")
        ),
        Table("metrics", ("name", "series", "occurred_at"), ("name", "service")),
        Table(
            "errors",
            ("error_id",),
            ("type", "message", "service", "endpoint", "stacktrace"),
            (("error_type", "type"), ("error_message", "message")),
        ),
        Table("subscriptions", ("change_id",), ("plan", "reason"), replaces=True),
        Table("costs", ("cost_id",), ("category", "service", "provider"), replaces=True),
        Table("tenants", ("tenant_id",), ("name",), fact=False, replaces=True, per_source=False),
        Table(
            "people",
            ("tenant_id", "person_id"),
            ("name", "email"),
            fact=False,
            replaces=True,
            per_source=False,
        ),
        Table("identities", ("tenant_id", "alias"), fact=False, replaces=True, per_source=False),
        Table("llm_price_history", ("call_id", "price_version"), fact=False, replaces=True),
    )
}
# What the store's own jobs write, and nothing from outside can: no name of these is a table to append to.
KEPT: dict[str, Table] = {
    "closed_months": Table("closed_months", ("tenant_id", "month", "line"), fact=False, per_source=False),
}
FACTS = tuple(name for name, table in TABLES.items() if table.fact)

# What a row's tenant and its person are asked for without saying so, where the row has no such column.
OF_TENANT = ("plan", "owner", "region", "billing_day")
OF_PERSON = ("role", "email")
# Where a row came from: programs attach it to rows of any kind.
CARRIED = ("service", "host", "environment", "release", "project_id", "session_id")

# What programs call the same in their attributes, those of OpenTelemetry's resources among them.
CALLED: dict[str, tuple[str, ...]] = {
    "service": ("service.name",),
    "host": ("host.name", "hostname"),
    "environment": ("deployment.environment", "deployment.environment.name"),
    "release": ("service.version",),
    "session_id": ("session.id",),
}

# Fields that are no column: a row's is the first of these attributes that it has.
ALIKE: dict[str, tuple[str, ...]] = {
    "campaign": CAMPAIGN_FIELDS,
    "page": PAGE_FIELDS,
    "country": COUNTRY_FIELDS,
}


@cache
def _columns() -> dict[str, dict[str, str]]:
    """Read from the schema itself, so that it stays the one place where columns are named."""
    import duckdb  # noqa: PLC0415  a process that reads a source names tables and needs no engine

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
