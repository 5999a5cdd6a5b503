"""What a click or a drag on a chart does to the address; runs before the script, as a callback."""

from __future__ import annotations

import contextlib
from typing import Any

import streamlit as st

from ui import address

TENANT = "tenant_id"


def clicked(key: str, name: str) -> None:
    """A bar was clicked: its tenant becomes the page's, or its value a filter; once more takes it back."""
    points = selection(key, "points")
    value = points[0]["customdata"][0] if points else None
    if value is None:
        return
    request = address.current()
    if name == TENANT:
        address.change(tenants=() if request.tenants == (value,) else (value,))
    else:
        address.change(where=address.narrowed(request.where, name, value))


def dragged(key: str) -> None:
    """A stretch of a time chart was chosen: its whole buckets become the window."""
    ends = [point["customdata"] for point in selection(key, "points") if point.get("customdata")]
    if not ends:
        return
    # What a browser sends may be anything; a window that is none leaves the address as it is.
    with contextlib.suppress(ValueError):
        address.change(window=f"{min(start for start, _ in ends)}~{max(end for _, end in ends)}")


def selection(key: str, kind: str) -> list[dict[str, Any]]:
    """What the person selected in the chart of this key; nothing where the browser sent nothing."""
    state = st.session_state.get(key) or {}
    return list((state.get("selection") or {}).get(kind) or [])
