"""Which windows the builder of funnels compares: chosen or typed, and kept in the address."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.during import length
from analytics.funnel_windows import MOST
from ui import address
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from analytics.funnel_spec import FunnelSpec

CHOICE, NONE = "funnel_windows", "none"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNITS = {"w": 7 * DAY, "d": DAY, "h": HOUR, "m": timedelta(minutes=1)}
USUAL = (HOUR, DAY, 7 * DAY, 14 * DAY)
OFFERED = (HOUR / 4, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 90 * DAY)
SHORT = (("d", DAY), ("h", HOUR), ("m", UNITS["m"]))
LONGEST = 3650 * DAY
TYPED = re.compile(r"\s*(\d{1,6})\s*(w|d|h|m|weeks?|days?|hours?|minutes?|min)\s*", re.IGNORECASE)


def read(text: str, spec: FunnelSpec) -> tuple[timedelta, ...]:
    """The windows of an address beside the funnel's own, always there; the usual of nonsense."""
    if text == NONE:
        return (spec.window,)
    found = [window for part in text.split(",") if (window := typed(part)) is not None]
    return with_own(found or USUAL, spec)


def with_own(windows: Iterable[timedelta], spec: FunnelSpec) -> tuple[timedelta, ...]:
    """So many as can be compared, the funnel's own among them, the shortest first."""
    others = [window for window in dict.fromkeys(windows) if window != spec.window]
    return tuple(sorted((spec.window, *others[: MOST - 1])))


def typed(text: str) -> timedelta | None:
    """A window as people write it: 36 hours · 3d · 2 weeks; None of anything else."""
    found = TYPED.fullmatch(text)
    if found is None:
        return None
    window = int(found[1]) * UNITS[found[2][0].lower()]
    return window if timedelta(0) < window <= LONGEST else None


def text_of(others: Iterable[timedelta], spec: FunnelSpec) -> str:
    """Windows beside the funnel's own as the address holds them: 1h,1d,14d; no text of the usual ones."""
    others = [window for window in others if window != spec.window]
    if with_own(others, spec) == with_own(USUAL, spec):
        return ""
    parts = (next(f"{each // unit}{name}" for name, unit in SHORT if not each % unit) for each in others)
    return ",".join(parts) or NONE


def chooser(spec: FunnelSpec, chosen: tuple[timedelta, ...]) -> None:
    """The windows that are compared with the funnel's own."""
    others = [length(window) for window in chosen if window != spec.window]
    offered = [length(window) for window in OFFERED if window != spec.window]
    key = address.drawn("w_windows", others)

    def changed() -> None:
        found = [(text, typed(text)) for text in st.session_state[key]]
        if unread := [text for text, window in found if window is None]:
            st.session_state["w_windows_trouble"] = (
                f"“{unread[0]}” is no length of time: type one such as 36 hours or 3 days."
            )
        address.choose(**{CHOICE: text_of((each for _, each in found if each is not None), spec)})

    st.multiselect(
        f"Beside {length(spec.window)}",
        [*dict.fromkeys([*offered, *others])],
        key=key,
        width=340,
        max_selections=MOST - 1,
        placeholder="Choose, or type one such as 36 hours",
        accept_new_options=True,
        select_all=False,
        on_change=changed,
    )
    if trouble := st.session_state.pop("w_windows_trouble", ""):
        st.caption(f":red[:material/error: {say.plain(trouble)}]")
