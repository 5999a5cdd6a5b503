"""Draws a board: all its questions are asked at once, each panel is drawn as its answers come."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from analytics import presence
from analytics.view import QueryCancelled
from data.tables import FACTS
from service.access import NotAllowed
from ui import banner, context, empty, panels
from ui import format as say
from ui.scope_bar import PRESETS, scope_bar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from streamlit.delta_generator import DeltaGenerator

    from analytics.analysis import Analysis
    from analytics.board import Board, Panel, Row
    from analytics.scope import Scope
    from ui.context import Visit
    from ui.panels import Asked

# How long the page waits for an answer before it looks whether the person has moved on.
PULSE_SECONDS = 0.1


def show(board: Board) -> None:
    """The whole page of a board."""
    visit = context.visit()
    age = scope_bar(board.title, board.audience, visit)
    banner.whose_data(visit)
    try:
        scope = visit.scope()
    except NotAllowed as error:
        empty.no_access(str(error))
        return
    facts, unfiltered = facts_of(board), replace(scope, where=None)
    newest = presence.newest(facts)
    supersede(visit, board, scope, newest)
    seen = visit.ask(newest, unfiltered)
    asked = {panel.id: ask(visit, panel, scope) for panel in board.panels}
    notice = st.empty()
    draw(lay_out(board), asked)
    if seen.exception() is None:
        presence_note(visit, unfiltered, facts, presence.latest(seen.result().frame), age=age, notice=notice)


def presence_note(
    visit: Visit,
    scope: Scope,
    facts: frozenset[str],
    last: datetime | None,
    *,
    age: DeltaGenerator,
    notice: DeltaGenerator,
) -> None:
    """How old the data are; where the window holds none, that it does, and the ways out."""
    if last is None:
        ever = visit.ask(presence.newest_ever(facts), scope).result()
        with notice.container():
            empty.no_rows(visit, scope, facts, presence.latest(ever.frame))
    elif visit.request.window in PRESETS:
        age.caption(f":material/sync: {say.age(last, visit.now, scope.timezone)}", width="content")


def facts_of(board: Board) -> frozenset[str]:
    """The tables whose rows the board counts."""
    return frozenset(table for panel in board.panels for table in panel.question.tables if table in FACTS)


def supersede(visit: Visit, board: Board, scope: Scope, newest: Analysis) -> None:
    """Stops what this session asked for on the page before and this page does not want."""
    wanted = {(newest.name, replace(scope, where=None))}
    for panel in board.panels:
        wanted |= {(analysis.name, asked) for analysis, asked in questions(visit, panel, scope).values()}
    visit.house.ask.supersede(visit.session, wanted)


def questions(visit: Visit, panel: Panel, page: Scope) -> dict[str, tuple[Analysis, Scope]]:
    """What a panel asks: its question now, the same before if the page compares, and its trend."""
    scope = panel.scope(page)
    found = {"now": (panel.question, scope)}
    if visit.request.compare and panel.chart in {"number", "gauge"}:
        found["before"] = (panel.question, scope.previous())
    if panel.trend is not None:
        found["trend"] = (panel.trend, scope)
    return found


def ask(visit: Visit, panel: Panel, page: Scope) -> Asked:
    """Starts all the questions of a panel."""
    answers = {name: visit.ask(*question) for name, question in questions(visit, panel, page).items()}
    return panels.Asked(
        panel=panel,
        scope=panel.scope(page),
        window=panel.window or visit.request.window,
        address=visit.request.text(),
        now=answers["now"],
        before=answers.get("before"),
        trend=answers.get("trend"),
    )


def lay_out(board: Board) -> dict[str, DeltaGenerator]:
    """A place for every panel, its title already there."""
    found: dict[str, DeltaGenerator] = {}
    # Rows of one width stand in one grid, so that on a narrow screen a short one is filled up by the next.
    for columns, rows in groupby(board.rows, key=columns_of):
        panels_of = [pair for row in rows for pair in zip(row.panels, row.widths, strict=True)]
        found |= dict(
            tiles([panel for panel, _ in panels_of]) if columns == 0 else charts(panels_of, columns)
        )
    return found


def columns_of(row: Row) -> int:
    """The columns of a row of charts; 0 for a row of numbers."""
    return 0 if all(panel.chart == "number" for panel in row.panels) else sum(row.widths)


def charts(row: list[tuple[Panel, int]], columns: int) -> Iterator[tuple[str, DeltaGenerator]]:
    """Charts in their frames, each as many columns wide as it says."""
    with st.grid(columns, min_column_width=300, gap="small") as grid:
        for panel, width in row:
            # A cell does not pass its height on, so a panel of width 1 stands in the grid itself.
            holder = grid.cell(column_span=width) if width > 1 else grid
            with holder.container(border=True, height="stretch", gap=None, key=f"panel_{panel.id}"):
                panels.heading(panel)
                yield panel.id, st.empty()


def tiles(row: list[Panel]) -> Iterator[tuple[str, DeltaGenerator]]:
    """Numbers side by side; more than four stand in pairs, and so fold to 6, 3 and 2, not to 4 and 2."""
    pairs = len(row) > 4 and len(row) % 2 == 0
    outer = st.grid(len(row) // 2, min_column_width=200, gap="small") if pairs else None
    for place in range(0, len(row), 2 if pairs else len(row)):
        group = row[place : place + 2] if pairs else row
        with (outer or st).grid(len(group), min_column_width=158, gap="small", height="stretch"):
            for panel in group:
                yield panel.id, st.empty()


def draw(slots: dict[str, DeltaGenerator], asked: dict[str, Asked]) -> None:
    """Fills each place when its answers are there; what is there already is drawn at once."""
    waiting = [panel for panel, each in asked.items() if not each.ready]
    for panel, each in asked.items():
        if panel in waiting:
            slots[panel].skeleton(height=panels.HEIGHTS[each.panel.chart])
        else:
            fill(slots[panel], each)
    if not waiting:
        return
    pulse = st.empty()
    while waiting:
        wait(
            [future for panel in waiting for future in asked[panel].futures if not future.done()],
            PULSE_SECONDS,
            FIRST_COMPLETED,
        )
        # Whoever clicks meanwhile ends this run here.
        pulse.empty()
        for panel in [panel for panel in waiting if asked[panel].ready]:
            waiting.remove(panel)
            fill(slots[panel], asked[panel])


def fill(slot: DeltaGenerator, asked: Asked) -> None:
    """One panel; whatever goes wrong stays in its box."""
    key = f"tile_{asked.panel.id}" if asked.panel.chart == "number" else None
    with slot.container(gap=None, key=key):
        try:
            panels.body(asked)
        except QueryCancelled:
            pass
        except Exception as error:  # noqa: BLE001  the other panels live on
            panels.failed(asked, error)
