"""A company's SQLite database with product events, and the engine that reads it."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from data.sources.sql import Sql
from data.store import Store
from data.sync.engine import Engine
from data.sync.reader import Reader

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
COLUMNS = "id integer primary key, event_type text, user_id text, org_id text, created_at text"


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Shop:
    """The database, written to as the company would."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run(f"create table if not exists product_events ({COLUMNS})")

    def run(self, sql: str, rows: list[tuple] | None = None) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            if rows is None:
                connection.execute(sql)
            else:
                connection.executemany(sql, rows)
        connection.close()

    def add(self, *rows: tuple[int, str, datetime]) -> None:
        self.run(
            "insert into product_events values (?, ?, 'u1', 'acme', ?)",
            [(n, kind, at.strftime("%Y-%m-%d %H:%M:%S.%f")) for n, kind, at in rows],
        )

    def toml(self, name: str = "shop", **said: object) -> str:
        """The section of the configuration that names it."""
        keys = {"name": name, "kind": "sql", "url": f"sqlite:///{self.path}", "relation": "product_events"}
        keys |= {"cursor": "created_at", "timezone": "UTC"} | said
        return "[[sources]]\n" + "".join(f"{key} = '{value}'\n" for key, value in keys.items())


def engine_of(shop: Shop, store: Store, clock: Clock, folder: Path, **said: object) -> Engine:
    """The engine over a shop."""
    keys = {"kind": "sql", "name": "shop", "url": f"sqlite:///{shop.path}", "relation": "product_events"}
    settings = Sql.model_validate(keys | {"cursor": "created_at", "timezone": "UTC", "page": 2} | said)
    return Engine(
        settings, Reader(settings, folder / "spool" / "shop"), lambda: store, folder / "mappings", clock
    )


def rows(store: Store) -> list[tuple[str, str]]:
    """What came in."""
    found = store.admin.frame("select event_id, event_type from raw.events order by event_id")
    return list(found.itertuples(index=False, name=None))
