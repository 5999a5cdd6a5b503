"""Stores in memory for the tests that ask analyses."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from tests import stores


@pytest.fixture
def store():
    with stores.in_memory() as opened:
        yield opened


@pytest.fixture(scope="module")
def in_memory():
    """Opens stores that all tests of a module share, for those that only read."""
    with ExitStack() as opened:
        yield lambda: opened.enter_context(stores.in_memory())
