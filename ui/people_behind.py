"""The people behind a mark that was clicked: a cell of a retention, a step of a funnel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import streamlit as st

from analytics.funnel_questions import FunnelPeople
from analytics.units import PERSON, TENANT
from ui import address, downloads, drill, empty, people_cohort, table
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from analytics.board import Panel
    from analytics.question import Column, Question
    from ui.asked import Asked
    from ui.context import Visit

MOST, HEIGHT = 1000, 560
UNSHOWN = ("tenant_id",)
# What a click on somebody in the list carries, and where it leads, by who is counted.
CLICKS: dict[str, tuple[str, ...]] = {PERSON: ("tenant_id", "unit"), TENANT: ("tenant_id",)}
LEADS = {PERSON: "A click leads to the person.", TENANT: "A click leads to the customer."}


def of_customers(panel: Panel) -> bool:
    """Whether a panel lists tenants that a funnel counts: a click on one leads to the customer."""
    return isinstance(panel.question, FunnelPeople) and panel.click == CLICKS[TENANT]


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
    if address.leaving():
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
        window = asked.panel.window or asked.visit.request.window
        as_list = people_cohort.listed_of(found, behind.unit(asked))
        people_cohort.save(asked.visit, behind.question(asked), asked.scope, window, as_list)
        downloads.files(asked, "people", lambda visit, again: found_in(visit, again, behind))
    if not len(found):
        return
    unit = "" if asked.visit.principal.presenting is not None else behind.unit(asked)
    listed(
        found.head(MOST),
        [each for each in behind.question(asked).columns if each.name not in UNSHOWN],
        unit,
        says=f"{len(found)} people of {asked.panel.title}.",
        key=f"people_of:{asked.key}",
        timezone=asked.scope.timezone,
        window=drill.window_of(asked.panel, asked.scope),
    )


def listed(
    found: pd.DataFrame,
    columns: Sequence[Column],
    unit: str,
    *,
    says: str,
    key: str,
    timezone: str,
    window: str = "",
) -> None:
    """The list of them; a click on a row leads to the page of that person or customer, in that window."""
    made = table.table_of(found, columns, timezone)
    if unit not in LEADS:
        table.draw(made, says=says, height=HEIGHT)
        return
    st.caption(LEADS[unit])

    def chosen() -> None:
        place = drill.cell(key)
        if place is None or not 0 <= place < len(found):
            return
        row = {name: str(found.iloc[place][name]) for name in CLICKS[unit]}
        if unit == TENANT:
            drill.to_customer(row["tenant_id"], window)
        else:
            drill.narrow(row, window)

    table.draw(made, says=says, height=HEIGHT, key=key, on_select=chosen, selection_mode="single-cell")


def found_in(visit: Visit, asked: Asked, behind: Behind) -> pd.DataFrame:
    """The people, asked anew."""
    return visit.ask(behind.question(asked), asked.panel.scope(visit.scope())).result().frame
