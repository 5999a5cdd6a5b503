"""A source is read so that nothing is lost and nothing comes twice: new rows, history, late, changed and
deleted ones.
"""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.sources.opening import SourceError
from data.sources.sql import Sql
from data.store import Store, open_store
from data.sync import state
from data.sync.engine import Engine
from data.sync.reader import Reader

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Shop:
    """A company's SQLite database with product events."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.run(
            "create table product_events (id integer primary key, event_type text, user_id text, org_id text, created_at text)"
        )

    def run(self, sql: str, rows: list[tuple] | None = None) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            connection.executemany(sql, rows) if rows is not None else connection.execute(sql)
        connection.close()

    def add(self, *rows: tuple[int, str, datetime]) -> None:
        self.run(
            "insert into product_events values (?, ?, 'u1', 'acme', ?)",
            [(n, kind, at.strftime("%Y-%m-%d %H:%M:%S.%f")) for n, kind, at in rows],
        )


@pytest.fixture
def shop(tmp_path):
    return Shop(tmp_path / "shop.sqlite")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    opened = open_store(tmp_path / "store.duckdb", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def engine(shop, store, clock, tmp_path):
    made = engine_of(shop, store, clock, tmp_path)
    yield made
    made.reader.close()


def engine_of(shop, store, clock, folder, **said) -> Engine:
    settings = Sql(
        **{
            "kind": "sql", "name": "shop", "url": f"sqlite:///{shop.path}", "relation": "product_events",
            "cursor": "created_at", "timezone": "UTC", "page": 2,
        }
        | said
    )  # fmt: skip
    return Engine(
        settings, Reader(settings, folder / "spool" / "shop"), lambda: store, folder / "mappings", clock
    )


def rows(store: Store) -> list[tuple[str, str]]:
    found = store.admin.frame("select event_id, event_type from raw.events order by event_id")
    return list(found.itertuples(index=False, name=None))


def test_history_comes_in_whole_and_the_mark_stands_at_its_end(shop, store, clock, engine):
    shop.add(*[(n, "login", NOW - timedelta(hours=n)) for n in range(1, 8)])
    synced = engine.sync()
    assert rows(store) == [(str(n), "login") for n in range(1, 8)]
    assert synced.counts.rows == 7
    reached = state.state_of(store, "shop")
    assert (reached.mark_at, reached.floor_at, reached.has_history) == (NOW, NOW - timedelta(hours=7), True)


def test_a_second_sync_brings_what_is_new_and_nothing_twice(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(minutes=1)))
    engine.sync()
    clock.now += timedelta(minutes=1)
    shop.add((2, "logout", NOW + timedelta(seconds=30)))
    assert engine.sync().counts.rows == 1
    assert rows(store) == [("1", "login"), ("2", "logout")]


def test_a_late_row_inside_the_overlap_is_picked_up(shop, store, clock, engine):
    shop.add((1, "login", NOW))
    engine.sync()
    clock.now += timedelta(minutes=1)
    shop.add((2, "late", NOW - timedelta(minutes=4)))
    engine.sync()
    assert rows(store) == [("1", "login"), ("2", "late")]


def test_a_row_later_than_the_overlap_is_found_by_counting(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=30)), (2, "login", NOW))
    engine.sync()
    shop.add((3, "late", NOW - timedelta(hours=29)))
    engine.sync()
    assert len(rows(store)) == 2
    assert engine.reconcile().counts.rows == 1
    assert rows(store) == [("1", "login"), ("2", "login"), ("3", "late")]
    assert engine.reconcile().sentence == "Counted hour by hour: the source and the store agree."


def test_a_deleted_row_goes_but_history_that_the_source_dropped_stays(shop, store, clock, engine):
    shop.add(*[(n, "login", NOW - timedelta(hours=n, minutes=1)) for n in (1, 2, 3, 4)])
    shop.add((5, "logout", NOW - timedelta(hours=2, minutes=30)))
    engine.sync()
    shop.run("delete from product_events where id in (4, 5)")
    engine.reconcile()
    assert rows(store) == [("1", "login"), ("2", "login"), ("3", "login"), ("4", "login")]


def test_a_changed_row_of_a_mutable_source_is_replaced_wherever_it_lies(shop, store, clock, tmp_path):
    shop.add((1, "draft", NOW - timedelta(days=20)))
    changing = engine_of(shop, store, clock, tmp_path, mutable=True)
    changing.sync()
    clock.now += timedelta(minutes=1)
    shop.run(
        f"update product_events set event_type = 'final', created_at = '{NOW:%Y-%m-%d %H:%M:%S.%f}' where id = 1"
    )
    changing.sync()
    changing.reader.close()
    assert rows(store) == [("1", "final")]


def test_what_cannot_be_read_is_in_quarantine_and_counted(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=1)))
    shop.run("insert into product_events values (2, 'odd', 'u', 'acme', '2026-03-01 10:00:00 broken')")
    synced = engine.sync()
    assert (synced.counts.rows, synced.counts.quarantined) == (1, 1)
    assert store.admin.quarantine()["reason"].tolist() == ["created_at is not a time"]


def test_a_source_that_is_not_there_says_so(shop, store, clock, tmp_path):
    gone = engine_of(shop, store, clock, tmp_path, relation="nothing")
    with pytest.raises(SourceError, match="no such table"):
        gone.sync()
    gone.reader.close()
