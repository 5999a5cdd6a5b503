"""What the numbers of a page stand beside: nothing, the window before, or any other window."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import streamlit as st

from analytics.request import custom_window, custom_window_text
from analytics.scope import Scope
from analytics.zones import zone
from ui import address
from ui import format as say

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from ui.context import Visit

WIDTH = 340
NOTHING, BEFORE, OTHER = "Nothing", "The window before", "Another window"
ENDS = ("w_before_start", "w_before_end")


def compare_popover(visit: Visit) -> None:
    """Its label is the choice."""
    compare, timezone = visit.request.compare, visit.request.timezone
    if isinstance(compare, str):
        label, choice = f"vs {say.days(compare, visit.now)}", OTHER
    else:
        label, choice = ("vs previous", BEFORE) if compare else ("No comparison", NOTHING)
    with st.popover(label, icon=":material/compare_arrows:", key="pop_compare"):
        key = address.drawn("w_compare", choice)
        start, end = before_of(visit)
        st.segmented_control(
            "Compare with",
            [NOTHING, BEFORE, OTHER],
            key=key,
            required=True,
            width=WIDTH,
            on_change=chosen,
            args=(key, custom_window_text(start, end, timezone)),
        )
        if not isinstance(compare, str):
            st.caption(f"{say.span(start, end, timezone, visit.now)}.")
            return
        two_ends(
            dict(zip(ENDS, (start, end), strict=True)),
            timezone,
            lambda window: address.change(compare=window),
        )


def two_ends(ends: Mapping[str, datetime], timezone: str, changed: Callable[[str], object]) -> None:
    """The two ends of a window on the clock of the page, side by side: no calendar covers the other end."""
    keys = [
        address.drawn(name, instant.astimezone(zone(timezone)).replace(tzinfo=None, microsecond=0))
        for name, instant in ends.items()
    ]
    with st.container(horizontal=True, gap="xsmall", wrap=False, width=WIDTH):
        for key, name in zip(keys, ("From", "To"), strict=True):
            st.datetime_input(
                name, key=key, step=timedelta(minutes=15), on_change=moved, args=(keys, changed)
            )


def before_of(visit: Visit) -> tuple[datetime, datetime]:
    """The window compared with, or the one that would be."""
    request = visit.request
    if isinstance(request.compare, str):
        return custom_window(request.compare, request.timezone)
    start, end = request.window_at(visit.now)
    before = Scope(start, end, request.timezone).previous()
    return before.start, before.end


def chosen(key: str, window: str) -> None:
    """Another window begins with the one that was compared with."""
    choice = st.session_state[key]
    fixed: dict[str, bool] = {NOTHING: False, BEFORE: True}
    address.change(compare=fixed.get(choice, window))


def moved(keys: Sequence[str], changed: Callable[[str], object]) -> None:
    """One end was moved; ends in the wrong order are put right."""
    first, last = (st.session_state[key] for key in keys)
    if first and last and first != last:
        changed("~".join(f"{moment:%Y-%m-%dT%H:%M}" for moment in sorted((first, last))))
