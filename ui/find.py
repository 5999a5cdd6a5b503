"""The search of the sidebar: boards, panels and tenants by what they are called; a hit keeps the scope."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import address, context, navigation
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analytics.board import Panel
    from ui.navigation import Screen

KEY, PLACE = "find", "find_place"
MOST_PLACES, MOST_TENANTS = 7, 4
PANEL = ":material/subdirectory_arrow_right:"
# No data goes into it: it follows the class of a hit to the panel of that id, and gives the box its key.
SCRIPT = (Path(__file__).with_name("look") / "find.html").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Hit:
    """What can be found: a screen, one of its panels, or a tenant."""

    title: str
    words: str
    screen: Screen | None = None
    panel: Panel | None = None
    tenant: str = ""

    def rank(self, typed: list[str]) -> int | None:
        """How well it fits the words that were typed, 0 best; None where one of them is nowhere."""
        title, words = self.title.casefold(), self.words.casefold()
        if not all(word in title or word in words for word in typed):
            return None
        if title.startswith(typed[0]):
            return 0
        if any(part.startswith(typed[0]) for part in title.split()):
            return 1
        return 2 if all(word in title for word in typed) else 3


@cache
def of_screens(screens: tuple[Screen, ...]) -> tuple[Hit, ...]:
    """These screens and their panels, screens first."""
    found = [Hit(screen.title, f"{screen.section} {screen.audience}", screen) for screen in screens]
    for screen in screens:
        panels = screen.board.panels if screen.board else ()
        found += [Hit(each.title, f"{screen.title} {each.explanation}", screen, each) for each in panels]
    return tuple(found)


def of_tenants(names: Mapping[str, str]) -> Iterable[Hit]:
    """The tenants of these names."""
    return (Hit(name, tenant, tenant=tenant) for tenant, name in names.items())


def best(text: str, among: Iterable[Hit], most: int) -> list[Hit]:
    """What fits the text, the best first; among equals the order stays."""
    typed = text.casefold().split()
    if not typed:
        return []
    ranked = [(rank, hit) for hit in among if (rank := hit.rank(typed)) is not None]
    return [hit for _, hit in sorted(ranked, key=lambda pair: pair[0])[:most]]


def box(place: str) -> None:
    """The box and its hits; it is empty again on another page than the one it was filled on."""
    if st.session_state.get(PLACE, place) != place:
        st.session_state[KEY] = ""
    st.session_state[PLACE] = place
    typing()


# A fragment: typing runs this alone and not the board.
@st.fragment
def typing() -> None:
    """What is typed, and what it finds."""
    text = st.text_input(
        "Find a board, a panel or a tenant",
        key=KEY,
        type="search",
        live="200ms",
        placeholder="Find (press /)",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    st.html(SCRIPT, unsafe_allow_javascript=True)
    if not text or not text.strip():
        return
    visit = context.visit()
    places = best(text, of_screens(navigation.allowed(visit.principal)), MOST_PLACES)
    tenants = best(text, of_tenants(visit.tenants()), MOST_TENANTS)
    with st.container(gap=None, key="hits"):
        for screen, panels in by_screen(places):
            navigation.link(screen, visit.principal, screen.title, screen.icon)
            for panel in panels:
                with st.container(key=f"hit_{panel.id}"):
                    navigation.link(screen, visit.principal, panel.title, PANEL)
        for hit in tenants:
            st.button(
                say.plain(hit.title),
                key=f"hit_tenant_{hit.tenant}",
                icon=":material/apartment:",
                type="tertiary",
                on_click=scope_to,
                args=(hit.tenant,),
            )
        if not places and not tenants:
            st.caption("Nothing is called so. Try fewer letters.")


def by_screen(hits: list[Hit]) -> Iterable[tuple[Screen, list[Panel]]]:
    """Each screen that was hit, or a panel of it, with those panels; in the order of the best hit of each."""
    found: dict[str, tuple[Screen, list[Panel]]] = {}
    for hit in hits:
        assert hit.screen is not None  # noqa: S101  tenants have no screen of their own
        _, panels = found.setdefault(hit.screen.name, (hit.screen, []))
        panels += [hit.panel] if hit.panel else []
    return found.values()


def scope_to(tenant: str) -> None:
    """The page shows one tenant; the run is a whole one, as the address is not part of the fragment."""
    st.session_state[KEY] = ""
    address.change(tenants=(tenant,))
    st.rerun()
