"""The search of the sidebar: boards, panels, tenants and connectors by their names; a hit keeps the scope."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import address, connectors, context, navigation
from ui import format as say
from ui.connectors import CONNECTOR
from ui.drill import CUSTOMER_PAGE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from analytics.board import Panel
    from ui.context import Visit
    from ui.navigation import Screen

KEY, PLACE = "find", "find_place"
MOST_PLACES, MOST_TENANTS, MOST_CONNECTORS = 7, 4, 3
BOARD_OF_ALL = "operations"
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
    hits = best(text, (Hit(name, "") for name in connectors.lately(visit)), MOST_CONNECTORS)
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
        for hit in hits:
            connector(visit, hit.title)
        if not places and not tenants and not hits:
            st.caption("Nothing is called so. Try fewer letters.")


def connector(visit: Visit, name: str) -> None:
    """A way to how a connector does; of the page's one tenant, which may have none of it, or of all."""
    chosen = visit.request.tenants
    if len(chosen) == 1 and name not in connectors.lately(visit, of_page=True):
        st.caption(connectors.has_none(visit.tenants().get(chosen[0], chosen[0]), (name,)))
        return
    st.button(
        say.plain(name),
        key=f"hit_connector_{name}",
        icon=":material/cable:",
        type="tertiary",
        on_click=to_connector,
        args=(name, CUSTOMER_PAGE if len(chosen) == 1 else BOARD_OF_ALL),
        help="Its failures and health, with the page's tenants and window.",
    )


def to_connector(name: str, page: str) -> None:
    """A page that tells of connectors, filtered by one."""
    st.session_state[KEY] = ""
    address.go_to(page, where=address.is_value(CONNECTOR, name), search="", choices=())
    st.rerun()


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
