"""Two dimensions: a grid of cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.charts.bar import distinct, quoted
from ui.charts.canvas import MEDIUM, Figure, canvas, thinned
from ui.format import shorten
from ui.ink import BAD, GOOD, MUTED, RAMP, TEXT, WARN, soft

if TYPE_CHECKING:
    from analytics.board import Thresholds
    from ui.charts.scale import Scale

ROW, AROUND = 26, 40
# Beyond so many columns a cell of a narrow screen holds small numbers only.
ROOMY = 14
# Beyond so many none has room for a number.
CROWDED = 50
MOST_ROWS = 24
LOUD = {"bad": soft(BAD, 0.62), "warn": soft(WARN, 0.45), "good": soft(GOOD, 0.17)}
LEVELS = ("bad", "warn", "good")


@dataclass(frozen=True)
class Cell:
    """One cell: its column and row, its value, what a click on it carries, and what else it says.

    `place` is its column in full, where the axis has room for less.
    """

    column: str
    row: str
    value: float | None
    raw: tuple[Any, ...] | None = None
    more: str = ""
    place: str = ""


def heatmap(
    columns: Sequence[str],
    rows: Sequence[str],
    cells: Sequence[Cell],
    scale: Scale,
    *,
    thresholds: Thresholds | None = None,
    called: str = "",
    height: int = MEDIUM,
) -> Figure:
    """A grid of cells, whose values are `called` so.

    With thresholds healthy cells stay pale and bare; only trouble is loud and numbered.

    Plotly makes no click of a cell, so an unseen mark in its middle takes it.
    """
    figure = canvas(max(height, AROUND + ROW * len(rows)))
    across = {name: place for place, name in enumerate(columns)}
    down = {name: place for place, name in enumerate(rows)}
    grid: list[list[float | None]] = [[None] * len(columns) for _ in rows]
    texts = [[""] * len(columns) for _ in rows]
    for cell in cells:
        if cell.value is not None:
            x, y = across[cell.column], down[cell.row]
            grid[y][x] = LEVELS.index(thresholds.verdict(cell.value)) if thresholds else cell.value
            texts[y][x] = number_in(cell.value, scale, thresholds) if len(columns) <= CROWDED else ""
    figure.trace(
        "heatmap",
        x=list(range(len(columns))),
        y=list(range(len(rows))),
        z=grid,
        text=texts,
        xgap=2,
        ygap=2,
        texttemplate="%{text}",
        textfont={"color": TEXT, "size": 11 if len(columns) <= ROOMY else 9},
        hoverinfo="skip",
        **colours(grid, scale, thresholds, called),
    )
    marks(
        figure, cells, across, down, [said(cell, scale, called) for cell in cells if cell.value is not None]
    )
    dress(figure, columns, rows)
    return figure


def number_in(value: float, scale: Scale, thresholds: Thresholds | None) -> str:
    """The number of a cell in trouble, short enough for it."""
    if thresholds is None or thresholds.verdict(value) == "good":
        return ""
    if scale.unit == "ratio":
        # As many digits as it takes not to read as a limit, or as a number on its other side.
        shown = (round(value * 100, digits) for digits in range(4))
        return next(f"{each:g}" for each in (*shown, value * 100) if told_as(each, value, thresholds))
    return scale.words([value], compact=True)[0]


def told_as(percent: float, value: float, thresholds: Thresholds) -> bool:
    """Whether a number as it is written means what the value itself does."""
    shown = percent / 100
    if percent == value * 100:
        return True
    return shown not in (thresholds.good, thresholds.bad) and thresholds.verdict(shown) == thresholds.verdict(
        value
    )


def colours(
    grid: list[list[float | None]], scale: Scale, thresholds: Thresholds | None, called: str
) -> dict[str, Any]:
    """Three states where there are limits, else a ramp from nothing to the most, its key beside it."""
    if thresholds:
        edges = [0, 1 / 3, 1 / 3, 2 / 3, 2 / 3, 1]
        names = [name for name in LEVELS for _ in range(2)]
        steps = [[edge, LOUD[name]] for edge, name in zip(edges, names, strict=True)]
        return {"colorscale": steps, "zmin": -0.5, "zmax": 2.5, "showscale": False}
    most = max((value for row in grid for value in row if value is not None), default=0) or 1
    steps = [[place / (len(RAMP) - 1), ink] for place, ink in enumerate(RAMP)]
    ticks = [0, most / 2, most]
    return {
        "colorscale": steps,
        "zmin": 0,
        "zmax": most,
        "colorbar": {
            "thickness": 8,
            "len": 0.9,
            "outlinewidth": 0,
            "tickfont": {"color": MUTED, "size": 11},
            "tickvals": ticks,
            "ticktext": scale.words(ticks, compact=True),
            "title": {"text": quoted(called), "side": "right", "font": {"color": MUTED, "size": 11}},
        },
    }


def marks(
    figure: Figure, cells: Sequence[Cell], across: dict[str, int], down: dict[str, int], tips: Sequence[str]
) -> None:
    """The unseen marks that carry a cell's tooltip and its click."""
    there = [cell for cell in cells if cell.value is not None]
    unseen = {"marker": {"opacity": 0}}
    figure.trace(
        "scatter",
        x=[across[cell.column] for cell in there],
        y=[down[cell.row] for cell in there],
        mode="markers",
        customdata=[list(cell.raw) if cell.raw else None for cell in there],
        hovertext=tips,
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
        marker={"symbol": "square", "size": 22, "opacity": 0},
        selected=unseen,
        unselected=unseen,
    )


def said(cell: Cell, scale: Scale, called: str) -> str:
    """Where the cell is, what its exact value is called, and that it can be clicked."""
    (words,) = scale.words([cell.value])
    named, more = (f"{quoted(called)} " if called else ""), (f" {cell.more}" if cell.more else "")
    hint = "<br><i>Click to filter</i>" if cell.raw else ""
    where = f"<b>{quoted(shorten(cell.row, 80))}</b> · {quoted(shorten(cell.place or cell.column, 80))}"
    return f"{where}<br>{named}{words}{more}{hint}"


def dress(figure: Figure, columns: Sequence[str], rows: Sequence[str]) -> None:
    """Names on both sides, as many as fit; the whole cell is the target of a click."""
    figure.layout |= {"hovermode": "closest", "hoverdistance": -1}
    places = thinned(len(columns))
    figure.x(
        range=[-0.5, len(columns) - 0.5],
        tickvals=places,
        tickangle=0,
        tickformatstops=[],
        ticktext=[quoted(shorten(columns[place], 14)) for place in places],
    )
    figure.y(
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        tickvals=list(range(len(rows))),
        ticksuffix="  ",
        ticktext=distinct([quoted(shorten(name, 22)) for name in rows]),
        nticks=len(rows),
    )
