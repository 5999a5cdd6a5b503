"""The time axis of a chart: its buckets on the scope's clock, and what a drag over them means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from analytics.zones import Grain, bucket_end, zone

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.charts.canvas import Figure

Ends = tuple[str, str]


@dataclass(frozen=True)
class Times:
    """The buckets of a time axis in local time: where each stands, and its part inside the window."""

    starts: tuple[str, ...]
    ends: tuple[str, ...]
    inside: tuple[Ends, ...]
    cut: tuple[bool, bool]  # whether the window cuts the first bucket, and the last

    @classmethod
    def of(cls, starts: pd.Series, scope: Scope, grain: Grain) -> Times:
        """The axis of these buckets, each named once and in order."""
        begun = [start.to_pydatetime() for start in starts]
        over = [bucket_end(start, grain, scope.timezone) for start in begun]
        inside = zip(
            on_the_wall([max(start, scope.start) for start in begun], scope),
            on_the_wall([min(end, scope.end) for end in over], scope),
            strict=True,
        )
        return cls(
            starts=tuple(on_the_wall(begun, scope)),
            ends=tuple(on_the_wall(over, scope)),
            inside=tuple(inside),
            cut=(bool(begun) and begun[0] < scope.start, bool(over) and over[-1] > scope.end),
        )

    @property
    def middles(self) -> list[str]:
        """Where the middle of each bucket lies."""
        starts, ends = (np.array(each, "M8[ms]") for each in (self.starts, self.ends))
        return [str(middle) for middle in starts + (ends - starts) // 2]

    @property
    def widths_ms(self) -> list[float]:
        """How wide each bucket is on the axis."""
        starts, ends = (np.array(each, "M8[ms]") for each in (self.starts, self.ends))
        return (ends - starts).astype(float).tolist()


def on_the_wall(moments: Sequence, scope: Scope) -> list[str]:
    """Local times without their zone: what an axis shows."""
    local = zone(scope.timezone)
    return [f"{moment.astimezone(local):%Y-%m-%dT%H:%M:%S}" for moment in moments]


def brush(figure: Figure, times: Times, height: float | None = 0) -> None:
    """One unseen mark a bucket, at a height in sight, so that a drag over the chart chooses whole buckets."""
    figure.data.insert(
        0,
        {
            "type": "scatter",
            "x": list(times.starts),
            "y": [height] * len(times.starts),
            "mode": "markers",
            "marker": {"size": 1, "opacity": 0},
            "customdata": [[start[:16], end[:16]] for start, end in times.inside],
            "hoverinfo": "skip",
            "showlegend": False,
            "selected": {"marker": {"opacity": 0}},
            "unselected": {"marker": {"opacity": 0}},
        },
    )
    # Said on the figure, as the template's would give way to the drag.
    figure.layout |= {"dragmode": "select", "selectdirection": "h", "hovermode": "x unified"}
