"""A figure with real colours in it: for a picture, where no browser turns inks into the theme's colours."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from ui.charts.canvas import Drawn, Figure
from ui.ink import MUTED, SURFACE, TEXT

CONFIG = Path(__file__).resolve().parent.parent.parent / ".streamlit" / "config.toml"
# A picture carries no font: one that every machine has, so that what was measured is what is drawn.
FONT = "Arial, Helvetica, sans-serif"
HEAD, SIDE = 66, 20


@cache
def colours(theme: str) -> dict[str, str]:
    """Ink -> colour, of one theme."""
    known = tomllib.loads(CONFIG.read_text(encoding="utf-8"))["theme"][theme]
    listed = [*known["chartCategoricalColors"], *known["chartSequentialColors"]]
    inks = {f"#0000{place:02d}": colour for place, colour in enumerate(listed, 1)}
    return {**inks, TEXT: known["textColor"], SURFACE: known["backgroundColor"]}


def painted(drawn: Drawn, theme: str, *, title: str, foot: str) -> Drawn:
    """A copy for a picture: real colours, a background, its title, and a line that says of when it is."""
    text = json.dumps(drawn.to_dict())
    known = colours(theme)
    for ink, colour in known.items():
        text = text.replace(ink, colour)
    spec: dict[str, Any] = json.loads(text)
    layout, ground = spec["layout"], known[SURFACE]
    margin = {"l": 0, "r": 0, "t": 0, "b": 0, **layout.get("margin", {})}
    layout |= {
        "height": layout["height"] + HEAD + SIDE,
        "paper_bgcolor": ground,
        "plot_bgcolor": ground,
        "font": {"size": 12, "family": FONT, "color": known[TEXT]},
        "dragmode": False,
        "title": {
            "text": f"<b>{escape(title, quote=False)}</b>",
            "font": {"size": 17, "color": known[TEXT]},
            "subtitle": {"text": escape(foot, quote=False), "font": {"size": 12, "color": known[MUTED]}},
            "x": 0,
            "xanchor": "left",
            "xref": "container",
            "y": 1,
            "yanchor": "top",
            "yref": "container",
            "pad": {"l": SIDE, "t": SIDE},
        },
        "margin": {
            **margin,
            "l": margin["l"] + SIDE,
            "r": margin["r"] + SIDE,
            "t": margin["t"] + HEAD,
            "b": margin["b"] + SIDE,
        },
    }
    return Drawn(Figure(spec["data"], layout))
