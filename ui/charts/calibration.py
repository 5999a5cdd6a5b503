"""What was said beside what came: on the line both are the same."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from ui.charts.canvas import GRID, MEDIUM, Figure, canvas
from ui.ink import NEUTRAL, soft

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ui.charts.intervals import Between
    from ui.charts.scale import Scale

# Both axes are drawn by their roots: most chances are small, and would lie on each other.
TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)


def calibration(said: Sequence[float], came: Between, scale: Scale, *, height: int = MEDIUM) -> Figure:
    """Shares that came over the chances that were said, in their band, around the line of both alike."""
    figure = canvas(height, scale=scale)
    known = [place for place, value in enumerate(came.points) if value is not None]
    low, value, high = (
        [sqrt(values[place] or 0.0) for place in known] for values in (came.low, came.points, came.high)
    )
    at = [sqrt(said[place]) for place in known]
    most = min(1.0, max([*at, *high], default=1.0) * 1.05)
    quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
    figure.trace("scatter", x=at, y=low, **quiet)
    figure.trace("scatter", x=at, y=high, fill="tonexty", fillcolor=soft(came.ink, 0.16), **quiet)
    alike = {"mode": "lines", "line": {"color": NEUTRAL, "width": 1, "dash": "dash"}, "hoverinfo": "skip"}
    figure.trace("scatter", x=[0, most], y=[0, most], **alike)
    came_in_words, said_in_words = came.words(scale), scale.words(said)
    figure.trace(
        "scatter",
        x=at,
        y=value,
        mode="lines+markers",
        line={"color": came.ink, "width": 2},
        marker={"size": 8},
        text=[f"said {said_in_words[place]}<br>came {came_in_words[place]}" for place in known],
        hovertemplate="%{text}<extra></extra>",
    )
    shown = [tick for tick in TICKS if sqrt(tick) <= most]
    ticks = {
        "tickmode": "array",
        "tickvals": [sqrt(tick) for tick in shown],
        "ticktext": scale_of(shown, scale),
    }
    figure.x(tickformatstops=[], range=[0, most], showgrid=True, gridcolor=GRID, **ticks)
    figure.y(range=[0, most], **ticks)
    corner = {"xref": "paper", "yref": "paper", "xshift": 6}
    figure.note("came", NEUTRAL, x=0, y=1, xanchor="left", yanchor="top", **corner)
    figure.note("said", NEUTRAL, x=1, y=0, xanchor="right", yanchor="bottom", **corner)
    figure.note(
        "as it was said", NEUTRAL, x=most, y=most, xanchor="right", yanchor="top", yshift=-4, xshift=-28
    )
    figure.layout |= {"showlegend": False, "hovermode": "closest"}
    return figure


def scale_of(values: Sequence[float], scale: Scale) -> list[str]:
    """Round values as an axis writes them."""
    return [scale.short(value) for value in values]
