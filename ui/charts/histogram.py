"""A distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.scale import fitting
from ui.ink import MUTED, SERIES, TEXT

if TYPE_CHECKING:
    from ui.charts.scale import Scale


LISTS = "<br><i>Click to see who</i>"


def histogram(
    starts: Sequence[float],
    counts: Sequence[float | None],
    width: float,
    scale: Scale,
    *,
    marks: Mapping[str, float] | None = None,
    open_ended: bool = False,
    lists: bool = False,
    height: int = MEDIUM,
) -> Figure:
    """A distribution cut into bins of one width; `marks` are values with a name, such as the median.

    An open end says that the last bin holds all that lies beyond it too. Where people can be listed, a click
    carries the place of its bin.
    """
    figure = canvas(height, scale=fitting("count", counts))
    figure.layout["margin"] |= {"t": 12 + 12 * max(len(marks or {}), 1)}
    ends = [start + width for start in starts]
    froms, untils = scale.words(starts), scale.words(ends)
    bins = [f"{start} to {end}" for start, end in zip(froms, untils, strict=True)]
    if open_ended and bins:
        bins[-1] = f"{froms[-1]} and more"
    carried = [[place] if count else None for place, count in enumerate(counts)]
    figure.trace(
        "bar",
        x=scale.on([start + width / 2 for start in starts]),
        y=list(counts),
        width=width * 0.94 * scale.factor,
        marker={"color": SERIES[0]},
        hovertext=bins,
        hovertemplate="<b>%{hovertext}</b><br>%{y:,.0f}" + LISTS * lists + "<extra></extra>",
        **({"customdata": carried} if lists else {}),
    )
    figure.layout["hovermode"] = "closest"
    figure.x(tickformatstops=[], **scale.axis)
    for above, (name, value) in enumerate((marks or {}).items()):
        (place,) = scale.on([value])
        dotted = {"color": TEXT, "width": 1, "dash": "dot"}
        figure.line(type="line", x0=place, x1=place, yref="paper", y0=0, y1=1, line=dotted)
        (words,) = scale.words([value])
        figure.note(f"{name} {words}", MUTED, x=place, y=1, yref="paper", yanchor="bottom", yshift=12 * above)
    return figure
