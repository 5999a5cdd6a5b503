"""Of whom the page of a person speaks, and the choice of another."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics import person
from analytics.filters import Comparison, field, fields
from ui import address, drill
from ui import format as say
from ui.navigation import link_to

if TYPE_CHECKING:
    import pandas as pd

    from analytics.filters import Filter
    from analytics.scope import Scope
    from ui.context import Visit

KEY = "w_person"
CHOOSE = "Choose a person"
SEPARATOR = "\x1f"
PAGE = drill.PERSON_PAGE


def choose(visit: Visit, scope: Scope) -> None:
    """The line over the board: whom it speaks of, and the way to another of those that were seen last."""
    others = replace(scope, where=without(scope.where))
    seen = visit.ask(person.newest, others).result().frame
    one = person_of(scope.where)
    names = {
        SEPARATOR.join((row["tenant_id"], row["person.person_id"])): worded(row) for row in records(seen)
    }
    tenant = visit.request.tenants[0] if len(visit.request.tenants) == 1 else ""
    chosen = None if one is None else SEPARATOR.join((tenant, one))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="person"):
        if chosen is not None and chosen not in names:
            names = {chosen: called(visit) or one or "", **names}
        st.session_state[KEY] = chosen
        st.selectbox(
            CHOOSE,
            list(names),
            index=None,
            key=KEY,
            format_func=lambda key: names.get(key, key),
            placeholder=CHOOSE,
            label_visibility="collapsed",
            width=360,
            on_change=picked,
        )
        if one is None:
            st.caption("Speaks of everybody in the window together: choose a person.", width="content")
        elif not tenant:
            st.caption(
                f"Speaks of {say.plain(called(visit) or one)} of every tenant that has one.", width="content"
            )
        else:
            known = visit.tenants().get(tenant, tenant)
            st.markdown(f":gray-badge[{say.plain(known)}]", width="content")


def offer(visit: Visit, scope: Scope, board: str) -> None:
    """Where a page is narrowed to one person, the way to the page of that person, who keeps the scope."""
    one = person_of(scope.where)
    if one is None or board == PAGE:
        return
    name = called(visit) or one
    with st.container(border=True, key="one_person", horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":gray[:material/account_circle:] Narrowed to **{say.plain(say.shorten(name, 60))}**.",
            width="content",
        )
        st.space("stretch")
        link_to(PAGE, visit.principal, ":blue[Open the page of this person]", ":material/open_in_new:")


def picked() -> None:
    """A person was chosen, or taken off: the page is of that person, or of all."""
    key = st.session_state[KEY]
    where = without(address.current().where)
    if not key:
        address.change(where=where, tenants=())
        return
    tenant, _, one = key.partition(SEPARATOR)
    address.change(
        where=address.narrowed(where, drill.PERSON, one), **({"tenants": (tenant,)} if tenant else {})
    )


def person_of(where: Filter | None) -> str | None:
    """The person that a filter names, where it names one."""
    for part in address.parts(where):
        if isinstance(part, Comparison) and (part.field, part.op) == (drill.PERSON, "=="):
            return str(part.value)
    return None


def called(visit: Visit) -> str | None:
    """The name or e-mail of the person that the page is narrowed to; None where nobody or several fit."""
    one = person_of(visit.request.where)
    if one is None:
        return None
    request = replace(visit.request, where=field(drill.PERSON) == one, search="")
    try:
        scope = visit.principal.scope(request, visit.now)
        names = {str(row["person"]) for row in records(visit.ask(person.called, scope).result().frame)}
    except Exception:  # noqa: BLE001  the id says who it is; what is wrong the board says
        return None
    return names.pop() if len(names) == 1 else None


def without(where: Filter | None) -> Filter | None:
    """The filter without what it says of the person."""
    return address.joined(tuple(part for part in address.parts(where) if fields(part) != {drill.PERSON}))


def worded(row: dict[str, object]) -> str:
    """Ada Lovelace · Acme"""
    return " · ".join(say.shorten(str(row[name]), 40) for name in ("person", "tenant") if row[name])


def records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a frame, each by the names of its columns."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
