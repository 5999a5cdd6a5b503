"""Shares of one whole, as a ring."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin

from ui.charts.bar import Bar, distinct, quoted, tip
from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.scale import Scale
from ui.format import shorten
from ui.ink import SURFACE, TEXT, inks

MOST_SLICES = 6
HOLE = 0.66
RING = (0.0, 0.52)  # the part of the width that the ring stands in
# How far apart the unseen marks stand on the ring, in parts of a turn.
APART = 1 / 72


def donut(slices: Sequence[Bar], scale: Scale, *, height: int = MEDIUM) -> Figure:
    """Shares of one whole, the biggest first, its total in the hole, each share beside its name.

    Plotly makes no click of a slice, so unseen marks on the ring take it.
    """
    shown = [each for each in slices if each.value]
    total = sum(each.value or 0 for each in shown)
    color = inks(sorted(each.name for each in shown))
    names = [f"{quoted(shorten(each.name, 22))}  {share(each, total):.0%}" for each in shown]
    figure = canvas(height, legend=True)
    figure.trace(
        "pie",
        labels=distinct(names),
        values=[each.value for each in shown],
        hole=HOLE,
        sort=False,
        direction="clockwise",
        textinfo="none",
        hoverinfo="skip",
        domain={"x": list(RING), "y": [0, 1]},
        marker={"colors": [color[each.name] for each in shown], "line": {"color": SURFACE, "width": 2}},
    )
    marks(figure, shown, total, scale)
    (said,) = scale.words([total], compact=True)
    figure.note(
        f"<b>{said}</b>",
        TEXT,
        x=sum(RING) / 2,
        y=0.5,
        xref="paper",
        yref="paper",
        xanchor="center",
        yanchor="middle",
        font={"size": 18, "color": TEXT},
    )
    legend = {"orientation": "v", "x": RING[1] + 0.04, "xanchor": "left", "y": 0.5, "yanchor": "middle"}
    still = {"itemclick": False, "itemdoubleclick": False, "font": {"size": 12}}
    figure.layout |= {"legend": legend | still, "hovermode": "closest", "hoverdistance": -1}
    figure.layout["margin"] |= {"t": 12, "b": 12, "l": 8}
    return figure


def marks(figure: Figure, slices: Sequence[Bar], total: float, scale: Scale) -> None:
    """Unseen marks along each slice, on axes that lie over the ring as a circle of radius 1."""
    xs, ys, raws, tips = [], [], [], []
    radius, begun = (1 + HOLE) / 2, 0.0
    for each in slices:
        part = share(each, total)
        steps = max(1, round(part / APART))
        (said,) = scale.words([each.value])
        for step in range(steps):
            turn = 2 * pi * (begun + part * (step + 0.5) / steps)
            xs.append(radius * sin(turn))
            ys.append(radius * cos(turn))
            raws.append(list(each.raw) if each.raw else None)
            tips.append(tip(each, f"{said} · {part:.1%}"))
        begun += part
    unseen = {"marker": {"opacity": 0}}
    figure.trace(
        "scatter",
        x=xs,
        y=ys,
        mode="markers",
        customdata=raws,
        hovertext=tips,
        showlegend=False,
        hovertemplate="%{hovertext}<extra></extra>",
        marker={"size": 20, "opacity": 0},
        selected=unseen,
        unselected=unseen,
    )
    over = {"visible": False, "range": [-1, 1], "constrain": "domain"}
    figure.x(**over, domain=list(RING), tickformatstops=[])
    figure.y(**over, scaleanchor="x", domain=[0, 1])


def share(each: Bar, total: float) -> float:
    """The part of the whole."""
    return (each.value or 0) / total if total else 0.0
