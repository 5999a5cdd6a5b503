"""How sure values are: an interval a row, and bands around lines over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.charts.canvas import MEDIUM, MOST_NAMES, Figure, canvas
from ui.charts.line import ground
from ui.ink import NEUTRAL, SURFACE, TEXT, soft

if TYPE_CHECKING:
    from ui.charts.scale import Scale
    from ui.charts.times import Times

Value = float | None
# So high is a row that its name and its value have room.
ROW = 34
# A band that is many times as wide at its beginning would press all the rest flat.
MOST_ROOM = 1.6


@dataclass(frozen=True)
class Between:
    """A value and the interval around it, one a place; either end may be open."""

    name: str
    points: Sequence[Value]
    low: Sequence[Value]
    high: Sequence[Value]
    ink: str

    def words(self, scale: Scale) -> list[str]:
        """Each value with its interval: 71.3% (40.6% to 108.9%)."""
        texts = (scale.words(each) for each in (self.points, self.low, self.high))
        return [f"{value} ({low} to {high})" for value, low, high in zip(*texts, strict=True)]


def intervals(rows: Sequence[Between], scale: Scale, *, height: int = MEDIUM) -> Figure:
    """A row a value, with its interval as a line, around a line of no difference."""
    figure = canvas(max(height, ROW * len(rows)), scale=scale)
    names = [row.name for row in rows]
    for row in rows:
        (value,), (low,), (high,) = (scale.on(each) for each in (row.points, row.low, row.high))
        tip = {"hovertemplate": "<b>%{y}</b><br>%{text}<extra></extra>", "text": row.words(scale) * 2}
        if low is not None and high is not None:
            line = {"color": row.ink, "width": 3}
            figure.trace(
                "scatter", x=[low, high], y=[row.name] * 2, mode="lines", line=line, hoverinfo="skip"
            )
            ends: dict[str, Any] = {"symbol": "line-ns", "size": 14, "line": {"color": row.ink, "width": 2}}
            figure.trace("scatter", x=[low, high], y=[row.name] * 2, mode="markers", marker=ends, **tip)
        mark = {"color": row.ink, "size": 12, "line": {"color": SURFACE, "width": 2}}
        figure.trace("scatter", x=[value], y=[row.name], mode="markers", marker=mark, **tip)
        (said,) = scale.words(row.points)
        figure.note(said, TEXT, x=value, y=row.name, yshift=18)
    dashed = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    figure.line(type="line", x0=0, x1=0, yref="paper", y0=0, y1=1, line=dashed)
    figure.note("no difference", NEUTRAL, x=0, y=0, yref="paper", yanchor="bottom", xanchor="left", xshift=4)
    figure.layout |= {"showlegend": False, "hovermode": "closest"}
    figure.x(tickformatstops=[], rangemode="tozero", **scale.axis)
    figure.y(
        type="category",
        categoryarray=names[::-1],
        categoryorder="array",
        showgrid=False,
        tickformat="",
        dtick=1,
    )
    figure.y(range=[-0.7, len(names) - 0.3], automargin=True)
    return figure


def band(times: Times, series: Sequence[Between], scale: Scale, *, height: int = MEDIUM) -> Figure:
    """Lines over time inside what is not ruled out, around a line of no difference."""
    figure = ground(times, scale, height=height, legend=len(series) > 1)
    reach = reach_of(series)
    for each in series:
        # What has a lower end alone is open to the top.
        tops = [reach[1] if reach and top is None else top for top in each.high]
        low, high = scale.on(each.low), scale.on(tops)
        known = [place for place, end in enumerate(low) if end is not None]
        quiet = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        starts = [times.starts[place] for place in known]
        figure.trace("scatter", x=starts, y=[low[place] for place in known], **quiet)
        filled = {"fill": "tonexty", "fillcolor": soft(each.ink, 0.18)}
        figure.trace("scatter", x=starts, y=[high[place] for place in known], **quiet, **filled)
        figure.trace(
            "scatter",
            x=list(times.starts),
            y=scale.on(each.points),
            name=each.name,
            mode="lines" if len(times.starts) > 1 else "markers",
            line={"color": each.ink, "width": 2},
            text=each.words(scale),
            hovertemplate="%{text}",
        )
    dashed = {"color": NEUTRAL, "width": 1, "dash": "dash"}
    figure.line(type="line", xref="paper", x0=0, x1=1, y0=0, y1=0, line=dashed)
    figure.note("no difference", NEUTRAL, x=1, xref="paper", xanchor="right", y=0, yanchor="top")
    if len(times.starts) <= MOST_NAMES:
        figure.x(dtick=86_400_000, tickformatstops=[{"dtickrange": [None, None], "value": "%-d %b"}])
    if reach is not None:
        figure.y(range=scale.on(reach))
    return figure


def reach_of(series: Sequence[Between]) -> list[Value] | None:
    """From where to where an axis shows a band: its last half whole, and its wide beginning in part."""
    held: list[float] = [0.0]
    for each in series:
        half = len(each.points) // 2
        late = [*each.low[half:], *each.high[half:], *each.points]
        held += [value for value in late if value is not None]
    low, high = min(held), max(held)
    if low == high:
        return None
    middle, room = (low + high) / 2, (high - low) / 2 * 1.1
    ends = [value for each in series for value in (*each.low, *each.high) if value is not None]
    widest = max([abs(value - middle) for value in ends], default=room)
    reach = min(max(room, widest * 1.05), room * MOST_ROOM)
    return [middle - reach, middle + reach]
