"""The inks of every chart: names that the browser turns into the colours of the theme in use.

Streamlit's browser code replaces the strings below by the theme's colours, so one figure is right in light
and in dark, and switching needs no rerun. A browser test reads a bar's fill in both themes.
"""

from __future__ import annotations

from collections.abc import Iterable

SERIES = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006")
GOOD, WARN, BAD, NEUTRAL = "#000007", "#000008", "#000009", "#000010"
MUTED, TEXT, SURFACE = NEUTRAL, "#000037", "#000038"
CLEAR = "rgba(0,0,0,0)"
OTHER = "other"

MEANING = {"success": GOOD, "failed": BAD, "timeout": WARN, "cancelled": NEUTRAL, OTHER: NEUTRAL}


def soft(ink: str, alpha: float) -> str:
    """The same ink, see-through: eight-digit hex survives the browser's replacement, `rgba()` would not."""
    return f"{ink}{round(alpha * 255):02X}"


def inks(names: Iterable[str]) -> dict[str, str]:
    """One ink a name: its meaning first (failed is always BAD), then the six series, then neutral."""
    free = iter(SERIES)
    return {name: MEANING.get(name) or next(free, NEUTRAL) for name in names}


def state(value: float, *, warn: float, good: float) -> str:
    """GOOD above `good`, WARN from `warn` up to it, BAD below."""
    if value > good:
        return GOOD
    return WARN if value >= warn else BAD
