"""Frames as files: CSV that no spreadsheet runs, and Parquet."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.question import Column

# What a spreadsheet takes for the beginning of a formula.
FORMULA = re.compile(r"^[=+\-@\t\r]")


# What a number of a column is measured in, where its label does not say so.
IN = {"ms": "ms", "hours": "h", "bytes": "bytes", "usd": "USD", "ratio": "0 to 1", "points": "-1 to 1"}


def csv(frame: pd.DataFrame, columns: Sequence[Column] = ()) -> bytes:
    """UTF-8, one line a row, times with their offset; a text that would start a formula begins with '.

    Each column is headed by its label and its unit where `columns` says them, in the frame's order.
    """
    headed = frame.set_axis(headings(columns), axis="columns") if columns else frame
    safe = headed.rename(columns=defused)
    for place, name in enumerate(safe.columns):
        values = frame.iloc[:, place]
        if holds_text(values):
            safe = safe.assign(**{name: values.map(written)})
    return safe.to_csv(index=False, lineterminator="\r\n").encode()


def headings(columns: Sequence[Column]) -> list[str]:
    """Duration (ms): what the screen calls a column, and its unit; two of one label say their names too."""
    labels = [f"{each.label} ({IN[each.unit]})" if each.unit in IN else each.label for each in columns]
    return [
        f"{label} [{each.name}]" if labels.count(label) > 1 else label
        for label, each in zip(labels, columns, strict=True)
    ]


def parquet(frame: pd.DataFrame) -> bytes:
    """The frame with its types and names: for programs, which run no cell and read no label."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False, compression="zstd")
    return buffer.getvalue()


def holds_text(values: pd.Series) -> bool:
    """Whether a column may hold texts: numbers below zero are no formulas."""
    return values.dtype == object or pd.api.types.is_string_dtype(values) or values.dtype == "category"


def written(value: object) -> object:
    """What a cell of a CSV holds: exact numbers with all their digits, as 0E-9 is none to a bookkeeper."""
    return f"{value:f}" if isinstance(value, Decimal) else defused(value)


def defused(value: object) -> object:
    """A text that a spreadsheet shows rather than runs."""
    return f"'{value}" if isinstance(value, str) and FORMULA.match(value) else value


def file_name(title: str, start: str, end: str, kind: str) -> str:
    """executions-over-time_2026-11-20_2026-11-21.csv"""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "panel"
    return f"{slug}_{start}_{end}.{kind}"
