"""A bar of a funnel that was clicked: who reached a step, or dropped before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from analytics.funnel_questions import FunnelQuestion
from analytics.funnel_windows import FunnelWindows
from ui import address, drill
from ui import format as say
from ui.labels import NONE

if TYPE_CHECKING:
    from analytics.board import Panel
    from analytics.question import Question
    from ui.asked import Asked


@dataclass(frozen=True)
class StepPeople:
    """A step, with a minus those who have not reached it, and the value of the breakdown where there is one.

    Of those `waiting` says whether they still may, or left.
    """

    step: int
    value: str | tuple[str, ...] | None = None
    waiting: bool = False

    def question(self, asked: Asked) -> Question:
        """Who is counted there."""
        return funnel_of(asked.panel).people(
            self.step, self.value, waiting=None if self.step > 0 else self.waiting
        )

    def unit(self, asked: Asked) -> str:
        """What the funnel counts."""
        return funnel_of(asked.panel).spec.unit

    def words(self, asked: Asked, count: str) -> str:
        """So many who reached the step, or the one before and not this one."""
        names = [say.plain(name) for name in funnel_of(asked.panel).bars]
        parts = (self.value,) if isinstance(self.value, str) else self.value or ()
        within = "within" if isinstance(asked.panel.question, FunnelWindows) else "of"
        of = f" {within} {say.plain(' · '.join(part or NONE for part in parts))}" if parts else ""
        if self.step > 0:
            return f"**{count}**{of} reached {names[self.step - 1]}"
        before, here = names[-self.step - 2], names[-self.step - 1]
        if self.waiting:
            return f"**{count}**{of} reached {before} and still may reach {here}"
        return f"**{count}**{of} reached {before} and left before {here}"


def listable(panel: Panel) -> bool:
    """Whether the bars of a panel know their people: those of a funnel that is solved."""
    return panel.chart == "funnel" and isinstance(panel.question, FunnelQuestion | FunnelWindows)


def carried(panel: Panel, step: int, value: object, *, waiting: bool | None = None) -> list[object] | None:
    """What a part of a bar carries for its click: who reached the step, or who has not and may, or left.

    None where nobody can be listed, as of who left before the first.
    """
    if not listable(panel) or (waiting is not None and step == 1):
        return None
    whose = list(value) if isinstance(value, tuple) else value
    return [step, whose, False] if waiting is None else [-step, whose, waiting]


def clicked(panel: Panel, key: str) -> StepPeople | None:
    """The bar that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    sent = points[0].get("customdata") if points else None
    if not (isinstance(sent, list) and len(sent) == 3 and type(sent[0]) is int):
        return None
    step, value, waiting = sent
    if not 1 <= abs(step) <= len(funnel_of(panel).bars) or step == -1:
        return None
    if isinstance(value, list):
        value = tuple(map(str, value))
    # Whoever presents sees aliases, by which nobody is found.
    if value is not None and address.current().presenting:
        return None
    # A value where the chart is split by none, or none where it is, is of another chart.
    known = isinstance(value, str | tuple) if panel.by else value is None
    return StepPeople(step, value, step < 0 and waiting is True) if known else None


def funnel_of(panel: Panel) -> FunnelQuestion | FunnelWindows:
    """The funnel that the panel draws."""
    return cast("FunnelQuestion | FunnelWindows", panel.question)
