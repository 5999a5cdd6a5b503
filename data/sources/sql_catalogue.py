"""Which tables and views a database has, in every schema that is not its own."""

from __future__ import annotations

import re

import sqlalchemy as sa

_SYSTEM = ("information_schema", "pg_catalog", "mysql", "performance_schema", "sys")


def listed(inspector: sa.Inspector) -> list[tuple[str, str]]:
    """Every relation by its name, and whether it is a table or a view."""
    usual = inspector.default_schema_name
    found: list[tuple[str, str]] = []
    for schema in inspector.get_schema_names():
        if schema in _SYSTEM or schema.startswith("pg_"):
            continue
        own = schema == usual
        kinds = [("table", inspector.get_table_names(schema)), ("view", inspector.get_view_names(schema))]
        if inspector.dialect.name == "postgresql":
            kinds.append(("view", inspector.get_materialized_view_names(schema)))
        found += [(called(None if own else schema, name), kind) for kind, names in kinds for name in names]
    return found


def called(schema: str | None, name: str) -> str:
    """A relation's name as `relation` reads it."""
    parts = [part for part in (schema, name) if part]
    quoted = ['"' + part.replace('"', '""') + '"' if re.search(r"[.\"`]", part) else part for part in parts]
    return ".".join(quoted)
