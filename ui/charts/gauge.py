"""One ratio against its limits."""

from __future__ import annotations

import plotly.graph_objects as go

from ui.charts.canvas import MEDIUM, canvas
from ui.ink import BAD, CLEAR, GOOD, MUTED, TEXT, WARN, soft, state


def gauge(
    value: float, *, warn: float, good: float, low: float = 0.8, high: float = 1.0, height: int = MEDIUM
) -> go.Figure:
    """One ratio against two limits: an arc in the state's ink, the bands under it, its ends written out."""
    # A ratio far under the scale would draw no arc at all: the scale then starts at zero.
    start = low if value > low else 0.0
    bands = [(start, warn, BAD), (warn, good, WARN), (good, high, GOOD)]
    figure = canvas(height)
    figure.add_indicator(
        mode="gauge+number",
        value=value,
        domain={"y": [0.14, 0.98]},
        number={"valueformat": ".1%", "font": {"size": 34, "color": TEXT}},
        gauge={
            "shape": "angular",
            "borderwidth": 0,
            "bgcolor": CLEAR,
            "bar": {"color": state(value, warn=warn, good=good), "thickness": 0.62},
            "axis": {
                "range": [start, high],
                "tickvals": [start, warn, good, high],
                "tickformat": ".0%",
                "ticks": "",
                "tickfont": {"size": 11, "color": MUTED},
            },
            "steps": [{"range": [left, right], "color": soft(tint, 0.22)} for left, right, tint in bands],
        },
    )
    return figure.update_layout(margin={"l": 24, "r": 28, "t": 28, "b": 0})
