"""What a database has to read: its tables and views, and for each what would be read of it.

`python -m data.sources.sql_schema URL` lists them, with a relation behind it one is proposed.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping as Environment
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from data import config, recognise
from data.config import ConfigError
from data.mapping import Mapping
from data.sources import sample as samples
from data.sources import sql_catalogue, sql_errors, sql_notes, sql_relations
from data.sources.refusal import SourceError
from data.sources.sample import Sample
from data.sources.sql import Sql
from data.sources.sql_connection import Database, address
from data.sources.sql_pull import Seen, SqlPull
from data.tables import TABLES

SAMPLE = 200
TIMEOUT = timedelta(seconds=20)


@dataclass(frozen=True)
class Relation:
    """A table or a view. `rows`: about how many it has, None where nobody knows without counting."""

    name: str
    kind: str
    rows: int | None = None


@dataclass(frozen=True)
class Proposal:
    """How a relation would be read: `columns` with their types, our `table` and how its columns are filled,
    sentences about what was found, and the `toml` that says all of it. `unzoned`: its times carry no zone,
    and nobody named one. `mutable`: its rows seem to change after they were written.
    """

    relation: str
    columns: tuple[tuple[str, str], ...]
    table: str
    mapping: Mapping | None
    cursor: str
    id: tuple[str, ...]
    time: str
    notes: str
    toml: str
    sample: Sample
    mutable: bool = False
    unzoned: bool = False


def tables(url: str) -> list[Relation]:
    """The tables and views of a database, by name. Raises SourceError."""
    database = _database(url)
    try:
        rows = database.inspect(sql_catalogue.listed)
        estimates = _estimates(database)
    except SQLAlchemyError as error:
        raise SourceError(sql_errors.sentence(error, database, "")) from None
    finally:
        database.close()
    return [Relation(name, kind, estimates.get(name)) for name, kind in sorted(rows)]


def propose(
    url: str,
    relation: str,
    name: str = "",
    timezone: str | None = None,
    *,
    table: str | None = None,
    ids: Sequence[str] = (),
) -> Proposal:
    """How a relation would be read, judged by its newest rows, into our `table` where a person named it, and
    by the columns `ids` where a person said what tells rows apart. Raises SourceError.
    """
    _database(url).close()
    name = name or source_name(relation)
    said: dict[str, Any] = {"kind": "sql", "name": name, "url": url, "relation": relation, "timeout": "20s"}
    said |= {"table": table, "id": list(ids) or None}
    try:
        return _proposed(Sql(**said, timezone=timezone), zoned=timezone is not None)
    except SourceError as error:
        if timezone is not None or "carry no time zone" not in str(error):
            raise
        # Which zone that is nobody can see from here: UTC is proposed, with a word to look at it.
        return replace(_proposed(Sql(**said, timezone="UTC"), zoned=False), unzoned=True)


def source_name(relation: str) -> str:
    """What a source is named after its relation, in the letters that a name may have."""
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", relation).strip("_.-") or "database"


def _proposed(settings: Sql, *, zoned: bool) -> Proposal:
    pull = SqlPull(settings)
    try:
        notes = pull.check()
        found, texts = pull.seen(), pull.sample(SAMPLE)
    finally:
        pull.close()
    taken = samples.take(texts)
    mapping = _mapping(taken, settings) if taken.records else None
    nested = _nested(taken, [column.name for column in found.relation.columns if column.kind == "text"])
    cursor = found.cursor.column.name if found.cursor else ""
    ids = tuple(column.name for column in found.ids)
    columns = tuple((column.name, column.declared or column.kind) for column in found.relation.columns)
    table = mapping.rules[0].table if mapping else settings.table or "events"
    mutable = bool(cursor) and (sql_relations.moves(cursor) or TABLES[table].replaces)
    toml = _toml(settings, found, table, nested, mutable=mutable, zoned=zoned)
    return Proposal(
        settings.relation or "", columns, table, mapping, cursor, ids, pull.time, notes, toml, taken, mutable
    )


def _mapping(taken: Sample, settings: Sql) -> Mapping:
    if settings.table:
        return recognise.for_table(taken, settings.name, settings.table)
    return recognise.recognise(taken, settings.name)


def _toml(
    settings: Sql, found: Seen, table: str, nested: Sequence[str], *, mutable: bool, zoned: bool
) -> str:
    """The section of tenantscope.toml, the password left to the environment."""
    url = sa.make_url(settings.url.get_secret_value())
    shown = url.render_as_string(hide_password=True).replace(":***@", ":${DATABASE_PASSWORD}@")
    lines = ["[[sources]]", f"name = {_quoted(settings.name)}", 'kind = "sql"', f"url = {_quoted(shown)}"]
    lines += [f"relation = {_quoted(settings.relation)}", f"table = {_quoted(table)}"]
    cursor = found.cursor.column.name if found.cursor else ""
    lines += [f"cursor = {_quoted(cursor)}"] if cursor else ["snapshot = true", 'every = "10m"']
    ids = [column.name for column in found.ids]
    lines.append(f"id = {_quoted(ids if len(ids) > 1 else ids[0])}")
    if found.time and found.time.column.name != cursor:
        lines.append(f"time = {_quoted(found.time.column.name)}")
    if nested:
        lines.append(f"json_columns = {_quoted(list(nested))}")
    if mutable:
        lines.append("mutable = true")
    if settings.timezone:
        known = "" if zoned else "  # its times carry no zone: name the one that they are in"
        lines.append(f"timezone = {_quoted(settings.timezone)}{known}")
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    """A text or a list of texts as TOML has it."""
    return json.dumps(value, ensure_ascii=False)


def _nested(taken: Sample, texts: Sequence[str]) -> list[str]:
    """The columns of text in which every value that was seen is an object in JSON."""
    return [
        name
        for name in texts
        if (seen := taken.fields.get(name)) is not None
        and seen.kind == "text"
        and all(_is_object(text) for text in seen.texts)
    ]


def _is_object(text: str) -> bool:
    try:
        return text.startswith("{") and isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _database(url: str) -> Database:
    try:
        return Database(address(url), TIMEOUT)
    except ValueError as error:
        raise SourceError(str(error)) from None


def _estimates(database: Database) -> dict[str, int]:
    """Rows of tables as the database itself reckons them."""
    if database.dialect.name == "postgresql":
        rows = database.rows(
            """select case when n.nspname = current_schema() then null else n.nspname end, c.relname,
            c.reltuples::bigint from pg_catalog.pg_class c
            join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'm') and c.reltuples >= 0"""
        )
    elif database.dialect.name == "mysql":
        rows = database.rows(
            """select nullif(table_schema, database()), table_name, table_rows
            from information_schema.tables where table_rows is not null"""
        )
    else:
        return {
            name: _counted(database, name) for name in database.inspect(lambda look: look.get_table_names())
        }
    return {sql_catalogue.called(schema, str(name)): int(many) for schema, name, many in rows}


def _counted(database: Database, name: str) -> int:
    made = sql_relations.Relation(database.dialect.named(name), table=name)
    return sql_notes.rows_in(database, made)[0]


def main(words: Sequence[str] | None = None, environment: Environment[str, str] = os.environ) -> int:
    """List what there is, or propose how one relation is read."""
    asked = _parser().parse_args(words)
    typed = asked.url or environment.get("DATABASE_URL", "")
    try:
        url = config.filled(typed, "The address", environment)
        if asked.relation:
            found = propose(url, asked.relation)
            print(f"# {found.notes}\n{_as_typed(found, typed)}", end="")
        else:
            for each in tables(url):
                print(f"{each.kind:6} {'' if each.rows is None else format(each.rows, ','):>14}  {each.name}")
    except (SourceError, ConfigError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _as_typed(found: Proposal, url: str) -> str:
    """The proposed section, with the address in the words of whoever typed it if it names variables."""
    from data.sources import sql_section  # noqa: PLC0415  it is made of what this module proposes

    if "${" not in url:
        return found.toml
    return sql_section.section(found, source_name(found.relation), url, [name for name, _ in found.columns])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m data.sources.sql_schema",
        description="List the tables and views of a database, or propose how one of them is read.",
        epilog="Exit code: 0 answered, 1 the database cannot be asked.",
    )
    parser.add_argument(
        "url",
        nargs="?",
        metavar="URL",
        help="postgresql://, mysql:// or sqlite:///, where ${NAME} is that environment variable "
        "(default: DATABASE_URL)",
    )
    parser.add_argument("relation", nargs="?", metavar="RELATION", help="a table or view to read")
    return parser


if __name__ == "__main__":
    sys.exit(main())
