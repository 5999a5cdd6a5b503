"""Change over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.charts.canvas import COUNT, MEDIUM, Unit, canvas
from ui.ink import OTHER, inks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go


def line(
    frame: pd.DataFrame,
    x: str,
    y: str,
    by: str | None = None,
    *,
    unit: Unit = COUNT,
    cut: tuple[bool, bool] = (False, False),
    spans: pd.DataFrame | None = None,
    height: int = MEDIUM,
) -> go.Figure:
    """Change over time, up to six lines; the first and the last bucket are dotted where the window cuts them.

    `spans` (columns start, end; one row a bucket) make the chart brushable.
    """
    parts = by_size(frame, by, y)
    figure = canvas(height, legend=len(parts) > 1, unit=unit)
    if spans is not None:
        brush(figure, spans)
    color = inks(name for name, _ in parts)
    for name, part in parts:
        pieces = [(part.iloc[int(cut[0]) : len(part) - int(cut[1])], "solid")]
        pieces += [(part.iloc[:2], "dot")] if cut[0] else []
        pieces += [(part.iloc[-2:], "dot")] if cut[1] else []
        for place, (piece, dash) in enumerate(pieces):
            figure.add_scatter(
                x=piece[x],
                y=piece[y],
                name=name if place == 0 else f"{name}, part of a bucket",
                legendgroup=name,
                showlegend=None if place == 0 else False,
                mode="lines+markers" if len(piece) == 1 else "lines",
                line={"color": color[name], "width": 2, "dash": dash},
                hovertemplate=f"%{{y:{unit.exact}}}{unit.suffix}",
                connectgaps=False,
            )
    # Marks would make the axis reach past the first and the last bucket.
    if len(frame) > 1 and frame[x].iloc[0] != frame[x].iloc[-1]:
        figure.update_xaxes(range=[frame[x].iloc[0], frame[x].iloc[-1]])
    # A count has no halves: between 0 and 1 there is no tick.
    whole = 1 if unit == COUNT and frame[y].max() <= 4 else None
    return figure.update_yaxes(rangemode="tozero", dtick=whole)


def by_size(frame: pd.DataFrame, by: str | None, y: str) -> list[tuple[str, pd.DataFrame]]:
    """The frame cut by series, the biggest first and "other" last."""
    if by is None:
        return [(y.replace("_", " "), frame)]
    order = frame.groupby(by, observed=True)[y].sum().abs().sort_values(ascending=False).index
    return [(str(name), frame[frame[by] == name]) for name in sorted(order, key=lambda name: name == OTHER)]


def brush(figure: go.Figure, spans: pd.DataFrame) -> None:
    """One unseen mark a bucket, so that a drag over the chart chooses whole buckets."""
    moments = spans[["start", "end"]].map(lambda moment: f"{moment:%Y-%m-%dT%H:%M}")
    figure.add_scatter(
        x=spans["start"],
        y=[0] * len(spans),
        mode="markers",
        marker={"size": 1, "opacity": 0},
        customdata=moments.to_numpy().tolist(),
        hoverinfo="skip",
        showlegend=False,
        selected={"marker": {"opacity": 0}},
        unselected={"marker": {"opacity": 0}},
    )
    # Said on the figure, as the template's would give way to the drag.
    figure.update_layout(dragmode="select", selectdirection="h", hovermode="x unified")
