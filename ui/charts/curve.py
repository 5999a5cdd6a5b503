"""Lines over numbers from left to right, such as periods since a start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.funnel import carrying
from ui.charts.histogram import LISTS
from ui.ink import soft

if TYPE_CHECKING:
    from ui.charts.line import Band
    from ui.charts.scale import Scale
    from ui.charts.series import Series


@dataclass(frozen=True)
class Clicks:
    """What the points of one line carry for a click, and what each tells of itself."""

    carried: list[list[Any] | None]
    tips: list[str]


def curve(
    places: Sequence[float],
    series: Sequence[Series],
    scale: Scale,
    *,
    called: str,
    ranges: Sequence[Band] = (),
    clicks: Sequence[Clicks] = (),
    height: int = MEDIUM,
) -> Figure:
    """A line a series over numbers that are `called` so, inside its range; without a value it ends.

    Points that can be clicked are drawn, and each tells of itself.
    """
    figure = canvas(height, legend=len(series) > 1, scale=scale)
    for each, held in zip(series, ranges, strict=False):
        inside(figure, places, held, scale, each.ink)
    for number, each in enumerate(series):
        figure.trace(
            "scatter",
            x=list(places),
            y=scale.on(each.points),
            name=each.name,
            mode="lines+markers" if clicks or len(places) == 1 else "lines",
            marker={"size": 6},
            line={"color": each.ink, "width": 2},
            connectgaps=False,
            **(clicked(clicks[number]) if clicks else scale.tips(each.points)),
        )
    figure.layout["hovermode"] = "closest" if clicks else "x unified"
    ticks = list(places)[:: max(1, round(len(places) / 12))]
    # The first says what the others count.
    said = [f"{called} {place:g}" if place == ticks[0] else f"{place:g}" for place in ticks]
    figure.x(tickformatstops=[], tickvals=ticks, ticktext=said, tickprefix="", hoverformat="d")
    figure.x(unifiedhovertitle={"text": f"<b>{called} %{{x}}</b>"})
    figure.y(rangemode="tozero")
    return figure


def clicked(clicks: Clicks) -> dict[str, Any]:
    """What the points of a line carry for a click, and what each says; after one all stay as they are."""
    return {
        **carrying(clicks.carried),
        "hovertext": clicks.tips,
        "hovertemplate": f"%{{hovertext}}{LISTS}<extra></extra>",
    }


def inside(figure: Figure, places: Sequence[float], held: Band, scale: Scale, ink: str) -> None:
    """The range of a line as a pale field, as far as it is known."""
    low, high = (scale.on(end) for end in held)
    known = [n for n, ends in enumerate(zip(low, high, strict=True)) if None not in ends]
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    at = [places[n] for n in known]
    figure.trace("scatter", x=at, y=[low[n] for n in known], **quiet)
    filled = {"fill": "tonexty", "fillcolor": soft(ink, 0.12)}
    figure.trace("scatter", x=at, y=[high[n] for n in known], **quiet, **filled)
