"""Presentation mode on a page: the switch in the sidebar, and the line that says it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from service.presenting import Presenting
from ui import address
from ui import format as say
from ui.context import by_name, house

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ui.context import Visit

SWITCH, OPEN, NAMED = "w_presenting", "pop_named", "w_named"
HELP = (
    "For a shared screen: customers and people go by other names everywhere, in charts, tables, files and "
    "the address, and texts that people wrote are hidden."
)


def switch(visit: Visit) -> None:
    """The one switch; what it does is part of the address, so a reload or a link keeps it."""
    st.session_state[SWITCH] = visit.request.presenting
    st.toggle("Presentation mode", key=SWITCH, help=HELP, on_change=switched)


def switched() -> None:
    """On: the address names tenants by their aliases, and no filter, which may name somebody. Off: back."""
    request = address.current()
    tenants = request.tenants
    presenting = Presenting(house().aliases())
    if st.session_state[SWITCH]:
        hidden = tuple(presenting.aliases.of("tenant_id", each) for each in tenants)
        address.change(presenting=True, named=(), tenants=hidden, choices=(), **address.UNFILTERED)
        st.toast(
            "Names are masked; filters were taken off, as they may name somebody.", icon=":material/masks:"
        )
        return
    shown = tuple(str(presenting.aliases.behind("tenant_id", each)) for each in tenants)
    address.change(presenting=False, named=(), tenants=shown, **address.UNFILTERED)


def banner(visit: Visit) -> None:
    """That names are masked, over every page while they are; and who is shown by name, as one may choose."""
    if visit.principal.presenting is None:
        return
    names = by_name(visit)
    named = [each for each in visit.request.named if each in names]
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="presenting"):
        shown = f", but {say.tenants(tuple(named), names)}" if named else ""
        words = f":violet-badge[:material/masks: Presenting] :small[Names are masked{say.plain(shown)}]"
        st.markdown(words, width="content")
        with st.popover("Show by name", type="tertiary", key=OPEN, on_change="rerun") as popover:
            # Not sent before it is asked for.
            if popover.open:
                by_name_of(visit, names, named)


def by_name_of(visit: Visit, names: Mapping[str, str], named: list[str]) -> None:
    """The choice of those who are shown by name."""
    st.session_state[NAMED] = named
    st.multiselect(
        "Customers shown by name",
        [*names],
        key=NAMED,
        format_func=lambda tenant: names.get(tenant, tenant),
        placeholder="None",
        help="Whoever watches sees this list while it is open: choose before you share.",
        on_change=chosen,
        args=(visit,),
    )


def chosen(visit: Visit) -> None:
    """Others are shown by name; the page's tenants are called anew."""
    named = frozenset(st.session_state[NAMED])
    presenting = visit.principal.presenting
    assert presenting is not None  # noqa: S101  the box is drawn for nobody else
    real = [str(presenting.aliases.behind("tenant_id", each)) for each in visit.request.tenants]
    again = tuple(each if each in named else presenting.aliases.of("tenant_id", each) for each in real)
    address.change(named=tuple(sorted(named)), tenants=again)
