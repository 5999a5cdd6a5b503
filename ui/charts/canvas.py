"""The empty figure in the house style, and what all charts share: units, heights, label length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go
from plotly.basedatatypes import BaseFigure

from ui.ink import CLEAR, MUTED, NEUTRAL, soft

SMALL, MEDIUM, LARGE = 168, 264, 368
GRID = soft(NEUTRAL, 0.18)

TIME_TICKS = [
    {"dtickrange": [None, 60_000], "value": "%H:%M:%S"},
    {"dtickrange": [60_000, 86_400_000], "value": "%H:%M\n%-d %b"},
    {"dtickrange": [86_400_000, "M1"], "value": "%-d %b"},
    {"dtickrange": ["M1", None], "value": "%b %Y"},
]


@dataclass(frozen=True)
class Unit:
    """How a number is written: on an axis (short) and in a tooltip (exact), in d3-format."""

    tick: str
    exact: str
    suffix: str = ""


COUNT = Unit("~s", ",.0f")
PERCENT = Unit(".0%", ".1%")
USD = Unit("$~s", "$,.2f")
MS = Unit("~s", ",.0f", " ms")

# Streamlit overrides a template's colours, fonts and side margins, and Plotly does not inherit arrays item by
# item: those are set per figure in `canvas`.
TEMPLATE = go.layout.Template(
    layout={
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
)


def canvas(height: int, *, legend: bool = False, unit: Unit = COUNT) -> go.Figure:
    """An empty figure in the house style: hairline horizontal grid, no frame, no title, quiet axes."""
    axis = {"automargin": True, "tickfont": {"color": MUTED}}
    return go.Figure(
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
            "yaxis": {**axis, "gridcolor": GRID, "tickformat": unit.tick, "ticksuffix": unit.suffix},
        }
    )


class Drawn(BaseFigure):
    """A finished figure: Streamlit asks for a deep copy at every run, this hands out one dict."""

    def __init__(self, figure: go.Figure) -> None:
        object.__setattr__(self, "finished", figure.to_dict())

    def to_dict(self) -> dict[str, Any]:
        return object.__getattribute__(self, "finished")
