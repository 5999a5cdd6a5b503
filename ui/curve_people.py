"""A point of a retention's curve that was clicked: who came back in a period, of all who have had it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from analytics.retention_questions import Curve, CurvePeople
from ui import address, drill
from ui import format as say
from ui.labels import NONE

if TYPE_CHECKING:
    from analytics.board import Panel
    from ui.asked import Asked

# What stands between the values of several fields in the name of a line.
BETWEEN = " · "


@dataclass(frozen=True)
class Point:
    """A period, and the value of the breakdown where there is one."""

    period: int
    value: str | tuple[str, ...] | None = None

    def question(self, asked: Asked) -> CurvePeople:
        """Who is counted there."""
        return CurvePeople(curve_of(asked.panel).spec, self.period, self.value)

    def unit(self, asked: Asked) -> str:
        """What the retention counts."""
        return curve_of(asked.panel).spec.unit

    def words(self, asked: Asked, count: str) -> str:
        """So many who started, or came back in that period."""
        spec = curve_of(asked.panel).spec
        parts = (self.value,) if isinstance(self.value, str) else self.value or ()
        of = f" of {say.plain(BETWEEN.join(part or NONE for part in parts))}" if parts else ""
        if not self.period:
            return f"**{count}**{of} started"
        later = " or later" if spec.counting == "on_or_after" else ""
        return f"**{count}**{of} came back in {spec.period} {self.period}{later}"


def listable(panel: Panel) -> bool:
    """Whether the points of a panel know their people: those of a retention's curve."""
    return panel.chart == "line" and not panel.click and isinstance(panel.question, Curve)


def carried(panel: Panel, period: int, name: str | None) -> list[object] | None:
    """What a point carries for its click: its period, and the values that its line is named by."""
    if name is None:
        return [period]
    fields, named = curve_of(panel).spec.broken_by, "" if name == NONE else name
    parts = named.split(BETWEEN) if len(fields) > 1 else [named]
    # Where a value itself holds what stands between them nobody can say which is which.
    return [period, *parts] if len(parts) == len(fields) else None


def clicked(panel: Panel, key: str) -> Point | None:
    """The point that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    sent = points[0].get("customdata") if points else None
    if not (listable(panel) and isinstance(sent, list) and sent and type(sent[0]) is int):
        return None
    spec, (period, *parts) = curve_of(panel).spec, sent
    if not 0 <= period < spec.periods or len(parts) != len(spec.broken_by):
        return None
    if not parts:
        return Point(period)
    # Whoever presents sees aliases, by which nobody is found.
    if address.current().presenting:
        return None
    value = tuple(map(str, parts))
    return Point(period, value if isinstance(spec.breakdown, tuple) else value[0])


def curve_of(panel: Panel) -> Curve:
    """The curve that the panel draws."""
    return cast("Curve", panel.question)
