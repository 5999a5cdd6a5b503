"""The calculator of week 2: how often a newcomer uses what, and the chance that it comes back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from analytics.week2 import chance
from ui import format as say

if TYPE_CHECKING:
    import pandas as pd

    from analytics.board import Panel

COLUMNS = 3


def calculator(panel: Panel, frame: pd.DataFrame) -> None:
    """A number a feature, kept while the session lasts, and what they come to."""
    terms = frame.drop_duplicates("term").set_index("term")
    names = [str(name) for name in terms.index if name]
    if not names or terms["coefficient"].isna().any():
        seen = say.number(int(frame["newcomers"].max()))
        st.caption(
            f":gray[:material/info:] No model: of {seen} newcomers too few came back, or too few did not."
        )
        return
    with st.container(gap="small"):
        with st.grid(COLUMNS, min_column_width=150, gap="small"):
            times = {name: asked(panel, name, float(terms.loc[name, "typical"])) for name in names}
        outcome(frame, times)


def asked(panel: Panel, name: str, typical: float) -> float:
    """How often a feature is used in the first week, beginning with what half of its users do."""
    key, kept = f"w_{panel.id}_{name}", f"kept_{panel.id}_{name}"
    # Streamlit forgets what is in a widget while another page is drawn, and nothing else.
    st.session_state.setdefault(key, st.session_state.get(kept, round(typical)))
    value = st.number_input(say.plain(name), min_value=0, max_value=10_000, step=1, key=key)
    st.session_state[kept] = value
    return float(value)


def outcome(frame: pd.DataFrame, times: dict[str, float]) -> None:
    """The chance with its interval, beside that of a week without any of it."""
    expected, low, high = chance(frame, times)
    nothing = chance(frame, {})[0]
    with st.grid(2, min_column_width=150, gap="small"):
        st.metric("Chance of week 2", "–" if math.isnan(expected) else say.number(expected, "ratio"))
        st.metric("With none of it", say.number(nothing, "ratio"))
    st.caption(
        f"Between {say.number(low, 'ratio')} and {say.number(high, 'ratio')} (95 % interval) of those who do "
        "so. What goes together need not be a cause."
    )
