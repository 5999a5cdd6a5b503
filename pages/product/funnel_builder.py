"""Funnel builder: build one by clicks, and see at once who gets how far, how fast, and who they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from analytics.board import Board, Panel, Row
from analytics.funnel_questions import FunnelPeople, FunnelQuestion, FunnelTimes, FunnelTrend
from analytics.funnel_reasons import FunnelDrivers, FunnelSegments
from analytics.funnel_spec import FunnelSpec
from analytics.funnel_windows import FunnelWindows
from analytics.steps import Step
from ui import address, build, build_funnel, build_windows, context, people_behind, render
from ui.navigation import screen_of

if TYPE_CHECKING:
    from datetime import timedelta

    from analytics.scope import Scope
    from ui.build_funnel import Shown
    from ui.context import Visit

TITLE, AUDIENCE = "Funnel builder", "product managers"
SCREEN = screen_of(__file__, TITLE, ":material/filter_list:", AUDIENCE)
USUAL = FunnelSpec((Step(None),))
# What the page begins with where there are such events, until somebody chooses.
WANTED = ("OrgCreated", "ProjectCreated", "DeviceRegistered", "FirstDeviceData")
EMPTY = "Nobody entered in this window: choose another first step, or a longer window"


def board_of(
    spec: FunnelSpec, shown: Shown, window: str | None, windows: tuple[timedelta, ...] = ()
) -> Board:
    """The funnel, its trend, its times, other windows, and the people of one step."""
    rows = [
        Row(
            (
                Panel(
                    id="funnel-builder.steps",
                    title="Funnel",
                    explanation=build_funnel.sentence(spec),
                    question=FunnelQuestion(spec),
                    chart="funnel",
                    value="count",
                    x="name",
                    by="breakdown" if spec.broken_by else None,
                    window=window,
                    empty=EMPTY,
                ),
            )
        ),
    ]
    if len(spec.steps) > 1:
        rows.append(Row((listed(spec, window),)))
        rows.append(
            Row(
                (
                    Panel(
                        id="funnel-builder.trend",
                        title="Conversion over time",
                        explanation="Of those who entered in each bucket, who reached the last step. "
                        "The newest buckets may still convert.",
                        question=FunnelTrend(spec),
                        chart="line",
                        value="conversion",
                        x="bucket",
                        good="up",
                        window=window,
                        empty=EMPTY,
                    ),
                    Panel(
                        id="funnel-builder.times",
                        title="Time to convert",
                        explanation="How long people took from the first step to the last one.",
                        question=FunnelTimes(spec),
                        chart="histogram",
                        value="count",
                        x="start_ms",
                        show=("median_ms", "p90_ms"),
                        window=window,
                        empty="Nobody has reached the last step",
                    ),
                )
            )
        )
        if len(windows) > 1:
            rows.append(within(FunnelWindows(spec, windows), window))
    if spec.broken_by:
        rows.append(Row((segments(spec, window),)))
    if len(spec.steps) > 1:
        rows.append(Row((drivers(spec, window),)))
    who = FunnelPeople(spec, shown.step, waiting=shown.waiting)
    rows.append(
        Row(
            (
                Panel(
                    id="funnel-builder.people",
                    title=build_funnel.whose(spec, shown),
                    explanation="Everybody whom the chart counts there; its menu has them as a file."
                    + (f" {people_behind.LEADS[spec.unit]}" if spec.unit in people_behind.LEADS else ""),
                    question=who,
                    chart="table",
                    value="name",
                    show=tuple(column.name for column in who.columns if column.name != "tenant_id"),
                    click=people_behind.CLICKS.get(spec.unit, ()),
                    window=window,
                    empty="Nobody",
                ),
            )
        )
    )
    return Board("funnel-builder", TITLE, AUDIENCE, tuple(rows))


def listed(spec: FunnelSpec, window: str | None) -> Panel:
    """The steps in numbers."""
    return Panel(
        id="funnel-builder.listed",
        title="Step by step",
        explanation="People, still may and left sum to the people of the step before: who is there, who is "
        "not and whose window is open, who is not and cannot get there any more, as of now or, of a source "
        "that is late, of its newest row. Shares have a 95% interval.",
        question=FunnelQuestion(spec),
        chart="table",
        value="count",
        window=window,
        empty=EMPTY,
    )


def within(question: FunnelWindows, window: str | None) -> Row:
    """The funnel if people had more time, or less."""
    chart = Panel(
        id="funnel-builder.windows",
        title="With other windows",
        explanation="The same funnel, completed within each of these times of the first step: which steps "
        "take people longer. A wider window never has fewer people, but where something is excluded.",
        question=question,
        chart="funnel",
        value="count",
        x="name",
        by="window",
        window=window,
        empty=EMPTY,
    )
    table = replace(
        chart,
        id="funnel-builder.within",
        title="Conversion by window",
        explanation="Each step within each window. Who still may is not in the share yet: of a long window "
        "the newest people have not had all of it.",
        chart="table",
        x=None,
        by=None,
        show=("window", "name", "count", "conversion", "low", "high", "may"),
    )
    return Row((chart, table))


def segments(spec: FunnelSpec, window: str | None) -> Panel:
    """Whether segments differ by more than chance."""
    return Panel(
        id="funnel-builder.segments",
        title="Segments against the others",
        explanation="Each segment's conversion less that of the others, with the 95% interval; the verdict "
        "is corrected for the number of segments (Holm).",
        question=FunnelSegments(spec),
        chart="table",
        value="conversion",
        window=window,
        empty=EMPTY,
    )


def drivers(spec: FunnelSpec, window: str | None) -> Panel:
    """What goes with completing it."""
    return Panel(
        id="funnel-builder.drivers",
        title="What goes with converting",
        explanation="Events on the way to the last step, and the plan of those who entered, by how the odds "
        "of converting differ with them. That does not make it the reason; what "
        "fewer than 25 people or 2% have is left out.",
        question=FunnelDrivers(spec, ("tenant.plan",)),
        chart="table",
        value="odds_ratio",
        window=window,
        empty="Nothing that enough people did or have sets those who convert apart",
    )


def first() -> FunnelSpec:
    """The funnel that the page begins with."""
    names = build.first_names(context.visit(), WANTED, 2)
    return FunnelSpec(tuple(Step(name) for name in names)) if names else USUAL


def show() -> None:
    """The funnel that the address holds, under its builder."""
    request = address.current()
    spec = build.read(request.choice(build_funnel.CHOICE), USUAL, FunnelSpec.from_dict) or first()
    windows = build_windows.read(request.choice(build_windows.CHOICE), spec)
    shown = build_funnel.shown_step(request.choice(build_funnel.SHOWN), spec)

    def above(visit: Visit, scope: Scope) -> None:
        builder = build.of(visit, scope, spec, USUAL, build_funnel.CHOICE)
        build_funnel.draw(builder, windows)
        build_funnel.whom(builder, shown)

    render.show(board_of(spec, shown, build.window(request), windows), above=above)


if __name__ == "__main__":
    show()
