"""Calculators of money: what a person sets, and what the answer comes to with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.settings import HOURLY_COST_USD
from ui import format as say
from ui import power, week2

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from analytics.board import Panel
    from ui.asked import Asked


def draw(asked: Asked) -> None:
    """The calculator of a panel, by what it asks."""
    panel = asked.panel
    made = MADE.get(panel.question.name, power.calculator)
    made(panel, asked.now.result().frame)


def kept_number(panel: Panel, name: str, label: str, begun: float, step: float) -> float:
    """A number that a person sets, kept while the session lasts."""
    key, kept = f"w_{panel.id}_{name}", f"kept_{panel.id}_{name}"
    # Streamlit forgets what is in a widget while another page is drawn, and nothing else.
    st.session_state.setdefault(key, st.session_state.get(kept, begun))
    value = st.number_input(label, min_value=0.0, step=step, key=key)
    st.session_state[kept] = value
    return float(value)


def savings(panel: Panel, frame: pd.DataFrame) -> None:
    """Successful executions x minutes by hand x what an hour costs."""
    runs, hours = int(frame["succeeded"].iloc[0]), float(frame["hours_saved"].iloc[0])
    by_hand = round(hours * 60 / runs, 2) if runs else 0.0
    with st.container(gap="small"):
        with st.grid(2, min_column_width=150, gap="small"):
            minutes = kept_number(panel, "minutes", "Minutes by hand", by_hand, 0.5)
            rate = kept_number(panel, "rate", "An hour costs, USD", HOURLY_COST_USD, 5.0)
        saved = runs * minutes / 60
        with st.grid(2, min_column_width=120, gap="small"):
            st.metric("Saved", say.number(saved * rate, "usd", compact=True))
            st.metric("Hours saved", say.number(saved, "hours", compact=True))
        st.caption(f"{say.number(runs)} successful executions in this window.")


MADE: dict[str, Callable[[Panel, pd.DataFrame], None]] = {
    "value.saved": savings,
    "week2.what_if": week2.calculator,
}
