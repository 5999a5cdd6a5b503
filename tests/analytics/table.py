"""Rows as a table in the test's own text."""

from __future__ import annotations

import pandas as pd


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
