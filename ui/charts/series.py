"""What a time chart draws: one list of values a series, all over the same buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ui.ink import OTHER, inks

MOST_SERIES = 6
IS_OTHER = "is_other"
NONE = "(none)"


@dataclass(frozen=True)
class Series:
    """One line, area or row of bars: its name, its ink, and a value a bucket (None where there is none)."""

    name: str
    points: list[float | None]
    ink: str

    @property
    def total(self) -> float:
        """The sum of what there is."""
        return sum(value for value in self.points if value is not None)


def one(name: str, values: pd.Series) -> list[Series]:
    """A chart of a single series."""
    return inked({name: numbers(values)})


def several(frame: pd.DataFrame, columns: Sequence[tuple[str, str]]) -> list[Series]:
    """A series of each column (name in the frame, name for people), in this order."""
    return inked({label: numbers(frame[name]) for name, label in columns})


@dataclass(frozen=True)
class Split:
    """The series of a frame over the values of its x, in order; and how many series were left out."""

    places: list[Any]
    series: list[Series]
    left_out: int = 0


def split(frame: pd.DataFrame, x: str, y: str, by: str, *, adds_up: bool) -> Split:
    """A series of each value of `by`, the biggest first.

    Inks go by the names, so that charts of the same values on a page have the same colours.

    What is over six is one series "other" where the numbers add up; otherwise it is left out.
    """
    named = named_other(frame, by)
    groups = named.assign(**{y: numbers(named[y])}).groupby([x, by], dropna=False, observed=True)[y]
    table = (groups.sum(min_count=1) if adds_up else groups.first()).unstack(by)
    table.columns = [str(name) or NONE for name in table.columns]
    if NONE in table and not table[NONE].fillna(0).any():
        table = table.drop(columns=NONE)  # nothing of no name is no series
    order = table.abs().sum().sort_values(ascending=False, kind="stable").index
    biggest = [name for name in order if name != OTHER][:MOST_SERIES]
    rest = [name for name in order if name not in biggest]
    found = {name: numbers(table[name]) for name in biggest}
    if rest and adds_up:
        found[OTHER] = numbers(table[rest].sum(axis=1, min_count=1))
    return Split(list(table.index), inked(found, ordered=False), 0 if adds_up else len(rest))


def named_other(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """The frame with "other" in the row that stands for all groups not shown."""
    if IS_OTHER not in frame:
        return frame
    return frame.assign(**{by: frame[by].astype(object).where(~frame[IS_OTHER].astype(bool), OTHER)})


def inked(values: dict[str, list[float | None]], *, ordered: bool = True) -> list[Series]:
    """Each series with its ink."""
    ink = inks(values if ordered else sorted(values))
    return [Series(name, each, ink[name]) for name, each in values.items()]


def numbers(values: pd.Series) -> list[float | None]:
    """Numbers of any kind, decimals too, as a figure holds them; None where one is missing."""
    whole = pd.api.types.is_integer_dtype(values.dtype)
    return [
        None if missing else int(value) if whole else float(value)
        for value, missing in zip(values, values.isna(), strict=True)
    ]
