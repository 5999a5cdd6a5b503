"""Rankings and shares."""

from __future__ import annotations

from collections import Counter
from html import escape

import pandas as pd
import plotly.graph_objects as go

from ui.charts.canvas import COUNT, MEDIUM, Unit, canvas
from ui.format import shorten
from ui.ink import MUTED, NEUTRAL, OTHER, SERIES, TEXT

REST = "rest"
FEWEST_PLACES = 5
UNSEEN = "\u200b"


def bar(
    frame: pd.DataFrame,
    label: str,
    value: str,
    *,
    unit: Unit = COUNT,
    click: str | None = None,
    height: int = MEDIUM,
) -> go.Figure:
    """A ranking: names at the left, numbers at the bar's end, no axis; a click carries the column `click`."""
    rows = frame.iloc[::-1]
    names = [str(name) or "(none)" for name in rows[label]]
    rest = [folds is True for folds in rows[REST]] if REST in rows else [False] * len(rows)
    raws = [None if folds else str(raw) for raw, folds in zip(rows[click or label], rest, strict=True)]
    hints = ["<br><i>Click to filter</i>" if click and not folds else "" for folds in rest]
    figure = canvas(height, unit=unit)
    figure.add_bar(
        y=distinct([quoted(shorten(name)) for name in names]),
        x=rows[value],
        orientation="h",
        customdata=list(zip(raws, [quoted(shorten(name, 80)) for name in names], hints, strict=True)),
        marker={"color": [NEUTRAL if folds else SERIES[0] for folds in rest]},
        texttemplate=f"%{{x:{unit.exact}}}{unit.suffix}",
        textposition="outside",
        cliponaxis=False,
        textfont={"color": MUTED, "size": 12},
        hovertemplate=f"<b>%{{customdata[1]}}</b><br>%{{x:{unit.exact}}}{unit.suffix}%{{customdata[2]}}<extra></extra>",
    )
    # A lone bar stands at the top, where the eye begins, not in the middle of an empty panel.
    places = max(len(rows), FEWEST_PLACES)
    figure.update_layout(hovermode="closest", bargap=max(0.3, 1 - 20 * places / (height - 16)))
    figure.update_xaxes(visible=False, range=[0, float(rows[value].max() or 1) * 1.18])
    ticks = {"tickformat": None, "ticksuffix": "  ", "tickfont": {"color": TEXT}, "dtick": 1}
    return figure.update_yaxes(
        showgrid=False, type="category", range=[len(rows) - places - 0.5, len(rows) - 0.5], **ticks
    )


def quoted(name: str) -> str:
    """A name as Plotly shows it: what looks like a tag is text."""
    return escape(name, quote=False)


def folded(frame: pd.DataFrame, label: str, value: str, most: int) -> pd.DataFrame:
    """The first rows, and the rest summed into one that no click can choose."""
    if len(frame) <= most:
        return frame
    rest = frame.iloc[most - 1 :]
    other = pd.DataFrame({label: [f"{OTHER} ({len(rest)})"], value: [rest[value].sum()], REST: [True]})
    return pd.concat([frame.iloc[: most - 1], other], ignore_index=True)


def distinct(labels: list[str]) -> list[str]:
    """Labels that differ: bars of one label would fall on each other, so the second gets an unseen mark."""
    seen: Counter[str] = Counter()
    marked: list[str] = []
    for label in labels:
        marked.append(label + UNSEEN * seen[label])
        seen[label] += 1
    return marked
