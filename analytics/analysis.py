"""Analyses: questions with a name, a definition and declared columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analytics.scope import Scope
from analytics.view import View

Unit = Literal["", "count", "ratio", "ms", "usd", "time", "text", "flag"]


class WrongColumns(RuntimeError):
    """An analysis returned other columns than it declares: a fault in its code."""


@dataclass(frozen=True)
class Column:
    """A column of an answer: what to call it, what it is measured in, and what it means."""

    name: str
    label: str
    unit: Unit
    definition: str


@dataclass(frozen=True)
class Analysis:
    """A question that can be asked in any scope, and the columns of its answer.

    `additive` names the columns in which the answers for two sets of tenants sum up to the answer for both,
    row by row of the columns that are texts or times.
    """

    name: str
    run: Callable[[View, Scope], pd.DataFrame]
    columns: tuple[Column, ...]
    tables: tuple[str, ...]
    additive: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        declared = [column.name for column in self.columns]
        if len(set(declared)) < len(declared):
            raise ValueError(f"{self.name} declares a column twice: {', '.join(declared)}")
        unknown = set(self.additive) - set(declared)
        if unknown:
            raise ValueError(f"{self.name} calls {', '.join(sorted(unknown))} additive without declaring it")

    @property
    def definition(self) -> str:
        """What the numbers mean, in one sentence."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(column.name for column in self.columns)
        raise KeyError(f"{self.name} has no column {name!r}: it has {known}")

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The answer, with exactly the declared columns, in their order."""
        frame = self.run(view, scope)
        declared = [column.name for column in self.columns]
        returned = [str(name) for name in frame.columns]
        if sorted(returned) != sorted(declared):
            missing, extra = set(declared) - set(returned), set(returned) - set(declared)
            raise WrongColumns(
                f"{self.name} must return the columns {', '.join(declared)}"
                f"{_listed('; missing', missing)}{_listed('; not declared', extra)}"
            )
        return frame[declared]


def analysis(
    *, tables: tuple[str, ...], columns: tuple[Column, ...], additive: tuple[str, ...] = ()
) -> Callable[[Callable[[View, Scope], pd.DataFrame]], Analysis]:
    """Makes an Analysis of a function, named after its module and itself: `executions.totals`."""

    def declare(run: Callable[[View, Scope], pd.DataFrame]) -> Analysis:
        if not run.__doc__:
            raise ValueError(f"{run.__name__} needs a docstring: its first line is the definition")
        module = run.__module__.removeprefix("analytics.")
        return Analysis(f"{module}.{run.__name__}", run, columns, tables, additive)

    return declare


def _listed(what: str, names: set[str]) -> str:
    return f"{what}: {', '.join(sorted(names))}" if names else ""
