"""Frames as files: CSV that no spreadsheet runs, and Parquet."""

from __future__ import annotations

import io
import re

import pandas as pd

# What a spreadsheet takes for the beginning of a formula.
FORMULA = re.compile(r"^[=+\-@\t\r]")


def csv(frame: pd.DataFrame) -> bytes:
    """UTF-8, one line a row, times with their offset; a text that would start a formula begins with '."""
    safe = frame.rename(columns=defused)
    for place, name in enumerate(safe.columns):
        values = frame.iloc[:, place]
        if holds_text(values):
            safe = safe.assign(**{name: values.map(defused)})
    return safe.to_csv(index=False, lineterminator="\r\n").encode()


def parquet(frame: pd.DataFrame) -> bytes:
    """The frame with its types: for programs, which run no cell."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def holds_text(values: pd.Series) -> bool:
    """Whether a column may hold texts: numbers below zero are no formulas."""
    return values.dtype == object or pd.api.types.is_string_dtype(values) or values.dtype == "category"


def defused(value: object) -> object:
    """A text that a spreadsheet shows rather than runs."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def file_name(title: str, start: str, end: str, kind: str) -> str:
    """executions-over-time_2026-11-20_2026-11-21.csv"""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "panel"
    return f"{slug}_{start}_{end}.{kind}"
