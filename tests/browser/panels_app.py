"""An app of one page: the board that holds a panel of every kind."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

PAGE = Path(__file__).with_name("panels_page.py")

app = st.App(PAGE)
