"""Texts as times, durations and numbers: the SQL macros that every load makes on its connection."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import duckdb

from analytics.sql import blocks

REMEMBERED = 1 << 16  # characters of the texts whose reading is kept
_LOCK = threading.Lock()
_SAID = "unnest($texts::varchar[]) as t(said)"
_MACROS = blocks(__file__)["macros"]
_PARSED: list[duckdb.Statement] = []


def prepare(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make `moment`, `milliseconds` and the like known on this connection."""
    if not _PARSED:  # parsing takes as long as making them
        _PARSED[:] = cursor.extract_statements(_MACROS)
    for statement in _PARSED:
        cursor.execute(statement)


@dataclass(frozen=True)
class Reading:
    """How texts read as times: the share that are times, and the share of those that say their zone."""

    times: float
    zoned: float


def as_times(texts: Sequence[str]) -> Reading:
    """Whether texts are times, judged as a load would read them."""
    if not texts:
        return Reading(0.0, 0.0)
    times, zoned = _examine(
        f"select count(moment(said, 'UTC')), count(moment(said, null)) from {_SAID}",
        texts,
    )
    return Reading(times / len(texts), zoned / times if times else 0.0)


def as_durations(texts: Sequence[str]) -> tuple[float, float]:
    """The share of texts that are durations, and the share that are bare numbers."""
    durations, bare = _examine(
        f"select count(milliseconds(said, 'ms')), count(number(said)) from {_SAID}",
        texts,
    )
    many = max(1, len(texts))
    return durations / many, bare / many


def _examine(sql: str, texts: Sequence[str]) -> tuple[int, int]:
    # A file is proposed when it is chosen, changed and loaded, with the same texts each time.
    asked = _asked if sum(map(len, texts)) < REMEMBERED else _asked.__wrapped__
    return asked(sql, tuple(texts))


@lru_cache(maxsize=64)
def _asked(sql: str, texts: tuple[str, ...]) -> tuple[int, int]:
    with _LOCK:
        row = _examiner().execute(sql, {"texts": list(texts)}).fetchone()
    return row or (0, 0)


@cache
def _examiner() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:", config={"threads": 1})
    connection.execute("set TimeZone = 'UTC'")
    prepare(connection)
    return connection
