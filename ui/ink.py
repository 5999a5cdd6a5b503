"""The inks of every chart: names that the browser turns into the colours of the theme in use.

Streamlit's browser code replaces the strings below by the theme's colours, so one figure is right in light
and in dark, and switching needs no rerun. A browser test reads a bar's fill in both themes.
"""

from __future__ import annotations

from collections.abc import Iterable

SERIES = ("#000001", "#000002", "#000003", "#000004", "#000005", "#000006")
GOOD, WARN, BAD, NEUTRAL = "#000007", "#000008", "#000009", "#000010"
RAMP = tuple(f"#0000{number}" for number in range(11, 21))
MUTED, TEXT, SURFACE = NEUTRAL, "#000037", "#000038"
CLEAR = "rgba(0,0,0,0)"
OTHER = "other"


def soft(ink: str, alpha: float) -> str:
    """The same ink, see-through: eight-digit hex survives the browser's replacement, `rgba()` would not."""
    return f"{ink}{round(alpha * 255):02X}"


VERDICTS = {"good": GOOD, "warn": WARN, "bad": BAD}
# What a name means decides its ink, whatever the chart: failed is red everywhere.
MEANING = {
    **dict.fromkeys(("success", "succeeded", "ok", "healthy", "resolved", "well"), GOOD),
    **dict.fromkeys(("timeout", "warn", "warning", "contraction", "pending", "watch"), WARN),
    **dict.fromkeys(
        ("failed", "failure", "error", "critical", "fatal", "churned", "lost", "firing", "trouble"), BAD
    ),
    **dict.fromkeys(("cancelled", "dormant", "left", "previous", OTHER), NEUTRAL),
    # Kinds of tokens as their columns have them, in whichever order they stand.
    **dict(zip(("input", "cached", "output"), SERIES, strict=False)),
    "info": soft(NEUTRAL, 0.6),
    "debug": soft(NEUTRAL, 0.3),
    "trace": soft(NEUTRAL, 0.3),
}
# An orange series beside a warning would be read as one.
ALIKE = {WARN: SERIES[1]}


def meaning(name: str) -> str | None:
    """The ink that a name has wherever it stands; None where any will do."""
    return MEANING.get(name.lower())


def inks(names: Iterable[str]) -> dict[str, str]:
    """One ink a name: its meaning first (failed is always BAD), then the six series, then neutral."""
    names = list(names)
    meant = {name: meaning(name) for name in names}
    states = any(ink in (GOOD, WARN, BAD) for ink in meant.values())
    taken = {*meant.values(), *(ALIKE.values() if states else ())}
    free = iter([ink for ink in SERIES if ink not in taken])
    return {name: meant[name] or next(free, NEUTRAL) for name in names}
