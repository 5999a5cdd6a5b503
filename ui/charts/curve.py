"""Lines over numbers from left to right, such as periods since a start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.ink import soft

if TYPE_CHECKING:
    from ui.charts.line import Band
    from ui.charts.scale import Scale
    from ui.charts.series import Series


def curve(
    places: Sequence[float],
    series: Sequence[Series],
    scale: Scale,
    *,
    called: str,
    ranges: Sequence[Band] = (),
    height: int = MEDIUM,
) -> Figure:
    """A line a series over numbers that are `called` so, inside its range; without a value it ends."""
    figure = canvas(height, legend=len(series) > 1, scale=scale)
    for each, held in zip(series, ranges, strict=False):
        inside(figure, places, held, scale, each.ink)
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
    ticks = list(places)[:: max(1, round(len(places) / 12))]
    # The first says what the others count.
    said = [f"{called} {place:g}" if place == ticks[0] else f"{place:g}" for place in ticks]
    figure.x(tickformatstops=[], tickvals=ticks, ticktext=said, tickprefix="", hoverformat="d")
    figure.x(unifiedhovertitle={"text": f"<b>{called} %{{x}}</b>"})
    figure.y(rangemode="tozero")
    return figure


def inside(figure: Figure, places: Sequence[float], held: Band, scale: Scale, ink: str) -> None:
    """The range of a line as a pale field, as far as it is known."""
    low, high = (scale.on(end) for end in held)
    known = [n for n, ends in enumerate(zip(low, high, strict=True)) if None not in ends]
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    at = [places[n] for n in known]
    figure.trace("scatter", x=at, y=[low[n] for n in known], **quiet)
    filled = {"fill": "tonexty", "fillcolor": soft(ink, 0.12)}
    figure.trace("scatter", x=at, y=[high[n] for n in known], **quiet, **filled)
