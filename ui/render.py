"""Draws a board: all its questions are asked at once, each panel is drawn as its answers come."""

from __future__ import annotations

from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

import streamlit as st

from analytics import presence
from analytics.scope import ALL_TENANTS
from analytics.search import SearchError
from analytics.view import QueryCancelled
from data.tables import FACTS
from service.access import NotAllowed
from service.cohorts import NoCohort
from ui import (
    banner,
    context,
    empty,
    failed,
    figures,
    page_menu,
    panel_menu,
    panels,
    person,
    questions,
    unfit,
    unknown,
)
from ui import format as say
from ui.live import EVERY_SECONDS, REST_SECONDS, SHORT, news, refreshed
from ui.names import in_words
from ui.scope_bar import PRESETS, scope_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from streamlit.delta_generator import DeltaGenerator

    from analytics.board import Board, Row
    from analytics.scope import Scope
    from ui.asked import Asked
    from ui.context import Visit

# How long the page waits for an answer before it looks whether the person has moved on.
PULSE_SECONDS = 0.1
# How long a page that refreshes itself waits for all answers before it draws those that are there.
PATIENCE_SECONDS = 5


def show(board: Board, above: Callable[[Visit, Scope], None] | None = None, *, live: bool = False) -> None:
    """The whole page of a board; `above` draws what its page has over the panels, `live` refreshes them."""
    visit = context.visit()
    age = scope_bar(board.title, board.audience, visit, facts_of(board), menu=page_menu.button)
    page_menu.dialogs(visit, board.id, board.title)
    banner.whose_data(visit)
    try:
        scope = visit.scope()
    except NoCohort as error:
        empty.no_cohort(str(error))
        return
    except NotAllowed as error:
        empty.no_access(str(error))
        return
    except SearchError as error:
        empty.unreadable(visit, error)
        return
    around = Around(age, above)
    if visit.request.window not in PRESETS:
        board = questions.fitted(board, scope)
    if not live:
        inside(board, visit, scope, around, panel_menu.dialogs)
        return
    quick, rest = parted(board)
    shown: dict[str, Asked] = {}
    refreshed(board.id, lambda first: shown.update(now_drawn(quick, first=first)), EVERY_SECONDS)
    refreshed(
        f"{board.id}_rest",
        lambda first: inside(
            rest, again := context.visit(), again.scope(), replace(around, patient=not first), shown.update
        ),
        REST_SECONDS,
    )
    # Outside of what is drawn anew, so that they stay open.
    panel_menu.dialogs(shown)


def parted(board: Board) -> tuple[Board, Board]:
    """The rows of a board of the last minutes or the last hour, and those of longer windows."""
    quick = [row for row in board.rows if all(panel.window in SHORT for panel in row.panels)]
    rest = [row for row in board.rows if row not in quick]
    return replace(board, rows=tuple(quick)), replace(board, rows=tuple(rest))


def now_drawn(board: Board, *, first: bool) -> dict[str, Asked]:
    """Panels up to these ten seconds, with what is new over them; gives what they asked."""
    visit = context.visit(live=True)
    scope = visit.scope()
    asked = {
        panel.id: questions.ask(visit, panel, questions.asks_of(visit, panel, scope))
        for panel in board.panels
    }
    news(board.id, visit)
    if not first:
        wait([future for each in asked.values() for future in each.waits], PATIENCE_SECONDS)
    fill_late(list(lay_out(board, asked)))
    return asked


@dataclass(frozen=True)
class Around:
    """Where the age of a page stands, what is drawn over its panels, and whether to wait for all answers."""

    age: DeltaGenerator
    above: Callable[[Visit, Scope], None] | None
    patient: bool = False


def inside(
    board: Board, visit: Visit, scope: Scope, around: Around, then: Callable[[dict[str, Asked]], None]
) -> None:
    """All of a page that its questions fill; `then` gets what its panels asked, before the late ones come."""
    facts, unfiltered = facts_of(board), replace(scope, where=None)
    newest = presence.newest(facts)
    asks = {panel.id: questions.asks_of(visit, panel, scope) for panel in board.panels}
    # A quiet tenant is no late source, so that is told by all tenants alone.
    everybody = replace(unfiltered, tenants=ALL_TENANTS) if visit.principal.sees_all else None
    seen_by = {(newest.name, each) for each in (unfiltered, everybody) if each is not None}
    visit.house.ask.supersede(visit.session, questions.wanted(asks.values()) | seen_by)
    seen = visit.ask(newest, unfiltered)
    whole = None if everybody is None else visit.ask(newest, everybody)
    asked = {panel.id: questions.ask(visit, panel, asks[panel.id], whole) for panel in board.panels}
    notice = st.empty()
    unfitting = unfit.unfit(visit, scope, facts)
    unfit.note(visit, unfitting)
    unknown.note(visit, unfit.without(scope, unfitting), facts)
    failed.note(scope, facts)
    person.offer(visit, scope, board.id)
    if around.above is not None:
        around.above(visit, scope)
    if around.patient:
        # What is on the screen stays there until all of it can be replaced.
        wait([future for each in asked.values() for future in each.waits], PATIENCE_SECONDS)
    waiting = list(lay_out(board, asked))
    then(asked)
    fill_late(waiting)
    if seen.exception() is None:
        last = figures.kept(seen.result(), "latest", lambda: presence.latest(seen.result().frame))
        presence_note(visit, unfiltered, facts, last, age=around.age, notice=notice)


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
        said = f":material/sync: {say.age(last, visit.now, scope.timezone)}"
        of_what = in_words(table for table in FACTS if table in facts)
        # Pages count different rows, so their ages differ: each says of what it is one.
        about = f"The newest row of {of_what}: {say.moment(last, scope.timezone, visit.now)}"
        age.caption(said, width="content", help=about)


def facts_of(board: Board) -> frozenset[str]:
    """The tables whose rows the board counts."""
    return frozenset(table for panel in board.panels for table in panel.question.tables if table in FACTS)


@dataclass(frozen=True)
class Late:
    """A panel whose answers are not there yet: where it will be drawn, and its title again."""

    asked: Asked
    slot: DeltaGenerator
    head: DeltaGenerator | None = None


def lay_out(board: Board, asked: Mapping[str, Asked]) -> Iterator[Late]:
    """Draws all panels whose answers are there; gives the others, a skeleton in their place."""
    for heading, section in sections(board.rows):
        if heading:
            st.header(say.plain(heading))
        # Rows of one width stand in one grid: on a narrow screen a short one is filled up by the next.
        for columns, rows in groupby(section, key=columns_of):
            pairs = [
                (asked[panel.id], width)
                for row in rows
                for panel, width in zip(row.panels, row.widths, strict=True)
            ]
            found = tiles([each for each, _ in pairs]) if columns == 0 else charts(pairs, columns)
            yield from (late for late in found if late is not None)


def sections(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Rows under the heading that the first of them has."""
    found: list[tuple[str, list[Row]]] = []
    for row in rows:
        if row.heading or not found:
            found.append((row.heading, []))
        found[-1][1].append(row)
    return found


def columns_of(row: Row) -> int:
    """The columns of a row of charts; 0 for a row of numbers."""
    return 0 if all(panel.chart == "number" for panel in row.panels) else sum(row.widths)


def charts(row: list[tuple[Asked, int]], columns: int) -> Iterator[Late | None]:
    """Panels in their frames, each as many columns wide as it says."""
    with st.grid(columns, min_column_width=300, gap="small") as grid:
        for asked, width in row:
            # A cell does not pass its height on, so a panel of width 1 stands in the grid itself.
            holder = grid.cell(column_span=width) if width > 1 else grid
            yield tile(holder, asked) if asked.panel.chart == "number" else framed(holder, asked)


def tiles(row: list[Asked]) -> Iterator[Late | None]:
    """Numbers side by side; more than four stand in pairs, and so fold to 6, 3 and 2, not to 4 and 2."""
    pairs = len(row) > 4 and len(row) % 2 == 0
    outer = st.grid(len(row) // 2, min_column_width=200, gap="small") if pairs else st
    for start in range(0, len(row), 2 if pairs else len(row)):
        group = row[start : start + 2] if pairs else row
        with outer.grid(len(group), min_column_width=158, gap="small", height="stretch") as grid:
            for asked in group:
                yield tile(grid, asked)


def tile(holder: DeltaGenerator, asked: Asked) -> Late | None:
    """A number in a frame of its own, its menu over its corner."""
    with holder.container(gap=None, key=f"tile_{asked.panel.id}"):
        late = filled(asked)
        panel_menu.button(asked.panel)
    return late


def framed(holder: DeltaGenerator, asked: Asked) -> Late | None:
    """A panel in its frame: title, menu, and what it shows; a sentence is its own title."""
    with holder.container(border=True, height="stretch", gap=None, key=f"panel_{asked.panel.id}"):
        if asked.panel.chart == "headline":
            late = filled(asked)
            panel_menu.button(asked.panel)
            return late
        head = None if asked.ready else st.empty()
        with head or nullcontext():
            panels.heading(asked)
        panel_menu.button(asked.panel)
        return filled(asked, head)


def filled(asked: Asked, head: DeltaGenerator | None = None) -> Late | None:
    """Draws a panel here, or a skeleton as long as its answers are not there.

    What comes later takes the place of its skeleton, so that a page has the same parts, early or late: the
    browser would draw a chart anew that stands elsewhere.
    """
    if asked.ready:
        fill(asked)
        return None
    slot = st.empty()
    slot.skeleton(height=asked.height)
    return Late(asked, slot, head)


def fill_late(waiting: list[Late]) -> None:
    """Draws each of them when its answers are there."""
    if not waiting:
        return
    pulse = st.empty()
    while waiting:
        unfinished = [future for late in waiting for future in late.asked.waits if not future.done()]
        wait(unfinished, PULSE_SECONDS, FIRST_COMPLETED)
        # Whoever clicks meanwhile ends this run here.
        pulse.empty()
        for late in [late for late in waiting if late.asked.ready]:
            waiting.remove(late)
            if late.head is not None:
                with late.head:
                    panels.heading(late.asked)
            with late.slot:
                fill(late.asked)


def fill(asked: Asked) -> None:
    """One panel; whatever goes wrong stays in its box."""
    try:
        panels.body(asked)
    except QueryCancelled:
        pass
    except Exception as error:  # noqa: BLE001  the other panels live on
        panels.failed(asked, error)
