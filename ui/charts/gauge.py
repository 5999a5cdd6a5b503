"""One number against its limits: an arc, or a bar with a tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.charts.canvas import MEDIUM, Figure, canvas
from ui.ink import BAD, CLEAR, GOOD, MUTED, NEUTRAL, SERIES, TEXT, VERDICTS, WARN, soft

if TYPE_CHECKING:
    from analytics.board import Thresholds
    from ui.charts.scale import Scale

THIN = 56


def gauge(value: float, thresholds: Thresholds, scale: Scale, *, height: int = MEDIUM) -> Figure:
    """One number against two limits: an arc in the state's ink, the bands under it, its ends written out."""
    start, end = ends(value, thresholds, scale)
    more_is_better = thresholds.good >= thresholds.bad
    first, second = sorted((thresholds.good, thresholds.bad))
    tints = (BAD, WARN, GOOD) if more_is_better else (GOOD, WARN, BAD)
    edges = [start, min(max(first, start), end), min(max(second, start), end), end]
    ticks = sorted(set(edges))
    (said,) = scale.words([value])
    figure = canvas(height, scale=scale)
    figure.trace(
        "indicator",
        mode="gauge",
        value=scale.on([value])[0],
        domain={"y": [0.14, 0.98]},
        gauge={
            "shape": "angular",
            "borderwidth": 0,
            "bgcolor": CLEAR,
            "bar": {"color": VERDICTS[thresholds.verdict(value)], "thickness": 0.62},
            "axis": {
                "range": scale.on([start, end]),
                "tickvals": scale.on(ticks),
                "ticktext": [scale.short(tick) for tick in ticks],
                "ticks": "",
                "tickfont": {"size": 11, "color": MUTED},
            },
            "steps": [
                {"range": scale.on(edges[place : place + 2]), "color": soft(tint, 0.22)}
                for place, tint in enumerate(tints)
            ],
        },
    )
    figure.note(
        said,
        TEXT,
        x=0.5,
        y=0.2,
        xref="paper",
        yref="paper",
        xanchor="center",
        yanchor="bottom",
        font={"size": 34, "color": TEXT},
    )
    figure.layout["margin"] = {"l": 24, "r": 28, "t": 28, "b": 0}
    return figure


def ends(value: float, thresholds: Thresholds, scale: Scale) -> tuple[float, float]:
    """The ends of the arc: the last fifth of a share that should be high, else zero to past the limits."""
    most = max(thresholds.good, thresholds.bad)
    if scale.unit != "ratio":
        return 0.0, max(value, most) * 1.25
    # A ratio far under the scale would draw no arc at all: the scale then starts at zero.
    low = 0.8 if thresholds.good >= thresholds.bad and min(value, thresholds.bad) > 0.8 else 0.0
    high = 1.0 if low or most > 0.5 else min(1.0, max(value, most) * 2)
    return low, max(high, value)


def bullet(value: float, target: float, scale: Scale, *, warn: float = 0.8, height: int = THIN) -> Figure:
    """Use against a limit in one line: the bar, a tick at the limit, a warning from 80 %, bad from 100 %."""
    used = value / target if target else 0.0
    ink = BAD if used >= 1 else WARN if used >= warn else SERIES[0]
    end = max(target * 1.15, value * 1.05) or 1.0
    (said, limit) = scale.words([value, target])
    figure = canvas(height, scale=scale)
    row = {"y": [""], "orientation": "h", "width": 0.7}
    figure.trace("bar", x=scale.on([end]), marker={"color": soft(NEUTRAL, 0.18)}, hoverinfo="skip", **row)
    figure.trace(
        "bar",
        x=scale.on([value]),
        marker={"color": ink},
        hovertext=f"{said} of {limit}",
        hovertemplate="%{hovertext}<extra></extra>",
        **row,
    )
    (tick,) = scale.on([target])
    figure.line(type="line", x0=tick, x1=tick, yref="paper", y0=0, y1=1, line={"color": TEXT, "width": 2})
    figure.layout |= {"barmode": "overlay", "hovermode": "closest", "barcornerradius": 3}
    figure.x(range=scale.on([0, end]), tickformatstops=[], nticks=5, **scale.axis)
    figure.y(visible=False)
    return figure
