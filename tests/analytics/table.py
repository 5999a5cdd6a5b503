"""Rows as a table in the test's own text, and windows by their local times."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.scope import Scope


def table(text: str) -> list[dict[str, object]]:
    """Rows of a table drawn with spaces; `-` is an empty cell, `#` begins a comment."""
    head, *lines = [line.split() for line in text.strip().splitlines() if not line.strip().startswith("#")]
    return [
        {name: value for name, value in zip(head, line, strict=True) if value != "-"}
        for line in lines
        if line
    ]


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The rows of a frame: missing values as None, times as text on their own clock, floats rounded."""
    return [tuple(_plain(value) for value in row) for row in frame.itertuples(index=False)]


def _plain(value: object) -> object:
    if isinstance(value, pd.Timestamp):
        return value.isoformat(timespec="minutes")
    if pd.isna(value):
        return None
    return round(value, 6) if isinstance(value, float) else value


def at(text: str, timezone: str = "UTC") -> datetime:
    """A local time as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))


def window(start: str, end: str, timezone: str = "UTC", **fields: Any) -> Scope:
    """The scope from one local time to another."""
    return Scope(at(start, timezone), at(end, timezone), timezone, **fields)
