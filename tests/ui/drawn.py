"""How the tests look into a figure: its traces, and that Plotly knows every property of them."""

from __future__ import annotations

import plotly.graph_objects as go

from analytics.thresholds import Thresholds
from ui import charts

RATE = Thresholds(good=0.95, bad=0.90)
DURATION = Thresholds(good=8_000, bad=15_000)


def plain(unit="count", most=30.0):
    return charts.fitting(unit, [most])


def traces(figure, **wanted) -> list[dict]:
    """The traces of a figure that Plotly accepts whole, with these properties."""
    go.Figure(figure.to_dict())
    return [trace for trace in figure.data if all(trace.get(name) == value for name, value in wanted.items())]
