"""Funnels: how many get from step to step, who they are, how long it takes, and how that changes.

Steps are counted from 1. What counts is told by `FunnelSpec`, and in full by docs/funnels.md.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from analytics.funnel_kernel import FOREVER
from analytics.funnel_rows import SEPARATOR, microseconds, names_of
from analytics.funnel_solve import OTHER, Solved, solved
from analytics.funnel_spec import Breakdown, Exclusion, FunnelSpec
from analytics.intervals import MICROSECOND, Intervals
from analytics.scope import Grain, Scope
from analytics.steps import Step
from analytics.view import View

__all__ = [
    "OTHER",
    "Exclusion",
    "FunnelSpec",
    "Step",
    "funnel",
    "funnel_people",
    "funnel_times",
    "funnel_trend",
]

SECOND = 1e6
MOST_BINS, FEWEST_OWN, MOST_OWN = 90, 3, 60
EQUAL_TIMES = 60  # seconds of a bin where all times are one


def funnel(view: View, scope: Scope, spec: FunnelSpec) -> pd.DataFrame:
    """How many reached each step, and how long they took from the step before.

    One row a step, and for every value of a breakdown, the largest first: [`breakdown`,] `step`, `name`,
    `count`, `still_in_window` (those of them who have not completed, and whose window is not over),
    `conversion` (of the first step), `step_conversion` (of the step before), `avg_seconds`,
    `median_seconds` (from the step before, one value a person).
    """
    return funnel_waiting(view, scope, spec).drop(columns="may")


def funnel_waiting(view: View, scope: Scope, spec: FunnelSpec, known: Scope | None = None) -> pd.DataFrame:
    """The same with `may`: who reached the step before, not this one, and still has time for it.

    `known` is the scope whose now says until when rows are known, where that is earlier than the clock's.
    """
    lines, scope = solved(view, scope, spec), known or scope
    parts = [(code, lines.only(lines.codes == code)) for code in range(len(lines.values))]
    if not spec.broken_by:
        return steps_of(lines, scope, spec)
    frames = [steps_of(part, scope, spec) for _, part in parts if len(part.levels)]
    for frame, value in zip(frames, lines.values, strict=True):
        frame.insert(0, "breakdown", _column([value] * len(frame), spec))
    if not frames:
        empty = steps_of(lines, scope, spec).iloc[:0]
        empty.insert(0, "breakdown", _column([], spec))
        return empty
    return pd.concat(frames, ignore_index=True)


def funnel_people(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    *,
    step: int,
    breakdown: Breakdown | None = None,
    bucket: datetime | None = None,
    grain: Grain = "day",
    week_start: str = "monday",
    waiting: bool | None = None,
    known: Scope | None = None,
) -> pd.DataFrame:
    """Who reached a step, or with a minus who reached the one before it and not it: `unit` and `tenant_id`.

    As many rows as the chart counts. With a breakdown its value chooses whose; with a bucket only entries in
    the one that holds that moment count, as in the trend. `waiting` keeps those alone who still may convert,
    or cannot any more, as of the now of `known` where one is given.
    """
    _check_step(spec, step)
    if breakdown is not None and not spec.broken_by:
        raise ValueError("a value is chosen of a funnel with a breakdown: give the funnel one")
    bounds = None if bucket is None else _bounds_of(scope, bucket, grain, week_start)
    asked = spec if breakdown is not None else spec.whole()
    lines = solved(view, scope, asked, bounds=bounds)
    wanted = lines.levels >= step if step > 0 else lines.levels == -step - 1
    if waiting is not None:
        wanted &= still_may(lines, known or scope, asked) == waiting
    if breakdown is not None:
        value = SEPARATOR.join(breakdown) if isinstance(breakdown, tuple) else breakdown
        wanted &= lines.codes == lines.code_of(value)
    people = names_of(view, scope, asked, lines.units[wanted])
    return people.sort_values(["tenant_id", "unit"], ignore_index=True)


def funnel_trend(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    *,
    grain: Grain = "day",
    from_step: int = 1,
    to_step: int | None = None,
    week_start: str = "monday",
    known: Scope | None = None,
) -> pd.DataFrame:
    """How many entered in each bucket, and how many of them converted.

    Each bucket is asked by itself: a person counts once in every bucket in which they entered. `entered`
    reached `from_step`, `converted` reached `to_step` (the last one unless given); `complete` says that
    nobody of the bucket can still convert, as of the now of `known` where one is given.
    """
    last = len(spec.steps) if to_step is None else to_step
    _check_span(spec, from_step, last)
    buckets = Intervals.of(scope, grain, week_start)
    bounds = [max(scope.start, buckets.bounds[0]), *buckets.bounds[1:-1], min(scope.end, buckets.end)]
    lines = solved(view, scope, spec.whole(), bounds=bounds)
    reached = [
        np.bincount(lines.stretches[lines.levels >= step], minlength=len(buckets))
        for step in (from_step, last)
    ]
    entered, converted = reached[0].astype(np.int64), reached[1].astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        conversion = np.where(entered > 0, converted / entered, np.nan)
    wait, now = spec.window if spec.dates == "entry" else MICROSECOND * 0, (known or scope).present
    return pd.DataFrame(
        {
            "bucket": buckets.starts(),
            "entered": entered,
            "converted": converted,
            "conversion": conversion,
            "complete": [now - bound >= wait for bound in buckets.bounds[1:]],
        }
    )


def funnel_times(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    *,
    from_step: int = 1,
    to_step: int | None = None,
    bins: int | None = None,
) -> pd.DataFrame:
    """How long people took from one step to another: `start_seconds` of equal bins, and `count`.

    The last row is the upper edge. Without a number of bins there are as many as the cube root of people.
    """
    last = len(spec.steps) if to_step is None else to_step
    _check_span(spec, from_step, last)
    if bins is not None and not 1 <= bins <= MOST_BINS:
        raise ValueError(f"times are shown in 1 to {MOST_BINS} bins")
    lines = solved(view, scope, spec.whole())
    done = lines.times[lines.levels >= last]
    return binned((done[:, last - 1] - done[:, from_step - 1]) / SECOND, bins)


def seconds_between(
    view: View, scope: Scope, spec: FunnelSpec, *, from_step: int = 1, to_step: int | None = None
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """How long each person took from one step to another, in seconds: for medians and percentiles."""
    last = len(spec.steps) if to_step is None else to_step
    _check_span(spec, from_step, last)
    lines = solved(view, scope, spec.whole())
    done = lines.times[lines.levels >= last]
    return (done[:, last - 1] - done[:, from_step - 1]) / SECOND


def funnel_times_people(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    place: int,
    *,
    from_step: int = 1,
    to_step: int | None = None,
    bins: int | None = None,
) -> pd.DataFrame:
    """Who took as long as the bin at a place says: `unit`, `tenant_id`, as many as `funnel_times` counts."""
    last = len(spec.steps) if to_step is None else to_step
    _check_span(spec, from_step, last)
    lines = solved(view, scope, spec.whole())
    lines = lines.only(lines.levels >= last)
    seconds = (lines.times[:, last - 1] - lines.times[:, from_step - 1]) / SECOND
    starts = binned(seconds, bins)["start_seconds"].to_numpy()
    inside = np.searchsorted(starts, seconds, side="right") - 1 == place
    people = names_of(view, scope, spec.whole(), lines.units[inside])
    return people.sort_values(["tenant_id", "unit"], ignore_index=True)


def binned(seconds: np.ndarray[tuple[int], np.dtype[np.float64]], bins: int | None = None) -> pd.DataFrame:
    """Lengths of time in equal bins of whole seconds, from the shortest on; the last row is the edge."""
    if not len(seconds):
        return pd.DataFrame({"start_seconds": np.empty(0), "count": np.empty(0, np.int64)})
    own = min(max(math.ceil(np.cbrt(len(seconds))), FEWEST_OWN), MOST_OWN)
    number, low = bins or own, math.floor(seconds.min())
    width = math.ceil((math.ceil(seconds.max()) - low) / number) if seconds.max() > seconds.min() else 0
    starts = low + np.arange(number + 1) * float(width or EQUAL_TIMES)
    which = np.searchsorted(starts, seconds, side="right") - 1
    counts = np.bincount(which, minlength=number + 1).astype(np.int64)
    return pd.DataFrame({"start_seconds": starts, "count": counts})


def steps_of(lines: Solved, scope: Scope, spec: FunnelSpec) -> pd.DataFrame:
    """The rows of one funnel that is solved, a step each."""
    steps = len(spec.steps)
    counts = [int((lines.levels >= step).sum()) for step in range(1, steps + 1)]
    before = [counts[0], *counts[:-1]]
    waiting, may = in_window(lines, scope, spec), still_may(lines, scope, spec)
    times = list(_taken(lines, steps))
    return pd.DataFrame(
        {
            "step": np.arange(1, steps + 1),
            "name": pd.Series([step.name for step in spec.steps], dtype="str"),
            "count": np.array(counts, np.int64),
            "still_in_window": [
                int((waiting & (lines.levels >= step)).sum()) for step in range(1, steps + 1)
            ],
            "may": [int((may & (lines.levels == step)).sum()) for step in range(steps)],
            "conversion": [_share(count, counts[0]) for count in counts],
            "step_conversion": [_share(count, of) for count, of in zip(counts, before, strict=True)],
            "avg_seconds": [float(taken.mean()) if len(taken) else math.nan for taken in times],
            "median_seconds": [float(np.median(taken)) if len(taken) else math.nan for taken in times],
        }
    )


def in_window(lines: Solved, scope: Scope, spec: FunnelSpec) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which people have not completed the funnel, and their window is not over."""
    until = lines.times[:, 0] + min(spec.window // MICROSECOND, FOREVER)
    return (lines.levels < len(spec.steps)) & (until > microseconds(scope.present))


def still_may(lines: Solved, scope: Scope, spec: FunnelSpec) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Of those, who can still reach their next step: nobody where all of it lies in a window that is over."""
    now = microseconds(scope.present)
    return in_window(lines, scope, spec) & (ends(lines, spec) > now) & (not closed(scope, spec))


def ends(lines: Solved, spec: FunnelSpec) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Until when each person who has not completed it has time for the next step, in microseconds.

    That is the end of their window or, if it is sooner, of the next step's own time.
    """
    own = [FOREVER if step.within is None else step.within // MICROSECOND for step in spec.steps]
    until = lines.times[:, 0] + min(spec.window // MICROSECOND, FOREVER)
    for level, limit in enumerate(own[1:], 1):
        at = lines.levels == level
        until[at] = np.minimum(until[at], lines.times[at, level - 1] + min(limit, FOREVER))
    return until


def closed(scope: Scope, spec: FunnelSpec) -> bool:
    """Whether all of the funnel has to lie in a window of the page that is over."""
    return spec.dates == "entry_and_completion" and scope.end <= scope.present


def _taken(lines: Solved, steps: int) -> Iterator[np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """How long each person took to each step from the one before; nothing to the first."""
    yield np.empty(0)
    for step in range(1, steps):
        done = lines.times[lines.levels > step]
        yield (done[:, step] - done[:, step - 1]) / SECOND


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def _column(values: list[str], spec: FunnelSpec) -> pd.Series:  # pyright: ignore[reportMissingTypeArgument]
    """Values of a breakdown; of several fields as tuples."""
    if isinstance(spec.breakdown, str):
        return pd.Series(values, dtype="str")
    return pd.Series([tuple(value.split(SEPARATOR)) for value in values], dtype="object")


def _bounds_of(scope: Scope, bucket: datetime, grain: Grain, week_start: str) -> list[datetime]:
    """The ends of the bucket that holds a moment, within the window."""
    buckets = Intervals.of(scope, grain, week_start)
    number = buckets.holding(bucket)
    return [max(scope.start, buckets.bounds[number]), min(scope.end, buckets.bounds[number + 1])]


def _check_step(spec: FunnelSpec, step: int) -> None:
    most = len(spec.steps)
    if not (1 <= step <= most or -most <= step <= -2):
        raise ValueError(f"a step lies from 1 to {most}; -2 to -{most} are those who stopped before it")


def _check_span(spec: FunnelSpec, first: int, last: int) -> None:
    if not 1 <= first <= last <= len(spec.steps):
        raise ValueError(f"steps lie from 1 to {len(spec.steps)}, the earlier one first")
