"""A store in memory for the tests that ask analyses."""

from __future__ import annotations

import pytest

from data.store import open_store


@pytest.fixture
def store():
    opened = open_store("duckdb://:memory:")
    yield opened
    opened.close()
