"""How one panel is drawn: a tile, or a title with a chart under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

import streamlit as st

from analytics.request import MONTH
from ui import charts, drill, empty, figures
from ui import format as say

if TYPE_CHECKING:
    from concurrent.futures import Future

    from analytics.board import Panel
    from analytics.scope import Scope
    from service.ask import Answer

CLICK, DRAG = ":gray[:material/ads_click:]", ":gray[:material/drag_pan:]"
TILE = 190
HEIGHTS = {"number": TILE, "gauge": charts.MEDIUM, "line": charts.MEDIUM, "bar": charts.MEDIUM}
GOOD = {"up": "normal", "down": "inverse", "none": "off"}
OWN = {"15m": "15 min", "1h": "1 hour", "24h": "24 h", "7d": "7 days", "30d": "30 days", "90d": "90 days"}


@dataclass(frozen=True)
class Asked:
    """A panel on a page: its scope, and the answers that it waits for."""

    panel: Panel
    scope: Scope
    window: str
    address: str
    now: Future[Answer]
    before: Future[Answer] | None
    trend: Future[Answer] | None

    @property
    def futures(self) -> tuple[Future[Answer], ...]:
        """All that must be there before the panel is drawn."""
        return tuple(each for each in (self.now, self.before, self.trend) if each is not None)

    @property
    def ready(self) -> bool:
        """Whether it can be drawn now."""
        return all(future.done() for future in self.futures)

    @property
    def key(self) -> str:
        """A widget of its own for each address, so that no selection outlives the click that made it."""
        return f"{self.panel.chart}_{self.panel.id}_{crc32(self.address.encode())}"


def body(asked: Asked) -> None:
    """The panel's inside, from answers that are there; raises what went wrong."""
    if asked.panel.chart == "number":
        tile(asked)
    else:
        chart(asked)


def tile(asked: Asked) -> None:
    """A number, what it did against the window before, and how it went in between."""
    panel, unit = asked.panel, figures.unit_name(asked.panel)
    value = figures.number(asked.now.result(), panel.value)
    step, against = compared(asked)
    st.metric(
        panel.title if panel.window is None else f"{panel.title} :small[:gray[{OWN[panel.window]}]]",
        say.number(value, unit, compact=True),
        step,
        delta_color="off" if step == 0 else GOOD[panel.good],
        delta_arrow="off" if step == 0 else "auto",
        delta_description=against,
        border=True,
        height=TILE,
        chart_data=figures.curve(panel, asked.scope, asked.trend.result()) if asked.trend else None,
        help=explanation(panel, value, unit),
    )


def compared(asked: Asked) -> tuple[str | int | None, str | None]:
    """What the number did against the window before, and against which."""
    if asked.before is None:
        return None, None
    values = (figures.number(future.result(), asked.panel.value) for future in (asked.now, asked.before))
    step = say.change(*values, figures.unit_name(asked.panel))
    if step is None:
        return None, "nothing to compare"
    length = "month" if asked.window == MONTH else say.length(asked.scope.end - asked.scope.start)
    return step, f"vs prior {length}"


def explanation(panel: Panel, value: float | None, unit: str) -> str:
    """What is counted, and the exact number where the tile rounds it."""
    exact = say.number(value, unit)
    rounded = say.number(value, unit, compact=True) != exact
    return f"{panel.explanation} Exactly {exact}." if rounded else panel.explanation


def chart(asked: Asked) -> None:
    """A figure, or why there is none."""
    panel, scope, answer = asked.panel, asked.scope, asked.now.result()
    if figures.nothing(panel, answer):
        window = say.span(scope.start, scope.end, scope.timezone, scope.now)
        empty.box(
            panel.empty, f"No rows from {window}.", icon=":material/search_off:", height=HEIGHTS[panel.chart]
        )
        return
    st.plotly_chart(
        figures.figure(panel, scope, answer),
        key=asked.key,
        alt=panel.explanation,
        config={"displayModeBar": False},
        **selecting(asked),
    )
    if panel.chart == "gauge":
        denominator(asked)


def selecting(asked: Asked) -> dict[str, Any]:
    """What a click or a drag does."""
    key, panel = asked.key, asked.panel
    if panel.chart == "line":
        return {"on_select": lambda: drill.dragged(key), "selection_mode": "box"}
    if not panel.click:
        return {}
    name = panel.click[0]
    return {"on_select": lambda: drill.clicked(key, name), "selection_mode": "points"}


def denominator(asked: Asked) -> None:
    """Under a ratio: of how many, and what it did against the window before."""
    panel = asked.panel
    facts: list[str] = []
    if panel.by is not None:
        count = say.number(figures.number(asked.now.result(), panel.by))
        facts.append(f"of {count} {panel.question.column(panel.by).label.lower()}")
    step, against = compared(asked)
    if step:
        worse = str(step).startswith("-") == (panel.good == "up")
        arrow = "↓" if str(step).startswith("-") else "↑"
        facts.append(f":{'red' if worse else 'green'}[{arrow} {str(step).removeprefix('-')}] {against}")
    st.markdown(
        f":small[:gray[{facts[0]}]]"
        if len(facts) == 1
        else "  ·  ".join(f":small[:gray[{fact}]]" for fact in facts),
        text_alignment="center",
    )


def heading(panel: Panel) -> None:
    """The line over a chart: title, how it can be clicked, and its explanation."""
    hint = f" {DRAG}" if panel.chart == "line" else f" {CLICK}" if panel.click else ""
    st.markdown(f"**{panel.title}**{hint}", help=panel.explanation)


def failed(asked: Asked, error: Exception) -> None:
    """The box of a panel that has no answer; a tile says it in a line."""
    panel = asked.panel
    if panel.chart != "number":
        empty.failed(error, HEIGHTS[panel.chart])
        return
    title, advice = empty.reason(error)
    st.metric(panel.title, "–", delta_description=title, border=True, height=TILE, help=advice)
