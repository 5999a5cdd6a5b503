"""The menu of a page: what happened in its window, and ways back to what it shows: a saved view, a link."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import address, annotate, saved

if TYPE_CHECKING:
    from ui.context import Visit

KEY, OPENED = "page_menu", "page_opened"
ANNOTATE, SAVE, LINK = "annotate", "save", "link"
ACTIONS = {
    ANNOTATE: ":material/flag: Annotations",
    SAVE: ":material/bookmark_add: Save this view …",
    LINK: ":material/link: Link to this view",
}


def button() -> None:
    """The arrow beside the title; its label is unseen, and read out."""
    st.menu_button(
        "Menu of the page",
        [LINK] if address.current().presenting else list(ACTIONS),
        format_func=ACTIONS.__getitem__,
        type="tertiary",
        key=KEY,
        on_click=chosen,
    )


def chosen() -> None:
    """What was chosen opens with the next run."""
    st.session_state[OPENED] = st.session_state.get(KEY)


def dialogs(visit: Visit, page: str, title: str) -> None:
    """Opens what was chosen in the run before, on the page of that name and title."""
    action = st.session_state.pop(OPENED, None)
    if action == ANNOTATE:
        annotate.annotate_dialog(visit)
    elif action == SAVE:
        saved.save_dialog(visit, page, title)
    elif action == LINK:
        st.dialog("Link to this view", width="medium")(link)(visit)


def link(visit: Visit) -> None:
    """The address of the page as it is filtered now."""
    st.code(address.link(visit.request.text()), language=None, wrap_lines=True)
    st.caption("Whoever opens it sees the same, as far as their rights go.")
