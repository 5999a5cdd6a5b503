"""The search of a page: one line in KQL or Lucene's syntax that narrows all its panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from analytics.search import LONGEST
from ui import address, saved_search

if TYPE_CHECKING:
    from ui.context import Visit

WIDTH = 270
NAMES = {"kql": "KQL", "lucene": "Lucene"}
PLACEHOLDERS = {
    "kql": "Search, e.g. level:error",
    "lucene": "Search, e.g. +level:error",
}
EXAMPLES = {
    "kql": """
| write | to find |
|---|---|
| `timeout`, `"connection lost"` | words in messages and names |
| `level:error` | one value |
| `status:(failed or timeout)` | one of several: what counts as failed |
| `duration > 5s and not plan:free` | both, and not |
| `workflow_id:wf_*`, `user_id:*` | a beginning, any value |
| `time >= now-1h`, `weekday:sat` | times on the page's clock |
""",
    "lucene": """
| write | to find |
|---|---|
| `timeout`, `"connection lost"` | words in messages and names |
| `level:error` | one value |
| `status:(failed OR timeout)` | one of several: what counts as failed |
| `+level:error -plan:free` | must and must not |
| `duration:[1s TO 5s}`, `user_id:u_?1` | a range, one character |
| `path:/v[12]\\/runs/`, `_exists_:user_id` | a pattern, any value |
""",
}


def search_bar(visit: Visit) -> None:
    """The line and, behind its syntax's name, the other syntax, the saved searches and examples."""
    request = visit.request
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", width=WIDTH, wrap=False, key="search_bar"
    ):
        st.session_state["w_search"] = request.search
        st.text_input(
            "Search the rows of this page",
            key="w_search",
            type="search",
            icon=":material/search:",
            placeholder=PLACEHOLDERS[request.syntax],
            max_chars=LONGEST,
            label_visibility="collapsed",
            on_change=searched,
        )
        with st.popover(NAMES[request.syntax], type="tertiary", key="pop_syntax"):
            key = address.drawn("w_syntax", request.syntax)
            st.segmented_control(
                "Syntax",
                [*NAMES],
                key=key,
                required=True,
                format_func=NAMES.__getitem__,
                on_change=lambda: address.change(syntax=st.session_state[key]),
            )
            saved_search.section(visit)
            st.markdown(EXAMPLES[request.syntax])


def searched() -> None:
    """What was typed is the page's search, if an address can hold it."""
    if not address.change(search=st.session_state["w_search"] or ""):
        st.toast("This search is longer than an address can hold.", icon=":material/error:")
