"""Panels over time: lines, areas and columns, one value a bucket."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, get_args

import pandas as pd

from analytics.lifecycle import SEGMENTS, STATES
from analytics.settings import PLANS
from analytics.zones import Grain, bucket_end
from ui import alt, charts, state_people
from ui.charts import Figure, Scale, Series, Split, Times
from ui.charts.series import numbers
from ui.drawing import Drawing, Subject
from ui.ink import NEUTRAL, TEXT

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.charts.line import Band

# The order of values that have one; what was chosen to break down by is known by its values.
NAMED_ORDER = {
    "plan": PLANS,
    "tenant.plan": PLANS,
    "breakdown": PLANS,
    "lifecycle": STATES,
    "segment": (*reversed(SEGMENTS), *PLANS),
}


def line(subject: Subject) -> Drawing:
    """Lines; beside a single one, the window compared with."""
    return drawn(subject, with_lines)


def area(subject: Subject) -> Drawing:
    """Areas; a ratio near the top of its scale is shown from where it begins to matter."""
    return drawn(subject, with_areas)


def columns(subject: Subject) -> Drawing:
    """Columns, the parts of a bucket on top of each other."""
    return drawn(subject, with_columns)


Make = Callable[[Subject, Times, list[Series], Scale], Figure]


def drawn(subject: Subject, make: Make) -> Drawing:
    """The buckets, the series over them, and the figure of both."""
    parts = parts_of(subject)
    times = Times.of(pd.Series(parts.places), reached(subject, parts.places), grain_of(subject))
    scale = subject.scale(heights(parts.series, stacked=make is with_columns))
    figure = make(subject, times, parts.series, scale)
    return Drawing(figure, alt.over_time(subject, parts), left_out(parts))


def heights(series: Sequence[Series], *, stacked: bool) -> list[float | None]:
    """What an axis has to hold: each value, and of columns what those on top of each other come to."""
    values = [value for each in series for value in each.points]
    if not stacked:
        return values
    sums = [
        sum(value or 0.0 for value in bucket)
        for bucket in zip(*(each.points for each in series), strict=True)
    ]
    return [*values, *sums]


def reached(subject: Subject, places: Sequence[datetime]) -> Scope:
    """The scope of the axis: the panel's, to the end of its last bucket where that lies ahead."""
    if not places or places[-1] < subject.scope.end:
        return subject.scope
    last = bucket_end(places[-1], grain_of(subject), subject.scope.timezone)
    return replace(subject.scope, end=last)


def band_of(subject: Subject) -> Band | None:
    """The range of the last line: its columns `_low` and `_high`, where the answer has them."""
    name = (subject.panel.show or (subject.panel.value,))[-1]
    low, high = f"{name}_low", f"{name}_high"
    if not {low, high} <= set(subject.frame.columns):
        return None
    return numbers(subject.frame[low]), numbers(subject.frame[high])


def unusual(subject: Subject) -> list[int]:
    """The places of the buckets that the answer calls unusual."""
    name = f"{subject.panel.value}_unusual"
    if name not in subject.frame.columns:
        return []
    return [place for place, said in enumerate(subject.frame[name].tolist()) if said]


def left_out(parts: Split) -> str:
    """How many series are shown, where some are not."""
    return f"{len(parts.series)} of {len(parts.series) + parts.left_out}" if parts.left_out else ""


def with_lines(subject: Subject, times: Times, series: list[Series], scale: Scale) -> Figure:
    """The figure of a line panel."""
    before = [] if subject.panel.by else list(earlier(subject, series))
    limits = charts.limits_of(subject.panel.thresholds, scale)
    band = band_of(subject)
    low = unusual(subject)
    return charts.line(
        times,
        series,
        scale,
        before=before,
        beside=subject.beside,
        band=band,
        low=low,
        limits=limits,
        marks=subject.marks,
    )


def with_areas(subject: Subject, times: Times, series: list[Series], scale: Scale) -> Figure:
    """The figure of an area panel."""
    limits = charts.limits_of(subject.panel.thresholds, scale)
    low = past_limit(subject, series[0]) if len(series) == 1 else []
    floor = floor_of(subject, series) if len(series) == 1 else 0.0
    return charts.area(times, series, scale, low=low, floor=floor, limits=limits, marks=subject.marks)


def with_columns(subject: Subject, times: Times, series: list[Series], scale: Scale) -> Figure:
    """The figure of columns over time."""
    limits = charts.limits_of(subject.panel.thresholds, scale)
    whole = subject.value if subject.panel.show and subject.panel.value not in subject.panel.show else None
    line = None if whole is None else Series(whole.label, numbers(subject.frame[whole.name]), TEXT)
    buckets = sorted(set(subject.frame[str(subject.panel.x)])) if state_people.listable(subject.panel) else []
    return charts.columns_over_time(
        times,
        series,
        scale,
        line=line,
        limits=limits,
        marks=subject.marks,
        clicks=[each.isoformat() for each in buckets],
        height=subject.height,
    )


def parts_of(subject: Subject) -> Split:
    """The series of a panel: by a dimension, of several columns, or just one."""
    panel, frame, x = subject.panel, subject.frame, str(subject.panel.x)
    if panel.by is not None:
        parts = charts.split(frame, x, panel.value, panel.by, adds_up=subject.adds_up)
        return in_order(parts, panel.by)
    if panel.show:
        labels = told_apart([panel.question.column(name).label for name in panel.show])
        named = list(zip(panel.show, labels, strict=True))
        return Split(list(frame[x]), charts.several(frame, named))
    return Split(list(frame[x]), charts.one(subject.value.label, frame[panel.value]))


def told_apart(labels: Sequence[str]) -> list[str]:
    """Labels without what all of them begin with up to a comma, which the title of their panel says."""
    begin, comma, _ = labels[0].partition(", ")
    if len(labels) < 2 or not comma or not all(label.startswith(begin + comma) for label in labels):
        return list(labels)
    return [label.removeprefix(begin + comma) for label in labels]


def in_order(parts: Split, by: str) -> Split:
    """The series whose names have an order first, in it: plans go from the smallest to the largest."""
    places = {name: place for place, name in enumerate(NAMED_ORDER.get(by, ()))}
    series = sorted(parts.series, key=lambda each: places.get(each.name, len(places)))
    return replace(parts, series=series)


def earlier(subject: Subject, series: Sequence[Series]) -> Iterator[Series]:
    """The same series in the window compared with, bucket by bucket from its start."""
    for name, each in zip(subject.panel.show or (subject.panel.value,), series, strict=True):
        if f"{name}_before" in subject.frame.columns:
            values = numbers(subject.frame[f"{name}_before"])
        elif subject.before is not None:
            values = numbers(subject.before[name])[: len(each.points)]
        else:
            continue
        points = [*values, *[None] * (len(each.points) - len(values))]
        alone = len(series) == 1
        yield Series(
            subject.beside if alone else f"{each.name}, {subject.beside}",
            points,
            NEUTRAL if alone else each.ink,
        )


def past_limit(subject: Subject, series: Series) -> list[int]:
    """The places of the buckets whose value is bad."""
    thresholds = subject.panel.thresholds
    if thresholds is None:
        return []
    return [
        place
        for place, value in enumerate(series.points)
        if value is not None and thresholds.verdict(value) == "bad"
    ]


def floor_of(subject: Subject, series: list[Series]) -> float:
    """Where the axis begins: at zero, but for a ratio that stays high a little below it and its limits."""
    thresholds = subject.panel.thresholds
    if subject.unit != "ratio" or thresholds is None or thresholds.good < thresholds.bad:
        return 0.0
    lowest = min([value for value in series[0].points if value is not None], default=0.0)
    floor = min(lowest, thresholds.bad) - 0.02
    return floor if floor > 0.5 else 0.0


def grain_of(subject: Subject) -> Grain:
    """The grain that the question was asked with."""
    asked = getattr(subject.panel.question, "grain", None)
    return asked if asked in get_args(Grain) else subject.scope.grain()
