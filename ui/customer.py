"""Of whom the customer view speaks: one tenant with what is known of it, or several and a choice of one."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from analytics import customers, presence
from analytics.scope import AllTenants
from data.tables import FACTS
from ui import address, connectors, notes, report
from ui import format as say
from ui.labels import missing
from ui.many_tenants import MANY, Named, offered
from ui.names import in_words
from ui.navigation import link_to

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from analytics.scope import Scope
    from ui.context import Visit

KEY, WIDTH = "w_customer", 320
MOST_NAMED = 3
EXECUTIONS = ("runs",)


def choose(visit: Visit, scope: Scope) -> None:
    """The line over the board: whom it speaks of, and the way to another."""
    names = visit.tenants()
    chosen = visit.request.tenants or only_one(visit, names)
    one = chosen[0] if len(chosen) == 1 else None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="customer"):
        if len(names) > 1:
            picker(names, one)
        if one is not None:
            st.markdown(known(visit, scope, one), width="content")
            st.space("stretch")
            notes.button(visit, one)
            report.button(visit, one)
        elif chosen:
            st.caption(f"Speaks of {together(chosen, names)} together.", width="content")
        elif not names:
            st.caption("No row names a customer yet.", width="content")
        else:
            many = say.number(len(names))
            st.caption(f"Speaks of all {many} customers together: choose one.", width="content")
    if one is not None:
        connectors.note(visit, one)
    if names:
        only_other_rows(visit, scope, together(chosen, names) if chosen else "Your customers", len(chosen))


def only_other_rows(visit: Visit, scope: Scope, whom: str, number: int) -> None:
    """Where no chosen tenant has an execution, which most panels count: what there is, and the way there."""
    unfiltered = replace(scope, where=None)
    # Of the window first: whoever has executions pays for nothing more.
    for question in (presence.newest(EXECUTIONS), presence.newest_ever(EXECUTIONS)):
        if presence.latest(visit.ask(question, unfiltered).result().frame) is not None:
            return
    held = visit.ask(presence.newest_ever(FACTS), unfiltered).result().frame
    others = in_words(held.loc[held["newest_at"].notna(), "table_name"])
    if not others:
        return
    have = "has" if number == 1 else "have"
    with st.container(border=True, key="only_other_rows", horizontal=True, vertical_alignment="center"):
        text = f"**{whom} {have} no executions**, which most of this page counts, but {others}."
        st.markdown(f":gray[:material/info:] {text}", width="content")
        st.space("stretch")
        link_to("activity", visit.principal, ":blue[See them on Activity]", ":material/monitoring:")


def only_one(visit: Visit, names: Mapping[str, str]) -> tuple[str, ...]:
    """The one tenant that there is, or that this person may see, even before it has any row."""
    own = visit.principal.tenants
    known = tuple(names) if isinstance(own, AllTenants) else tuple(own)
    return known if len(known) == 1 else ()


def together(chosen: Sequence[str], names: Mapping[str, str]) -> str:
    """Acme, Globex and 2 more"""
    said = [say.plain(say.shorten(names.get(tenant, tenant), 40)) for tenant in chosen]
    more = [f"{len(said) - MOST_NAMED} more"] if len(said) > MOST_NAMED else []
    if len(said) == 1:
        return said[0]
    first = said[:MOST_NAMED] if more else said[:-1]
    return f"{', '.join(first)} and {more[0] if more else said[-1]}"


def picker(names: Mapping[str, str], one: str | None) -> None:
    """A choice of one tenant, by name; drawn from the address, which a choice changes."""
    if len(names) <= MANY:
        choice(names, list(names), one)
        return
    label = "Choose a customer" if one is None else say.plain(names.get(one, one))
    with st.popover(label, icon=":material/search:", key="pop_customer"):
        st.fragment(partial(found_customers, names, one), key="fragment_customer")()


def found_customers(names: Mapping[str, str], one: str | None) -> None:
    """Of many customers the one that is chosen and those that fit what is typed."""
    chosen = [one] if one in names and one is not None else []
    choice(names, offered(names, chosen, "w_customer_find", width=WIDTH), one)


def choice(names: Mapping[str, str], options: list[str], one: str | None) -> None:
    """These customers to choose one from."""
    st.session_state[KEY] = one if one in names else None
    st.selectbox(
        "Customer",
        options,
        key=KEY,
        format_func=Named(names).__getitem__,
        placeholder="Choose a customer",
        label_visibility="collapsed",
        width=WIDTH,
        on_change=picked,
    )


def picked() -> None:
    """A customer was chosen, or taken off: the page is of it, or of all."""
    tenant = st.session_state[KEY]
    address.change(tenants=(tenant,) if tenant else ())
    # It may be chosen in a fragment, which is not all of the page.
    st.rerun()


def known(visit: Visit, scope: Scope, tenant: str) -> str:
    """Its plan, region, owner and since when it is a customer."""
    frame = visit.ask(customers.known, replace(scope, where=None)).result().frame
    rows = frame[frame["tenant_id"] == tenant]
    if not len(rows):
        return f":gray[{say.plain(visit.tenants().get(tenant, tenant))}]"
    row = rows.iloc[0]
    said = [f":blue-badge[{say.plain(str(row['plan']))}]"] if row["plan"] else []
    said += [f":gray-badge[{say.plain(str(row['region']))}]"] if row["region"] else []
    facts = [f"owner {say.plain(str(row['owner']))}"] if row["owner"] else []
    if not missing(row["created_at"]):
        facts.append(f"customer since {row['created_at']:%b %Y}")
    return " ".join([*said, f":small[:gray[{' · '.join(facts)}]]" if facts else ""])
