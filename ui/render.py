"""Draws a board: all its questions are asked at once, each panel is drawn as its answers come."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from analytics import presence
from analytics.search import SearchError
from analytics.view import QueryCancelled
from data.tables import FACTS
from service.access import NotAllowed
from ui import banner, context, empty, panel_menu, panels, questions
from ui import format as say
from ui.scope_bar import PRESETS, scope_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from streamlit.delta_generator import DeltaGenerator

    from analytics.board import Board, Panel, Row
    from analytics.scope import Scope
    from ui.context import Visit
    from ui.panels import Asked

# How long the page waits for an answer before it looks whether the person has moved on.
PULSE_SECONDS = 0.1


def show(board: Board, above: Callable[[Visit, Scope], None] | None = None) -> None:
    """The whole page of a board; `above` draws what its page has over the panels."""
    visit = context.visit()
    age = scope_bar(board.title, board.audience, visit, facts_of(board))
    banner.whose_data(visit)
    try:
        scope = visit.scope()
    except NotAllowed as error:
        empty.no_access(str(error))
        return
    except SearchError as error:
        empty.unreadable(visit, error)
        return
    facts, unfiltered = facts_of(board), replace(scope, where=None)
    newest = presence.newest(facts)
    asks = {panel.id: questions.asks_of(visit, panel, scope) for panel in board.panels}
    seen_by = {(newest.name, unfiltered)}
    visit.house.ask.supersede(visit.session, questions.wanted(asks.values()) | seen_by)
    seen = visit.ask(newest, unfiltered)
    asked = {panel.id: questions.ask(visit, panel, asks[panel.id]) for panel in board.panels}
    notice = st.empty()
    if above is not None:
        above(visit, scope)
    places = lay_out(board)
    panel_menu.dialogs(asked)
    draw(places, asked)
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


@dataclass(frozen=True)
class Place:
    """Where a panel is drawn, and where its title has room for a hint."""

    slot: DeltaGenerator
    hint: DeltaGenerator | None = None


def lay_out(board: Board) -> dict[str, Place]:
    """A place for every panel, its title already there."""
    found: dict[str, Place] = {}
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


def charts(row: list[tuple[Panel, int]], columns: int) -> Iterator[tuple[str, Place]]:
    """Panels in their frames, each as many columns wide as it says."""
    with st.grid(columns, min_column_width=300, gap="small") as grid:
        for panel, width in row:
            # A cell does not pass its height on, so a panel of width 1 stands in the grid itself.
            holder = grid.cell(column_span=width) if width > 1 else grid
            yield panel.id, place_in(holder, panel)


def place_in(holder: DeltaGenerator, panel: Panel) -> Place:
    """The frame of a panel: a tile brings its own, a sentence is its own title."""
    if panel.chart == "number":
        return tile_in(holder, panel)
    with holder.container(border=True, height="stretch", gap=None, key=f"panel_{panel.id}"):
        if panel.chart != "headline":
            hint = panels.heading(panel)
            return Place(st.empty(), hint)
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            slot = st.container(width="stretch", gap=None).empty()
            panel_menu.button(panel)
    return Place(slot)


def tile_in(holder: DeltaGenerator, panel: Panel) -> Place:
    """A number, its menu over its corner."""
    with holder.container(gap=None, key=f"tile_{panel.id}"):
        slot = st.empty()
        panel_menu.button(panel)
    return Place(slot)


def tiles(row: list[Panel]) -> Iterator[tuple[str, Place]]:
    """Numbers side by side; more than four stand in pairs, and so fold to 6, 3 and 2, not to 4 and 2."""
    pairs = len(row) > 4 and len(row) % 2 == 0
    outer = st.grid(len(row) // 2, min_column_width=200, gap="small") if pairs else None
    for start in range(0, len(row), 2 if pairs else len(row)):
        group = row[start : start + 2] if pairs else row
        grid = (outer or st).grid(len(group), min_column_width=158, gap="small", height="stretch")
        for panel in group:
            yield panel.id, tile_in(grid, panel)


def draw(places: dict[str, Place], asked: dict[str, Asked]) -> None:
    """Fills each place when its answers are there; what is there already is drawn at once."""
    waiting = [panel for panel, each in asked.items() if not each.ready]
    for panel, each in asked.items():
        if panel in waiting:
            places[panel].slot.skeleton(height=each.height)
        else:
            fill(places[panel], each)
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
            fill(places[panel], asked[panel])


def fill(place: Place, asked: Asked) -> None:
    """One panel; whatever goes wrong stays in its box."""
    with place.slot if asked.panel.chart == "number" else place.slot.container(gap=None):
        try:
            panels.body(asked, place.hint)
        except QueryCancelled:
            pass
        except Exception as error:  # noqa: BLE001  the other panels live on
            panels.failed(asked, error)
