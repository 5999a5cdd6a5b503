"""Change over time: lines, and areas under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.notes import Limit, Mark, draw_limits, draw_marks
from ui.charts.times import brush
from ui.ink import BAD, NEUTRAL, SURFACE, soft

if TYPE_CHECKING:
    from ui.charts.scale import Scale
    from ui.charts.series import Series
    from ui.charts.times import Times

# The lower and the upper end of a range, a value a bucket each.
Band = tuple[list[float | None], list[float | None]]
TOP = 1.005  # so that a line at 100 % is not cut in half


def line(
    times: Times,
    series: Sequence[Series],
    scale: Scale,
    *,
    before: Sequence[Series] = (),
    beside: str = "previous",
    band: Band | None = None,
    low: Sequence[int] = (),
    limits: Sequence[Limit] = (),
    marks: Sequence[Mark] = (),
    height: int = MEDIUM,
) -> Figure:
    """Change over time, one line a series; a bucket that the window cuts is dotted.

    `low` are the places of buckets of the first line that get a dot.

    `before` are the same of the window compared with, drawn faint beside them, which the legend calls
    `beside`, once; `band` is the range that the last line is sure of.
    """
    figure = ground(times, scale, height=height, legend=len(series) > 1 or len(before) > 0)
    earlier(figure, times, before, scale, beside)
    if band is not None:
        between(figure, times, band, scale, series[-1].ink)
    for each in series:
        pieces(figure, times, each, scale)
    dots(figure, times, series[0], scale, low)
    draw_limits(figure, limits, scale)
    draw_marks(figure, marks, times)
    figure.y(rangemode="tozero")
    return figure


def area(
    times: Times,
    series: Sequence[Series],
    scale: Scale,
    *,
    low: Sequence[float] = (),
    floor: float = 0.0,
    limits: Sequence[Limit] = (),
    marks: Sequence[Mark] = (),
    height: int = MEDIUM,
) -> Figure:
    """Volume over time, stacked where there are several series.

    `low` are the places of buckets past their limit: they get a dot, so that colour is not alone. With a
    `floor` the axis is cut there, and the fill fades towards it.
    """
    figure = ground(times, scale, height=height, legend=len(series) > 1, floor=floor)
    if len(series) == 1:
        faded(figure, times, series[0], scale, floor)
        pieces(figure, times, series[0], scale)
        dots(figure, times, series[0], scale, low)
    else:
        stacked(figure, times, series, scale)
        veil(figure, times)
    draw_limits(figure, limits, scale)
    draw_marks(figure, marks, times, *scale.on([floor]))
    figure.y(**({"range": scale.on([floor, TOP])} if floor else {"rangemode": "tozero"}))
    return figure


def earlier(figure: Figure, times: Times, before: Sequence[Series], scale: Scale, beside: str) -> None:
    """The lines of the window compared with; of several the legend tells no more than what they are."""
    if len(before) > 1:
        figure.trace(
            "scatter",
            x=list(times.starts[:1]),
            y=[None],
            name=beside,
            legendgroup=beside,
            mode="lines",
            line={"color": NEUTRAL, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    for each in before:
        figure.trace(
            "scatter",
            x=list(times.starts),
            y=scale.on(each.points),
            name=each.name,
            legendgroup=beside,
            showlegend=len(before) == 1,
            mode="lines",
            line={"color": soft(each.ink, 0.6), "width": 1.5, "dash": "dot"},
            **scale.tips(each.points),
        )


def between(figure: Figure, times: Times, band: Band, scale: Scale, ink: str) -> None:
    """The range of a line as a pale field, said in the tooltip."""
    low, high = band
    common: dict[str, Any] = {
        "x": list(times.starts),
        "mode": "lines",
        "line": {"width": 0},
        "showlegend": False,
    }
    figure.trace("scatter", y=scale.on(low), name="at least", **common, **scale.tips(low))
    figure.trace(
        "scatter",
        y=scale.on(high),
        name="at most",
        fill="tonexty",
        fillcolor=soft(ink, 0.18),
        **common,
        **scale.tips(high),
    )


def ground(times: Times, scale: Scale, *, height: int, legend: bool, floor: float = 0.0) -> Figure:
    """The canvas of a chart over time, brushable, from its first bucket to its last."""
    figure = canvas(height, legend=legend, scale=scale)
    brush(figure, times, *scale.on([floor]))
    # Marks would make the axis reach past the first and the last bucket.
    if len(times.starts) > 1:
        figure.x(range=[times.starts[0], times.starts[-1]])
    figure.x(type="date")
    return figure


def pieces(figure: Figure, times: Times, series: Series, scale: Scale) -> None:
    """A line, its ends dotted where a bucket is cut; said once in the legend and once in the tooltip."""
    first, last = times.cut
    count = len(times.starts)
    common: dict[str, Any] = {"type": "scatter", "name": series.name, "legendgroup": series.name}
    begin, end = (1 if first and count > 1 else 0), (count - 1 if last and count > 1 else count)
    x, y, tips = list(times.starts), scale.on(series.points), scale.tips(series.points)
    alone = end - begin == 1
    figure.data.append(
        {
            **common,
            "x": x[begin:end],
            "y": y[begin:end],
            **part(tips, begin, end),
            "mode": "lines+markers" if alone else "lines",
            "line": {"color": series.ink, "width": 2},
            "connectgaps": False,
        }
    )
    for start, place in ((0, 0), (count - 2, count - 1)):
        if (first and place == 0) or (last and place == count - 1 and count > 1):
            dotted = {"color": series.ink, "width": 2, "dash": "dot"}
            figure.trace(
                "scatter",
                x=x[start : start + 2],
                y=y[start : start + 2],
                legendgroup=series.name,
                showlegend=False,
                mode="lines",
                line=dotted,
                hoverinfo="skip",
            )
            figure.data.append(
                {
                    **common,
                    "x": [x[place]],
                    "y": [y[place]],
                    **part(tips, place, place + 1),
                    "showlegend": False,
                    "name": f"{series.name}, part of a bucket",
                    "mode": "markers",
                    "cliponaxis": False,
                    "marker": {"color": SURFACE, "size": 5, "line": {"color": series.ink, "width": 1.5}},
                }
            )


def part(tips: dict[str, Any], begin: int, end: int) -> dict[str, Any]:
    """The tooltips of some of the points."""
    return {**tips, "text": tips["text"][begin:end]} if "text" in tips else tips


def faded(figure: Figure, times: Times, series: Series, scale: Scale, floor: float) -> None:
    """The fill under a single line, fading towards the axis."""
    (start,) = scale.on([floor])
    fade = {
        "type": "vertical",
        "start": start,
        "colorscale": [[0, soft(series.ink, 0.02)], [1, soft(series.ink, 0.3)]],
    }
    figure.trace(
        "scatter",
        x=list(times.starts),
        y=scale.on(series.points),
        mode="lines",
        line={"width": 0},
        fill="tozeroy",
        fillgradient=fade,
        hoverinfo="skip",
        showlegend=False,
        connectgaps=False,
    )


def dots(figure: Figure, times: Times, series: Series, scale: Scale, places: Sequence[int]) -> None:
    """A dot on each bucket past its limit."""
    if places:
        values = scale.on(series.points)
        mark = {"color": BAD, "size": 8, "line": {"color": SURFACE, "width": 1.5}}
        figure.trace(
            "scatter",
            x=[times.starts[place] for place in places],
            y=[values[place] for place in places],
            mode="markers",
            marker=mark,
            hoverinfo="skip",
            showlegend=False,
        )


def stacked(figure: Figure, times: Times, series: Sequence[Series], scale: Scale) -> None:
    """Areas on top of each other, trouble at the base."""
    for each in series:
        figure.trace(
            "scatter",
            x=list(times.starts),
            y=scale.on(each.points),
            name=each.name,
            mode="lines",
            line={"color": each.ink, "width": 1},
            stackgroup="all",
            fillcolor=soft(each.ink, 0.6),
            **scale.tips(each.points),
        )


def veil(figure: Figure, times: Times) -> None:
    """Pales what is cut by the window: a fill cannot be dotted."""
    count = len(times.starts)
    for is_cut, start in zip(times.cut, (0, count - 2), strict=True):
        if is_cut and count > 1:
            over = {
                "x0": times.starts[start],
                "x1": times.starts[start + 1],
                "yref": "paper",
                "y0": 0,
                "y1": 1,
            }
            figure.line(type="rect", line={"width": 0}, fillcolor=soft(SURFACE, 0.55), **over)
