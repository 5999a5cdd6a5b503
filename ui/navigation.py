"""The pages there are, in the order of the sidebar, and who may see which."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from streamlit.navigation.page import Page as StreamlitPage

    from service.access import Principal

PAGES = Path(__file__).resolve().parent.parent / "pages"


@dataclass(frozen=True)
class Screen:
    """One entry of the sidebar."""

    section: str
    name: str
    title: str
    icon: str
    for_admins: bool = False

    @property
    def file(self) -> Path:
        """pages/<section>/<name>.py"""
        return PAGES / self.section.lower() / f"{self.name}.py"


SCREENS = (
    Screen("Overview", "executive", "Executive overview", ":material/space_dashboard:"),
    Screen("Overview", "activity", "Activity", ":material/monitoring:"),
    Screen("Sources", "sources", "Sources", ":material/database:", for_admins=True),
)

_made: dict[tuple[Screen, bool], StreamlitPage] = {}
_lock = threading.Lock()


def allowed(principal: Principal) -> tuple[Screen, ...]:
    """The screens of this person, the start page first."""
    return tuple(screen for screen in SCREENS if principal.admin or not screen.for_admins)


def page(screen: Screen, *, start: bool = False) -> StreamlitPage:
    """The screen as Streamlit wants it: made once, copied per run (a page remembers that it may run once)."""
    with _lock:
        made = _made.get((screen, start))
        if made is None:
            made = st.Page(
                screen.file, title=screen.title, icon=screen.icon, url_path=screen.name, default=start
            )
            _made[screen, start] = made
    return copy.copy(made)


def navigate(principal: Principal) -> StreamlitPage:
    """The sidebar, and the page that the address names."""
    screens = allowed(principal)
    sections: dict[str, list[StreamlitPage]] = {}
    for screen in screens:
        sections.setdefault(screen.section, []).append(page(screen, start=screen is screens[0]))
    return st.navigation(sections, expanded=True)


def link_to(name: str, principal: Principal, label: str, icon: str = "") -> None:
    """A link that keeps the scope; nothing where this person may not go there."""
    for place, screen in enumerate(allowed(principal)):
        if screen.name == name:
            st.page_link(page(screen, start=place == 0), label=label, icon=icon)
