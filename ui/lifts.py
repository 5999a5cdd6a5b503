"""Panels of values between two others: a row a value, or bands over time."""

from __future__ import annotations

import pandas as pd

from ui import alt, charts
from ui.charts import Between, Times
from ui.charts.series import numbers
from ui.drawing import Drawing, Subject
from ui.ink import BAD, GOOD, NEUTRAL, SERIES, inks
from ui.labels import row_label
from ui.over_time import grain_of


def intervals(subject: Subject) -> Drawing:
    """A row a value that there is, in the ink of what its interval says."""
    panel = subject.panel
    column = panel.question.column(str(panel.x))
    known = subject.frame[subject.frame[panel.value].notna()]
    names = [row_label(row, column, subject.scope) for row in known.to_dict("records")]
    ends = [numbers(known[name]) for name in (panel.value, *panel.show)]
    rows = [
        Between(name, [value], [low], [high], ink_of(low, high, panel.good))
        for name, value, low, high in zip(names, *ends, strict=True)
    ]
    scale = subject.scale(value for each in ends for value in each)
    return Drawing(charts.intervals(rows, scale), alt.intervals(subject, rows))


def calibration(subject: Subject) -> Drawing:
    """What came over what was said, with its band, around the line where both are the same."""
    panel, frame = subject.panel, subject.frame
    frame = frame[frame[panel.value].notna() & frame[str(panel.x)].notna()].sort_values(str(panel.x))
    said = [float(each) for each in frame[str(panel.x)]]
    value, low, high = (numbers(frame[each]) for each in (panel.value, *panel.show))
    scale = subject.scale(value)
    came = Between("", value, low, high, SERIES[0])
    rows = [
        Between(f"said {subject.said(at)}, came", [one], [least], [most], came.ink)
        for at, one, least, most in zip(said, value, low, high, strict=True)
    ]
    return Drawing(charts.calibration(said, came, scale), alt.intervals(subject, rows))


def band(subject: Subject) -> Drawing:
    """A line a group, each inside its band."""
    series, places = split(subject)
    times = Times.of(pd.Series(places), subject.scope, grain_of(subject))
    scale = subject.scale(value for each in series for value in (*each.points, *each.low, *each.high))
    return Drawing(charts.band(times, series, scale), alt.intervals(subject, series))


def split(subject: Subject) -> tuple[list[Between], list[pd.Timestamp]]:
    """The groups over the buckets of all of them."""
    panel, frame = subject.panel, subject.frame
    x, by = str(panel.x), str(panel.by)
    places = sorted(set(frame[x]))
    names = list(dict.fromkeys(frame[by]))
    ink = inks(names)
    found = []
    for name in names:
        own = frame[frame[by] == name].set_index(x).reindex(places)
        value, low, high = (numbers(own[each]) for each in (panel.value, *panel.show))
        found.append(Between(str(name), value, low, high, ink[name]))
    return found, places


def ink_of(low: float | None, high: float | None, good: str) -> str:
    """Good or bad where the interval leaves out 0, quiet where it does not."""
    if low is None or high is None or low <= 0 <= high or good == "none":
        return NEUTRAL
    return GOOD if (low > 0) == (good == "up") else BAD
