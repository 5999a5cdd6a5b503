"""What every page wears: title and icon of the tab, logo, and the few CSS rules that the theme cannot say."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

LOOK = Path(__file__).with_name("look")
# No data goes into it: it begins a run when the browser changes to the other theme.
SCRIPT = (LOOK / "theme.html").read_text(encoding="utf-8")


def dress() -> None:
    """The first thing the main script does."""
    mark = str(LOOK / "mark.svg")
    st.set_page_config(page_title="Tenantscope", page_icon=mark, layout="wide", initial_sidebar_state=236)
    st.html(LOOK / "look.css")
    st.button("The theme has changed", key="theme_changed")
    st.html(SCRIPT, unsafe_allow_javascript=True)
    st.logo(str(LOOK / f"logo_{shade()}.svg"), icon_image=mark, size="medium")


def shade() -> str:
    """The theme that the browser shows: light, where it says nothing."""
    return "dark" if st.context.theme.type == "dark" else "light"
