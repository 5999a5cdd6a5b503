"""The pages there are, in the order of the sidebar; who may see which, and where each role starts."""

from __future__ import annotations

import copy
import importlib
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from analytics.board import Board
from ui import address, roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamlit.navigation.page import Page as StreamlitPage

    from service.access import Principal
    from ui.roles import Role

PAGES = Path(__file__).resolve().parent.parent / "pages"
START = "start"

# A folder of pages/ and its heading, in the order of the sidebar.
SECTIONS = {
    "overview": "Overview",
    "customers": "Customers",
    "product": "Product",
    "ai_and_cost": "AI and cost",
    "reliability": "Reliability",
    "infrastructure": "Infrastructure",
    "logs": "Logs",
    "sources": "Sources",
}
# One line a board, in the order within its section; all else is said by the board itself.
ICONS = {
    "executive": ":material/space_dashboard:",
    "mission-control": ":material/rocket:",
    "activity": ":material/monitoring:",
    "tenant": ":material/person_pin:",
    "churn": ":material/heart_check:",
    "customers": ":material/contacts:",
    "tenant-usage": ":material/receipt_long:",
    "business": ":material/query_stats:",
    "activation": ":material/rocket_launch:",
    "retention": ":material/grid_on:",
    "user-analytics": ":material/groups:",
    "person": ":material/account_circle:",
    "acquisition": ":material/campaign:",
    "web-vitals": ":material/speed:",
    "experiments": ":material/science:",
    "ai-cost": ":material/payments:",
    "ai-service": ":material/network_intelligence:",
    "lead-scoring": ":material/leaderboard:",
    "automation": ":material/smart_toy:",
    "infrastructure-costs": ":material/receipt_long:",
    "resource-efficiency": ":material/eco:",
    "operations": ":material/health_and_safety:",
}
UNLISTED = ":material/dashboard:"
# What the browser does on the way to another page.
LEAVE = (Path(__file__).with_name("look") / "leave.html").read_text(encoding="utf-8")
# Pages on which people write names and values themselves: nobody presents them.
NAMING = frozenset({"own-boards", "cohorts", "funnel-builder", "retention-builder", "path-builder"})


@dataclass(frozen=True)
class Screen:
    """One entry of the sidebar: the file that draws it, and its board where it is one."""

    folder: str
    file: Path
    name: str
    title: str
    icon: str
    audience: str
    board: Board | None = None
    for_admins: bool = False

    @property
    def section(self) -> str:
        """The heading that it stands under."""
        return SECTIONS[self.folder]


def screen_of(file: str, title: str, icon: str, audience: str, *, for_admins: bool = False) -> Screen:
    """The screen of a page that is no board: `SCREEN = screen_of(__file__, …)`; its file names it."""
    path = Path(file).resolve()
    name = path.stem.replace("_", "-")
    return Screen(path.parent.name, path, name, title, icon, audience, for_admins=for_admins)


@cache
def screens() -> tuple[Screen, ...]:
    """Every screen, in the order of the sidebar: boards as they are listed, then what is no board."""
    places = {name: place for place, name in enumerate(ICONS)}
    found = sorted(written(), key=lambda screen: (screen.board is None, places.get(screen.name, len(places))))
    return tuple(screen for folder in SECTIONS for screen in found if screen.folder == folder)


def boards() -> Iterable[Screen]:
    """The screens that are boards."""
    return (screen for screen in written() if screen.board is not None)


def written() -> Iterable[Screen]:
    """The screens that pages/ holds, by their files: each has a board, or says itself what it is."""
    # By file, not by import: what is drawn with does not know the pages, only where they lie.
    for file in sorted(PAGES.glob("*/*.py")):
        module = importlib.import_module(f"pages.{file.parent.name}.{file.stem}")
        board, screen = getattr(module, "BOARD", None), getattr(module, "SCREEN", None)
        if isinstance(board, Board):
            icon = ICONS.get(board.id, UNLISTED)
            yield Screen(file.parent.name, file, board.id, board.title, icon, board.audience, board)
        elif isinstance(screen, Screen):
            yield screen


def allowed(principal: Principal) -> tuple[Screen, ...]:
    """The screens of this person, in the order of the sections."""
    found = (screen for screen in screens() if principal.admin or not screen.for_admins)
    return tuple(each for each in found if principal.presenting is None or each.name not in NAMING)


def current_role() -> Role | None:
    """The role that the address names."""
    return roles.named(address.current().role)


def arranged(principal: Principal, role: Role | None) -> dict[str, list[Screen]]:
    """Heading -> screens: what serves the role comes first, in its order; all else by section."""
    mine = {screen.name: screen for screen in allowed(principal)}
    first = [mine.pop(name) for name in role.boards if name in mine] if role else []
    groups = {"Your boards": first} if first else {}
    for screen in mine.values():
        groups.setdefault(screen.section, []).append(screen)
    return groups


def start_of(groups: Mapping[str, list[Screen]]) -> Screen:
    """The screen that a visit begins with."""
    return next(iter(groups.values()))[0]


_made: dict[tuple[str, str, bool], StreamlitPage] = {}
_lock = threading.Lock()


def page(screen: Screen, path: str, *, hidden: bool = False) -> StreamlitPage:
    """The screen as Streamlit wants it: made once, copied per run (a page remembers that it may run once)."""
    with _lock:
        made = _made.get((screen.name, path, hidden))
        if made is None:
            made = _made[screen.name, path, hidden] = st.Page(
                screen.file,
                title=screen.title,
                icon=screen.icon,
                url_path=path,
                default=path == START,
                visibility="hidden" if hidden else "visible",
                help=f"For {screen.audience}",
            )
    return copy.copy(made)


def root(start: Screen) -> tuple[str, str]:
    """Where the start page is shown in the sidebar, and its other address, which leads there too.

    It is the root of the app, whichever board it is; whoever came by the board's own address stays there.
    """
    context = get_script_run_ctx()
    came = context.pages_manager if context else None
    own = page(start, start.name, hidden=True)
    if came and (came.intended_page_name == start.name or came.intended_page_script_hash == own._script_hash):
        return start.name, START
    return START, start.name


def navigate(principal: Principal) -> StreamlitPage:
    """The sidebar, and the page that the address names."""
    groups = arranged(principal, current_role())
    start = start_of(groups)
    _, other = root(start)
    sections = {heading: [there(screen, start) for screen in group] for heading, group in groups.items()}
    sections[next(iter(sections))].append(page(start, other, hidden=True))
    named = st.navigation(sections, expanded=True)
    turn(principal, start)
    return named


def turn(principal: Principal, start: Screen) -> None:
    """Leads to the page that a click asked for, where this person may go there; else they stay.

    The browser is told to go there, as by the bar of its address: `st.switch_page` would clear the address,
    which a bound input may not lose, and to change the address and then the page would be two steps back.
    It comes after the navigation: a browser that has left already would turn back to the page named there.
    """
    name, text = st.session_state.pop(address.LEAVING, ("", ""))
    for screen in allowed(principal):
        if screen.name == name:
            path = there(screen, start).url_path
            way = f"{path or '.'}?scope={quote(text, safe='')}" if text else path or "."
            st.html(f'<i data-way="{way}"></i>{LEAVE}', unsafe_allow_javascript=True)


def there(screen: Screen, start: Screen) -> StreamlitPage:
    """The page that the sidebar and links lead to."""
    return page(screen, root(start)[0] if screen is start else screen.name)


def link(screen: Screen, principal: Principal, label: str, icon: str = "") -> None:
    """A link that keeps the scope."""
    start = start_of(arranged(principal, current_role()))
    st.page_link(there(screen, start), label=label, icon=icon, help="")


def link_to(name: str, principal: Principal, label: str, icon: str = "") -> None:
    """A link to the screen of that name; nothing where this person may not go there."""
    for screen in allowed(principal):
        if screen.name == name:
            link(screen, principal, label, icon)
