"""Rankings and shares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.scale import Scale
from ui.format import shorten
from ui.ink import MUTED, NEUTRAL, OTHER, SERIES, TEXT

FEWEST_PLACES = 5
MOST_BARS = 10
UNSEEN = "\u200b"
THICK = 20
# How much of the longest bar the words beside it take: a short number at least, else by their letters.
ROOM, ROOM_A_LETTER = 0.18, 0.03


@dataclass(frozen=True)
class Bar:
    """One bar: its name, its value, what a click on it carries (nothing: no click), and what else it says.

    `more` is said in its tooltip, `beside` also after its value.
    """

    name: str
    value: float | None
    raw: tuple[Any, ...] | None = None
    ink: str = SERIES[0]
    more: str = ""
    beside: str = ""


def bar(bars: Sequence[Bar], scale: Scale, *, height: int = MEDIUM) -> Figure:
    """A ranking: names at the left, numbers at the bar's end, no axis."""
    rows = list(reversed(bars))
    values = [row.value for row in rows]
    words = scale.words(values)
    figure = canvas(height, scale=scale)
    figure.trace(
        "bar",
        y=distinct([quoted(shorten(row.name)) for row in rows]),
        x=scale.on(values),
        orientation="h",
        customdata=[list(row.raw) if row.raw else None for row in rows],
        marker={"color": [row.ink for row in rows]},
        text=[
            f"{said} · {row.beside}" if row.beside else said for row, said in zip(rows, words, strict=True)
        ],
        texttemplate="%{text}",
        textposition="outside",
        cliponaxis=False,
        textfont={"color": MUTED, "size": 12},
        hovertext=[tip(row, said) for row, said in zip(rows, words, strict=True)],
        hovertemplate="%{hovertext}<extra></extra>",
    )
    # A lone bar stands at the top, where the eye begins, not in the middle of an empty panel.
    places = max(len(rows), FEWEST_PLACES)
    figure.layout |= {"hovermode": "closest", "bargap": max(0.3, 1 - THICK * places / (height - 16))}
    drawn = [value for value in scale.on(values) if value is not None]
    longest = max((len(word) for word in figure.data[0]["text"]), default=0)
    figure.x(visible=False, range=reach(drawn, longest))
    figure.y(
        showgrid=False,
        type="category",
        range=[len(rows) - places - 0.5, len(rows) - 0.5],
        tickformat=None,
        tickprefix="",
        ticksuffix="  ",
        tickfont={"color": TEXT},
        dtick=1,
    )
    return figure


def reach(values: Sequence[float], letters: int) -> list[float]:
    """From zero to past the longest bar, so that its words fit; both ways where values are negative."""
    least, most = min(values, default=0), max(values, default=0)
    room = max(ROOM, letters * ROOM_A_LETTER) * (max(0, most) - min(0, least))
    return [least - room if least < 0 else 0, (most + room if most > 0 else 0) or 1]


def tip(row: Bar, said: str) -> str:
    """Its whole name, its exact value, and that it can be clicked."""
    more = f" {row.more}" if row.more else ""
    hint = "<br><i>Click to filter</i>" if row.raw else ""
    return f"<b>{quoted(shorten(row.name, 80))}</b><br>{said}{more}{beside(row)}{hint}"


def beside(row: Bar) -> str:
    """What is said after its value."""
    return f" · {quoted(row.beside)}" if row.beside else ""


def quoted(name: str) -> str:
    """A name as Plotly shows it: what looks like a tag is text."""
    return escape(name, quote=False)


def folded(bars: Sequence[Bar], most: int = MOST_BARS) -> list[Bar]:
    """The first bars, and the rest summed into one that no click can choose."""
    if len(bars) <= most:
        return list(bars)
    rest = bars[most - 1 :]
    total = sum(each.value for each in rest if each.value is not None)
    # One of the rest may itself stand for groups that nobody has counted.
    name = OTHER if any(each.name == OTHER for each in rest) else f"{OTHER} ({len(rest)})"
    return [*bars[: most - 1], Bar(name, total, ink=NEUTRAL)]


def distinct(labels: list[str]) -> list[str]:
    """Labels that differ: bars of one label would fall on each other, so the second gets an unseen mark."""
    seen: Counter[str] = Counter()
    marked: list[str] = []
    for label in labels:
        marked.append(label + UNSEEN * seen[label])
        seen[label] += 1
    return marked
