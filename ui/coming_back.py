"""Panels of cohorts and of paths: triangles, curves over periods, flows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from analytics.paths import ENTRY, EXIT, OTHER
from ui import alt, charts, curve_people
from ui import format as say
from ui.charts.bar import quoted
from ui.charts.curve import Clicks
from ui.charts.sankey import Link
from ui.charts.series import numbers
from ui.charts.triangle import MOST_COHORTS, Cohort, CohortCell
from ui.drawing import Drawing, Subject
from ui.labels import NONE
from ui.over_time import in_order

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import datetime

    import pandas as pd

    from analytics.board import Panel
    from analytics.retention_questions import Triangle
    from ui.charts.line import Band

QUIET = (OTHER, EXIT, ENTRY)
# So many periods of a triangle are legible on a phone.
ROOMY = 7


def triangle(subject: Subject) -> Drawing:
    """Cohorts by periods; of very many the newest."""
    frame, period = subject.frame, period_of(subject)
    found = [cohort_of(subject, rows) for _, rows in frame.groupby("cohort", sort=True)]
    shown = found[-MOST_COHORTS:]
    scale = subject.scale(cell.share for cohort in shown for cell in cohort.cells)
    hint = f"{len(shown)} of {len(found)}" if len(shown) < len(found) else ""
    wide = any(len(cohort.cells) > ROOMY for cohort in shown)
    return Drawing(charts.triangle(shown, period, scale), alt.triangle(subject, shown, period), hint, wide)


def cohort_of(subject: Subject, rows: pd.DataFrame) -> Cohort:
    """A row of the triangle, its period 0 being its size; nobody is no cohort."""
    listed: list[dict[Hashable, Any]] = rows.sort_values("period").to_dict("records")
    start, size = listed[0]["cohort"], listed[0]["retained_of"]
    cells = tuple(
        CohortCell(
            int(row["period"]),
            float(row[subject.panel.value]),
            say.number(row["actors"]),
            bool(row["complete"]),
            (start.isoformat(), int(row["period"])),
        )
        for row in listed
        if row["period"] > 0 and size > 0
    )
    # Who started before the window is in no row: a first interval that it cuts is smaller than it was.
    cut = start < subject.scope.start
    raw = (start.isoformat(), 0) if size > 0 else None
    return Cohort(start_of(subject, start), say.number(size), cells, cut=cut, raw=raw)


def start_of(subject: Subject, start: datetime) -> str:
    """What a cohort is called: its day, or its hour."""
    if period_of(subject) == "hour":
        return say.moment(start, subject.scope.timezone, subject.scope.now)
    return say.day(start, subject.scope.present.astimezone(start.tzinfo))


def period_of(subject: Subject) -> str:
    """What a period of the question is called."""
    return cast("Triangle", subject.panel.question).spec.period


def curve(subject: Subject) -> Drawing:
    """Lines over periods, one a value of the breakdown that has any, inside the two columns it shows."""
    panel, x = subject.panel, str(subject.panel.x)
    frame = subject.frame
    if panel.by is None:
        parts = charts.Split(list(frame[x]), charts.one(subject.value.label, frame[panel.value]))
    else:
        frame = frame[frame.groupby(panel.by)[panel.value].transform("count") > 0]
        parts = in_order(charts.split(frame, x, panel.value, panel.by, adds_up=False), panel.by)
    scale = subject.scale(value for each in parts.series for value in each.points)
    # A retention is told in the weeks or days that it was asked by.
    period = getattr(getattr(panel.question, "spec", None), "period", "")
    called = period.capitalize() or panel.question.column(x).label
    places = [float(place) for place in parts.places]
    hint = f"{len(parts.series)} of {len(parts.series) + parts.left_out}" if parts.left_out else ""
    names = [f"{called.lower()} {place:.0f}" for place in places]
    ranges = [ends_of(panel, frame, each.name, parts.places) for each in parts.series] if panel.show else []
    shown = parts.series if curve_people.listable(panel) else ()
    clicks = [clicks_of(subject, each.name, parts.places, called) for each in shown]
    return Drawing(
        charts.curve(places, parts.series, scale, called=called, ranges=ranges, clicks=clicks),
        alt.columns(subject, names, parts.series),
        hint,
    )


def clicks_of(subject: Subject, name: str, places: Sequence[Any], called: str) -> Clicks:
    """What the points of a line carry and tell: how many of how many came back."""
    panel, frame = subject.panel, subject.frame
    own = frame if panel.by is None else frame[frame[panel.by].replace("", NONE) == name]
    rows = {row[str(panel.x)]: row for row in own.to_dict("records")}
    line = None if panel.by is None else name
    told = "" if line is None else f"<b>{quoted(line)}</b><br>"
    return Clicks(
        [curve_people.carried(panel, int(place), line) if place in rows else None for place in places],
        [
            told + tip(subject, f"{called} {place}", row) if (row := rows.get(place)) else ""
            for place in places
        ],
    )


def tip(subject: Subject, place: str, row: dict[Hashable, Any]) -> str:
    """What a point says: Week 3: 42.0%, 21 of 50."""
    many = f"{say.number(row['actors'])} of {say.number(row['retained_of'])}"
    return f"{place}: {subject.said(row[subject.panel.value])}, {many}"


def ends_of(panel: Panel, frame: pd.DataFrame, name: str, places: Sequence[Any]) -> Band:
    """Between which values a line lies, place by place."""
    own = frame if panel.by is None else frame[frame[panel.by] == name]
    low, high = (numbers(own.set_index(str(panel.x))[each].reindex(places)) for each in panel.show[:2])
    return low, high


def sankey(subject: Subject) -> Drawing:
    """Paths as bands between steps."""
    frame = subject.frame
    first = int(frame["step"].min())
    links = [
        Link(
            int(row["step"]) - first, str(row["source"]), str(row["target"]), float(row[subject.panel.value])
        )
        for row in frame.to_dict("records")
    ]
    backwards = first < 0
    figure = charts.sankey(
        links, backwards=backwards, quiet=QUIET, said=lambda count: f"{subject.said(count)} paths"
    )
    return Drawing(figure, alt.paths(subject, links), wide=True)
