"""Parts of a total, as columns: over time, or over anything else that has an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ui.charts.bar import distinct, quoted
from ui.charts.canvas import MEDIUM, Figure, canvas, thinned
from ui.charts.funnel import wrapped
from ui.charts.histogram import LISTS
from ui.charts.notes import Limit, Mark, draw_limits, draw_marks
from ui.charts.times import brush
from ui.format import shorten
from ui.ink import BAD, WARN

if TYPE_CHECKING:
    from ui.charts.scale import Scale
    from ui.charts.series import Series
    from ui.charts.times import Times

FILLED = 0.86
# So many letters stand side by side under a chart.
LETTERS = 110
PALE = 0.45
TROUBLE = (BAD, WARN)


def columns_over_time(
    times: Times,
    series: Sequence[Series],
    scale: Scale,
    *,
    line: Series | None = None,
    limits: Sequence[Limit] = (),
    marks: Sequence[Mark] = (),
    clicks: Sequence[str] = (),
    height: int = MEDIUM,
) -> Figure:
    """One column a bucket, as wide as the bucket; one that the window cuts is pale.

    `line` is what the columns come to. Parts that can be clicked carry what their bucket is in `clicks`, and
    their own name.
    """
    figure = canvas(height, legend=len(series) > 1, scale=scale)
    widths = times.widths_ms
    count = len(times.starts)
    pale = [
        PALE if (times.cut[0] and place == 0) or (times.cut[1] and place == count - 1) else 1.0
        for place in range(count)
    ]
    for each in trouble_first(series):
        figure.trace(
            "bar",
            x=list(times.starts),
            y=scale.on(each.points),
            name=each.name,
            offset=0,
            width=[width * FILLED for width in widths],
            marker={"color": each.ink, "opacity": pale},
            textposition="none",
            **(part_clicked(each, clicks, scale) if clicks else scale.tips(each.points)),
        )
    if line is not None:
        figure.trace(
            "scatter",
            x=times.middles,
            y=scale.on(line.points),
            name=line.name,
            mode="lines+markers",
            line={"color": line.ink, "width": 1.5},
            marker={"size": 5},
            **scale.tips(line.points),
        )
    if clicks:
        figure.layout["hovermode"] = "closest"
    else:
        brush(figure, times)
    figure.layout["barmode"] = "relative"
    if times.starts:
        figure.x(range=[times.starts[0], times.ends[-1]])
    figure.x(type="date")
    draw_limits(figure, limits, scale)
    draw_marks(figure, marks, times)
    return figure


def part_clicked(part: Series, clicks: Sequence[str], scale: Scale) -> dict[str, Any]:
    """What a part of columns carries for a click, where it counts anybody, and what it says."""
    carried: list[list[Any] | None] = [
        [bucket, part.name] if value else None for bucket, value in zip(clicks, part.points, strict=True)
    ]
    return {
        "customdata": carried,
        "hovertext": [f"{quoted(part.name)}: {said}" for said in scale.words(part.points)],
        "hovertemplate": "<b>%{x}</b><br>%{hovertext}" + LISTS + "<extra></extra>",
    }


def columns(
    names: Sequence[str],
    series: Sequence[Series],
    scale: Scale,
    *,
    raws: Sequence[Sequence[Any]] | None = None,
    limits: Sequence[Limit] = (),
    stacked: bool = True,
    hint: str = "filter",
    height: int = MEDIUM,
) -> Figure:
    """One column a name, in the order given, its series on top of each other or side by side.

    A click carries the values of its row of `raws`.
    """
    figure = canvas(height, legend=len(series) > 1, scale=scale)
    hint = f"<br><i>Click to {hint}</i>" if raws else ""
    fitting = [shorten(name, max(14, LETTERS // max(1, len(names)))) for name in names]
    labels = distinct([quoted(name) for name in fitting])
    carried = [list(raw) if raw else None for raw in raws] if raws else None
    for each in trouble_first(series) if stacked else series:
        said = f"<br>{quoted(each.name)}: " if len(series) > 1 else "<br>"
        tips = [
            f"<b>{quoted(shorten(name, 80))}</b>{said}{words}{hint}"
            for name, words in zip(names, scale.words(each.points), strict=True)
        ]
        figure.trace(
            "bar",
            x=labels,
            y=scale.on(each.points),
            name=each.name,
            marker={"color": each.ink},
            hovertext=tips,
            hovertemplate="%{hovertext}<extra></extra>",
            **({"customdata": carried} if carried else {}),
        )
    figure.layout |= {"barmode": "relative" if stacked else "group", "hovermode": "closest"}
    places = thinned(len(labels))
    # Names that are compared may be long, and lean where there is no room; those of an order are left out.
    figure.x(
        type="category",
        **({"tickangle": 0} if stacked else {}),
        tickformatstops=[],
        tickvals=[labels[place] for place in places],
        ticktext=[labels[place] if stacked else wrapped(fitting[place]) for place in places],
    )
    draw_limits(figure, limits, scale)
    return figure


def trouble_first(series: Sequence[Series]) -> list[Series]:
    """Trouble stands at the base, where it can be compared; what has no meaning keeps its order."""
    return sorted(series, key=lambda each: TROUBLE.index(each.ink) if each.ink in TROUBLE else len(TROUBLE))
