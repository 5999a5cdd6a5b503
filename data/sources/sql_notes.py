"""What a look at a relation finds: how much there is, by what it is read, and what would make that better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from data.sources import sql_relations
from data.sources.sql_connection import Database
from data.sources.sql_relations import Dated, Relation
from data.sources.sql_values import LONGEST_BYTES, Column

LARGE = 100_000  # rows from which a page without an index takes long


def notes(
    database: Database, relation: Relation, ids: Sequence[Column], cursor: Dated | None, time: Dated | None
) -> Iterator[str]:
    """Sentences for a person, the first about what is there."""
    rows, about = rows_in(database, relation)
    name = relation.name or "the query"
    title = "MariaDB" if database.is_mariadb else database.dialect.title
    keys = ", ".join(column.name for column in ids)
    said = f"{title} {database.version} answers; {name} has {_many(rows, about)}."
    if cursor is None or time is None:
        yield f"{said} All of it is read every time, told apart by {keys}."
    else:
        also = f", dated by {time.column.name}" if time.column != cursor.column else ""
        yield f"{said} It is read on by {cursor.column.name}{also}, told apart by {keys}."
    yield from _indexes(database, relation, ids, cursor, rows)
    held = [column.name for column in relation.columns if column.kind == "bytes"]
    if held:
        yield f"Bytes are kept up to {LONGEST_BYTES} and left out beyond: {', '.join(held)}."


def rows_in(database: Database, relation: Relation) -> tuple[int, bool]:
    """How many rows there are, and whether that is only about right."""
    first = database.one(
        f"select count(*) from (select 1 as n from {relation.source} as t limit {LARGE + 1}) as c"
    )
    if first <= LARGE or not relation.table:
        return first, first > LARGE
    return max(int(_estimate(database, relation) or 0), first), True


def _estimate(database: Database, relation: Relation) -> Any:
    if database.dialect.name == "postgresql":
        named = relation.source.replace("%%", "%")
        return database.one(
            "select reltuples::bigint from pg_catalog.pg_class where oid = to_regclass(%s)", [named]
        )
    if database.dialect.name == "mysql":
        return database.one(
            """select table_rows from information_schema.tables
            where table_schema = coalesce(%s, database()) and table_name = %s""",
            [relation.schema, relation.table],
        )
    return database.one(f"select count(*) from {relation.source}")


def _many(rows: int, about: bool) -> str:  # noqa: FBT001  a value
    if not rows:
        return "no rows yet"
    return f"about {rows:,} rows" if about else f"{rows:,} row{'s' if rows != 1 else ''}"


def _indexes(
    database: Database, relation: Relation, ids: Sequence[Column], cursor: Dated | None, rows: int
) -> Iterator[str]:
    if cursor is None or rows <= LARGE or sql_relations.indexed(database, relation, cursor.column.name):
        return
    names = ", ".join(
        database.dialect.named(column.name).replace("%%", "%") for column in (cursor.column, *ids)
    )
    where = relation.source.replace("%%", "%")
    made = {
        "postgresql": f"CREATE INDEX CONCURRENTLY ON {where} ({names});",
        "mysql": f"CREATE INDEX tenantscope ON {where} ({names});",
        "sqlite": f"CREATE INDEX tenantscope ON {where} ({names});",
    }[database.dialect.name]
    yield f"No index begins with {cursor.column.name}, so that every page reads all of it. Have run: {made}"
