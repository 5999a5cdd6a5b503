"""Funnels whose steps come in any order: how many different ones a unit's rows fill within a window.

An attempt takes rows in order of time, each that lets one more step be filled, where need be by moving
earlier rows to other steps. Such a choice fills as many steps as any, each as early as can be.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.compiled import compiled
from analytics.funnel_rules import NONE, Found, Longs, Places, Rules, Whole
from analytics.funnel_units import Sorted


class Attempt(NamedTuple):
    """The rows that an attempt has taken, in order of time, and which row fills each step."""

    taken: Places
    fillers: Places
    best: Places
    tried: Places  # of the steps: whether the row that fills one was asked to move
    entered: Places  # of kinds of steps, each named by its first: the row that asks all of them
    counts: Longs  # rows of each step in the window
    flags: Longs  # of the last row that was refused: whether a like row of its instant was the reason


def attempt_room(rules: Rules) -> Attempt:
    """Room for one attempt."""
    taken, fillers, best, tried, entered = (np.empty(rules.steps, np.int32) for _ in range(5))
    return Attempt(
        taken, fillers, best, tried, entered, np.empty(rules.steps, np.int64), np.empty(1, np.int64)
    )


@compiled
def solve_unordered(rows: Sorted, units: int, edges: Longs, rules: Rules, work: Attempt, out: Found) -> int:
    """The first deepest attempt of each unit, for each stretch of starts; how many there are."""
    written, wanted = 0, (np.int64(1) << rules.steps) - 1
    for unit in range(units):
        i, end, stretch = rows.first[unit], rows.first[unit + 1], 0
        while i < end and stretch < len(edges) - 1 and not rules.stop[0]:
            if rows.times[i] >= edges[stretch + 1]:
                stretch += 1
            elif rows.times[i] < edges[stretch] or not np.int64(rows.masks[i]) & wanted:
                i += 1
            else:
                level = _sweep(rows, i, end, edges[stretch + 1], wanted, rules, work)
                out.levels[written] = level
                out.units[written] = unit
                out.stretches[written] = stretch
                for step in range(rules.steps):
                    out.rows[written, step] = rows.places[work.best[step]] if step < level else NONE
                written += 1
                stretch += 1
    return written


@compiled
def _sweep(rows: Sorted, begin: int, end: int, high: int, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """The level of the first deepest attempt that starts before `high`, its rows in `best`."""
    for step in range(rules.steps):
        work.counts[step] = 0
    level, ahead, i = 0, begin, begin
    while i < end and rows.times[i] < high and level < rules.steps and not rules.stop[0]:
        time, starts = rows.times[i], False
        while ahead < end and rows.times[ahead] - time <= rules.window:
            _count(np.int64(rows.masks[ahead]) & wanted, 1, rules, work)
            ahead += 1
        different = 0
        for step in range(rules.steps):
            different += work.counts[step] > 0
        first = i
        while i < end and rows.times[i] == time:
            mask = np.int64(rows.masks[i]) & wanted
            starts = starts or mask != 0
            _count(mask, -1, rules, work)
            i += 1
        if not starts:
            continue
        if different > level:
            reached = _try(rows, first, end, different, wanted, rules, work)
            if reached > level and not _hit(rows, first, end, reached, rules, work):
                level = reached
                for step in range(level):
                    work.best[step] = work.taken[step]
        if rules.first:
            break
    return level


@compiled
def _count(mask: Whole, change: int, rules: Rules, work: Attempt) -> None:
    """Add a row's steps to what the window holds, or take them away."""
    for step in range(rules.steps):
        if (mask >> step) & 1:
            work.counts[step] += change


@compiled
def _try(rows: Sorted, begin: int, end: int, most: int, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """How many steps, `most` at most, the rows within a window from row `begin` fill: those in `taken`."""
    for step in range(rules.steps):
        work.fillers[step] = NONE
    level, spent, until = 0, np.int64(0), rows.times[begin] + rules.window
    for i in range(begin, end):
        if rows.times[i] > until or level == most:
            break
        mask = np.int64(rows.masks[i]) & wanted & ~spent
        if mask == 0:
            continue
        for step in range(rules.steps):
            work.tried[step], work.entered[step] = 0, NONE
        work.flags[0] = 0
        if _place(rows, np.int64(i), np.int64(NONE), wanted, rules, work):
            if level and rows.times[i] - rows.times[work.taken[level - 1]] > rules.within[level]:
                break
            work.taken[level] = i
            level += 1
        elif work.flags[0] == 0:
            # No row of these steps can be taken any more, unless a like row of its instant was in the way.
            for step in range(rules.steps):
                if work.tried[step]:
                    spent |= np.int64(1) << step
    return level


@compiled
def _place(rows: Sorted, row: Whole, current: Whole, wanted: Whole, rules: Rules, work: Attempt) -> bool:
    """Let a row fill a step unlike its current one, where need be by moving the row that does."""
    mask = np.int64(rows.masks[row]) & wanted
    for step in range(rules.steps):
        kind = rules.alike[step]
        if not (mask >> step) & 1 or work.tried[step] or (current != NONE and kind == rules.alike[current]):
            continue
        rival = _rival(rows, row, step, rules, work)
        if rival != NONE:
            work.flags[0] = 1
            if rival != step:
                continue
        elif work.entered[kind] != NONE and work.entered[kind] != row:
            # That row asks all the steps of this kind, and may be of the same instant.
            continue
        else:
            work.entered[kind] = row
        work.tried[step] = 1
        filler = np.int64(work.fillers[step])
        if filler == NONE or _place(rows, filler, np.int64(step), wanted, rules, work):
            work.fillers[step] = row
            return True
    return False


@compiled
def _rival(rows: Sorted, row: Whole, step: Whole, rules: Rules, work: Attempt) -> int:
    """The step like this one that another row of the same instant fills; NONE where there is none."""
    for other in range(rules.steps):
        if rules.alike[other] != rules.alike[step] or work.fillers[other] == NONE:
            continue
        if rows.times[work.fillers[other]] == rows.times[row]:
            return other
    return NONE


@compiled
def _hit(rows: Sorted, begin: int, end: int, level: int, rules: Rules, work: Attempt) -> bool:
    """Whether an exclusion lies between the rows that completed the steps which it names."""
    for each in range(len(rules.after)):
        after, before = rules.after[each], rules.before[each]
        if after >= level:
            continue
        since = rows.times[work.taken[after]]
        until = rows.times[work.taken[before]] if before < level else rows.times[begin] + rules.window
        for i in range(work.taken[after], end):
            if rows.times[i] >= until:
                break
            if rows.times[i] > since and (rows.masks[i] >> np.uint32(rules.steps + each)) & np.uint32(1):
                return True
    return False
