"""What stands in the sidebar beside the pages: the search, whose order it is, the way to the demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import address, banner, find, roles

if TYPE_CHECKING:
    from ui.context import Visit

TITLES = {"": "For everybody", **{role.name: f"For {role.title}" for role in roles.ROLES}}


def draw(visit: Visit, place: str) -> None:
    """All of it, on the page at that place; the style sheet puts it over the pages."""
    with st.sidebar:
        find.box(place)
        whose_order(visit)
        banner.way_to_the_demo(visit)


def whose_order(visit: Visit) -> None:
    """Which role's boards come first."""
    known = visit.request.role if visit.request.role in TITLES else ""
    st.session_state["w_role"] = known
    st.selectbox(
        "Boards first for",
        [*TITLES],
        key="w_role",
        format_func=TITLES.__getitem__,
        label_visibility="collapsed",
        icon=":material/badge:",
        on_change=lambda: address.change(role=st.session_state["w_role"]),
    )
