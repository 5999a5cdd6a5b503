"""A small store in memory whose clock stands still, and tables written as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics.scope import Scope
from data.store import Store
from tests.stores import in_memory

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store() -> Iterator[Store]:
    """An empty store in memory; it is noon of 1 March 2026, UTC."""
    with in_memory(lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="module")
def held() -> Iterator[Store]:
    """One store for a module: its fixtures fill it, its tests only read."""
    with in_memory(lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="session")
def february() -> Scope:
    """All tenants, the whole of February 2026, UTC."""
    return Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), now=NOW)


def table(text: str) -> list[dict[str, object]]:
    """Rows from a text table: a header of names, two or more spaces between cells, `-` for nothing."""
    header, *lines = [re.split(r"\s{2,}", line.strip()) for line in text.strip().splitlines()]
    return [{name: cell for name, cell in zip(header, line, strict=True) if cell != "-"} for line in lines]


def tuples(frame) -> list[tuple[object, ...]]:
    """A frame's rows, missing values as None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [tuple(row) for row in plain.itertuples(index=False)]


def kept(store, scope: Scope, where, key: str, relation: str) -> str:
    """The ids of the rows that are kept, in one text."""
    frame = store.frame(replace(scope, where=where), f"select {key} from {relation} order by {key}")
    return " ".join(frame[key])
