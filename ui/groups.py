"""Panels by something else than time: rankings, shares, columns in an order, heat maps."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from datetime import datetime, time
from typing import TYPE_CHECKING, Any

from analytics.intervals import Intervals
from analytics.query import COARSE, Query
from ui import alt, charts, mark_people
from ui import format as say
from ui.charts import Bar, Cell, Series, Split
from ui.charts.series import IS_OTHER, numbers
from ui.drawing import Drawing, Subject
from ui.ink import SERIES, VERDICTS
from ui.labels import NONE, ORDERED, chosen, label, plain, row_label, short_label
from ui.over_time import in_order, left_out

if TYPE_CHECKING:
    import pandas as pd

    from analytics.question import Column


def bar(subject: Subject) -> Drawing:
    """A ranking; columns where the names have an order of their own."""
    column = subject.panel.question.column(str(subject.panel.x))
    if subject.panel.by is not None or column.name in ORDERED or column.unit in ("count", "number"):
        return columns(subject)
    bars = bars_of(subject)
    known = [each for each in bars if each.value is not None]
    shown = charts.folded(known) if subject.adds_up else known[: charts.MOST_BARS]
    hint = f"{len(shown)} of {len(known)}" if len(shown) < len(known) and not subject.adds_up else ""
    figure = charts.bar(shown, subject.scale(each.value for each in shown), height=subject.height)
    return Drawing(figure, alt.ranking(subject, bars), hint)


def donut(subject: Subject) -> Drawing:
    """Shares of one whole."""
    bars = bars_of(subject)
    shown = charts.folded([each for each in bars if each.value], charts.MOST_SLICES)
    return Drawing(
        charts.donut(shown, subject.scale(each.value for each in shown)), alt.shares(subject, bars)
    )


def bars_of(subject: Subject) -> list[Bar]:
    """A bar a row, in the order of the answer, in the ink of its state where the panel has limits."""
    panel = subject.panel
    column = panel.question.column(str(panel.x))
    found = []
    for row, value in zip(records(subject.frame), numbers(subject.frame[panel.value]), strict=True):
        name, ink = row_label(row, column, subject.scope), SERIES[0]
        # Nothing of no name is no bar.
        if name == NONE and value == 0:
            continue
        if panel.thresholds is not None and value is not None:
            ink = VERDICTS[panel.thresholds.verdict(value)]
        found.append(
            Bar(
                name,
                value,
                chosen(row, panel.click),
                ink,
                subject.of_many(row),
                beside(subject, row),
            )
        )
    return found


def beside(subject: Subject, row: dict[Hashable, Any]) -> str:
    """What else a panel shows of a row, which its explanation names: 3.2%."""
    shown = [subject.panel.question.column(name) for name in subject.panel.show]
    return ", ".join(
        say.number(row[column.name], column.unit) for column in shown if column.name != subject.panel.value
    )


def columns(subject: Subject) -> Drawing:
    """One column a name, in its order; of `by`, parts stand on top of each other and others side by side."""
    panel, frame = subject.panel, subject.frame
    column = panel.question.column(str(panel.x))
    parts = parts_of(subject, column)
    answered = list(dict.fromkeys(plain(value) for value in frame[column.name]))
    # Names stand in the order of the answer, numbers in their own.
    places = order_of(answered if column.unit == "text" else parts.places, column)
    series = [spread(each, parts.places, places) for each in parts.series]
    scale = subject.scale(value for each in series for value in each.points)
    rows = {plain(row[column.name]): row for row in records(frame)}
    lists = mark_people.listable(panel)
    raws: list[Any] = [chosen(rows[place], panel.click) if place in rows else None for place in places]
    if lists:
        raws = [[answered.index(place)] if place in rows else None for place in places]
    names = [short_label(place, column, subject.scope) for place in places]
    figure = charts.columns(
        names,
        series,
        scale,
        raws=raws if panel.click or lists else None,
        hint="see who" if lists else "filter",
        limits=charts.limits_of(panel.thresholds, scale),
        stacked=panel.chart != "bar",
    )
    return Drawing(figure, alt.columns(subject, names, series), left_out(parts))


def parts_of(subject: Subject, column: Column) -> Split:
    """The series over the names: by a dimension, or just one."""
    panel, frame = subject.panel, subject.frame
    named = frame.assign(**{column.name: [plain(value) for value in frame[column.name]]})
    if panel.by is not None:
        return in_order(
            charts.split(named, column.name, panel.value, panel.by, adds_up=subject.adds_up), panel.by
        )
    return Split(list(named[column.name]), charts.one(subject.value.label, named[panel.value]))


def order_of(places: list[Any], column: Column) -> list[Any]:
    """The names from left to right: all hours of a day, all days of a week, else what there is."""
    return list(ORDERED.get(column.name, places))


def spread(series: Series, places: list[Any], wanted: list[Any]) -> Series:
    """A series over all the names wanted, nothing where it has none."""
    at = dict(zip(places, series.points, strict=True))
    return replace(series, points=[at.get(place) for place in wanted])


def heatmap(subject: Subject) -> Drawing:
    """A grid of two dimensions; of many rows those with the most."""
    panel, scope = subject.panel, subject.scope
    across, down = (panel.question.column(str(name)) for name in (panel.x, panel.by))
    values = zip(records(subject.frame), numbers(subject.frame[panel.value]), strict=True)
    known_rows = [(row, value) for row, value in values if row.get(IS_OTHER) is not True]
    there = sorted({plain_time(row[across.name]) for row, _ in known_rows}, key=sort_key)
    columns = order_of(over_time(subject, there) if across.unit == "time" else there, across)
    kept, known = rows_shown(subject, down)
    column_names = {place: short_label(place, across, scope) for place in columns}
    if across.unit == "time" and all(place.time() == time() for place in columns):
        column_names = {place: f"{place.day} {place:%b}" for place in columns}
    cells = [
        Cell(
            column_names[plain_time(row[across.name])],
            row_label(row, down, scope),
            value,
            chosen(row, panel.click),
            subject.of_many(row),
            row_label(row, across, scope),
        )
        for row, value in known_rows
        if plain(row[down.name]) in kept
    ]
    names = [label(place, down, scope) for place in kept]
    scale = subject.scale(cell.value for cell in cells)
    figure = charts.heatmap(
        list(column_names.values()),
        names,
        cells,
        scale,
        thresholds=panel.thresholds,
        called=subject.value.label,
    )
    hint = f"{len(kept)} of {known}" if len(kept) < known else ""
    return Drawing(figure, alt.heatmap(subject, cells), hint)


def histogram(subject: Subject) -> Drawing:
    """A distribution, a bar a bin; the values that the panel shows beside are marked on it by their names."""
    panel, frame = subject.panel, subject.frame
    across = panel.question.column(str(panel.x))
    starts = [value for value in numbers(frame[across.name]) if value is not None]
    counts = numbers(frame[panel.value])
    width = starts[1] - starts[0] if len(starts) > 1 else 1.0
    scale = charts.fitting(across.unit, starts)
    marked = {panel.question.column(name).label: numbers(frame[name])[0] for name in panel.show}
    marks = {name: value for name, value in marked.items() if value is not None}
    open_ended = "open" in frame.columns and bool(frame["open"].iloc[-1])
    figure = charts.histogram(
        starts,
        counts,
        width,
        scale,
        marks=marks,
        open_ended=open_ended,
        lists=mark_people.listable(panel),
    )
    names = [say.number(start, across.unit) for start in starts]
    return Drawing(figure, alt.histogram(subject, names, counts, marks, across.unit))


def rows_shown(subject: Subject, down: Column) -> tuple[list[Any], int]:
    """The rows of a heat map from top to bottom, and how many there are."""
    if down.name in ORDERED:
        return list(ORDERED[down.name]), len(ORDERED[down.name])
    found = list(dict.fromkeys(plain(value) for value in subject.frame[down.name]))
    return found[: charts.MOST_ROWS], len(found)


def over_time(subject: Subject, there: list[Any]) -> list[Any]:
    """The columns of a heat map over time: those too in which nothing happened, where they are known."""
    question, scope = subject.panel.question, subject.scope
    if not (isinstance(question, Query) and question.grain == COARSE):
        return there
    return list(Intervals.of(scope, scope.coarse_grain(), question.week_start).starts().to_pydatetime())


def plain_time(value: object) -> Any:
    """A value that can be a key: moments stay moments."""
    return value if isinstance(value, datetime) else plain(value)


def sort_key(value: object) -> tuple[bool, Any]:
    """Numbers and moments in their order, texts in theirs."""
    return isinstance(value, str), value


def records(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """The rows of a frame, each by the names of its columns."""
    return frame.to_dict("records")
