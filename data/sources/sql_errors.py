"""What a database refuses, as a sentence with the next step; no address and no password is in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from data.sources import sql_catalogue
from data.sources.sql_connection import Database

_POSTGRES = {
    "28P01": "login", "28000": "login", "3D000": "database", "42P01": "table", "3F000": "table",
    "42703": "column", "42501": "right", "57014": "slow", "25006": "writes", "42702": "column",
    "53300": "full",
}  # fmt: skip
_MYSQL = {
    1045: "login", 1698: "login", 1049: "database", 1146: "table", 1054: "column", 1142: "right",
    1143: "right", 1044: "right", 1370: "right", 1969: "slow", 3024: "slow", 1792: "writes", 2003: "away",
    2013: "lost", 2006: "lost", 1040: "full", 1060: "twice", 1356: "right", 1317: "lost", 1927: "lost",
    2026: "tls",
}  # fmt: skip
_SQLITE = {
    "no such table": "table", "no such column": "column", "unable to open": "file", "not a database": "file",
    "interrupted": "slow", "readonly": "writes", "is locked": "locked",
}  # fmt: skip
_UNSAID = {
    "does not support ssl": "plain",
    "password": "login", "pg_hba": "login", "ssl": "tls", "certificate": "tls", "role": "login",
    "database": "database",
}  # fmt: skip
LISTED = 8  # relations that a sentence names
_TOLD = {
    "login": "{title} refused the login of {user}. See that user and password of `url` are right, and that "
    "the server lets it in from here.",
    "database": "{title} has no database {base}. Name another at the end of `url`.",
    "away": "{title} does not answer at {host}. See that host and port of `url` are right, that it runs, and "
    "that no firewall stands between.",
    "lost": "The connection to {title} was lost. It goes on where it was; look at the server if that happens "
    "again.",
    "plain": "{title} at {host} answers without TLS. Turn it on there, or leave TLS out at the end of `url`: "
    "{how}.",
    "tls": "{title} and we could not agree on an encrypted connection ({said}). See the certificate, and the "
    "TLS options at the end of `url`.",
    "slow": "{title} took longer than `timeout` lets it. An index on (cursor, id) makes it quick; or raise "
    "`timeout`.",
    "writes": "{title} refused to write: a source is only read. Leave out of `query` what changes something.",
    "full": "{title} has no connection left. Raise its limit, or close some.",
    "locked": "{title} is locked by another program. It is tried again.",
    "file": "The SQLite file of `url` cannot be opened. See that it is there, that it may be read, and that "
    "it is a database.",
    "twice": "`query` gives two columns of one name. Name one of them otherwise, with `as`.",
}


def kind_of(error: SQLAlchemyError) -> str:
    """What went wrong, in one word; '' where only the database has words for it."""
    origin = error.orig if isinstance(error, DBAPIError) else None
    said = str(origin or error).lower()
    state: str | None = getattr(origin, "sqlstate", None)
    if state is not None and type(origin).__module__.startswith("psycopg"):
        return "lost" if state[:2] in ("57", "08") and state != "57014" else _POSTGRES.get(state, "")
    if origin is not None and origin.args and isinstance(origin.args[0], int):
        return "plain" if "doesn't support" in said and "ssl" in said else _MYSQL.get(origin.args[0], "")
    if type(origin).__module__.startswith("sqlite3"):
        return next((kind for words, kind in _SQLITE.items() if words in said), "")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return "lost"
    # PostgreSQL's library says in words alone why there is no connection.
    fatal = "fatal" in said or "ssl" in said or "password" in said
    return next((kind for words, kind in _UNSAID.items() if fatal and words in said), "away")


def sentence(error: SQLAlchemyError, database: Database, relation: str) -> str:
    """What a person is told, and may do."""
    kind, title = kind_of(error), database.dialect.title
    if kind in _TOLD:
        return _TOLD[kind].format(
            title=title,
            user=_account(database),
            base=database.url.database,
            host=_host(database),
            how="sslmode=disable" if database.dialect.name == "postgresql" else "the options ssl_…",
            said=_plain(error, database),
        )
    if kind == "table":
        return _no_table(database, relation)
    if kind == "right":
        return _no_right(database, relation)
    said = _plain(error, database)
    if kind == "column":
        return f"{title} has no such column ({said}). See `cursor`, `id`, `time` and `query`."
    return f"{title} says: {said}. See `relation` or `query`."


def _host(database: Database) -> str:
    """Where it was looked for: no secret, and mistyped more often than anything else."""
    url = database.url
    return f"{url.host or 'this machine'}{f':{url.port}' if url.port else ''}"


def _plain(error: SQLAlchemyError, database: Database) -> str:
    """The first line of what the database says, without what nobody else should read."""
    origin: Any = error.orig if isinstance(error, DBAPIError) else error
    args: Sequence[Any] = getattr(origin, "args", ())
    said = str(args[1] if len(args) > 1 and isinstance(args[0], int) else origin).strip()
    line = (said.splitlines() or [""])[0].strip().rstrip(".")
    for secret in (database.url.password, database.url.host):
        line = line.replace(str(secret), "…") if secret else line
    return re.sub(r"\s+", " ", line)[:200]


def _no_table(database: Database, relation: str) -> str:
    if not relation:
        return f"{database.dialect.title} has no such table as `query` names."
    said = f"{database.dialect.title} has no such table or view as {relation}"
    said += "." if database.dialect.name == "sqlite" else f", or {_account(database)} may not see it."
    own = {name: name.rpartition(".")[2].lower() for name in _names(database)}
    alike = get_close_matches(relation.rpartition(".")[2].lower(), own.values(), 3, 0.5)
    names = sorted(own, key=lambda name: (alike.index(own[name]) if own[name] in alike else LISTED, name))
    more = f" and {len(names) - LISTED:,} more" if len(names) > LISTED else ""
    there = f" There is {', '.join(names[:LISTED])}{more}." if names else ""
    return f"{said}{there} Correct `relation`; if it is gone for good, take the source out: its rows stay."


def _account(database: Database) -> str:
    return database.url.username or "this account"


def _names(database: Database) -> list[str]:
    try:
        return [name for name, _ in database.inspect(sql_catalogue.listed)]
    except SQLAlchemyError:
        return []


def _no_right(database: Database, relation: str) -> str:
    said = f"{_account(database)} may not read {relation or 'what `query` names'}."
    account, dialect = _account(database), database.dialect
    what = ".".join(dialect.named(part) for part in relation.split(".")) if relation else "…"
    what = what.replace("%%", "%")
    if dialect.name == "postgresql":
        schema = dialect.named(relation.rpartition(".")[0] or "public").replace("%%", "%")
        who = dialect.named(account).replace("%%", "%")
        return f"{said} Have run: GRANT USAGE ON SCHEMA {schema} TO {who}; GRANT SELECT ON {what} TO {who};"
    return f"{said} Have run: GRANT SELECT ON {what} TO '{account}'@'%';"
