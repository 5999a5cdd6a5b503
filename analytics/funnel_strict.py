"""Funnels without other rows between their steps: the deepest run of rows of each unit.

A chain that ends at a row lies in the rows just before it, so a sweep need only know to which steps the row
before led.
"""

# ruff: noqa: PLR0917
# Compiled loops: arguments have places only.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.compiled import compiled
from analytics.funnel_rules import NONE, Found, Longs, Places, Rules, Whole
from analytics.funnel_units import Sorted


class Runs(NamedTuple):
    """For each step the step alike that comes last before it, and the entry that is tried alone."""

    alike: Places
    entry: Longs


def runs_room(rules: Rules) -> Runs:
    """Room for the runs of one unit."""
    before = [
        max((other for other in range(step) if rules.alike[other] == rules.alike[step]), default=NONE)
        for step in range(rules.steps)
    ]
    return Runs(np.array(before, np.int32), np.empty(1, np.int64))


@compiled
def solve_strict(rows: Sorted, units: int, edges: Longs, rules: Rules, work: Runs, out: Found) -> int:
    """The deepest run of each unit, for each stretch of entries between two edges; how many there are."""
    written = 0
    for unit in range(units):
        i, end, stretch = rows.first[unit], rows.first[unit + 1], 0
        _order_instants(rows, i, end, rules)
        while i < end and stretch < len(edges) - 1 and not rules.stop[0]:
            if rows.times[i] >= edges[stretch + 1]:
                stretch += 1
            elif rows.times[i] < edges[stretch] or not rows.masks[i] & np.uint32(1):
                i += 1
            else:
                work.entry[0] = i if rules.first else NONE
                last, level = _sweep(rows, i, end, edges[stretch + 1], rules.steps, 0, rules, work)
                if len(rules.after) > 0:
                    last, level = _sweep(rows, i, end, edges[stretch + 1], level, level, rules, work)
                out.levels[written] = level
                out.units[written] = unit
                out.stretches[written] = stretch
                for step in range(rules.steps):
                    out.rows[written, step] = rows.places[last - level + 1 + step] if step < level else NONE
                written += 1
                stretch += 1
    return written


@compiled
def _rank(mask: Whole, steps: int) -> int:
    """Where a row of an instant stands: lowest step first, rows of no step last."""
    for step in range(steps):
        if (mask >> step) & 1:
            return step
    return steps


@compiled
def _order_instants(rows: Sorted, begin: int, end: int, rules: Rules) -> None:
    """Put rows of one instant into the order of their steps."""
    wanted = (np.int64(1) << rules.steps) - 1
    for i in range(begin + 1, end):
        if rows.times[i] > rows.times[i - 1]:
            continue
        mask, place = rows.masks[i], rows.places[i]
        steps = np.int64(mask) & wanted
        rank, j = _rank(steps, rules.steps), i - 1
        while j >= begin and rows.times[j] == rows.times[i]:
            other = np.int64(rows.masks[j]) & wanted
            standing = _rank(other, rules.steps)
            if standing < rank or (standing == rank and other <= steps):
                break
            rows.masks[j + 1], rows.places[j + 1] = rows.masks[j], rows.places[j]
            j -= 1
        rows.masks[j + 1], rows.places[j + 1] = mask, place


@compiled
def _sweep(
    rows: Sorted, begin: int, end: int, high: int, depth: int, clean: int, rules: Rules, work: Runs
) -> tuple[Whole, Whole]:
    """The last row of the first deepest run and its length; with `clean` one so long that is not hit."""
    level, last, alive = 0, NONE, np.int64(0)
    for i in range(begin, end):
        mask, now = np.int64(rows.masks[i]), np.int64(0)
        if rows.times[i] >= high and alive == 0:
            break
        for step in range(1, depth):
            if (alive >> (step - 1)) & 1 and (mask >> step) & 1 and _follows(rows, i, step, rules, work):
                now |= np.int64(1) << step
        if mask & 1 and rows.times[i] < high and (work.entry[0] == NONE or work.entry[0] == i):
            now |= 1
        alive = now
        for step in range(depth - 1, -1, -1):
            if (now >> step) & 1:
                if step >= level and (
                    clean == 0 or (step + 1 == clean and not _hit(rows, i, end, clean, rules))
                ):
                    level, last = step + 1, i
                break
        if level == depth:
            break
    return last, level


@compiled
def _follows(rows: Sorted, row: int, step: int, rules: Rules, work: Runs) -> bool:
    """Whether a row may fill the step after the rows before it filled those before."""
    time = rows.times[row]
    if time - rows.times[row - step] > rules.window or time - rows.times[row - 1] > rules.within[step]:
        return False
    like = work.alike[step]
    return like == NONE or rows.times[row - (step - like)] < time


@compiled
def _hit(rows: Sorted, last: int, end: int, level: int, rules: Rules) -> bool:
    """Whether an exclusion lies between the rows that it names, in the run that ends at row `last`."""
    entry = last - level + 1
    for each in range(len(rules.after)):
        after, before = rules.after[each], rules.before[each]
        if after >= level:
            continue
        until = rows.times[entry + before] if before < level else rows.times[entry] + rules.window
        i = entry + after
        since = rows.times[i]
        while i < end and rows.times[i] < until:
            if rows.times[i] > since and (rows.masks[i] >> np.uint32(rules.steps + each)) & np.uint32(1):
                return True
            i += 1
    return False
