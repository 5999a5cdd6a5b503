"""Choosing among thousands of tenants: what is typed is looked for here, and the browser gets what fits.

A list of all of them would travel at every run of every page, and take a third of what that costs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Of fewer the browser gets all, and looks among them itself.
MANY, SHOWN = 500, 50


def offered(names: Mapping[str, str], chosen: Sequence[str], key: str, *, width: int) -> list[str]:
    """The field to type into; gives the tenants to choose from: those chosen, then what fits.

    It belongs into a fragment: typing runs that alone, and not the board.
    """
    typed = st.text_input(
        "Find a tenant",
        key=key,
        type="search",
        live="200ms",
        placeholder=f"Find among {say.number(len(names))}",
        icon=":material/search:",
        label_visibility="collapsed",
        width=width,
    )
    hits = fitting(names, typed or "")
    if len(hits) > SHOWN:
        st.caption(f"{SHOWN} of {say.number(len(hits))}: type more of a name to find others.")
    return list(dict.fromkeys([*chosen, *hits[:SHOWN]]))


def fitting(names: Mapping[str, str], typed: str) -> list[str]:
    """The ids of those whose name or id has this in it, whatever the case; who begins with it comes first."""
    wanted = typed.strip().casefold()
    if not wanted:
        return list(names)
    begins, holds = list[str](), list[str]()
    for tenant, name in names.items():
        said = name.casefold()
        if said.startswith(wanted):
            begins.append(tenant)
        elif wanted in said or wanted in tenant.casefold():
            holds.append(tenant)
    # The whole name before longer ones that begin with it.
    return sorted(begins, key=lambda tenant: names[tenant].casefold() != wanted) + holds


class Named(dict[str, str]):
    """The names of tenants by their ids; one that is in no list is called by its id."""

    def __missing__(self, tenant: str) -> str:
        """The id itself."""
        return tenant
