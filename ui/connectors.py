"""Connectors that ran lately, of everybody and of the customer in view; what to say where it ran none."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.query import Query
from analytics.view import NotFilterable, ScopeTooWide
from service.access import NotAllowed
from ui import address
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from analytics.scope import Scope
    from ui.context import Visit

CONNECTOR = "action_type"
CONNECTORS = Query(("executions",), by=(CONNECTOR,), limit=500)
RECENT = timedelta(days=30)
MOST_NAMED = 3
WORD = re.compile(r"[\w.-]{3,}")
NEXT = (
    "Ask the customer to connect the account and to switch on a workflow that uses it; the numbers of "
    "executions below are of nothing until it runs."
)


def lately(visit: Visit, *, of_page: bool = False) -> list[str]:
    """Connectors that ran in the last 30 days, of the page's tenants or of all that a person may see."""
    try:
        scope = recent(visit if of_page else replace(visit, request=replace(visit.request, tenants=())))
        # Under a name of its own: what the page asked goes on.
        asked = replace(visit, session=f"{visit.session}:find").ask(CONNECTORS, scope)
        found = asked.result().frame[CONNECTOR]
    except (NotFilterable, ScopeTooWide, NotAllowed):
        return []
    return [str(name) for name in found if name]


def recent(visit: Visit) -> Scope:
    """The page's tenants and last month, whatever else it is narrowed to."""
    request = replace(visit.request, search="", where=None)
    return replace(
        visit.principal.scope(request, visit.now), start=visit.now - RECENT, end=visit.now, where=None
    )


def has_none(whose: str, names: Sequence[str]) -> str:
    """That a customer ran none of these."""
    said = " or ".join(say.plain(name) for name in names[:MOST_NAMED])
    return f"{say.plain(whose)} has run no {said} in the last 30 days: it may not be connected."


def named(visit: Visit, among: Sequence[str]) -> list[str]:
    """The connectors that the page's search or filters ask for."""
    word = visit.request.search.strip()
    held = address.parts(visit.request.where)
    searched = word.casefold() if WORD.fullmatch(word) else None
    return [
        name
        for name in among
        if address.is_value(CONNECTOR, name) in held or (searched and searched in name.casefold())
    ]


def missing(visit: Visit, tenant: str) -> list[str]:
    """The connectors that are asked for, where the customer ran none of them."""
    if not visit.request.narrowed:
        return []
    asked = named(visit, lately(visit))
    if not asked:
        return []
    own = replace(visit, request=replace(visit.request, tenants=(tenant,)))
    return [] if set(asked) & set(lately(own, of_page=True)) else asked


def note(visit: Visit, tenant: str) -> None:
    """Over a page that is narrowed to a connector which its customer never ran: that, and what to do."""
    if names := missing(visit, tenant):
        with st.container(border=True, key="no_connector"):
            whose = visit.tenants().get(tenant, tenant)
            st.markdown(f":material/power_off: **{has_none(whose, names)}** {NEXT}")
            st.button(
                "Clear the search",
                key="no_connector_clear",
                on_click=address.change,
                kwargs=address.UNFILTERED,
            )
