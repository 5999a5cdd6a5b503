"""Billing months on the page of usage: which one is looked at, what is due, and the button that writes it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.request import MONTH
from analytics.settings import CLOSE_MONTHS
from analytics.usage_calendar import whole_months
from analytics.zones import month_before, month_start, next_month, zone
from data.store import StoreError
from service import closing
from service.access import NotAllowed
from ui import address, empty
from ui import format as say

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit

KEY = "w_billing_month"


def choose(visit: Visit, scope: Scope) -> None:
    """Over the board: a billing month, and its closing for those who may."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="billing"):
        picker(visit, scope)
        if (
            visit.principal.admin
            and visit.principal.sees_all
            and st.button("Close billing months", icon=":material/lock:", key="close_months")
        ):
            st.dialog("Close billing months", on_dismiss="rerun")(contents)(visit)


def picker(visit: Visit, scope: Scope) -> None:
    """A choice of one month; drawn from the window of the address, which a choice changes."""
    months = [month_start(visit.now.astimezone(zone(scope.timezone)).date())]
    while len(months) <= CLOSE_MONTHS:
        months.append(month_before(months[-1]))
    shown = whole_months(scope)
    st.session_state[KEY] = shown[0] if len(shown) == 1 and shown[0] in months else None
    st.selectbox(
        "Billing month",
        months,
        key=KEY,
        format_func=lambda month: f"Billing month {month:%B %Y}",
        placeholder="Choose a billing month",
        label_visibility="collapsed",
        width=260,
        on_change=picked,
    )


def picked() -> None:
    """A month was chosen, or taken off: the window is that month, or the last day again."""
    month: date | None = st.session_state[KEY]
    address.change(window=window_of(month, address.current().timezone) if month else "24h")


def window_of(month: date, timezone: str) -> str:
    """The window that is a calendar month: the one that is going on as far as it has come."""
    if month == month_start(datetime.now(zone(timezone)).date()):
        return MONTH
    return f"{month}~{next_month(month) - timedelta(days=1)}"


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
