"""Panels of steps: a funnel, or one for each value that people are split by."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from ui import alt, charts, step_people
from ui import format as say
from ui.charts import Steps
from ui.charts.bar import quoted
from ui.drawing import Drawing, Subject
from ui.ink import OTHER, SERIES, inks
from ui.labels import NONE

MOST_PARTS = 5  # of a breakdown side by side
ROOMY = 12  # columns that are legible on a phone, those of one funnel being twice as wide
# What is said of a step beside its count, where the answer has it.
FACTS = (
    ("step_conversion", "of the step before"),
    ("median_ms", "median from the step before"),
    ("may", "of the step before still may reach it"),
    ("left", "left before it"),
)
COUNTS = ("may", "left")


def funnel(subject: Subject) -> Drawing:
    """Columns a step; of a breakdown the largest values side by side."""
    panel, frame = subject.panel, subject.frame
    steps = list(dict.fromkeys(frame["step"].tolist()))
    grouped = frame.groupby(panel.by, sort=False) if panel.by else [(panel.title, frame)]
    rows = {named(value): part.to_dict("records") for value, part in grouped}
    shown = dict(list(rows.items())[:MOST_PARTS])
    ink = inks(shown) if panel.by else {panel.title: SERIES[0]}
    names = [str(name) for name in frame[str(panel.x)].tolist()[: len(steps)]]
    parts = [part_of(subject, name, its, ink[name]) for name, its in shown.items()]
    counted = subject.scale(count for part in parts for count in part.counts)
    hints = [f"{len(shown)} of {len(rows)}"] if len(shown) < len(rows) else []
    if len(parts) > 1:  # the legend has the values
        hints += ["dotted: still may"] if any(any(part.still) for part in parts) else []
        hints += ["hatched: left before"] if any(any(part.gone) for part in parts) else []
    wide = len(names) * max(len(parts), 2) > ROOMY
    says, hint = alt.funnel(subject, names, parts), " · ".join(hints)
    return Drawing(charts.funnel(names, parts, counted), says, hint, wide)


def named(value: object) -> str:
    """A value of a breakdown as a legend has it."""
    words = " · ".join(str(part) or NONE for part in value) if isinstance(value, tuple) else str(value)
    return (OTHER if words == "Other" else words) or NONE


def part_of(subject: Subject, name: str, rows: list[dict[Hashable, Any]], ink: str) -> Steps:
    """The columns of one funnel."""
    counts = [float(row[subject.panel.value]) for row in rows]
    shares = [count / counts[0] if counts[0] else 0.0 for count in counts]
    tips = [told(subject, name, row, share) for row, share in zip(rows, shares, strict=True)]
    by = subject.panel.by
    reached, may, left = (
        [
            step_people.carried(subject.panel, int(row["step"]), row[by] if by else None, waiting=waiting)
            for row in rows
        ]
        for waiting in (None, True, False)
    )
    waiting = [float(row.get("may", 0)) for row in rows]
    return Steps(name, ink, counts, shares, tips, waiting, reached, may, left)


def told(subject: Subject, name: str, row: Mapping[Hashable, Any], share: float) -> str:
    """The tooltip of a step: how many, of all with the interval, of the step before, who is not there."""
    panel = subject.panel
    head = f"<b>{quoted(str(row[str(panel.x)]))}</b>" + (f"<br>{quoted(name)}" if panel.by else "")
    said = [f"{subject.said(row[panel.value])} · {share:.1%}{between(row)} of all"]
    known = {column.name: column.unit for column in panel.question.columns}
    for column, words in FACTS:
        # Nobody is not worth a line, and of nothing there is no share.
        if column in known and not pd.isna(row[column]) and (row[column] or column not in COUNTS):
            said.append(f"{say.number(row[column], known[column])} {words}")
    return "<br>".join([head, *said])


def between(row: Mapping[Hashable, Any]) -> str:
    """The 95% interval of a step's share: (35.1–51.2%); of the first step, which is all, there is none."""
    low, high = row.get("low"), row.get("high")
    if row["step"] == 1 or low is None or high is None or pd.isna(low):
        return ""
    return f" ({100 * low:.1f}–{high:.1%})"
