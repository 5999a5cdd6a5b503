"""Whose data these are: the demo company's or one's own, and the way to the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import address
from ui.navigation import link_to

if TYPE_CHECKING:
    from ui.context import Visit


def whose_data(visit: Visit, *, link: bool = True) -> None:
    """A line while this is the demo company; nothing over one's own data."""
    if not visit.demo:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="whose_data"):
        st.markdown(":small[:gray[You are looking at the demo company]]", width="content")
        if visit.has_own:
            st.button(
                ":blue[Back to your data]",
                on_click=address.change,
                kwargs={"demo": False, "tenants": (), "choices": (), **address.UNFILTERED},
                type="tertiary",
            )
        elif link:
            link_to("sources", visit.principal, ":blue[Load your own data]")


def way_to_the_demo(visit: Visit) -> None:
    """For the sidebar, over one's own data: a look at the demo company."""
    if visit.demo:
        return
    st.button(
        "Look at the demo company",
        on_click=address.change,
        kwargs={"demo": True, "tenants": (), "window": "24h", "choices": (), **address.UNFILTERED},
        type="tertiary",
        icon=":material/science:",
    )
