"""A column of a chart that was clicked: whom it counts, where its question knows that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from analytics.funnel_questions import FunnelTimes
from ui import drill
from ui import format as say

if TYPE_CHECKING:
    from analytics.board import Panel
    from analytics.question import Question
    from ui.asked import Asked

CHARTS = ("bar", "stacked_bar", "histogram")


@runtime_checkable
class Counting(Protocol):
    """A question that knows the people of each row of its answer."""

    def people_at(self, place: int) -> Question:
        """Who the row at a place counts."""
        ...


@dataclass(frozen=True)
class Mark:
    """The place of a row of the answer."""

    place: int

    def question(self, asked: Asked) -> Question:
        """Who is counted there."""
        return cast("Counting", asked.panel.question).people_at(self.place)

    def unit(self, asked: Asked) -> str:
        """What is counted."""
        question = asked.panel.question
        return question.spec.unit if isinstance(question, FunnelTimes) else str(getattr(question, "unit", ""))

    def words(self, asked: Asked, count: str) -> str:
        """So many, and what the column is of: between which times, or how often."""
        panel, frame = asked.panel, asked.now.result().frame
        across = panel.question.column(str(panel.x))
        value = say.number(frame[across.name].iloc[self.place], across.unit)
        if panel.chart != "histogram":
            return f"**{count}**, {across.label.lower()}: {value}"
        following = frame[across.name].iloc[self.place + 1 :]
        end = f" to {say.number(following.iloc[0], across.unit)}" if len(following) else " or more"
        return f"**{count}** took {value}{end}"


def listable(panel: Panel) -> bool:
    """Whether the columns of a panel know their people."""
    return panel.chart in CHARTS and not panel.click and isinstance(panel.question, Counting)


def clicked(panel: Panel, key: str) -> Mark | None:
    """The column that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    sent = points[0].get("customdata") if points else None
    if not (listable(panel) and isinstance(sent, list) and len(sent) == 1 and type(sent[0]) is int):
        return None
    return Mark(sent[0]) if sent[0] >= 0 else None
