"""Saved searches, beside the search of a page: choosing one, keeping what is typed, taking one's own away."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import streamlit as st

from analytics.search import SearchError
from data.store import StoreError
from service.access import NotAllowed
from service.metadata import MetadataError
from service.saved import CannotRead, NothingSaved, Search
from service.saved_view import LONGEST_TITLE
from ui import address
from ui import format as say
from ui.saved import ONLY_ALL, TEAM, sentence

if TYPE_CHECKING:
    from service.saved import Saved
    from ui.context import Visit

PROBLEM = "saved_search_problem"


def section(visit: Visit) -> None:
    """The searches that this person may see, and a place to keep the one that is typed."""
    try:
        found = {each.id: each for each in visit.house.shelf.all(visit.principal, "search")}
    except MetadataError:
        return
    st.selectbox(
        "Saved searches",
        [*found],
        index=None,
        key="w_saved_search",
        placeholder="Choose a saved search",
        format_func=lambda saved_id: found[saved_id].title if saved_id in found else saved_id,
        on_change=applied,
        args=(found,),
    )
    current = next((each for each in found.values() if is_typed(each, visit)), None)
    if visit.request.search.strip() and current is None:
        keeping(visit)
    elif current is not None and current.owner == visit.principal.name:
        st.button(
            f"Remove {say.plain(say.shorten(current.title, 40))}",
            key="remove_search",
            icon=":material/delete:",
            type="tertiary",
            on_click=removed,
            args=(visit, current),
        )
    if problem := st.session_state.pop(PROBLEM, ""):
        st.caption(f":red[:material/error: {say.plain(problem)}]")


def is_typed(saved: Saved, visit: Visit) -> bool:
    """Whether a saved search is what the page is searched by."""
    try:
        search = cast("Search", saved.read())
    except CannotRead:
        return False
    return (search.text, search.syntax) == (visit.request.search.strip(), visit.request.syntax)


def applied(found: dict[str, Saved]) -> None:
    """The chosen search, in its own syntax, is the page's."""
    saved = found.get(st.session_state["w_saved_search"] or "")
    st.session_state["w_saved_search"] = None
    if saved is None:
        return
    try:
        search = cast("Search", saved.read())
    except CannotRead as error:
        st.session_state[PROBLEM] = str(error)
        return
    address.change(search=search.text, syntax=search.syntax)


def keeping(visit: Visit) -> None:
    """A name for the search that is typed, and whether the team sees it."""
    st.text_input("Keep this search as", key="w_search_name", max_chars=LONGEST_TITLE, placeholder="Its name")
    st.toggle(TEAM, key="w_search_shared", disabled=not visit.principal.sees_all, help=ONLY_ALL)
    st.button(
        "Save this search", key="save_search", icon=":material/bookmark_add:", on_click=kept, args=(visit,)
    )


def kept(visit: Visit) -> None:
    """The search joins the saved ones; or it is said why not."""
    name, shared = st.session_state.get("w_search_name") or "", bool(st.session_state.get("w_search_shared"))
    try:
        search = Search(name, visit.request.search, visit.request.syntax)
        visit.house.shelf.save(visit.principal, search, shared=shared)
    except (NotAllowed, SearchError, StoreError, ValueError) as error:
        st.session_state[PROBLEM] = sentence(error)
    else:
        st.session_state["w_search_name"] = ""


def removed(visit: Visit, saved: Saved) -> None:
    """One's own search goes; what is typed stays."""
    try:
        visit.house.shelf.remove(visit.principal, saved.id)
    except (NotAllowed, NothingSaved, StoreError) as error:
        st.session_state[PROBLEM] = sentence(error)
