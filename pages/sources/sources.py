"""Sources: load files, see what came in, what could not be read, and how fresh the data are."""

from __future__ import annotations

import streamlit as st

from service.access import NotAllowed
from ui import banner, collector, context, empty, load_panel, pulled, store_tables
from ui import format as say
from ui.navigation import screen_of

SCREEN = screen_of(
    __file__, "Sources", ":material/database:", "whoever looks after the data", for_admins=True
)


def show() -> None:
    """The whole page."""
    visit = context.visit()
    visit.house.ask.supersede(visit.session, ())
    try:
        overview = visit.house.sources.overview(visit.principal, visit.store)
    except NotAllowed as error:
        empty.no_access(str(error))
        return
    zone = visit.request.timezone
    newest = overview.tables["last_at"].max()
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="scope_bar"):
        st.title("Sources", width="content", anchor=False)
        if newest == newest:  # noqa: PLR0124  NaT, of a store without facts, differs from itself
            st.caption(
                f":material/sync: data as of {say.moment(newest, zone, visit.now)} {zone}", width="content"
            )
    banner.whose_data(visit, link=False)
    load_panel.show(visit)
    pulled.show(visit)
    collector.show(visit)
    section("In the store", "Rows by kind of data, in the store that you are looking at.")
    if len(overview.tables):
        store_tables.in_the_store(overview, zone)
    else:
        st.caption("Nothing yet. Load a file above.")
    section("What came in", "Every file, and every sync that brought something, the newest first.")
    if len(overview.loads):
        store_tables.files(overview, zone)
    else:
        st.caption(
            "No file yet: the demo company's rows are made, not loaded." if visit.demo else "No file yet."
        )
    quarantined(visit, overview.quarantined)


def quarantined(visit: context.Visit, known: int) -> None:
    """What could not be read; the texts are for admins, as is the page."""
    section(
        "Quarantine",
        "Lines that could not be read. Mend them in the file and load it again: what is in stays in.",
    )
    rows = visit.house.sources.quarantine(visit.principal, visit.store)
    if rows.empty:
        st.caption("Nothing: every line could be read.")
        return
    if known > len(rows):
        st.caption(f"The newest {say.count(len(rows))} of {say.count(known)}.")
    store_tables.quarantine(rows, visit.request.timezone)


def section(title: str, explanation: str) -> None:
    """A heading with its explanation."""
    st.markdown(f"**{title}**", help=explanation)


if __name__ == "__main__":
    show()
