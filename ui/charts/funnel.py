"""Steps: who got there, and who left since the step before."""

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
LOW = 0.13
FEW, MOST_TOLD = 6, 12  # steps whose names stand upright; columns that have room for their shares


@dataclass(frozen=True)
class Steps:
    """The steps of one funnel: how many reached each, what share of all that is, and what else is said."""

    name: str
    ink: str
    counts: Sequence[float]
    shares: Sequence[float]
    tips: Sequence[str]
    # What a click on who got here carries, and one on who left before; nothing where nobody can be listed.
    reached: Sequence[list[Any] | None] = ()
    left: Sequence[list[Any] | None] = ()


def funnel(names: Sequence[str], parts: Sequence[Steps], counted: Scale, *, height: int = LARGE) -> Figure:
    """Columns a step, of several funnels side by side: solid is who got here, hatched who left before."""
    figure = canvas(height, legend=len(parts) > 1, scale=fitting("ratio", [1.0]))
    # Many names are turned where it is narrow: there a number of its own line would lie on its neighbour.
    apart = "<br>" if len(names) <= FEW else " "
    labels = distinct([f"<b>{place}</b>{apart}{wrapped(name)}" for place, name in enumerate(names, 1)])
    for part in parts:
        before = [1.0, *part.shares[:-1]]
        inside = [share >= LOW for share in part.shares]
        words = [
            f"<b>{share:.0%}</b><br>{said}" if len(parts) == 1 else f"{share:.0%}"
            for share, said in zip(part.shares, counted.words(part.counts, compact=True), strict=True)
        ]
        told = len(parts) == 1 or len(parts) * len(names) <= MOST_TOLD
        figure.trace(
            "bar",
            x=labels,
            y=list(part.shares),
            name=part.name,
            offsetgroup=part.name,
            marker={"color": part.ink},
            text=words if told else None,
            textposition=["inside" if fits and len(parts) == 1 else "outside" for fits in inside],
            insidetextanchor="end",
            constraintext="inside",
            textangle=0,
            cliponaxis=False,
            insidetextfont={"color": SURFACE},
            outsidetextfont={"color": TEXT, "size": 11},
            **carrying(part.reached),
            hovertext=part.tips,
            hovertemplate="%{hovertext}<extra></extra>",
        )
        figure.trace(
            "bar",
            x=labels,
            y=[earlier - share for earlier, share in zip(before, part.shares, strict=True)],
            base=list(part.shares),
            offsetgroup=part.name,
            showlegend=False,
            marker={
                "color": soft(part.ink, 0.1),
                "line": {"width": 0},
                "pattern": {"shape": "/", "size": 6, "solidity": 0.25, "fgcolor": soft(part.ink, 0.45)},
            },
            **carrying(part.left),
            hovertext=part.tips,
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.layout |= {
        "barmode": "group",
        "bargap": 0.34,
        "bargroupgap": 0.08,
        "barcornerradius": 3,
        "hovermode": "closest",
    }
    figure.y(range=[0, 1.04], tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.x(
        type="category", tickfont={"color": TEXT, "size": 11}, autotickangles=[0, 90], tickformatstops=[]
    )
    return figure


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
