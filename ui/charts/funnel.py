"""Steps: who got there, who still may, and who left since the step before."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ui.charts.bar import distinct, quoted
from ui.charts.canvas import LARGE, Figure, canvas
from ui.charts.scale import fitting
from ui.format import shorten
from ui.ink import SURFACE, TEXT, soft

if TYPE_CHECKING:
    from ui.charts.scale import Scale

LETTERS, LINES = 12, 3  # of a step's name under its column
# A word with what ends it: a space, a line, or the capital that begins the next one.
WORD = re.compile(r".+?(?:[ _-]|(?<=[a-z0-9])(?=[A-Z])|$)")
# A column that is lower has no room for its share and count inside, and they stand on it.
LOW, TURNED_LOW = 0.13, 0.25
FEW, MOST_TOLD = 6, 12  # steps whose names stand upright; columns that have room for their shares


REACHED = "reached it"


@dataclass(frozen=True)
class Pattern:
    """How a part of a column is drawn whose people are not at the step, and what it is called."""

    name: str
    shape: str
    size: int
    solidity: float
    ground: float
    drawn: float


DOTTED = Pattern("still may", ".", 7, 0.3, 0.22, 0.7)
HATCHED = Pattern("left before it", "/", 6, 0.25, 0.1, 0.45)


@dataclass(frozen=True)
class Steps:
    """The steps of one funnel: how many reached each, what share of all that is, and what else is said.

    `waiting` are those who reached the step before, not this one, and still may.
    """

    name: str
    ink: str
    counts: Sequence[float]
    shares: Sequence[float]
    tips: Sequence[str]
    waiting: Sequence[float] = ()
    # What a click on who got here carries, on who still may, and on who left; nothing where none is listed.
    reached: Sequence[list[Any] | None] = ()
    may: Sequence[list[Any] | None] = ()
    left: Sequence[list[Any] | None] = ()

    @property
    def still(self) -> list[float]:
        """The share of all who still may reach each step: nobody, where it is not known."""
        whole = self.counts[0] or 1.0
        return [count / whole for count in self.waiting or [0.0] * len(self.counts)]

    @property
    def gone(self) -> list[float]:
        """The share of all who left before each step."""
        whole, waiting = self.counts[0] or 1.0, self.waiting or [0.0] * len(self.counts)
        parts = zip([self.counts[0], *self.counts[:-1]], self.counts, waiting, strict=True)
        return [(before - count - may) / whole for before, count, may in parts]


def funnel(names: Sequence[str], parts: Sequence[Steps], counted: Scale, *, height: int = LARGE) -> Figure:
    """Columns a step, of several funnels side by side.

    Solid is who got here, dotted who still may, hatched who left before.
    """
    alone = len(parts) == 1
    apart = alone and any(map(any, (parts[0].still, parts[0].gone)))
    figure = canvas(height, legend=not alone or apart, scale=fitting("ratio", [1.0]))
    # Many names are turned where it is narrow: there a number of its own line would lie on its neighbour.
    between = "<br>" if len(names) <= FEW else " "
    labels = distinct([f"<b>{place}</b>{between}{wrapped(name)}" for place, name in enumerate(names, 1)])
    for part in parts:
        turned = not alone and len(parts) * len(names) > MOST_TOLD
        words = said(part, counted, turned=turned)
        low = [share < (TURNED_LOW if turned else LOW) for share in part.shares]
        here(
            figure,
            labels,
            part,
            ["" if short else text for short, text in zip(low, words, strict=True)],
            turned=turned,
            alone=alone,
        )
        stands = [share + still for share, still in zip(part.shares, part.still, strict=True)]
        if any(part.still):
            above(figure, labels, part, DOTTED, (part.still, part.shares), carried=part.may, told=alone)
        # On top of all there is, as a number on dots or hatching cannot be read.
        lifted = [text if short else "" for short, text in zip(low, words, strict=True)]
        above(
            figure,
            labels,
            part,
            HATCHED,
            (part.gone, stands),
            carried=part.left,
            told=alone,
            words=lifted,
            turned=turned,
        )
    figure.layout |= {
        "barmode": "group",
        "bargap": 0.34,
        "bargroupgap": 0.08,
        "barcornerradius": 3,
        "hovermode": "closest",
    }
    if alone:
        # Its parts are of one whole: none is looked at by itself.
        figure.layout["legend"] |= {"itemclick": False, "itemdoubleclick": False}
    figure.y(range=[0, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.x(
        type="category", tickfont={"color": TEXT, "size": 11}, autotickangles=[0, 90], tickformatstops=[]
    )
    return figure


def said(part: Steps, counted: Scale, *, turned: bool) -> list[str]:
    """The share and the count of each step, one under the other; in a narrow column one after the other."""
    between = " · " if turned else "<br>"
    counts = counted.words(part.counts, compact=True)
    return [f"<b>{share:.0%}</b>{between}{count}" for share, count in zip(part.shares, counts, strict=True)]


def here(
    figure: Figure, labels: Sequence[str], part: Steps, words: Sequence[str], *, turned: bool, alone: bool
) -> None:
    """Who reached each step, with what is written inside their column."""
    figure.trace(
        "bar",
        x=labels,
        y=list(part.shares),
        name=REACHED if alone else part.name,
        offsetgroup=part.name,
        legendgroup=part.name,
        marker={"color": part.ink},
        text=list(words),
        textposition="inside",
        insidetextanchor="end",
        constraintext="inside",
        textangle=-90 if turned else 0,
        cliponaxis=False,
        insidetextfont={"color": SURFACE},
        **carrying(part.reached),
        hovertext=part.tips,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def above(
    figure: Figure,
    labels: Sequence[str],
    part: Steps,
    how: Pattern,
    heights: tuple[Sequence[float], Sequence[float]],
    *,
    carried: Sequence[list[Any] | None],
    told: bool,
    words: Sequence[str] = (),
    turned: bool = False,
) -> None:
    """A part of the columns that stands on others: who is not here, drawn so that it says why."""
    figure.trace(
        "bar",
        x=labels,
        y=list(heights[0]),
        base=list(heights[1]),
        name=how.name,
        offsetgroup=part.name,
        legendgroup=part.name,
        showlegend=told and any(heights[0]),
        marker={
            "color": soft(part.ink, how.ground),
            "line": {"width": 0},
            "pattern": {
                "shape": how.shape,
                "size": how.size,
                "solidity": how.solidity,
                "fgcolor": soft(part.ink, how.drawn),
            },
        },
        **written(words, turned=turned),
        **carrying(carried),
        hovertext=part.tips,
        hovertemplate="%{hovertext}<extra></extra>",
    )


def written(words: Sequence[str], *, turned: bool) -> dict[str, Any]:
    """What is written over the parts of a trace."""
    if not any(words):
        return {}
    font = {"color": TEXT, "size": 11}
    how = {"textposition": "outside", "textangle": -90 if turned else 0, "constraintext": "none"}
    return {"text": list(words), **how, "outsidetextfont": font, "cliponaxis": False}


def carrying(carried: Sequence[list[Any] | None]) -> dict[str, Any]:
    """What the marks of a trace carry for a click; after one they all stay as they are."""
    if not carried:
        return {}
    same = {"marker": {"opacity": 1}}
    return {"customdata": list(carried), "selected": same, "unselected": same}


def wrapped(name: str) -> str:
    """A name in few short lines, which end where its words do."""
    lines = [""]
    for word in WORD.findall(shorten(name, LETTERS * LINES)):
        if lines[-1] and len(lines[-1] + word.rstrip()) > LETTERS:
            lines.append("")
        lines[-1] += word
    short = [part for line in lines for part in textwrap.wrap(line, LETTERS)]
    return "<br>".join(quoted(line) for line in short[:LINES])
