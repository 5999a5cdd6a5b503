"""The people behind a mark that was clicked: a cell of a retention, a step of a funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import streamlit as st

from analytics.units import PERSON, TENANT
from ui import downloads, drill, empty, table
from ui import format as say

if TYPE_CHECKING:
    import pandas as pd

    from analytics.question import Question
    from ui.asked import Asked
    from ui.context import Visit

MOST, HEIGHT = 1000, 560
SHOWN = ("name", "unit", "tenant")
LEAVING = "people_leaving"
# What a click on somebody in the list carries, by who is counted.
CLICKS: dict[str, tuple[str, ...]] = {PERSON: ("tenant_id", "unit"), TENANT: ("tenant_id",)}


class Behind(Protocol):
    """What was clicked: who is counted there, and how that is said of so many."""

    def question(self, asked: Asked) -> Question:
        """Who they are."""
        ...

    def unit(self, asked: Asked) -> str:
        """What is counted."""
        ...

    def words(self, asked: Asked, count: str) -> str:
        """So many of whom."""
        ...


def people(asked: Asked, behind: Behind) -> None:
    """Who is counted there, under the rights of now, and files of them all; a click leads to one."""
    if st.session_state.pop(LEAVING, False):
        st.rerun()  # a dialog is closed, and another page begun, by a whole run
    try:
        found = found_in(asked.visit.again(), asked, behind)
    except Exception as error:  # noqa: BLE001  the box says what to do
        empty.failed(error, HEIGHT, key="people_again")
        return
    more = f"; the first {say.number(MOST)} are shown" if len(found) > MOST else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"{behind.words(asked, say.number(len(found)))}{more}.", width="content")
        st.space("stretch")
        downloads.files(asked, "people", lambda visit, again: found_in(visit, again, behind))
    if len(found):
        listed(asked, behind, found.head(MOST))


def listed(asked: Asked, behind: Behind, found: pd.DataFrame) -> None:
    """The list of them; a click on a row leads to the person, or scopes the page to the tenant."""
    columns = table.listed(behind.question(asked).columns, SHOWN)
    made = table.table_of(found, columns, asked.scope.timezone)
    fields, key = CLICKS.get(behind.unit(asked), ()), f"people_of:{asked.key}"
    says = f"{len(found)} people of {asked.panel.title}."
    if not fields or asked.visit.principal.presenting is not None:
        table.draw(made, says=says, height=HEIGHT)
        return
    st.caption("A click leads to the person." if "unit" in fields else "A click scopes the page to one.")

    def chosen() -> None:
        place = drill.cell(key)
        if place is not None and 0 <= place < len(found):
            row = found.iloc[place]
            drill.narrow({name: str(row[name]) for name in fields})
            st.session_state[LEAVING] = True

    table.draw(made, says=says, height=HEIGHT, key=key, on_select=chosen, selection_mode="single-cell")


def found_in(visit: Visit, asked: Asked, behind: Behind) -> pd.DataFrame:
    """The people, asked anew."""
    return visit.ask(behind.question(asked), asked.panel.scope(visit.scope())).result().frame
