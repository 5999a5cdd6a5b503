"""Saved views: the dialog that keeps what a page shows, and the list of the sidebar that leads back to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

import streamlit as st

from data.store import StoreError
from service.access import NotAllowed
from service.metadata import MetadataError
from service.saved import CannotRead, NothingSaved
from service.saved_view import LONGEST_TITLE, SavedView
from ui import format as say
from ui import navigation

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.saved import Saved
    from ui.context import Visit

LIST, OPENED = "pop_saved", "saved_opened"
RENAME, SHARE, HIDE, REMOVE = "rename", "share", "hide", "remove"
ACTIONS = {
    RENAME: ":material/edit: Rename",
    SHARE: ":material/group: Share with the team",
    HIDE: ":material/lock: Keep to myself",
    REMOVE: ":material/delete: Delete",
}
TEAM = "Share with the team"
ONLY_ALL = "Everybody reads what is shared, so only who may see every tenant can share."


def save_dialog(visit: Visit, page: str, title: str) -> None:
    """Opens the dialog that saves what the page shows."""
    st.dialog("Save this view", width="small", on_dismiss="rerun")(saving)(visit, page, title)


def saving(visit: Visit, page: str, title: str) -> None:
    """A name, and whether the team sees it."""
    name = st.text_input("Name", title, key="save_name", max_chars=LONGEST_TITLE)
    shared = st.toggle(TEAM, key="save_shared", disabled=not visit.principal.sees_all, help=ONLY_ALL)
    st.caption("It keeps the whole of what is asked here; its numbers are those of the day.")
    if st.button("Save", icon=":material/bookmark_add:", key="save_view"):
        # Whose boards come first is a matter of who looks.
        request = replace(visit.request, role="")
        tried(lambda: visit.house.shelf.save(visit.principal, SavedView(name, page, request), shared=shared))


def tried(change: Callable[[], object]) -> None:
    """Changes what is saved, and draws the page anew with it; or says why not, and keeps what was typed."""
    try:
        change()
    except (NotAllowed, NothingSaved, StoreError, ValueError) as error:
        st.error(sentence(error), icon=":material/error:")
    else:
        st.rerun()


def sentence(error: Exception) -> str:
    """What went wrong, as a sentence."""
    words = str(error).rstrip(".")
    return f"{words[:1].upper()}{words[1:]}."


def listed(visit: Visit) -> None:
    """The list of the sidebar: drawn while it is open, as it is read for that alone."""
    with st.popover(
        "Saved views", icon=":material/bookmarks:", key=LIST, on_change="rerun", width="stretch"
    ) as popover:
        if not popover.open:
            return
        try:
            found = visit.house.shelf.all(visit.principal, "view")
        except MetadataError as error:
            st.caption(say.plain(str(error)))
            return
        places = {screen.name for screen in navigation.allowed(visit.principal)}
        with st.container(gap=None, key="saved_views"):
            shown = [each for each in found if draw(visit, each, places)]
        if not shown:
            st.caption("None yet. The menu beside the title of a page saves what it shows.")


def draw(visit: Visit, saved: Saved, places: set[str]) -> bool:
    """One view: the link to it, whose it is, and what its owner may do; whether there was one to draw."""
    try:
        view = cast("SavedView", saved.read())
    except CannotRead:
        view = None
    if view is not None and view.page not in places:
        return False
    own = saved.owner == visit.principal.name
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
        if view is None:
            st.caption(f"{say.plain(saved.title)}: of another release", width="stretch")
        else:
            st.link_button(
                say.plain(saved.title), link(visit, view), icon=icon(saved), type="tertiary", width="content"
            )
        st.space("stretch")
        if not own:
            st.caption(f"by {say.plain(saved.owner)}", width="content")
        if own or visit.principal.admin:
            menu(saved, own=own, may_share=visit.principal.sees_all)
    return True


def icon(saved: Saved) -> str:
    """Whether others see it."""
    return ":material/group:" if saved.shared else ":material/bookmark:"


def link(visit: Visit, view: SavedView) -> str:
    """The address of exactly this view, in the order of boards of whoever opens it."""
    text = replace(view.request, role=visit.request.role).text()
    return f"/{view.page}?scope={quote(text)}" if text else f"/{view.page}"


def menu(saved: Saved, *, own: bool, may_share: bool) -> None:
    """What its owner may do with it; an admin can take it away."""
    share = [HIDE if saved.shared else SHARE] if may_share or saved.shared else []
    actions = [RENAME, *share, REMOVE] if own else [REMOVE]
    key = f"saved_menu_{saved.id}"
    st.menu_button(
        f"Menu of {saved.title}",
        actions,
        format_func=ACTIONS.__getitem__,
        type="tertiary",
        key=key,
        on_click=chosen,
        args=(saved.id, key),
    )


def chosen(saved_id: str, key: str) -> None:
    """What was chosen is done, or asked for, in the next run."""
    st.session_state[OPENED] = (saved_id, st.session_state.get(key))


def dialogs(visit: Visit) -> None:
    """Does what was chosen in the run before: a new name and a removal are asked for first."""
    saved_id, action = st.session_state.pop(OPENED, ("", ""))
    if action not in ACTIONS:
        return
    try:
        saved = visit.house.shelf.one(visit.principal, saved_id)
        if action in (SHARE, HIDE):
            visit.house.shelf.share(visit.principal, saved_id, shared=action == SHARE)
            st.toast(f"{say.plain(saved.title)} is {'shared' if action == SHARE else 'yours alone'} now.")
            return
    except (NotAllowed, NothingSaved, StoreError, ValueError) as error:
        st.toast(say.plain(sentence(error)), icon=":material/error:")
        return
    asking = renaming if action == RENAME else removing
    st.dialog(ACTIONS[action].partition(": ")[2], width="small", on_dismiss="rerun")(asking)(visit, saved)


def renaming(visit: Visit, saved: Saved) -> None:
    """Another name for it."""
    name = st.text_input("Name", saved.title, key="rename_name", max_chars=LONGEST_TITLE)
    if st.button("Rename", key="rename_view"):
        tried(
            lambda: visit.house.shelf.save(
                visit.principal, replace(cast("SavedView", saved.read()), title=name), replaces=saved.id
            )
        )


def removing(visit: Visit, saved: Saved) -> None:
    """Whether it shall go: nothing brings it back."""
    also = " It goes for the whole team." if saved.shared else ""
    st.markdown(f"**{say.plain(saved.title)}** is deleted for good.{also}")
    if st.button("Delete", key="remove_view", icon=":material/delete:"):
        tried(lambda: visit.house.shelf.remove(visit.principal, saved.id))
