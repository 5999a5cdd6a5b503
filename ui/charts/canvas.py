"""The empty figure in the house style, and what all charts share: heights, axes, how a figure is kept.

A figure is put together as the plain dict that the browser gets: Plotly's own classes check every property
of every trace at run time, which costs more than the question that it draws. The tests let them check it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from plotly.basedatatypes import BaseFigure

from ui.charts.scale import Scale
from ui.ink import CLEAR, MUTED, NEUTRAL, soft

SMALL, MEDIUM, LARGE = 168, 264, 368
MOST_NAMES = 12
GRID = soft(NEUTRAL, 0.18)

TIME_TICKS = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S"},
    {"dtickrange": [60_000, 86_400_000], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-d %b"},
    {"dtickrange": ["M1", None], "value": "%b %Y"},
]

# Streamlit overrides a template's colours, fonts and side margins, and Plotly does not inherit arrays item by
# item: those are set per figure in `canvas`.
TEMPLATE = {
    "layout": {
        "dragmode": False,
        "bargap": 0.28,
        "barcornerradius": 2,
        "hovermode": "x unified",
        "hoverlabel": {"namelength": -1, "align": "left"},
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1,
            "yanchor": "bottom",
            "itemwidth": 30,
            "bgcolor": CLEAR,
            "traceorder": "normal",
            "itemclick": "toggleothers",
            "itemdoubleclick": "toggle",
        },
        "xaxis": {
            "ticks": "",
            "fixedrange": True,
            "spikecolor": MUTED,
            "spikethickness": 1,
            "spikedash": "solid",
        },
        "yaxis": {"ticks": "", "fixedrange": True, "nticks": 5, "zeroline": False},
    }
}


@dataclass
class Figure:
    """A figure in the making: its traces, and how they are laid out."""

    data: list[dict[str, Any]] = field(default_factory=list)
    layout: dict[str, Any] = field(default_factory=dict)

    def trace(self, kind: str, **properties: Any) -> None:
        """One more trace."""
        self.data.append({"type": kind, **properties})

    def line(self, **properties: Any) -> None:
        """One more shape over the plot."""
        self.layout.setdefault("shapes", []).append(properties)

    def note(self, text: str, ink: str, **properties: Any) -> None:
        """One more text in the plot, in small letters."""
        known = {"text": text, "showarrow": False, "font": {"size": 11, "color": ink}}
        self.layout.setdefault("annotations", []).append({**known, **properties})

    def x(self, **properties: Any) -> None:
        """More about the x axis."""
        self.layout["xaxis"] |= properties

    def y(self, **properties: Any) -> None:
        """More about the y axis."""
        self.layout["yaxis"] |= properties

    def to_dict(self) -> dict[str, Any]:
        """What the browser gets."""
        return {"data": self.data, "layout": self.layout}


def canvas(height: int, *, legend: bool = False, scale: Scale | None = None) -> Figure:
    """An empty figure in the house style: hairline horizontal grid, no frame, no title, quiet axes."""
    axis = {"automargin": True, "tickfont": {"color": MUTED}}
    return Figure(
        layout={
            "template": TEMPLATE,
            "height": height,
            "showlegend": legend,
            "paper_bgcolor": CLEAR,
            "plot_bgcolor": CLEAR,
            "margin": {"l": 0, "r": 8, "t": 28 if legend else 8, "b": 0, "pad": 4},
            "font": {"size": 12},
            "legend": {"font": {"size": 12}},
            "xaxis": {**axis, "showgrid": False, "zeroline": False, "tickformatstops": TIME_TICKS},
            "yaxis": {**axis, "gridcolor": GRID, **(scale.axis if scale else {})},
        }
    )


def thinned(count: int) -> list[int]:
    """Which of so many names are written under a chart of any width: all up to twelve, else about eight."""
    return list(range(0, count, 1 if count <= MOST_NAMES else -(-count // 8)))


class Drawn(BaseFigure):
    """A finished figure: Streamlit asks for a deep copy at every run, this hands out one dict."""

    def __init__(self, figure: Figure) -> None:
        object.__setattr__(self, "finished", figure.to_dict())

    def to_dict(self) -> dict[str, Any]:
        return object.__getattribute__(self, "finished")
