"""What a panel shows instead of a chart: nothing there, not filterable, failed, too slow."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics import presence
from analytics.request import custom_window_text
from analytics.view import NotComparable, NotFilterable, QueryTimeout, ScopeTooWide
from analytics.zones import zone
from data.tables import FACTS
from service.access import NotAllowed
from ui import address
from ui import format as say
from ui.names import in_words
from ui.navigation import link_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from analytics.scope import Scope
    from analytics.search import SearchError
    from ui.context import Visit

POINTED_WIDTH = 36
# A box of a title, a reason and a button is no lower.
LEAST = 120
LOG = logging.getLogger("tenantscope.ui")


@contextmanager
def box(title: str, why: str, *, icon: str, height: int) -> Iterator[None]:
    """A quiet box in the middle of a panel: what is missing, why, and in its block the ways out."""
    with st.container(
        height=height if height >= LEAST else "content",
        border=False,
        horizontal_alignment="center",
        vertical_alignment="center",
        gap="xsmall",
    ):
        st.markdown(f":gray[{icon}] **{title}**", text_alignment="center")
        st.caption(why, text_alignment="center")
        with st.container(
            horizontal=True, horizontal_alignment="center", vertical_alignment="center", gap="small"
        ):
            yield


def reason(error: Exception) -> tuple[str, str]:
    """What to call a failure, and the next step to take."""
    if isinstance(error, NotFilterable):
        return "not filterable", str(error)
    if isinstance(error, NotComparable):
        return "The filter does not fit", f"{error}."
    if isinstance(error, QueryTimeout):
        return (
            "This took too long",
            "The question passed its limit. Choose a shorter window or fewer tenants.",
        )
    if isinstance(error, (ScopeTooWide, NotAllowed)):
        return "Not yours to see", str(error)
    LOG.error("a panel failed", exc_info=error)
    return "This panel could not be answered", "Try again; if it stays, the app's log says why."


def failed(error: Exception, height: int, *, key: str) -> None:
    """A chart that has no answer; the others live on."""
    title, advice = reason(error)
    if isinstance(error, NotFilterable):
        with box("Not filterable that way", advice, icon=":material/filter_alt_off:", height=height):
            st.button(
                "Clear filters", key=key, on_click=address.change, kwargs=address.UNFILTERED, type="tertiary"
            )
        return
    with st.container(height=height, border=False, vertical_alignment="center", gap="xsmall"):
        st.error(advice, title=title, icon=":material/error:")
        if not isinstance(error, (ScopeTooWide, NotAllowed, NotComparable)):
            # A failed answer is never kept, so a run is a new try.
            st.button("Try again", key=key, icon=":material/refresh:", type="tertiary")


def no_access(why: str) -> None:
    """None of the tenants that the address names may be seen."""
    with st.container(border=True):
        said = f"{why[:1].upper()}{why[1:]}."
        with box("These tenants are not yours to see", said, icon=":material/lock:", height=150):
            st.button("Show all tenants", on_click=address.change, kwargs={"tenants": ()})


def no_cohort(why: str) -> None:
    """The address names a cohort that is not this person's to use: never numbers without that filter."""
    said = say.plain(why)
    with (
        st.container(border=True),
        box("This cohort cannot be used", said, icon=":material/group_off:", height=150),
    ):
        st.button("Take all filters away", on_click=address.change, kwargs=address.UNFILTERED)


def unreadable(visit: Visit, error: SearchError) -> None:
    """A search that cannot be read stands in the place of the board: where it stops, and what would fit."""
    with st.container(border=True, key="unreadable"):
        said = say.plain(f"{error.problem}. Expected {error.expected}.".replace("`", '"'))
        with box("This search cannot be read", said, icon=":material/search_off:", height=220):
            st.code(pointed_at(visit.request.search, error.position), language=None, width="content")
            st.button("Clear the search", on_click=address.change, kwargs={"search": ""})


def pointed_at(text: str, position: int) -> str:
    """The text in one line, shortened around a position, and a mark under it."""
    line = "".join(" " if sign.isspace() or not sign.isprintable() else sign for sign in text)
    start = max(0, position - POINTED_WIDTH)
    before = ("…" if start else "") + line[start:position]
    after = line[position : position + POINTED_WIDTH] + ("…" if len(line) > position + POINTED_WIDTH else "")
    return f"{before}{after}\n{' ' * len(before)}^"


def no_rows(visit: Visit, scope: Scope, facts: Collection[str], last: datetime | None) -> None:
    """No row in the window: when there was one, and the ways out; without any row, the way to Sources."""
    with st.container(border=True, key="no_rows", horizontal=True, vertical_alignment="center"):
        if last is None:
            none_yet(visit, scope, facts)
        else:
            none_in_window(visit, scope, last)


def none_yet(visit: Visit, scope: Scope, facts: Collection[str]) -> None:
    """The tables of the board are empty: what there is instead, and where to load."""
    held = visit.ask(presence.newest_ever(FACTS), scope).result().frame
    others = in_words(held.loc[held["newest_at"].notna(), "table_name"])
    if visit.request.tenants and not others:
        text = "**No rows of the chosen tenants.**"
    elif visit.demo:
        text = "**The demo company is being made**, which takes about a minute. Reload the page then."
    elif others:
        wanted = in_words([table for table in FACTS if table in facts], "or")
        text = f"**No {wanted} yet**, which this board counts. There are {others}."
    else:
        text = "**No rows yet.** Load a file, and this board fills by itself."
    st.markdown(f":gray[:material/power_off:] {text}", width="content")
    st.space("stretch")
    if visit.request.tenants:
        st.button("Show all tenants", on_click=address.change, kwargs={"tenants": ()})
    if others and not visit.demo:
        link_to("activity", visit.principal, ":blue[See them]", ":material/monitoring:")
    link_to("sources", visit.principal, ":blue[Go to Sources]", ":material/database:")


def none_in_window(visit: Visit, scope: Scope, last: datetime) -> None:
    """There are rows, outside the window: the newest, and a window around it."""
    window = say.span(scope.start, scope.end, scope.timezone, visit.now)
    newest = say.moment(last, scope.timezone, visit.now)
    text = f"**Nothing from {window}.** The newest row is from {newest}."
    st.markdown(f":gray[:material/search_off:] {text}", width="content")
    st.space("stretch")
    around = window_around(last, scope)
    label = f"Show {say.window(around)}"
    st.button(label, on_click=address.change, kwargs={"window": around}, icon=":material/history:")
    if visit.request.tenants or visit.request.narrowed:
        everything = {"tenants": (), **address.UNFILTERED}
        st.button("Clear filters", on_click=address.change, kwargs=everything, type="tertiary")


def window_around(newest: datetime, scope: Scope) -> str:
    """A window as long as the page's that ends with the newest row: whole days where the window has days."""
    length = scope.end - scope.start
    if length < timedelta(days=1):
        end = newest.replace(second=0, microsecond=0) + timedelta(minutes=1)
        return custom_window_text(end - length, end, scope.timezone)
    last = newest.astimezone(zone(scope.timezone)).date()
    return f"{last - timedelta(days=max(1, round(length / timedelta(days=1))) - 1)}~{last}"


def window_of(first: datetime, last: datetime, timezone: str) -> str:
    """The window that holds all from `first` to `last`: whole days, or minutes under two hours."""
    if last - first < timedelta(hours=2):
        start = first.replace(second=0, microsecond=0)
        return custom_window_text(
            start, last.replace(second=0, microsecond=0) + timedelta(minutes=1), timezone
        )
    days = (moment.astimezone(zone(timezone)).date() for moment in (first, last))
    return "~".join(map(str, days))
