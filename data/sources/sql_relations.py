"""What is read of a database: a table, a view or a query, its columns, and by which of them it is read on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from data import recognise
from data.sources import sql_dialects as dialects
from data.sources.refusal import SourceError
from data.sources.sql_connection import Database
from data.sources.sql_times import Times, per_second, read
from data.sources.sql_values import Column

CHANGED = (
    "updated_at", "modified_at", "last_modified_at", "last_modified", "changed_at", "last_updated_at",
    "last_updated", "updated", "modified", "updated_on", "modified_on",
)  # fmt: skip
_NAME = re.compile(r'"((?:[^"]|"")+)"|`((?:[^`]|``)+)`|([^."`]+)')


@dataclass(frozen=True)
class Relation:
    """A table, a view or a query. `source`: as it stands behind FROM; `name`: what a person calls it."""

    source: str
    name: str = ""
    schema: str | None = None
    table: str = ""
    columns: tuple[Column, ...] = ()
    ids: tuple[str, ...] = ()

    def column(self, name: str, key: str) -> Column:
        """A column by its name; raises SourceError, which says for which `key` it was named."""
        for column in self.columns:
            if column.name == name:
                return column
        there = ", ".join(column.name for column in self.columns)
        raise SourceError(f"There is no column {name!r} for `{key}`. There is {there}.")


@dataclass(frozen=True)
class Dated:
    """A column and how it says when."""

    column: Column
    times: Times


def parts(relation: str) -> tuple[str | None, str]:
    """Schema and name of what a person calls `schema.name`, each as it is or quoted."""
    found = [
        (double or back or plain).replace('""', '"').replace("``", "`")
        for double, back, plain in _NAME.findall(relation)
    ]
    return (found[-2] if len(found) > 1 else None), (found[-1] if found else relation)


def describe(
    database: Database, relation: str | None, query: str | None, json_columns: Sequence[str] = ()
) -> Relation:
    """The relation with its columns, and with what tells its rows apart where the database knows.

    Raises SQLAlchemyError.
    """
    dialect = database.dialect
    if query is not None:
        made = Relation(dialect.query(query))
        return _with_columns(database, made, {}, json_columns)
    schema, table = parts(relation or "")
    named = ".".join(dialect.named(part) for part in (schema, table) if part)
    made = Relation(named, relation or "", schema, table)
    made = _with_columns(database, made, _declared(database, schema, table), json_columns)
    return Relation(made.source, made.name, schema, table, made.columns, _ids(database, schema, table))


def _with_columns(
    database: Database, made: Relation, declared: dict[str, str], json_columns: Sequence[str]
) -> Relation:
    dialect = database.dialect
    sql = f"select * from {made.source} as t limit 0"
    if dialect.name == "postgresql":
        cursor = database.ask(sql, (), _kept)
        columns = dialects.postgres_columns(cursor, database.rows)
    elif dialect.name == "mysql":
        columns = database.ask(sql, (), lambda cursor: dialects.mysql_columns(cursor, declared))
    else:
        names = database.ask(sql, (), lambda cursor: [each[0] for each in cursor.description])
        columns = dialects.sqlite_columns(names, declared)
    for name in json_columns:
        made_column = next((each for each in columns if each.name == name), None)
        if made_column is None:
            raise SourceError(f"There is no column {name!r} for `json_columns`.")
        columns[columns.index(made_column)] = Column(
            name, "json", made_column.select, made_column.param, made_column.declared, made_column.nullable
        )
    return Relation(made.source, made.name, made.schema, made.table, tuple(columns), made.ids)


@dataclass(frozen=True)
class _Described:
    description: Any


def _kept(cursor: Any) -> _Described:
    return _Described(tuple(cursor.description))


def _declared(database: Database, schema: str | None, table: str) -> dict[str, str]:
    """What the catalogue calls the types of columns, where the answer itself does not tell enough."""
    if database.dialect.name == "sqlite":
        rows = database.rows("select name, type from pragma_table_info(?)", [table])
        return {str(name): str(kind) for name, kind in rows}
    if database.is_mariadb:  # it keeps JSON as text that is checked
        checks = database.rows(
            """select check_clause from information_schema.check_constraints
            where constraint_schema = coalesce(%s, database()) and table_name = %s""",
            [schema, table],
        )
        found = (re.fullmatch(r"json_valid\(`(.+)`\)", str(clause), re.IGNORECASE) for (clause,) in checks)
        return {each[1].replace("``", "`"): "json" for each in found if each}
    return {}


def _ids(database: Database, schema: str | None, table: str) -> tuple[str, ...]:
    """The columns of the primary key, else of a unique index that has no gaps."""

    def look(inspector: sa.Inspector) -> tuple[str, ...]:
        if keys := inspector.get_pk_constraint(table, schema).get("constrained_columns"):
            return tuple(keys)
        full = {each["name"] for each in inspector.get_columns(table, schema) if not each["nullable"]}
        for index in inspector.get_indexes(table, schema):
            names = [str(name) for name in index["column_names"]]
            if index["unique"] and names and set(names) <= full:
                return tuple(names)
        return ()

    try:
        return database.inspect(look)
    except SQLAlchemyError:
        return ()  # a view of a database that does not tell of its keys


def indexed(database: Database, made: Relation, first: str) -> bool:
    """Whether an index begins with this column; true where nobody can say."""
    if not made.table:
        return True

    def look(inspector: sa.Inspector) -> bool:
        if made.table in inspector.get_view_names(made.schema):
            return True
        keys = inspector.get_pk_constraint(made.table, made.schema).get("constrained_columns") or []
        lists = [keys, *(index["column_names"] for index in inspector.get_indexes(made.table, made.schema))]
        return any(names and names[0] == first for names in lists)

    return database.inspect(look)


def dated(database: Database, made: Relation, column: Column, zone: ZoneInfo | None) -> Dated | None:
    """How a column says when, judged by its type, and by what is in it where the type does not tell; None
    where it does not. Raises SourceError where the times need a zone that nobody named.
    """
    per: int | None = None
    kind, name = column.kind, f"t.{database.dialect.named(column.name)}"
    if database.dialect.name == "sqlite":
        column, per = _of_sqlite(database, made, column, zone)
    elif kind in ("whole", "float", "decimal"):
        newest = database.one(f"select max({name}) from {made.source} as t")
        per = per_second(float(newest)) if newest is not None else 1
    times = database.dialect.times(column, zone, per)
    if times is not None and kind in ("naive", "date") and zone is None:
        raise SourceError(no_zone(column.name))
    return None if times is None else Dated(column, times)


def _of_sqlite(
    database: Database, made: Relation, column: Column, zone: ZoneInfo | None
) -> tuple[Column, int | None]:
    """A column of SQLite by its newest values: text, or a number."""
    name = f"t.{database.dialect.named(column.name)}"
    rows = database.rows(
        f"select typeof(v), v from (select {name} as v from {made.source} as t where {name} is not null "
        f"order by {name} desc limit 50)"
    )
    kinds = {kind for kind, _ in rows}
    if kinds and kinds <= {"integer", "real"}:
        kind = "whole" if kinds == {"integer"} else "float"
        return Column(column.name, kind, column.select, "?"), per_second(float(rows[0][1]))
    if zone is None and any((clock := read(value)) is not None and clock.tzinfo is None for _, value in rows):
        raise SourceError(no_zone(column.name))
    return column, None


def no_zone(name: str) -> str:
    """What is missing where times carry no zone."""
    return (
        f"The times in {name} carry no time zone. Name the one they are in: "
        'timezone = "Europe/Berlin", or timezone = "UTC".'
    )


def proposed(made: Relation, *, changed: bool) -> list[str]:
    """The columns that may be the cursor, the best first. `changed`: rows change, so that what counts is when
    they last did.
    """
    plain = {recognise.plain(column.name): column.name for column in made.columns if _may_date(column)}
    created = [plain[name] for each in recognise.times() if (name := recognise.plain(each)) in plain]
    moved = [plain[name] for each in CHANGED if (name := recognise.plain(each)) in plain]
    return list(dict.fromkeys(moved + created if changed else created + moved))


def happened(made: Relation) -> list[str]:
    """The columns that may say when a row came to be, the best first."""
    return [name for name in proposed(made, changed=False) if not moves(name)]


def moves(name: str) -> bool:
    """Whether a column of this name says when a row last changed."""
    return recognise.plain(name) in {recognise.plain(each) for each in CHANGED}


def _may_date(column: Column) -> bool:
    return column.kind in ("aware", "naive", "date", "whole", "float", "decimal") or (
        column.param == "?" and column.kind == "text"
    )
