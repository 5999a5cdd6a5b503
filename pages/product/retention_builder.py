"""Retention builder: say what a start is and what coming back is, and see at once who stays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analytics.board import Board, Panel, Row
from analytics.retention import RetentionSpec
from analytics.retention_questions import Curve, Triangle
from analytics.steps import Step
from ui import address, build, build_retention, render, steps
from ui.navigation import screen_of

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit

TITLE, AUDIENCE = "Retention builder", "product managers"
SCREEN = screen_of(__file__, TITLE, ":material/event_repeat:", AUDIENCE)
# Visitors of a website hardly ever come back.
ANYTHING = Step(None, where=steps.SIGNED_IN, label="anything while signed in")
USUAL = RetentionSpec(ANYTHING, ANYTHING, period="day", periods=15)
EMPTY = "Nobody started in this window: choose another start, or a longer window"


def board_of(spec: RetentionSpec, window: str | None) -> Board:
    """The average over all cohorts, and each cohort by itself."""
    curve = Panel(
        id="retention-builder.curve",
        title="Average retention",
        explanation=f"{build_retention.sentence(spec)} Over all cohorts that have finished the period, each "
        "counting by its size.",
        question=Curve(spec),
        chart="line",
        value="retained",
        x="period",
        by="breakdown" if spec.broken_by else None,
        good="up",
        window=window,
        empty=EMPTY,
    )
    whole = replace(spec, breakdown=None, breakdown_limit=None)
    triangle = Panel(
        id="retention-builder.triangle",
        title="By cohort",
        explanation=f"{build_retention.sentence(whole)} A pale cell is not over yet.",
        question=Triangle(whole),
        chart="triangle",
        value="retained",
        x="period",
        by="cohort",
        window=window,
        empty=EMPTY,
    )
    return Board("retention-builder", TITLE, AUDIENCE, (Row((curve,)), Row((triangle,))))


def show() -> None:
    """The retention that the address holds, under its builder."""
    request = address.current()
    spec = build.read(request.choice(build_retention.CHOICE), USUAL, RetentionSpec.from_dict) or USUAL

    def above(visit: Visit, scope: Scope) -> None:
        build_retention.draw(build.of(visit, scope, spec, USUAL, build_retention.CHOICE))

    render.show(board_of(spec, build.window(request)), above=above)


if __name__ == "__main__":
    show()
