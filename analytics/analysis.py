"""Analyses: questions with a name, a definition and declared columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from analytics.question import Behind, Column, Question, Unit, column_named
from analytics.scope import Grain, Scope
from analytics.view import View

__all__ = ["Analysis", "Column", "Unit", "WrongColumns", "analysis"]


PeopleOf = Callable[[Mapping[str, Any], str], Question | None]


class WrongColumns(RuntimeError):
    """An analysis returned other columns than it declares: a fault in its code."""


@dataclass(frozen=True)
class Analysis:
    """A question that can be asked in any scope, and the columns of its answer.

    `additive` names the columns in which the answers for two sets of tenants sum up to the answer for both,
    row by row of the columns that are texts or times. `drawn_from` says of which rows a column's numbers are,
    `grain` how long its buckets are, where the window alone does not tell,
    `people_of` whom a column of a row counts, where that is known.
    """

    name: str
    run: Callable[[View, Scope], pd.DataFrame]
    columns: tuple[Column, ...]
    tables: tuple[str, ...]
    additive: tuple[str, ...] = ()
    drawn_from: Mapping[str, Behind] = field(default_factory=dict[str, Behind], hash=False)
    grain: Grain | None = None
    people_of: PeopleOf | None = field(default=None, hash=False, compare=False)

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

    @property
    def filtered_by(self) -> frozenset[str]:
        """None: what an analysis reads, its tables name."""
        return frozenset()

    def column(self, name: str) -> Column:
        """The declared column of that name."""
        return column_named(self.name, self.columns, name)

    def behind(self, name: str) -> Behind | None:
        """The rows that the numbers of a column were drawn from; None where single rows cannot be shown."""
        return self.drawn_from.get(name)

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
    *,
    tables: tuple[str, ...],
    columns: tuple[Column, ...],
    additive: tuple[str, ...] = (),
    drawn_from: Mapping[str, Behind] | None = None,
    grain: Grain | None = None,
    people_of: PeopleOf | None = None,
) -> Callable[[Callable[[View, Scope], pd.DataFrame]], Analysis]:
    """Makes an Analysis of a function, named after its module and itself: `activity.totals`."""

    def declare(run: Callable[[View, Scope], pd.DataFrame]) -> Analysis:
        if not run.__doc__:
            raise ValueError(f"{run.__name__} needs a docstring: its first line is the definition")
        module = run.__module__.removeprefix("analytics.")
        return Analysis(
            f"{module}.{run.__name__}", run, columns, tables, additive, drawn_from or {}, grain, people_of
        )

    return declare


def _listed(what: str, names: set[str]) -> str:
    return f"{what}: {', '.join(sorted(names))}" if names else ""
