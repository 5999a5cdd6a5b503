"""What stands in the sidebar beside the pages: search, whose order it is, saved views, the demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import address, banner, find, navigation, presenting, roles, saved
from ui import format as say

if TYPE_CHECKING:
    from service.access import Principal
    from ui.context import Visit

TITLES = {"": "For everybody", **{role.name: f"For {role.title}" for role in roles.ROLES}}


def draw(visit: Visit, place: str) -> None:
    """All of it, on the page at that place; the style sheet puts it over the pages."""
    with st.sidebar:
        find.box(place)
        whose_order(visit)
        if visit.principal.presenting is None:  # what people call a view may name a customer
            saved.listed(visit)
        presenting.switch(visit)
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
        on_change=chosen,
        args=(visit.principal,),
        help="Puts the boards of a role first and starts with its first one. It grants nothing.",
    )


def chosen(principal: Principal) -> None:
    """The order is another one; it is said, as the start page may be another one too."""
    role = st.session_state["w_role"]
    address.change(role=role)
    groups = navigation.arranged(principal, navigation.current_role())
    first = say.plain(navigation.start_of(groups).title)
    said = f"{TITLES[role]}: the boards are in that order, and the start page is {first}."
    st.toast(f"{said} Back undoes it.", icon=":material/badge:")
