"""Funnels compared: segments with each other, windows, and what goes with converting: with, not because."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.experiment import holm
from analytics.experiment_tests import two_proportions
from analytics.funnel import ends, steps_of, still_may
from analytics.funnel_rows import SEPARATOR, fetch, last_moment
from analytics.funnel_solve import Solved, lines_of, solved
from analytics.funnel_spec import Breakdown, FunnelSpec
from analytics.intervals import MICROSECOND
from analytics.scope import Scope
from analytics.steps import NAMED_BY, Step
from analytics.view import View

# Fewer people than these, or than this share of all, say nothing about a property or an event.
FEWEST, FEWEST_SHARE = 25, 0.02
# Where so few of all people are on one side, every ratio is shaky.
SKEWED = 0.1
EVENT = "event"


def funnel_segments(
    view: View, scope: Scope, spec: FunnelSpec, *, step: int | None = None, control: Breakdown | None = None
) -> pd.DataFrame:
    """Whether segments convert differently: each value of the breakdown against a control, or all the others.

    `breakdown`, `entered`, `converted` (reached `step`, the last unless given), `conversion`, `difference`
    in points with its 95% interval `low`, `high`, and `p_value` of the two-proportion test, Holm's correction
    over all rows made. Nobody is tested against themselves: who has several values is with each of them, and
    none of the others that it is tested against.
    """
    if not spec.broken_by:
        raise ValueError("segments are the values of a breakdown: give the funnel one")
    last = len(spec.steps) if step is None else step
    lines = solved(view, scope, spec)
    held = lines.code_of(SEPARATOR.join(control) if isinstance(control, tuple) else control or "")
    rows: list[tuple[object, ...]] = []
    for code, label in enumerate(lines.values):
        value = label if isinstance(spec.breakdown, str) else tuple(label.split(SEPARATOR))
        having = lines.codes == code
        against = ~np.isin(lines.units, lines.units[having])
        if control is not None:
            against &= lines.codes == held
        mine, other = _of_people(lines, having, last), _of_people(lines, against, last)
        found = two_proportions(mine, other)
        rate = mine[0] / mine[1] if mine[1] else np.nan
        tested = (found.difference, found.difference_low, found.difference_high, found.p_value)
        rows.append((value, mine[1], mine[0], rate, *tested))
    names = ["breakdown", "entered", "converted", "conversion", "difference", "low", "high", "p_value"]
    told = pd.DataFrame(rows, columns=names)
    return told.assign(p_value=holm(told["p_value"].tolist()))


def _of_people(lines: Solved, kept: NDArray[np.bool_], last: int) -> tuple[int, int]:
    """How many people converted, and how many entered, each once."""
    entered, converted = (np.unique(lines.units[kept & (lines.levels >= step)]) for step in (1, last))
    return len(converted), len(entered)


def funnel_windows(
    view: View, scope: Scope, spec: FunnelSpec, windows: Sequence[timedelta], known: Scope | None = None
) -> pd.DataFrame:
    """The same funnel with other windows: the rows of `funnel_waiting` for each, after its `window`.

    The rows are read once, for the longest of them.
    """
    found = fetch(view, scope, replace(spec.whole(), window=max(windows)))
    parts: list[pd.DataFrame] = []
    for window in windows:
        each = replace(spec.whole(), window=window)
        frame = steps_of(lines_of(found, scope, each), known or scope, each)
        frame.insert(0, "window", [window] * len(frame))
        parts.append(frame)
    return pd.concat(parts, ignore_index=True)


def funnel_correlation(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    *,
    fields: Sequence[str] = (),
    table: str = "events",
    known: Scope | None = None,
) -> pd.DataFrame:
    """Which events on the way, and which values at the first step, go with converting.

    One row for each event that people did after entering and before they completed, or their time for the
    next step was over, and for each value of a field at their first step: `kind` (`event` or the field),
    `value`, `converted` and `lost` (people that have it, by whether they completed), `odds_ratio` with one
    added to every cell, above 1 where it goes with converting, and `skewed` where few of all people are on
    one side. Who still may convert (as of the now of `known` where one is given) is left out, and so is what
    fewer than 25 people or 2% of them have.
    Where nobody converted there is no row.
    """
    whole = spec.whole()
    lines = solved(view, scope, whole)
    done = lines.levels == len(spec.steps)
    settled = done | ~still_may(lines, known or scope, whole)
    lines, done = lines.only(settled), done[settled]
    until = np.where(done, lines.times[:, -1], ends(lines, whole))
    found = [_told(EVENT, each, of, done) for each, of in _events(view, scope, whole, (lines, until), table)]
    for name in fields:
        asked = solved(view, scope, replace(whole, breakdown=name, attribution="step", attribution_step=1))
        for code, value in enumerate(asked.values):
            having = np.isin(lines.units, asked.units[asked.codes == code])
            found.append(_told(name, value, having, done))
    names = ["kind", "value", "converted", "lost", "odds_ratio", "skewed"]
    least = max(FEWEST, FEWEST_SHARE * len(done))
    # Where nobody completed it, nothing goes with completing it.
    kept = [row for row in found if row[2] + row[3] >= least] if done.any() else []
    frame = pd.DataFrame(kept, columns=names)
    strength = np.abs(np.log(frame["odds_ratio"].to_numpy(float)))
    return frame.iloc[np.argsort(-strength, kind="stable")].reset_index(drop=True)


def _events(
    view: View, scope: Scope, spec: FunnelSpec, people: tuple[Solved, NDArray[np.int64]], table: str
) -> list[tuple[str, NDArray[np.bool_]]]:
    """Which of the people did each event strictly between their entry and their end."""
    lines, until = people
    anything = (Step(None, table=table),)
    deeds = FunnelSpec(anything, unit=spec.unit, window=spec.window, breakdown=NAMED_BY[table])
    wide = replace(scope, end=max(last_moment(scope, spec), scope.start + MICROSECOND))
    rows = fetch(view, wide, replace(deeds, dates="entry_and_completion"))
    order = np.argsort(lines.units)
    place = np.searchsorted(lines.units[order], rows.journeys.units)
    place = order[np.minimum(place, len(order) - 1)] if len(order) else place
    known = lines.units[place] == rows.journeys.units if len(order) else np.zeros(len(place), bool)
    times = rows.journeys.times
    inside = known.copy()
    inside[known] = (times[known] > lines.times[place[known], 0]) & (times[known] < until[place[known]])
    steps = {name for step in spec.steps if step.table == table for name in step.events}
    found: list[tuple[str, NDArray[np.bool_]]] = []
    for code, value in enumerate(rows.values):
        if value and value not in steps:
            having = np.zeros(len(lines.units), np.bool_)
            having[place[inside & (rows.codes == code)]] = True
            found.append((value, having))
    return found


def _told(
    kind: str, value: str, having: NDArray[np.bool_], done: NDArray[np.bool_]
) -> tuple[str, str, int, int, float, bool]:
    """One row: how many with and without it converted, as an odds ratio."""
    converted, lost = int((having & done).sum()), int((having & ~done).sum())
    without, lost_without = int((~having & done).sum()), int((~having & ~done).sum())
    ratio = (converted + 1) * (lost_without + 1) / ((lost + 1) * (without + 1))
    least = min(int(done.sum()), int((~done).sum()))
    return kind, value, converted, lost, ratio, bool(least < SKEWED * len(done))
