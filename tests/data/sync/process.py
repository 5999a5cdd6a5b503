"""A sync in a process of its own, to be killed."""

from __future__ import annotations

from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path

from data.store import open_store
from data.sync import plan
from tests.data.sync.shop import Clock, Shop, engine_of


def sync(folder: Path, size: int, now: datetime, told: Connection) -> None:
    """Sync the shop in small windows, and tell after each how many records are in."""
    plan.FIRST = plan.LARGEST = size
    clock = Clock()
    clock.now = now
    store = open_store(folder / "store.duckdb", clock=clock)
    engine = engine_of(Shop(folder / "shop.sqlite"), store, clock, folder, page=size)
    engine.progress = lambda progress: told.send(progress.records)
    engine.sync()
    engine.reader.close()
    store.close()
