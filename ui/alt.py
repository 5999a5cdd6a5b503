"""What a chart says, in a sentence: for whoever does not see it, and under its picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ui import format as say
from ui.labels import label

if TYPE_CHECKING:
    from ui.charts import Bar, Between, Cell, Series, Split, Steps
    from ui.charts.sankey import Link
    from ui.charts.triangle import Cohort
    from ui.drawing import Subject

MOST_NAMED = 3
SUMS = ("count", "usd", "bytes", "hours")


def over_time(subject: Subject, parts: Split) -> str:
    """Executions over time: success 17,820 in all, highest 1,204 at 21 Nov, 14:00; failed 612 in all, ..."""
    moment = subject.panel.question.column(str(subject.panel.x))
    named = [label(place, moment, subject.scope) for place in parts.places]
    said = [course(subject, each, named, alone=len(parts.series) == 1) for each in parts.series]
    if subject.marks:
        said.append(f"meanwhile {', '.join(mark.text for mark in subject.marks[:MOST_NAMED])}")
    return sentence(subject, said)


def columns(subject: Subject, names: Sequence[str], series: Sequence[Series]) -> str:
    """The same over names."""
    return sentence(subject, [course(subject, each, names, alone=len(series) == 1) for each in series])


def course(subject: Subject, series: Series, places: Sequence[str], *, alone: bool) -> str:
    """One series: its sum or its range, and where it was highest."""
    there = [(value, place) for value, place in zip(series.points, places, strict=True) if value is not None]
    name = "" if alone else f"{series.name} "
    if not there:
        return f"{name}no value"
    (least, low), (most, high) = (choose(there, key=lambda each: each[0]) for choose in (min, max))
    if subject.adds_up and subject.unit in SUMS:
        return f"{name}{subject.said(series.total)} in all, highest {subject.said(most)} at {high}"
    return f"{name}from {subject.said(least)} at {low} to {subject.said(most)} at {high}"


def ranking(subject: Subject, bars: Sequence[Bar]) -> str:
    """Top tenants: Northwind Logistics 4,820, Acme Robotics 3,911, Globex Energy 2,706; 5 in all."""
    first = [f"{bar.name} {subject.said(bar.value)}" for bar in bars[:MOST_NAMED]]
    more = f"; {len(bars)} in all" if len(bars) > MOST_NAMED else ""
    return sentence(subject, [", ".join(first) + more])


def shares(subject: Subject, bars: Sequence[Bar]) -> str:
    """The largest parts of the whole, in per cent."""
    total = sum(bar.value or 0 for bar in bars)
    first = [f"{bar.name} {(bar.value or 0) / total:.0%}" for bar in bars[:MOST_NAMED] if total]
    return sentence(subject, [f"{', '.join(first)} of {subject.said(total)}"])


def histogram(
    subject: Subject,
    names: Sequence[str],
    counts: Sequence[float | None],
    marks: Mapping[str, float],
    unit: str,
) -> str:
    """How many there are, in which bin most of them, and what is marked."""
    total = sum(count or 0 for count in counts)
    most, name = max(((count or 0, name) for count, name in zip(counts, names, strict=True)), default=(0, ""))
    said = [f"{say.number(total)} in all, most, {say.number(most)}, from {name} on"]
    said += [f"{called} {say.number(value, unit)}" for called, value in marks.items()]
    return sentence(subject, said)


def funnel(subject: Subject, names: Sequence[str], parts: Sequence[Steps]) -> str:
    """How many entered, what share of them completed, after which step most leave, and how many still may."""
    said: list[str] = []
    for part in parts[:MOST_NAMED]:
        left = part.gone[1:]
        most = max(range(len(left)), key=lambda step: left[step], default=None)
        where = "" if most is None or not left[most] else f", most leave after {names[most]}"
        waiting = sum(part.waiting)
        where += f", {say.number(waiting)} still may go on" if waiting else ""
        whose = f"{part.name}: " if len(parts) > 1 else ""
        said.append(
            f"{whose}{subject.said(part.counts[0])} entered, {part.shares[-1]:.0%} reached {names[-1]}{where}"
        )
    return sentence(subject, said)


def triangle(subject: Subject, cohorts: Sequence[Cohort], period: str) -> str:
    """How many cohorts there are, and what came back of the first and of the last that finished a period."""
    over = [(cohort, cell) for cohort in cohorts for cell in cohort.cells if cell.over]
    said = [f"{len(cohorts)} cohorts"]
    for cohort, cell in over[:1] + over[-1:] if len(over) > 1 else over:
        said.append(
            f"of {cohort.size} of {cohort.name}, {subject.said(cell.share)} in {period} {cell.period}"
        )
    return sentence(subject, said)


def paths(subject: Subject, links: Sequence[Link]) -> str:
    """The widest links."""
    widest = sorted(links, key=lambda link: -link.count)[:MOST_NAMED]
    return sentence(
        subject, [f"{link.source} to {link.target} {subject.said(link.count)}" for link in widest]
    )


def heatmap(subject: Subject, cells: Sequence[Cell]) -> str:
    """Which cells are in trouble; without limits, which is highest."""
    there = [cell for cell in cells if cell.value is not None]
    thresholds = subject.panel.thresholds
    if thresholds is not None:
        bad = [cell for cell in there if thresholds.verdict(cell.value or 0.0) == "bad"]
        named = ", ".join(
            f"{cell.row} at {cell.column} {subject.said(cell.value)}" for cell in bad[:MOST_NAMED]
        )
        return sentence(subject, [f"{len(bad)} of {len(there)} bad{': ' if named else ''}{named}"])
    if not there:
        return sentence(subject, ["no value"])
    most = max(there, key=lambda cell: cell.value or 0.0)
    return sentence(subject, [f"highest {subject.said(most.value)}, {most.row} at {most.column}"])


def gauge(subject: Subject, value: float, row: dict[Any, Any]) -> str:
    """Success rate: 96.8% of 1,204 executions, good."""
    thresholds = subject.panel.thresholds
    words = [f"{subject.said(value)} {subject.of_many(row)}".strip()]
    return sentence(subject, words if thresholds is None else [f"{words[0]}, {thresholds.verdict(value)}"])


def intervals(subject: Subject, rows: Sequence[Between]) -> str:
    """Lift by variant: treatment 71.3%, between 40.6% and 108.9%."""
    said = []
    for row in rows:
        known = [place for place, value in enumerate(row.points) if value is not None]
        if known:
            value, low, high = (subject.said(each[known[-1]]) for each in (row.points, row.low, row.high))
            said.append(f"{row.name} {value}, between {low} and {high}")
    return sentence(subject, said or ["no value"])


def sentence(subject: Subject, parts: Sequence[str]) -> str:
    """The panel's title and what it says."""
    return f"{subject.panel.title}: {'; '.join(parts)}."
