"""Questions: what a panel asks, whatever answers it; and the rows that an answer was drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import pandas as pd

from analytics.filters import Filter
from analytics.scope import Scope
from analytics.thresholds import Good
from analytics.view import View

# `points` is the difference of two ratios, `chance` a p-value: it says more the closer to nothing it is.
Unit = Literal[
    "",
    "count",
    "number",
    "ratio",
    "points",
    "chance",
    "ms",
    "hours",
    "bytes",
    "usd",
    "time",
    "text",
    "flag",
    "series",
]


@dataclass(frozen=True)
class Column:
    """A column of an answer: what to call it, its unit, what it means, and which way is better.

    What is `worded` is a sentence of the product's own around numbers, in which no name stands.
    """

    name: str
    label: str
    unit: Unit
    definition: str
    good: Good = "none"
    worded: bool = False


@dataclass(frozen=True)
class Behind:
    """The rows that a number was drawn from: rows of a source of the model that fulfil a condition.

    The condition is SQL of the model's own over a row `r`, an empty one holds for every row; `where` narrows
    them as the question did, and `groups` to those that a ranking shows: their labels in the dimensions `by`.
    """

    source: str
    condition: str = ""
    where: Filter | None = None
    by: tuple[str, ...] = ()
    groups: tuple[tuple[str, ...], ...] = ()


class Question(Protocol):
    """What can be asked in any scope: a Query of the model, or an Analysis."""

    @property
    def name(self) -> str:
        """What tells it from every other question."""
        ...

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns of its answer, in their order."""
        ...

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that it reads: an answer is as old as they are."""
        ...

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that its own filters ask for: an answer is as old as what these are looked up in."""
        ...

    @property
    def additive(self) -> tuple[str, ...]:
        """The columns in which the answers for two sets of tenants sum up to the answer for both."""
        ...

    @property
    def definition(self) -> str:
        """What the numbers mean, in one sentence."""
        ...

    def column(self, name: str) -> Column:
        """The column of that name; a KeyError names those that there are."""
        ...

    def behind(self, name: str) -> Behind | None:
        """The rows that the numbers of a column were drawn from; None where single rows cannot be shown."""
        ...

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer, with exactly these columns."""
        ...


def column_named(question: str, columns: tuple[Column, ...], name: str) -> Column:
    """The column of that name."""
    for column in columns:
        if column.name == name:
            return column
    known = ", ".join(column.name for column in columns)
    raise KeyError(f"{question} has no column {name!r}: it has {known}")
