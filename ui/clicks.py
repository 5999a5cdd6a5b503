"""What a click or a drag on a chart does, by its panel: a window, a list of people, a narrower page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ui import curve_people, drill, mark_people, panel_menu, row_people, state_people, step_people

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.board import Panel
    from ui.asked import Asked

LINES = ("line", "area", "band")


def is_triangle(panel: Panel) -> bool:
    """Whether a panel draws cohorts by periods."""
    return panel.chart == "triangle"


# Of which panels a click on a mark lists who it counts, and what opens the list.
OPENS: tuple[tuple[Callable[[Panel], bool], Callable[[Panel, str], None]], ...] = (
    (is_triangle, panel_menu.open_cell),
    (step_people.listable, panel_menu.open_step),
    (curve_people.listable, panel_menu.open_point),
    (mark_people.listable, panel_menu.open_mark),
    (state_people.listable, panel_menu.open_state),
)


def selecting(asked: Asked) -> dict[str, Any]:
    """What a click or a drag does."""
    key, panel = asked.key, asked.panel
    for listed, opened in OPENS:
        if listed(panel):
            return {"on_select": partial(opened, panel, key), "selection_mode": "points"}
    if over_time(panel):
        return {"on_select": lambda: drill.dragged(key), "selection_mode": "box"}
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
    return any(listed(panel) for listed, _ in OPENS)
