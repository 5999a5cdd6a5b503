"""Stores in memory on an engine that served others before: emptying one takes a tenth of what opening one takes.

A test that sets something on the engine, or wants a file, opens a store of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import duckdb

from data import duck, limits, migrations
from data.store import Clock, Store, utc_now
from data.tables import SCHEMA

_IDLE: list[duckdb.DuckDBPyConnection] = []
_HELD = """select schema_name || '.' || table_name, estimated_size from duckdb_tables() where not temporary
union all select schema_name || '.' || view_name, 0 from duckdb_views() where not internal and not temporary"""


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
    migrations.prepare(engine, None, datetime(2026, 1, 1))
    return engine


def _emptied(engine: duckdb.DuckDBPyConnection) -> bool:
    """Take all rows out; False where more than rows were left behind, or somebody still writes."""
    try:
        held = dict(engine.execute(_HELD).fetchall())
        if len(held) != SCHEMA.count("create table "):
            return False
        engine.execute("begin")
        for name, rows in held.items():
            if rows:
                engine.execute(f"delete from {name}")
        migrations.fill(engine, datetime(2026, 1, 1))
        engine.execute("commit")
    except duckdb.Error:
        return False
    return True
