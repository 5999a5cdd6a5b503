"""What a click or a drag on a chart does, by its panel: a window, a list of people, a narrower page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ui import drill, mark_people, panel_menu, row_people, step_people

if TYPE_CHECKING:
    from analytics.board import Panel
    from ui.asked import Asked

LINES = ("line", "area", "band")


def selecting(asked: Asked) -> dict[str, Any]:
    """What a click or a drag does."""
    key, panel = asked.key, asked.panel
    if over_time(panel):
        return {"on_select": lambda: drill.dragged(key), "selection_mode": "box"}
    if panel.chart == "triangle":
        return {"on_select": lambda: panel_menu.open_cell(panel, key), "selection_mode": "points"}
    if step_people.listable(panel):
        return {"on_select": lambda: panel_menu.open_step(panel, key), "selection_mode": "points"}
    if mark_people.listable(panel):
        return {"on_select": lambda: panel_menu.open_mark(panel, key), "selection_mode": "points"}
    if not panel.click:
        return {}
    window = drill.window_of(panel, asked.scope)
    return {"on_select": lambda: drill.clicked(key, panel.click, window), "selection_mode": "points"}


def over_time(panel: Panel) -> bool:
    """Whether a panel has time from left to right: what happened is drawn on it, a drag chooses a window."""
    timed = (*LINES, "bar", "stacked_bar")
    return panel.chart in timed and panel.question.column(str(panel.x)).unit == "time"


def listable(panel: Panel) -> bool:
    """Whether a click lists the people of a mark, or of a cell of a table."""
    if panel.chart == "table":
        return row_people.people_of(panel) is not None
    return panel.chart == "triangle" or step_people.listable(panel) or mark_people.listable(panel)
