"""Boards of one's own: a panel is put on one by its menu; the page shows one, and lets one change it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, cast

import streamlit as st

from analytics.board import Board, Panel, Row
from service.metadata import MetadataError
from service.saved import CannotRead
from service.saved_view import LONGEST_TITLE
from ui import address, saved
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.saved import Saved
    from ui.asked import Asked
    from ui.context import Visit

# The page that shows them, and the choice of the address that says which.
PAGE, CHOICE = "own-boards", "board"
AUDIENCE = "whoever made it, and the team where it is shared"
NEW = "A new board"
IN_A_ROW = {"number": 4, "headline": 2, "callout": 1, "table": 1, "heatmap": 1, "sankey": 1}
CHARTS_IN_A_ROW = 2


def arranged(panels: Iterable[Panel]) -> tuple[Row, ...]:
    """The rows of a board: numbers in fours, charts in twos, tables alone; in the order of the panels."""
    rows: list[Row] = []
    for side_by_side, group in groupby(panels, key=lambda panel: IN_A_ROW.get(panel.chart, CHARTS_IN_A_ROW)):
        listed = list(group)
        rows += [Row(tuple(listed[n : n + side_by_side])) for n in range(0, len(listed), side_by_side)]
    return tuple(rows)


def made_of(title: str, panels: Iterable[Panel]) -> Board:
    """A board of one's own, as it is kept."""
    return Board(PAGE, title, AUDIENCE, arranged(panels))


def own(visit: Visit) -> dict[str, Saved]:
    """The boards that this person may see, by id."""
    return {each.id: each for each in visit.house.shelf.all(visit.principal, "board")}


def put_dialog(asked: Asked) -> None:
    """Puts a panel on a board: one that there is, or a new one."""
    visit, panel = asked.visit, asked.panel
    try:
        mine = {key: each for key, each in own(visit).items() if each.owner == visit.principal.name}
    except MetadataError as error:
        st.caption(say.plain(str(error)))
        return
    where = st.selectbox(
        "Board",
        [*mine, NEW],
        key="put_board",
        format_func=lambda key: mine[key].title if key in mine else NEW,
    )
    name = st.text_input("Its name", key="put_name", max_chars=LONGEST_TITLE) if where == NEW else ""
    title = st.text_input("Title of the panel", panel.title, key="put_title", max_chars=LONGEST_TITLE)
    st.caption("It keeps what it asks; tenants, window and filters are those of the board that it stands on.")
    if st.button("Put it there", icon=":material/dashboard_customize:", key="put_there"):
        saved.tried(
            lambda: put(visit, mine.get(where), name, replace(panel, title=title.strip() or panel.title))
        )


def put(visit: Visit, kept: Saved | None, name: str, panel: Panel) -> None:
    """A panel more on a board, which may be new; one that is there already is asked anew."""
    before = cast("Board", kept.read()) if kept else None
    title = before.title if before else name
    others = [each for each in before.panels if each.id != panel.id] if before else []
    board = made_of(title, [*others, panel])
    visit.house.shelf.save(visit.principal, board, replaces=kept.id if kept else None)


def choose(visit: Visit, boards: dict[str, Saved], shown: str) -> None:
    """Which board, and what its owner may do with it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.session_state["w_board"] = shown
        st.selectbox(
            "Board",
            [*boards],
            key="w_board",
            label_visibility="collapsed",
            width=340,
            format_func=lambda key: boards[key].title,
            on_change=lambda: address.choose(**{CHOICE: st.session_state["w_board"]}),
        )
        kept = boards[shown]
        mine = kept.owner == visit.principal.name
        if not mine:
            st.caption(f"by {say.plain(kept.owner)}", width="content")
        if mine and st.button("Edit", icon=":material/edit:", key="edit_board", type="tertiary"):
            st.dialog("Edit this board", width="medium", on_dismiss="rerun")(editing)(visit, kept)
        if mine or visit.principal.admin:
            saved.menu(kept, own=mine, may_share=visit.principal.sees_all)


def editing(visit: Visit, kept: Saved) -> None:
    """The panels of a board in their order: earlier, later, away."""
    board = cast("Board", visit.house.shelf.one(visit.principal, kept.id).read())
    for place, panel in enumerate(board.panels):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
            st.markdown(say.plain(panel.title), width="stretch")
            for action, order in moved(board.panels, place):
                if st.button(
                    f"{action} {panel.title}", icon=ICONS[action], key=f"{action}_{panel.id}", type="tertiary"
                ):
                    change(visit, kept, board, order)
    st.caption("The last panel cannot be taken away: delete the board instead.")


ICONS = {
    "Earlier": ":material/arrow_upward:",
    "Later": ":material/arrow_downward:",
    "Remove": ":material/delete:",
}


def moved(panels: tuple[Panel, ...], place: int) -> Iterator[tuple[str, list[Panel]]]:
    """What can be done with the panel at a place, each with the panels afterwards."""
    others = [*panels[:place], *panels[place + 1 :]]
    if place > 0:
        yield "Earlier", [*others[: place - 1], panels[place], *others[place - 1 :]]
    if place + 1 < len(panels):
        yield "Later", [*others[: place + 1], panels[place], *others[place + 1 :]]
    if others:
        yield "Remove", others


def change(visit: Visit, kept: Saved, board: Board, panels: list[Panel]) -> None:
    """Keeps the board with other panels, and draws the dialog anew."""
    visit.house.shelf.save(visit.principal, made_of(board.title, panels), replaces=kept.id)
    st.rerun(scope="fragment")


def read(kept: Saved) -> Board | str:
    """The board, under its present title; or why it cannot be read."""
    try:
        return replace(cast("Board", kept.read()), title=kept.title)
    except CannotRead as error:
        return str(error)
