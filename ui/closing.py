"""Closing billing months on the page of usage: what is due, and the button that writes it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from data.store import StoreError
from service import closing
from service.access import NotAllowed
from ui import empty
from ui import format as say

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit


def choose(visit: Visit, _scope: Scope) -> None:
    """Over the board, for those who may close months."""
    if (
        visit.principal.admin
        and visit.principal.sees_all
        and st.button("Close billing months", icon=":material/lock:", key="close_months")
    ):
        st.dialog("Close billing months", on_dismiss="rerun")(contents)(visit)


def contents(visit: Visit) -> None:
    """What is in the dialog: what closing would write, and what closing means."""
    again = visit.again()
    try:
        with st.spinner("Counting what is due …"):
            lines = closing.lines_due(again.principal, again.store, datetime.now(UTC))
    except (NotAllowed, StoreError) as error:
        st.error(empty.reason(error)[1], icon=":material/error:")
        return
    st.markdown(closing.told(lines))
    st.caption(
        "A closed month keeps its figures for good. What comes to light later becomes an adjustment, "
        "which says why, when months are closed again."
    )
    st.button(
        "Close them",
        type="primary",
        disabled=lines.empty,
        key="close_months_now",
        on_click=written,
        args=(again,),
    )


def written(visit: Visit) -> None:
    """Closes, and says what came of it."""
    try:
        count = closing.close(visit.principal, visit.store, datetime.now(UTC))
    except (NotAllowed, StoreError) as error:
        st.toast(empty.reason(error)[1], icon=":material/error:")
        return
    st.toast(f"{say.number(count)} lines were closed.", icon=":material/lock:")
