"""Cohorts: a row a cohort, a column a period after it; cells that may still grow are pale and dotted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.charts.bar import quoted
from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.charts.heatmap import Cell, marks
from ui.ink import MUTED, NEUTRAL, RAMP, TEXT, soft

if TYPE_CHECKING:
    from ui.charts.scale import Scale

ROW, AROUND, MOST_COHORTS = 38, 44, 60
# Below this a cell would be as dark as one that is a part of so little.
LEAST_TOP = 0.05
FULL, PALE = 1.0, 0.4
SIZE, NOBODY = "Size", "nobody started"
# A column of a narrow screen holds 62% in these letters, where there are up to a dozen.
ROOMY, SMALL, MANY = 11, 9, 12


@dataclass(frozen=True)
class Cohort:
    """One row: what the cohort is called, how many it is, and its cells by period."""

    name: str
    size: str
    cells: tuple[CohortCell, ...]
    cut: bool = False  # whether the window begins after it does
    raw: tuple[Any, ...] | None = None  # what a click on its size carries; nothing where it is nobody


@dataclass(frozen=True)
class CohortCell:
    """One cell: its share and count in words, whether it can still grow, what a click on it carries."""

    period: int
    share: float
    count: str
    over: bool
    raw: tuple[Any, ...]


def triangle(cohorts: Sequence[Cohort], period: str, scale: Scale) -> Figure:
    """Shares of each cohort by period, the number of people under each; darker is more.

    Period 0 is the size, in a column of its own. A click on a cell carries where it is.
    """
    periods = sorted({cell.period for cohort in cohorts for cell in cohort.cells}) or [1]
    figure = canvas(max(MEDIUM, AROUND + ROW * len(cohorts)))
    top = max([LEAST_TOP, *(cell.share for cohort in cohorts for cell in cohort.cells)])
    for over, opacity in ((True, FULL), (False, PALE)):
        layer(figure, cohorts, periods, top, over=over, opacity=opacity)
    outlines(figure, cohorts, periods)
    across = {SIZE: -1} | {str(each): place for place, each in enumerate(periods)}
    named = dict(enumerate(cohorts))
    cells = [
        Cell(str(cell.period), str(place), cell.share, cell.raw)
        for place, cohort in named.items()
        for cell in cohort.cells
    ]
    cells += [Cell(SIZE, str(place), 1.0, cohort.raw) for place, cohort in named.items()]
    tips = [tip(cohort, cell, period, scale) for cohort in cohorts for cell in cohort.cells]
    tips += [tip_of_size(cohort) for cohort in cohorts]
    marks(figure, cells, across, {str(place): place for place in named}, tips)
    numbered(figure, cohorts, size=ROOMY if len(periods) < MANY else SMALL)
    nobody(figure, cohorts)
    dress(figure, cohorts, periods, period)
    return figure


def layer(
    figure: Figure,
    cohorts: Sequence[Cohort],
    periods: Sequence[int],
    top: float,
    *,
    over: bool,
    opacity: float,
) -> None:
    """The finished cells, or those that are not."""
    grid: list[list[float | None]] = [[None] * len(periods) for _ in cohorts]
    for y, cohort in enumerate(cohorts):
        for cell in cohort.cells:
            if cell.over == over:
                grid[y][periods.index(cell.period)] = cell.share
    steps = [[place / 5, ink] for place, ink in enumerate(RAMP[:6])]
    figure.trace(
        "heatmap",
        x=list(range(len(periods))),
        y=list(range(len(cohorts))),
        z=grid,
        zmin=0,
        zmax=top,
        colorscale=steps,
        showscale=False,
        hoverinfo="skip",
        hoverongaps=False,
        opacity=opacity,
        xgap=2,
        ygap=2,
    )


def numbered(figure: Figure, cohorts: Sequence[Cohort], *, size: int) -> None:
    """Share and count in each cell; a heat map itself would leave out what is a little too wide."""
    written = {"color": TEXT, "size": size}
    figure.data[-1] |= {
        "mode": "markers+text",
        "text": [
            *(f"<b>{cell.share * 100:.0f}%</b><br>{cell.count}" for each in cohorts for cell in each.cells),
            *(f"<b>{cohort.size}</b>" for cohort in cohorts),
        ],
        "textfont": written,
        "textposition": "middle center",
        "cliponaxis": False,
    }
    for state in ("selected", "unselected"):
        figure.data[-1][state] = {"marker": {"opacity": 0}, "textfont": {"color": TEXT}}


def outlines(figure: Figure, cohorts: Sequence[Cohort], periods: Sequence[int]) -> None:
    """A dotted frame around each cell that can still grow: paleness alone could be a small share."""
    dotted = {"color": soft(NEUTRAL, 0.8), "width": 1, "dash": "dot"}
    for y, cohort in enumerate(cohorts):
        for cell in cohort.cells:
            if not cell.over:
                x = periods.index(cell.period)
                figure.line(type="rect", x0=x - 0.47, x1=x + 0.47, y0=y - 0.45, y1=y + 0.45, line=dotted)


def nobody(figure: Figure, cohorts: Sequence[Cohort]) -> None:
    """Says of the rows without cells that nobody is in them: an empty row could be one that failed."""
    for y, cohort in enumerate(cohorts):
        if not cohort.cells and cohort.raw is None:
            figure.note(NOBODY, MUTED, x=-0.4, y=y, xanchor="left")


def tip(cohort: Cohort, cell: CohortCell, period: str, scale: Scale) -> str:
    """Where the cell is, what it says exactly, and that a click shows who it is."""
    (share,) = scale.words([cell.share])
    running = "" if cell.over else "<br>Not over yet"
    where = f"<b>{quoted(cohort.name)}</b> · {period} {cell.period}"
    return f"{where}<br>{share}, {cell.count} of {cohort.size}{running}<br><i>Click to see who</i>"


def tip_of_size(cohort: Cohort) -> str:
    """How many started, and that a click shows who it is."""
    said = f"<b>{quoted(cohort.name)}</b><br>{cohort.size} started"
    return f"{said}<br><i>Click to see who</i>" if cohort.raw else said


def dress(figure: Figure, cohorts: Sequence[Cohort], periods: Sequence[int], period: str) -> None:
    """Periods above, cohorts at the left, then their sizes; the whole cell is the target of a click."""
    figure.layout |= {"hovermode": "closest", "hoverdistance": -1}
    figure.x(
        range=[-1.5, len(periods) - 0.5],
        side="top",
        tickangle=0,
        tickformatstops=[],
        tickvals=list(range(-1, len(periods))),
        ticktext=[
            SIZE,
            *(
                f"{period.capitalize()} {each}" if place == 0 else str(each)
                for place, each in enumerate(periods)
            ),
        ],
    )
    figure.y(
        range=[len(cohorts) - 0.5, -0.5],
        showgrid=False,
        tickvals=list(range(len(cohorts))),
        ticksuffix=" ",
        tickfont={"color": MUTED, "size": 11},
        ticktext=[f"{quoted(cohort.name)}{'<br>cut' if cohort.cut else ''}" for cohort in cohorts],
        nticks=len(cohorts),
    )
