"""A store in memory for the tests that ask analyses."""

from __future__ import annotations

import pytest

from data.store import open_store


@pytest.fixture
def store():
    opened = open_store("duckdb://:memory:")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def in_memory():
    """Opens stores that all tests of a module share, for those that only read."""
    opened = []

    def open_one():
        opened.append(open_store("duckdb://:memory:"))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()
