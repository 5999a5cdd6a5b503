"""What is to be drawn and what is drawn of it: the two ends of every chart of a panel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytics.model import Share, model
from ui import charts
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from analytics.board import Panel
    from analytics.question import Column
    from analytics.scope import Scope
    from ui.charts import Figure, Mark, Scale


PREVIOUS = "previous"


@dataclass(frozen=True)
class Drawing:
    """A figure, what it says in a sentence, and what it leaves out ("9 of 31")."""

    figure: Figure
    says: str
    hint: str = ""
    wide: bool = False  # whether it needs more room than a phone is wide


@dataclass(frozen=True)
class Subject:
    """A panel's answer in its scope, the answer that it is compared with, and what happened meanwhile."""

    panel: Panel
    scope: Scope
    frame: pd.DataFrame
    before: pd.DataFrame | None = None
    marks: tuple[Mark, ...] = ()
    beside: str = PREVIOUS  # what the window compared with is called

    @cached_property
    def value(self) -> Column:
        """The column that is drawn."""
        return self.panel.question.column(self.panel.value)

    @property
    def unit(self) -> str:
        """The unit of the panel, else of the column that it draws."""
        return self.panel.unit or self.value.unit

    @property
    def height(self) -> int:
        """How high a chart is: beside long tables as high as these."""
        return charts.LARGE if self.panel.tall else charts.MEDIUM

    @property
    def denominator(self) -> str | None:
        """The column that a ratio is a part of, where the answer has it."""
        name = f"{self.panel.value}_of"
        return name if name in self.frame.columns else None

    @property
    def adds_up(self) -> bool:
        """Whether the values of groups sum up to that of all of them."""
        if self.panel.value in self.panel.question.additive or self.panel.value == "share":
            return True
        measure = model().measures.get(self.panel.value)
        return measure is not None and (measure.additive or isinstance(measure.formula, Share))

    def scale(self, values: Iterable[float | None]) -> Scale:
        """How these values are written."""
        return charts.fitting(self.unit, values)

    def said(self, value: float | None) -> str:
        """One value in words."""
        return say.number(value, self.unit)

    def of_many(self, row: dict[Any, Any]) -> str:
        """What a ratio of a row is a part of: of 1,204 executions."""
        if self.denominator is None:
            return ""
        column = self.panel.question.column(self.denominator)
        return f"of {say.number(row[self.denominator], column.unit)} {in_a_sentence(column.label)}"


def in_a_sentence(label: str) -> str:
    """A label inside a sentence: executions, but AI queries."""
    first = label.partition(" ")[0]
    return label if first.isupper() and len(first) > 1 else label[:1].lower() + label[1:]
