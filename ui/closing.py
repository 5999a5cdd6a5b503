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
    import pandas as pd

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
    st.markdown(told(lines))
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


def told(lines: pd.DataFrame) -> str:
    """What is due, in a sentence."""
    fresh, later = int((lines["line"] == 0).sum()), int((lines["line"] > 0).sum())
    if lines.empty:
        return "Every month that is over is closed, and agrees with its rows."
    tenants = lines["tenant_id"].nunique()
    said = [
        f"{say.number(count)} {what}{'' if count == 1 else 's'}"
        for count, what in ((fresh, "billing month"), (later, "adjustment"))
        if count
    ]
    return f"{' and '.join(said)} of {say.number(tenants)} tenant{'' if tenants == 1 else 's'} can be closed."
