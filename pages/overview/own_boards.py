"""Own boards: the panels that a person put together from those of all pages."""

from __future__ import annotations

import streamlit as st

from service.metadata import MetadataError
from ui import banner, context, empty, own_boards, render
from ui import format as say
from ui.navigation import screen_of

SCREEN = screen_of(__file__, "Own boards", ":material/dashboard_customize:", own_boards.AUDIENCE)


def show() -> None:
    """The board that the address chooses, or the first one; how to make one where there is none."""
    visit = context.visit()
    try:
        boards = own_boards.own(visit)
    except MetadataError as error:
        head(visit)
        st.caption(say.plain(str(error)))
        return
    if not boards:
        head(visit)
        how = "The menu at the corner of every panel puts it on a board of yours: choose *Put on a board*."
        with empty.box("No board of your own yet", how, icon=":material/dashboard_customize:", height=240):
            return
    chosen = visit.request.choice(own_boards.CHOICE)
    shown = chosen if chosen in boards else next(iter(boards))
    board = own_boards.read(boards[shown])
    if isinstance(board, str):
        head(visit)
        own_boards.choose(visit, boards, shown)
        st.caption(say.plain(board))
        return
    render.show(board, above=lambda visit, _: own_boards.choose(visit, boards, shown))


def head(visit: context.Visit) -> None:
    """The title of a page that has no panel."""
    visit.house.ask.supersede(visit.session, ())
    with st.container(key="scope_bar"):
        st.title("Own boards", width="content", anchor=False)
    banner.whose_data(visit)


if __name__ == "__main__":
    show()
