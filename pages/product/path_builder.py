"""Path builder: what people do after an event, or did before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analytics.board import Board, Panel, Row
from analytics.paths import Paths
from ui import address, build, build_paths, render
from ui.navigation import screen_of

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit

TITLE, AUDIENCE = "Path builder", "product managers"
SCREEN = screen_of(__file__, TITLE, ":material/route:", AUDIENCE)
USUAL = Paths(steps=4, most=4)
EMPTY = "Nobody did that in this window, with anything beside it"


def board_of(spec: Paths, window: str | None) -> Board:
    """The paths as bands, and as a table."""
    picture = Panel(
        id="path-builder.paths",
        title="Paths",
        explanation=build_paths.sentence(spec),
        question=spec,
        chart="sankey",
        value="sittings",
        window=window,
        empty=EMPTY,
    )
    table = Panel(
        id="path-builder.table",
        title="The same as a table",
        explanation="Each band: how many went on so, of all that were at its first event. A click shows who.",
        question=spec,
        chart="table",
        value="sittings",
        show=("step", "source", "target", "sittings", "share"),
        window=window,
        empty=EMPTY,
    )
    return Board("path-builder", TITLE, AUDIENCE, (Row((picture,)), Row((table,))))


def show() -> None:
    """The paths that the address holds, under their builder."""
    request = address.current()
    spec = build.read(request.choice(build_paths.CHOICE), USUAL, Paths.from_dict) or USUAL

    def above(visit: Visit, scope: Scope) -> None:
        build_paths.draw(build.of(visit, scope, spec, USUAL, build_paths.CHOICE))

    render.show(board_of(spec, build.window(request)), above=above)


if __name__ == "__main__":
    show()
