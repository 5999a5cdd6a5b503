"""From an answer to what is drawn of it, made once: figures, what they say, sparklines, single numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import pandas as pd

from ui import alt, charts, coming_back, funnels, groups, lifts, over_time
from ui.charts import Drawn
from ui.drawing import PREVIOUS, Drawing, Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from analytics.board import Panel
    from analytics.scope import Scope
    from service.ask import Answer
    from ui.charts import Mark

# What is drawn of one answer: by panels, and by the marks that people see on it.
MOST_KEPT = 24

_kept: WeakKeyDictionary[Answer, dict[Any, Any]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Shown:
    """A finished figure, what it says, what it leaves out, and whether it is wider than a phone."""

    figure: Drawn
    says: str
    hint: str
    wide: bool


def kept(answer: Answer, name: Any, make: Callable[[], Any]) -> Any:
    """What was made of an answer, made once: it lives as long as the answer does."""
    known = _kept.setdefault(answer, {})
    if name not in known:
        while len(known) >= MOST_KEPT:
            known.pop(next(iter(known)), None)
        known[name] = make()
    return known[name]


def shown(
    panel: Panel,
    scope: Scope,
    answer: Answer,
    before: Answer | None = None,
    marks: tuple[Mark, ...] = (),
    *,
    beside: str = PREVIOUS,
) -> Shown | None:
    """The figure of a panel, the same for the same answers and marks; None where there is nothing to draw."""

    def make() -> Shown | None:
        # A rate of zero is a rate, and mostly a bad one; nothing has none.
        rate = panel.question.column(panel.value).unit == "ratio"
        if bare(answer.frame[panel.value], zeros=rate or panel.chart == "gauge"):
            return None
        earlier = None if before is None else before.frame
        made = DRAW[panel.chart](Subject(panel, scope, answer.frame, earlier, marks, beside))
        return Shown(Drawn(made.figure), made.says, made.hint, made.wide)

    return kept(answer, (panel, before, marks, beside), make)


def bare(values: pd.Series, *, zeros: bool) -> bool:
    """Whether there is no value; a zero counts as one only where `zeros` says so."""
    return bool(values.isna().all() or not (zeros or values.fillna(0).astype(float).any()))


def gauge(subject: Subject) -> Drawing:
    """One number against the limits of its panel."""
    assert subject.panel.thresholds is not None  # noqa: S101  a gauge without limits says nothing
    row = subject.frame.iloc[0].to_dict()
    value = float(row[subject.panel.value])
    scale = subject.scale([value, subject.panel.thresholds.bad])
    figure = charts.gauge(value, subject.panel.thresholds, scale, height=charts.MEDIUM - 32)
    return Drawing(figure, alt.gauge(subject, value, row))


def bar(subject: Subject) -> Drawing:
    """Columns where the names are moments, else a ranking."""
    column = subject.panel.question.column(str(subject.panel.x))
    return over_time.columns(subject) if column.unit == "time" else groups.bar(subject)


def stacked_bar(subject: Subject) -> Drawing:
    """Columns over time, or over anything else."""
    column = subject.panel.question.column(str(subject.panel.x))
    return over_time.columns(subject) if column.unit == "time" else groups.columns(subject)


def line(subject: Subject) -> Drawing:
    """Lines over time, or over anything else that counts on."""
    column = subject.panel.question.column(str(subject.panel.x))
    return over_time.line(subject) if column.unit == "time" else coming_back.curve(subject)


DRAW: dict[str, Callable[[Subject], Drawing]] = {
    "line": line,
    "area": over_time.area,
    "stacked_bar": stacked_bar,
    "bar": bar,
    "donut": groups.donut,
    "heatmap": groups.heatmap,
    "triangle": coming_back.triangle,
    "sankey": coming_back.sankey,
    "histogram": groups.histogram,
    "funnel": funnels.funnel,
    "gauge": gauge,
    "intervals": lifts.intervals,
    "band": lifts.band,
    "calibration": lifts.calibration,
}


def curve(panel: Panel, scope: Scope, answer: Answer) -> list[float] | None:
    """The sparkline: the whole buckets of the window (a cut one would look like a fall); none of nothing."""
    return kept(answer, (panel.value, scope, "curve"), lambda: points(answer.frame, panel.value, scope))


def points(frame: pd.DataFrame, value: str, scope: Scope) -> list[float] | None:
    """The values of the whole buckets that have one."""
    whole = frame[frame["complete"] & (frame["bucket"] >= scope.start)]
    found = [float(each) for each in whole[value] if not pd.isna(each)]
    return found if len(found) > 1 and any(found) else None


def number(answer: Answer, name: str) -> float | None:
    """The one number of an answer of one row; None where there is none."""
    return kept(answer, (name, "number"), lambda: first(answer.frame[name]))


def first(values: pd.Series) -> float | None:
    """The first value, if there is one."""
    value = values.iloc[0] if len(values) else None
    return None if value is None or pd.isna(value) else float(value)


def unit_name(panel: Panel) -> str:
    """The unit of the panel, else of the column that it draws."""
    return panel.unit or panel.question.column(panel.value).unit
