"""Lines over numbers from left to right, such as periods since a start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.charts.canvas import MEDIUM, Figure, canvas

if TYPE_CHECKING:
    from ui.charts.scale import Scale
    from ui.charts.series import Series


def curve(
    places: Sequence[float], series: Sequence[Series], scale: Scale, *, called: str, height: int = MEDIUM
) -> Figure:
    """A line a series over numbers that are `called` so; where a series has no value it ends."""
    figure = canvas(height, legend=len(series) > 1, scale=scale)
    for each in series:
        figure.trace(
            "scatter",
            x=list(places),
            y=scale.on(each.points),
            name=each.name,
            mode="lines+markers" if len(places) == 1 else "lines",
            line={"color": each.ink, "width": 2},
            connectgaps=False,
            **scale.tips(each.points),
        )
    figure.layout["hovermode"] = "x unified"
    figure.x(tickformatstops=[], dtick=max(1, round(len(places) / 12)), tickprefix="", hoverformat="d")
    figure.x(unifiedhovertitle={"text": f"<b>{called} %{{x}}</b>"})
    figure.y(rangemode="tozero")
    return figure
