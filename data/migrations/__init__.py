"""Brings a store's file to the layout of this release, step by step, after a backup.

`NNNN_subject.sql` leads from layout NNNN-1 to NNNN in one transaction. A new file gets `data/schema.sql`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import duckdb

from data.store import NewerSchema
from data.tables import KEPT, SCHEMA, TABLES

_FOLDER = Path(__file__).parent
_STEPS = {int(path.name[:4]): path for path in sorted(_FOLDER.glob("[0-9]*.sql"))}
CURRENT = max(_STEPS)


def prepare(connection: duckdb.DuckDBPyConnection, path: Path | None, now: datetime) -> None:
    """Make the tables in a new file, or lead an older one to today's layout. Raises NewerSchema."""
    found = version(connection)
    if found == 0:
        _create(connection, now)
        return
    if found > CURRENT:
        connection.close()
        raise NewerSchema(path or Path(":memory:"), found, CURRENT)
    if found < CURRENT and path is not None:
        backup(connection, path.with_name(f"{path.stem}.layout-{found}{path.suffix}"))
    for step in range(found + 1, CURRENT + 1):
        connection.execute("begin")
        connection.execute(_STEPS[step].read_text(encoding="utf-8"))
        connection.execute(
            "update control.schema_version set version = $step, since = $now", {"step": step, "now": now}
        )
        connection.execute("commit")


def version(connection: duckdb.DuckDBPyConnection) -> int:
    """The layout of the file; 0 is an empty one."""
    # Asked what it holds, the catalog would first make all of the engine's own tables, which takes longer.
    try:
        row = connection.execute("select version from control.schema_version").fetchone()
    except duckdb.CatalogException:
        return 0
    return int(row[0]) if row else 0


def backup(
    connection: duckdb.DuckDBPyConnection,
    target: Path,
    beside: Callable[[], Mapping[str, bytes]] | None = None,
) -> Mapping[str, bytes]:
    """A consistent copy of the open database in a new file, while others read and write.

    `beside` gives files to keep with the rows, by name; it is asked once they are copied.
    """
    source = connection.execute("select current_database()").fetchone()
    assert source is not None  # noqa: S101  a connection always has a database
    quoted = str(target).replace("'", "''")
    connection.execute(f"attach '{quoted}' as backup_copy")
    try:
        connection.execute(f'copy from database "{source[0]}" to backup_copy')
        files = {} if beside is None else beside()
        if beside is not None:
            connection.execute("create schema backup_copy.beside")
            connection.execute("create table backup_copy.beside.files (name varchar, content blob)")
            for name, content in files.items():
                connection.execute(
                    "insert into backup_copy.beside.files values ($name, $content)",
                    {"name": name, "content": content},
                )
        return files
    finally:
        connection.execute("detach backup_copy")


def files_beside(connection: duckdb.DuckDBPyConnection) -> dict[str, bytes] | None:
    """The files that a backup keeps with its rows; None where it was made of rows alone."""
    there = connection.execute(
        "select 1 from duckdb_tables() where schema_name = 'beside' and table_name = 'files'"
    ).fetchone()
    return dict(connection.execute("select name, content from beside.files").fetchall()) if there else None


def drop_beside(connection: duckdb.DuckDBPyConnection) -> None:
    """Leave the rows alone in a copy of a backup."""
    connection.execute("drop schema if exists beside cascade")


def _create(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    connection.execute("begin")
    connection.execute(SCHEMA)
    fill(connection, now)
    connection.execute("commit")


def fill(connection: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """The rows that a store without any has: its layout and its tables."""
    connection.execute(
        "insert into control.schema_version values ($version, $now)", {"version": CURRENT, "now": now}
    )
    connection.execute("insert into control.tables (name) select unnest($names)", {"names": [*TABLES, *KEPT]})
