"""A company's database, a store, and the engine that reads one into the other."""

from __future__ import annotations

import pytest

from data.store import open_store
from tests.data.sync.shop import Clock, Shop, engine_of


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
