"""What every page wears: title and icon of the tab, logo, and the few CSS rules that the theme cannot say."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

LOOK = Path(__file__).with_name("look")


def dress() -> None:
    """The first thing the main script does."""
    mark = str(LOOK / "mark.svg")
    st.set_page_config(page_title="Tenantscope", page_icon=mark, layout="wide", initial_sidebar_state=236)
    st.html(LOOK / "look.css")
    shade = "dark" if st.context.theme.type == "dark" else "light"
    st.logo(str(LOOK / f"logo_{shade}.svg"), icon_image=mark, size="medium")
