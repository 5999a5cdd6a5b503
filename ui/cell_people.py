"""A cell of a triangle that was clicked: who of a cohort came back in a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from analytics.retention_questions import CellPeople
from ui import drill
from ui import format as say

if TYPE_CHECKING:
    from analytics.retention import RetentionSpec
    from analytics.retention_questions import Triangle
    from ui.asked import Asked


@dataclass(frozen=True)
class Cell:
    """Where a cell is: when its cohort began, and its period."""

    cohort: datetime
    period: int

    def question(self, asked: Asked) -> CellPeople:
        """Who is counted in it."""
        return CellPeople(spec_of(asked), self.cohort, self.period)

    def unit(self, asked: Asked) -> str:
        """What the retention counts."""
        return spec_of(asked).unit

    def words(self, asked: Asked, count: str) -> str:
        """So many who started then, and came back in that period."""
        period = spec_of(asked).period
        when = say.day(self.cohort, asked.scope.present.astimezone(self.cohort.tzinfo))
        if not self.period:
            return f"**{count}** started in the {period} of {when}"
        return f"**{count}** who started in the {period} of {when} came back in {period} {self.period}"


def clicked(key: str) -> Cell | None:
    """The cell that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    carried = points[0].get("customdata") if points else None
    if not (isinstance(carried, list) and len(carried) == 2 and isinstance(carried[1], int)):
        return None
    try:
        return Cell(datetime.fromisoformat(str(carried[0])), carried[1])
    except ValueError:
        return None


def spec_of(asked: Asked) -> RetentionSpec:
    """The retention that the panel draws."""
    return cast("Triangle", asked.panel.question).spec
