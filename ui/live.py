"""Boards that refresh themselves: what is new since the last look, and the panels drawn anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.query import Query
from ui import address, panel_menu
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from service.ask import Answer
    from ui.context import Visit

# How often what is of the last hour is asked anew, and what is of longer windows, which move on by minutes.
EVERY_SECONDS, REST_SECONDS = 10, 60
SHORT = ("5m", "15m", "1h")
# Who has not had the page on the screen for so long was away.
AWAY = timedelta(seconds=60)
# What may be new, and what it is called: one, several.
NEWS = (
    Query(("ai_queries", "ai_queries_failed", "ai_cost_usd")),
    Query(("errors",)),
)
WORDS = {
    "ai_queries": ("AI query", "AI queries"),
    "ai_queries_failed": ("failed", "failed"),
    "errors": ("error line", "error lines"),
}


def kept(board: str, name: str) -> str:
    """Under which name the session keeps something of a board that refreshes itself."""
    return f"live_{board}_{name}"


def on() -> bool:
    """Whether such boards refresh themselves."""
    return bool(st.session_state.get("live_on", True))


def refreshed(part: str, draw: Callable[[bool], object], seconds: int) -> None:
    """Draws a part of a page now and every so often while the page is open; `draw` gets whether it is now.

    What is clicked in it changes the whole page, so that the run after a click is a whole one.
    """
    said, was_on, first = address.current().text(), on(), [True]

    def inside() -> None:
        begun = bool(first)
        first.clear()
        changed = address.current().text() != said or on() != was_on
        if not begun and (changed or panel_menu.OPENED in st.session_state):
            st.rerun()
        draw(begun)

    st.fragment(inside, run_every=seconds if was_on else None, key=f"fragment_{part}")()


def looked(board: str, now: datetime) -> datetime:
    """Since when things are new: since the page was opened, or since it was last on the screen; it is now."""
    shown, since = st.session_state.get(kept(board, "shown")), st.session_state.get(kept(board, "since"))
    if since is None:
        since = now
    elif shown is not None and now - shown > AWAY:
        since = shown
    st.session_state.update({kept(board, "since"): since, kept(board, "shown"): now})
    return since


def news(board: str, visit: Visit) -> None:
    """The line over the panels: what happened since the last look, and how it is refreshed."""
    since = looked(board, visit.now)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"live_{board}"):
        st.markdown(told(visit, since), width="content")
        seen = {kept(board, "since"): visit.now}
        st.button(
            "Seen", key=kept(board, "seen"), type="tertiary", on_click=lambda: st.session_state.update(seen)
        )
        st.space("stretch")
        st.session_state["w_live"] = on()
        st.toggle(
            f"Every {EVERY_SECONDS} s",
            key="w_live",
            help="The numbers of this page are asked anew for as long as it is open.",
            on_change=lambda: st.session_state.update(live_on=st.session_state["w_live"]),
        )


def told(visit: Visit, since: datetime) -> str:
    """New since 14:02: 12 AI queries, 1 failed, $0.04, 3 error lines."""
    scope = visit.scope()
    ago = say.moment(since, scope.timezone, visit.now).rpartition(", ")[2]
    if since >= scope.end:
        return f":gray[Nothing is new yet since {ago}]"
    asked = [visit.ask(query, replace(scope, start=since)) for query in NEWS]
    parts = [part for each in asked for part in counted(each)]
    if not parts:
        return f":gray[Nothing new since {ago}]"
    return f":blue[:material/fiber_new:] since {ago}: {', '.join(parts)}"


def counted(asked: Future[Answer]) -> list[str]:
    """What one answer counts, each in words; nothing where the page's filter is none of its rows."""
    try:
        row = asked.result().frame.iloc[0]
    except Exception:  # noqa: BLE001  the panels say what is wrong with a filter
        return []
    said = [
        f"**{say.number(row[name])}** {one if row[name] == 1 else many}"
        for name, (one, many) in WORDS.items()
        if row.get(name)
    ]
    cost = row.get("ai_cost_usd")
    return [*said, f"**{say.plain(say.number(float(cost), 'usd'))}**"] if cost else said
