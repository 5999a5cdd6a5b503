"""The same tables in a PostgreSQL, a MariaDB and a SQLite file, as a company would have them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa

from data.sources.sql import Sql
from data.store import Store
from data.sync.engine import Engine
from data.sync.reader import Reader

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KINDS = ("postgresql", "mariadb", "sqlite")
# What each of them calls a type.
TYPES = {
    "postgresql": {"moment": "timestamptz", "clock": "timestamp", "json": "jsonb", "bytes": "bytea", "truth": "boolean", "double": "double precision"},
    "mariadb": {"moment": "timestamp(6) null", "clock": "datetime(6)", "json": "json", "bytes": "varbinary(200)", "truth": "boolean", "double": "double"},
    "sqlite": {"moment": "text", "clock": "text", "json": "json", "bytes": "blob", "truth": "boolean", "double": "real"},
}  # fmt: skip


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Company:
    """Somebody's database, written to as its owner does."""

    kind: str
    url: str

    def __post_init__(self) -> None:
        self.engine = sa.create_engine(self.url)

    def run(self, *statements: str) -> None:
        """Statements in one transaction; `{moment}` and the like become this database's types."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(self.own(statement))

    def own(self, text: str) -> str:
        """A text in this database's words: `[name]` is a quoted name."""
        quote = "`" if self.kind == "mariadb" else '"'
        for word, kind in TYPES[self.kind].items():
            text = text.replace(f"{{{word}}}", kind)
        return re.sub(r"\[([^\W\d][\w %]*)\]", rf"{quote}\1{quote}", text)

    def add(self, table: str, *rows: Sequence[Any]) -> None:
        """Rows, with values as parameters."""
        mark = "?" if self.kind == "sqlite" else "%s"
        marks = ", ".join(mark for _ in rows[0])
        with self.engine.begin() as connection:
            for row in rows:
                connection.exec_driver_sql(self.own(f"insert into {table} values ({marks})"), tuple(row))


def engine_of(url: str, store: Store, clock: Clock, folder: Path, **said: Any) -> Engine:
    """The engine over one source named `shop`."""
    settings = Sql(**{"kind": "sql", "name": "shop", "url": url} | said)
    return Engine(settings, Reader(settings, folder / "spool"), lambda: store, folder / "mappings", clock)


def answer(store: Store, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query, as plain values."""
    found = store.admin.frame(sql)
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in found.itertuples(index=False, name=None)
    ]
