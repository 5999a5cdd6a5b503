"""The menu of a panel: the rows behind it, files of it, a board of one's own, its query, a link to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from ui import (
    address,
    cell_people,
    curve_people,
    downloads,
    mark_people,
    own_boards,
    people_behind,
    rows,
    state_people,
    step_people,
)
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from analytics.board import Panel
    from ui.asked import Asked

OPENED = "panel_opened"
ROWS, FILES, PUT, QUERY, LINK, ROW, PEOPLE = "rows", "files", "put", "query", "link", "row", "people"
ACTIONS = {
    ROWS: ":material/table_rows: Rows behind this",
    FILES: ":material/download: Download",
    PUT: ":material/dashboard_customize: Put on a board …",
    QUERY: ":material/code: Show the query",
    LINK: ":material/link: Link to this panel",
}
# A query and the title of a board may name a customer.
PRESENTED = (ROWS, FILES, LINK)


def button(panel: Panel) -> None:
    """The arrow at the right of a title; its label is unseen, and read out."""
    key = f"menu_{panel.id}"
    st.menu_button(
        f"Menu of {panel.title}",
        list(PRESENTED if address.current().presenting else ACTIONS),
        format_func=ACTIONS.__getitem__,
        type="tertiary",
        key=key,
        on_click=chosen,
        args=(panel.id, key),
    )


def chosen(panel_id: str, key: str) -> None:
    """What was chosen opens with the next run."""
    action = st.session_state.get(key)
    if action in ACTIONS:
        st.session_state[OPENED] = (panel_id, action, 0)
        st.session_state.pop(rows.pages_of(panel_id), None)


def open_row(panel: Panel, place: int) -> None:
    """One row of a table opens with the next run."""
    st.session_state[OPENED] = (panel.id, ROW, place)


def open_cell(panel: Panel, key: str) -> None:
    """The people of a cell that was clicked open with the next run."""
    open_people(panel, cell_people.clicked(key))


def open_step(panel: Panel, key: str) -> None:
    """The people of a bar of a funnel that was clicked open with the next run."""
    open_people(panel, step_people.clicked(panel, key))


def open_mark(panel: Panel, key: str) -> None:
    """The people of a column that was clicked open with the next run."""
    open_people(panel, mark_people.clicked(panel, key))


def open_point(panel: Panel, key: str) -> None:
    """The people of a point of a curve that was clicked open with the next run."""
    open_people(panel, curve_people.clicked(panel, key))


def open_state(panel: Panel, key: str) -> None:
    """The people of a state of a lifecycle that was clicked open with the next run."""
    open_people(panel, state_people.clicked(panel, key))


def open_people(panel: Panel, behind: people_behind.Behind | None) -> None:
    """The people behind a mark open with the next run; none behind a click that was taken back."""
    if behind is not None:
        st.session_state[OPENED] = (panel.id, PEOPLE, behind)


def dialogs(asked: Mapping[str, Asked]) -> None:
    """Opens what was chosen in the run before."""
    panel_id, action, place = st.session_state.pop(OPENED, ("", "", 0))
    if panel_id not in asked:
        return
    panel = asked[panel_id].panel
    if action == PEOPLE:
        opened(panel.title, people_behind.people, asked[panel_id], place)
    elif action == ROW:
        opened(panel.title, rows.one, asked[panel_id], place)
    elif action == ROWS:
        opened(f"{panel.title}: rows", rows.behind, asked[panel_id])
    elif action == FILES:
        opened(f"{panel.title}: download", downloads.choose, asked[panel_id])
    elif action == PUT:
        small("Put on a board", own_boards.put_dialog, asked[panel_id])
    else:
        small(panel.title, query if action == QUERY else link, asked[panel_id])


def opened(title: str, draw: Callable[..., None], *arguments: object) -> None:
    """A wide dialog at the right, so that the chart stays in sight."""
    st.dialog(say.plain(title), width="large", position="right")(draw)(*arguments)


def small(title: str, draw: Callable[[Asked], None], asked: Asked) -> None:
    """A dialog in the middle."""
    st.dialog(say.plain(title), width="medium")(draw)(asked)


def query(asked: Asked) -> None:
    """The SQL that the panel asked, in which scope, and how long it took."""
    for future in asked.futures:
        answer = future.result()
        if not answer.sql:
            st.caption("The query is not shown while names are masked.")
            return
        taken = say.number(answer.ms, "ms")
        at = say.moment(answer.as_of, asked.scope.timezone, asked.scope.now)
        st.caption(f"Asked {at}, answered in {taken}.")
        st.code(answer.sql, language="sql", wrap_lines=True)
    st.caption("Each table in it holds the rows of the scope; values travel as parameters.")


def link(asked: Asked) -> None:
    """An address that leads to this panel, in this scope."""
    st.code(f"{address.link(asked.address)}#{anchor(asked.panel)}", language=None, wrap_lines=True)
    st.caption("Whoever opens it sees the same, as far as their rights go.")


def anchor(panel: Panel) -> str:
    """The panel's place in its page."""
    return re.sub(r"[^a-z0-9_]+", "-", panel.id.lower())
