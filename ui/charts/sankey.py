"""Paths: columns are steps, and the width of a band is how many went that way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ui.charts.bar import quoted
from ui.charts.canvas import LARGE, Figure, canvas
from ui.format import shorten
from ui.ink import NEUTRAL, SURFACE, TEXT, inks, soft

# Labels of neighbouring columns fit beside each other on a narrow screen; those of thin nodes would overlap.
LETTERS, SIZE, THIN = 18, 11, 0.03


@dataclass(frozen=True)
class Link:
    """How many went from one node to another; a node is a name at a step, which counts from the left."""

    step: int
    source: str
    target: str
    count: float


def sankey(
    links: Sequence[Link],
    *,
    backwards: bool,
    quiet: Sequence[str],
    said: Callable[[float], str],
    height: int = LARGE,
) -> Figure:
    """The links as bands; nodes of one name share one ink, those that are `quiet` are grey.

    Backwards all paths end at the last step, else they begin at the first; columns line up from there.
    """
    figure = canvas(height)
    ends = [(link.step, link.source) for link in links] + [(link.step + 1, link.target) for link in links]
    nodes = list(dict.fromkeys(sorted(ends)))
    place = {node: number for number, node in enumerate(nodes)}
    through = {node: max(passing(links, node)) for node in nodes}
    most = sum(count for (step, _), count in through.items() if step == (nodes[-1][0] if backwards else 0))
    ink = inks(list(dict.fromkeys(name for _, name in by_size(links) if name not in quiet)))
    ink |= dict.fromkeys(quiet, soft(NEUTRAL, 0.7))
    figure.trace(
        "sankey",
        arrangement="snap",
        node={
            "label": [
                quoted(shorten(node[1], LETTERS)) if through[node] >= THIN * most else "" for node in nodes
            ],
            "customdata": [quoted(name) for _, name in nodes],
            "color": [ink[name] for _, name in nodes],
            "align": "right" if backwards else "left",
            "pad": 16,
            "thickness": 9,
            "line": {"width": 0},
            "hovertemplate": "<b>%{customdata}</b><br>%{value:,.0f} paths<extra></extra>",
        },
        link={
            "source": [place[link.step, link.source] for link in links],
            "target": [place[link.step + 1, link.target] for link in links],
            "value": [link.count for link in links],
            "customdata": [said(link.count) for link in links],
            "color": [band(link, quiet, ink) for link in links],
            "hovertemplate": "%{source.customdata} → %{target.customdata}<br>%{customdata}<extra></extra>",
        },
        textfont={"color": TEXT, "size": SIZE, "shadow": f"0 0 2px {SURFACE}"},
    )
    figure.layout |= {"hovermode": "closest", "margin": {"l": 4, "r": 4, "t": 8, "b": 8}}
    return figure


def passing(links: Sequence[Link], node: tuple[int, str]) -> tuple[float, float]:
    """How many come to a node, and how many go on from it."""
    step, name = node
    came = sum(link.count for link in links if (link.step + 1, link.target) == node)
    return came, sum(link.count for link in links if (link.step, link.source) == (step, name))


def by_size(links: Sequence[Link]) -> list[tuple[float, str]]:
    """The names, the one that most paths lead through first, so that it has the first ink."""
    sizes: dict[str, float] = {}
    for link in links:
        for name in (link.source, link.target):
            sizes[name] = sizes.get(name, 0) + link.count
    return sorted(((-size, name) for name, size in sizes.items()))


def band(link: Link, quiet: Sequence[str], ink: Mapping[str, str]) -> str:
    """A band in the ink of where it comes from; grey where that is nothing in particular, or it ends."""
    return soft(NEUTRAL, 0.16) if {link.source, link.target} & set(quiet) else soft(ink[link.source], 0.22)
