"""What is drawn over a time chart: limits as dashed lines with a name, and what happened as dotted ones."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ui.charts.canvas import MEDIUM
from ui.format import shorten
from ui.ink import BAD, MUTED, NEUTRAL, SURFACE, WARN, soft

if TYPE_CHECKING:
    from analytics.board import Thresholds
    from ui.charts.canvas import Figure
    from ui.charts.scale import Scale
    from ui.charts.times import Times

# A chart on a phone is about as wide as so many letters; names that would touch stand one line lower.
LETTERS, LINES, LINE_PIXELS = 46, 2, 15
# The name of a mark in the middle fits on either side.
LONGEST = 20
# A name leaves to be seen what it stands on.
SEE_THROUGH = 0.5
# More names than this hide the chart; the tooltips have them all.
MOST_NAMED = 6
# Marks without a name are ticks over the chart, so that many of them are no bars of a cage.
TICK_PIXELS = 8
# What axis and legend take at most of a chart's height, on a phone.
AROUND = 110


@dataclass(frozen=True)
class Limit:
    """A value that matters: a dashed line whose name sits on it, at the right."""

    value: float
    name: str
    ink: str = BAD


@dataclass(frozen=True)
class Mark:
    """Something that happened, at a moment or from one to another, in local time."""

    moment: str
    end: str | None
    text: str


def limits_of(thresholds: Thresholds | None, scale: Scale) -> tuple[Limit, ...]:
    """The limits of a panel: where bad begins, and where good ends if that is elsewhere."""
    if thresholds is None:
        return ()
    good, bad = thresholds.good, thresholds.bad
    over, under = ("under", "over") if thresholds.less_is_better else ("over", "under")
    limits = [Limit(bad, f"bad {under} {scale.short(bad)}", BAD)]
    if good != bad:
        limits.append(Limit(good, f"good {over} {scale.short(good)}", WARN))
    return tuple(limits)


def draw_limits(figure: Figure, limits: Sequence[Limit], scale: Scale) -> None:
    """The dashed lines; names of limits that lie close stand on different sides of their lines."""
    for place, limit in enumerate(sorted(limits, key=lambda limit: -limit.value)):
        (value,) = scale.on([limit.value])
        line = {"color": limit.ink, "width": 1, "dash": "dash"}
        figure.line(type="line", xref="paper", x0=0, x1=1, y0=value, y1=value, line=line)
        where = {
            "x": 1,
            "xref": "paper",
            "xanchor": "right",
            "y": value,
            "yanchor": "top" if place else "bottom",
        }
        figure.note(limit.name, limit.ink, bgcolor=soft(SURFACE, SEE_THROUGH), borderpad=1, **where)


@dataclass(frozen=True)
class Place:
    """Where the name of a mark stands over the chart: its line from the top, and whether left of its mark."""

    line: int
    late: bool


def draw_marks(figure: Figure, marks: Sequence[Mark], times: Times, height: float | None = 0) -> None:
    """A dotted line for each mark inside the window, its name over the chart; a stretch is shaded to its end.

    The tooltip of the bucket names it too, as not every name has room.
    """
    if not times.starts:
        return
    first, last = times.starts[0], times.ends[-1]
    shown = sorted(
        (mark for mark in marks if mark.moment < last and (mark.end or mark.moment) >= first),
        key=lambda mark: mark.moment,
    )
    if not shown:
        return
    named = len(shown) <= MOST_NAMED
    places = placed(shown, times, LINES if figure.layout["height"] >= MEDIUM else 1) if named else {}
    lines = 1 + max((place.line for place in places.values()), default=0)
    room = max(1, figure.layout["height"] - AROUND)
    top = 1 - (LINE_PIXELS * lines if named else TICK_PIXELS) / room
    # What is drawn ends under the names, so that none hides a peak.
    figure.y(domain=[0, top])
    for place, mark in enumerate(shown):
        # A line over time ends where its last bucket starts.
        start = min(max(mark.moment, first), times.starts[-1])
        if mark.end is not None:
            over = {"yref": "paper", "y0": 0, "y1": top, "x0": start, "x1": min(mark.end, last)}
            figure.line(type="rect", line={"width": 0}, fillcolor=soft(NEUTRAL, 0.12), layer="below", **over)
        stands = places.get(place)
        # It ends at its own name: a name over it is another's.
        end = top if named and stands is None else 1 - LINE_PIXELS * (stands.line if stands else 0) / room
        dotted = {"color": MUTED, "width": 1, "dash": "dot"}
        figure.line(
            type="line", x0=start, x1=start, yref="paper", y0=0 if named else top, y1=end, line=dotted
        )
        if stands is not None:
            name_mark(figure, mark.text, start, stands)
    buckets = [times.starts[bucket_of(max(mark.moment, first), times)] for mark in shown]
    figure.trace(
        "scatter",
        x=buckets,
        y=[height] * len(shown),
        mode="markers",
        marker={"color": MUTED, "size": 1, "opacity": 0},
        text=[f"<i>{escape(shorten(mark.text, 60), quote=False)}</i>" for mark in shown],
        hovertemplate="%{text}<extra></extra>",
        showlegend=False,
    )


def placed(shown: Sequence[Mark], times: Times, lines: int) -> dict[int, Place]:
    """Where the names of marks stand, by the place of the mark; none where no line of text is free.

    A stretch goes first: what lasted matters more than what happened beside it.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in range(lines)]
    found: dict[int, Place] = {}
    for place in sorted(range(len(shown)), key=lambda place: (shown[place].end is None, place)):
        at = share(max(shown[place].moment, times.starts[0]), times)
        length = (len(shorten(shown[place].text, LONGEST)) + 2) / LETTERS
        late = at + length > 1
        begin, end = (at - length, at) if late else (at, at + length)
        free = (line for line, names in enumerate(taken) if all(end <= b or begin >= e for b, e in names))
        line = next(free, None)
        if line is not None:
            taken[line].append((begin, end))
            found[place] = Place(line, late)
    return found


def name_mark(figure: Figure, text: str, start: str, stands: Place) -> None:
    """The name of a mark beside the top of its line, flipped left near the end."""
    figure.note(
        escape(shorten(text, LONGEST), quote=False),
        MUTED,
        x=start,
        y=1,
        yref="paper",
        yanchor="top",
        yshift=-LINE_PIXELS * stands.line,
        xanchor="right" if stands.late else "left",
        xshift=-4 if stands.late else 4,
        borderpad=1,
    )


def bucket_of(moment: str, times: Times) -> int:
    """The place of the bucket that a moment lies in."""
    return max(0, bisect_right(times.starts, moment) - 1)


def share(moment: str, times: Times) -> float:
    """How far along the axis a moment lies, from 0 to 1."""
    return bucket_of(moment, times) / len(times.starts)
