"""Stores in memory on an engine that served others before: making its tables anew takes a quarter of what opening one takes.

A test that sets something on the engine, or wants a file, opens a store of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache

import duckdb

from data import duck, limits, migrations
from data.store import Clock, Store, utc_now
from data.tables import SCHEMA

_IDLE: list[duckdb.DuckDBPyConnection] = []
# All schemas that somebody made; of `main`, whether anything is in it.
_SCHEMAS = """select distinct schema_name from (
    select schema_name from duckdb_schemas() where not internal and schema_name <> 'main'
    union all select schema_name from duckdb_tables() where not temporary
    union all select schema_name from duckdb_views() where not internal and not temporary) order by all"""
BEGAN = datetime(2026, 1, 1)


@contextmanager
def in_memory(clock: Clock = utc_now) -> Iterator[Store]:
    """An empty store."""
    engine = _IDLE.pop() if _IDLE else _engine()
    store = Served(engine, clock)
    try:
        yield store
    finally:
        store.close()
        if _emptied(engine):
            _IDLE.append(engine)
        else:
            engine.close()


class Served(duck.DuckStore):
    """A store whose engine stays open when it is closed."""

    def __init__(self, engine: duckdb.DuckDBPyConnection, clock: Clock) -> None:
        self._engine = engine
        super().__init__(None, clock=clock, memory_limit=None, threads=None)

    def _open(self) -> duckdb.DuckDBPyConnection:
        connection = self._engine.cursor()
        self._learn(connection)
        return connection


def _engine() -> duckdb.DuckDBPyConnection:
    engine = duck.connect(None)
    duck._configure(engine, None, limits.memory(), limits.cores())
    migrations.prepare(engine, None, BEGAN)
    return engine


def _emptied(engine: duckdb.DuckDBPyConnection) -> bool:
    """Make all tables anew; False where more than tables were left behind, or somebody still writes.

    Rows that are only deleted can still fail a cast of a query that comes later.
    """
    try:
        held = engine.execute(_SCHEMAS).fetchall()
        if held != [("control",), ("raw",)]:
            return False
        engine.execute("begin")
        engine.execute("drop schema raw cascade")
        engine.execute("drop schema control cascade")
        for statement in _parsed():
            engine.execute(statement)
        migrations.fill(engine, BEGAN)
        engine.execute("commit")
    except duckdb.Error:
        return False
    return True


@cache
def _parsed() -> list[duckdb.Statement]:
    return duckdb.connect(":memory:").extract_statements(SCHEMA)
