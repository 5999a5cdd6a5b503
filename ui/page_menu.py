"""The menu of a page: what happened in its window, and a link to what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import address, annotate

if TYPE_CHECKING:
    from ui.context import Visit

KEY, OPENED = "page_menu", "page_opened"
ANNOTATE, LINK = "annotate", "link"
ACTIONS = {
    ANNOTATE: ":material/flag: Annotations",
    LINK: ":material/link: Link to this view",
}


def button() -> None:
    """The arrow beside the title; its label is unseen, and read out."""
    st.menu_button(
        "Menu of the page",
        list(ACTIONS),
        format_func=ACTIONS.__getitem__,
        type="tertiary",
        key=KEY,
        on_click=chosen,
    )


def chosen() -> None:
    """What was chosen opens with the next run."""
    st.session_state[OPENED] = st.session_state.get(KEY)


def dialogs(visit: Visit) -> None:
    """Opens what was chosen in the run before."""
    action = st.session_state.pop(OPENED, None)
    if action == ANNOTATE:
        annotate.annotate_dialog(visit)
    elif action == LINK:
        st.dialog("Link to this view", width="medium")(link)(visit)


def link(visit: Visit) -> None:
    """The address of the page as it is filtered now."""
    st.code(address.link(visit.request.text()), language=None, wrap_lines=True)
    st.caption("Whoever opens it sees the same, as far as their rights go.")
