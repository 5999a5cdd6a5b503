"""A connection to somebody's database that can only read: each question in a read-only transaction of its
own, stopped after a while, all times in UTC.
"""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy import event, pool
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from data.sources.sql_dialects import DIALECTS, of_url
from data.sources.sql_times import Text

DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "mariadb": "mariadb+pymysql"}
CONNECT_SECONDS = 10
TWO_AT = "it has more than one @: within a password write @ as %40, / as %2F, : as %3A, # as %23 and % as %25"
WRITE_IT_AS = (
    "write it as postgresql://user:password@host/database, mysql://user:password@host/database "
    "or sqlite:////path/to/file"
)
_STEPS = 20_000  # of SQLite's machine, between two looks at the clock


def address(text: str) -> sa.URL:
    """A database's URL; raises ValueError, which repeats nothing of it."""
    if text.count("@") > 1:
        raise ValueError(f"url: {TWO_AT}")
    try:
        url = sa.make_url(re.sub(r"^postgres(?=[+:])", "postgresql", text.strip()))
        backend = url.get_backend_name()
    except (ArgumentError, ValueError):
        raise ValueError(f"url: {WRITE_IT_AS}") from None
    if backend not in DIALECTS:
        raise ValueError(f"url: {backend} is not read from; {WRITE_IT_AS}")
    if backend == "sqlite":
        if not url.database or ":memory:" in url.database:
            raise ValueError("url: name the file, as sqlite:////path/to/file")
        return url
    return url.set(drivername=DRIVERS[backend])


def session(seconds: int) -> tuple[str, ...]:
    """How a transaction of PostgreSQL begins.

    It is for this transaction alone, as what stands between us and the server may share connections.
    """
    settings = {"statement_timeout": str(seconds * 1000), "timezone": "UTC", "datestyle": "ISO, YMD"}
    settings |= {"extra_float_digits": "1", "standard_conforming_strings": "on"}
    calls = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return ("set transaction read only", f"select {calls}")


class Database:
    """Questions to one database; connects at the first."""

    def __init__(self, url: sa.URL, timeout: timedelta, zone: ZoneInfo | None = None) -> None:
        self.url, self.dialect = url, of_url(url)
        self.seconds = max(1, round(timeout.total_seconds()))
        self._deadline = 0.0
        self._times = Text(zone)
        self._engine = self._made()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """The rows of an answer. Raises SQLAlchemyError."""
        return self.ask(sql, values, lambda cursor: list(cursor.fetchall()))

    def one(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The first cell of an answer."""
        rows = self.rows(sql, values)
        return rows[0][0] if rows else None

    def ask(self, sql: str, values: Sequence[Any], read: Callable[[Any], Any]) -> Any:
        """What `read` takes from an answer. A connection that was lost is made anew, once."""
        try:
            return self._ask(sql, values, read)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._ask(sql, values, read)

    def inspect(self, look: Callable[[sa.Inspector], Any]) -> Any:
        """What the catalogue says."""
        with self._engine.connect() as connection:
            self._begin(connection)
            return look(sa.inspect(connection))

    @property
    def is_mariadb(self) -> bool:
        """Whether what answers as MySQL is MariaDB."""
        return bool(getattr(self._engine.dialect, "is_mariadb", False))

    @property
    def version(self) -> str:
        """The server's version, in numbers."""
        found = self._engine.dialect.server_version_info or ()
        return ".".join(str(part) for part in found if isinstance(part, int))

    def close(self) -> None:
        """Let go of the connection."""
        self._engine.dispose()

    def _ask(self, sql: str, values: Sequence[Any], read: Callable[[Any], Any]) -> Any:
        with self._engine.connect() as connection:
            self._begin(connection)
            return read(connection.exec_driver_sql(sql, tuple(values)).cursor)

    def _begin(self, connection: sa.Connection) -> None:
        self._deadline = time.monotonic() + self.seconds
        if self.dialect.name == "postgresql":
            for statement in session(self.seconds):
                connection.exec_driver_sql(statement)

    def _made(self) -> sa.Engine:
        settings: dict[str, Any] = {"pool_size": 1, "max_overflow": 0, "pool_recycle": 1800}
        if self.dialect.name == "sqlite":
            return sa.create_engine("sqlite://", creator=self._sqlite, poolclass=pool.NullPool)
        if self.dialect.name == "postgresql":
            arguments: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "prepare_threshold": None}
            arguments |= {"application_name": "tenantscope"}
            kept = {key: value for key, value in arguments.items() if key not in self.url.query}
            return sa.create_engine(self.url, connect_args=kept, use_native_hstore=False, **settings)
        engine = sa.create_engine(self.url, connect_args=self._mysql_arguments(), **settings)
        event.listen(engine, "connect", self._mysql)
        return engine

    def _mysql_arguments(self) -> dict[str, Any]:
        from pymysql import converters  # noqa: PLC0415  only where it is used
        from pymysql.constants import FIELD_TYPE  # noqa: PLC0415

        kept = {FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.LONGLONG, FIELD_TYPE.INT24}
        kept |= {FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.YEAR}
        # Times and decimals stay text: 0000-00-00 is no date, and a page must not fail for it.
        how = {
            key: read for key, read in converters.conversions.items() if type(key) is not int or key in kept
        }
        arguments = {
            "conv": how,
            "connect_timeout": CONNECT_SECONDS,
            "read_timeout": self.seconds + CONNECT_SECONDS,
            "charset": "utf8mb4",
        }
        arguments |= {"password": self.url.password.encode()} if self.url.password else {}
        return {key: value for key, value in arguments.items() if key not in self.url.query}

    def _mysql(self, connection: Any, record: object) -> None:
        del record
        limits = (f"max_execution_time = {self.seconds * 1000}", f"max_statement_time = {self.seconds}")
        with connection.cursor() as cursor:
            cursor.execute("set session time_zone = '+00:00'")
            cursor.execute("set session transaction read only")
            for limit in limits:  # MySQL has the one, MariaDB the other
                try:
                    cursor.execute(f"set session {limit}")
                    return
                except connection.Error:
                    continue

    def _sqlite(self) -> sqlite3.Connection:
        path = (self.url.database or "").removeprefix("file:").partition("?")[0]
        connection = sqlite3.connect(
            f"file:{quote(path)}?mode=ro", uri=True, timeout=CONNECT_SECONDS, check_same_thread=False
        )
        connection.text_factory = _decoded
        connection.create_function("placed", 1, self._times.placed, deterministic=True)
        connection.create_function("hour_number", 1, self._times.hour_number, deterministic=True)
        connection.set_progress_handler(lambda: time.monotonic() > self._deadline, _STEPS)
        connection.execute("pragma query_only = on")
        return connection


def _decoded(said: bytes) -> str:
    return said.decode(errors="replace")


__all__ = ["Database", "SQLAlchemyError", "address"]
