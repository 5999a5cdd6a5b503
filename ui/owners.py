"""Whose customers: those of one who looks after them, by one click, kept in the address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from analytics import customers
from ui import address, figures

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit

KEY, OWNER = "w_owner", "tenant.owner"
EVERYBODY = "Everybody's"
MOST_BESIDE = 6
WIDTH = 260


def choose(visit: Visit, scope: Scope) -> None:
    """A choice of an owner, side by side where they are few."""
    answer = visit.ask(customers.known, replace(scope, where=None)).result()
    owners = figures.kept(answer, "owners", lambda: sorted(set(answer.frame["owner"].unique()) - {""}))
    if not owners:
        return
    held = address.parts(visit.request.where)
    own = {each: address.is_value(OWNER, each) for each in owners}
    st.session_state[KEY] = next((each for each in owners if own[each] in held), EVERYBODY)
    options, told = [EVERYBODY, *owners], {"key": KEY, "on_change": chosen, "args": (owners,)}
    if len(owners) <= MOST_BESIDE:
        st.segmented_control("Whose customers", options, label_visibility="collapsed", **told)
        return
    st.selectbox("Whose customers", options, label_visibility="collapsed", width=WIDTH, **told)


def chosen(owners: list[str]) -> None:
    """The owner's customers, or everybody's."""
    owner = st.session_state[KEY]
    own = [address.is_value(OWNER, each) for each in owners]
    others = tuple(part for part in address.parts(address.current().where) if part not in own)
    added = () if owner in (None, EVERYBODY) else (address.is_value(OWNER, owner),)
    address.change(where=address.joined((*others, *added)))
