"""Funnels whose steps follow each other, other rows between them allowed: the deepest step of each unit.

One sweep over a unit's rows in time keeps, for each step, the latest row that fills it at the end of an
allowed chain. That row is enough: of two chains to a step, the one that ends later can be taken to begin no
earlier and to lie no earlier at any step between, and all that is asked of a chain (window, `within`,
exclusions) bounds earlier rows from below by later ones. So the sweep is exact, and linear in rows and steps.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from analytics.compiled import compiled
from analytics.funnel_rules import BITS, NEVER, NONE, SPREAD, Found, Longs, Places, Rules, Whole
from analytics.funnel_units import Sorted

_NODES = 4096  # of chains; where they are used up, those of chains that still live are kept
_USED, _FIRST, _LOW, _HIGH, _GUARDED = range(5)  # of `state`


class Chains(NamedTuple):
    """For each step the latest chain to it: when it began, when it ends, and its last node."""

    starts: Longs
    ends: Longs
    nodes: Places
    rows: Places  # of each node its row, and the node of the step before
    before: Places
    spare: Places  # the same again, for tidying up
    best: Places  # the rows of the best chain; and the best one of all entries
    kept: Places
    floors: Longs  # no earlier may a row fill a step, while one entry is tried
    latest: Longs  # the latest row of each exclusion before the instant
    state: Longs  # nodes in use, the first entry's instant, where entries lie, whether exclusions are heeded
    filled: Places  # which row of an instant fills a step; the same where it is to be kept
    chosen: Places
    group: Places  # the rows of an instant that can matter, which step each fills, and whether it was tried
    fills: Places
    tried: Places


def chains_room(rows: int, rules: Rules) -> Chains:
    """Room for chains over units of so many rows."""

    def longs(size: int) -> Longs:
        return np.empty(size, np.int64)

    def places(size: int) -> Places:
        return np.empty(size, np.int32)

    steps, nodes = rules.steps, _NODES + 2 * rules.steps
    spare = places(2 * steps * steps)
    return Chains(
        *(longs(steps), longs(steps), places(steps), places(nodes), places(nodes), spare),
        *(places(steps), places(steps), longs(steps), longs(len(rules.after)), longs(5)),
        *(places(steps), places(steps), places(rows), places(rows), places(rows)),
    )


@compiled
def solve_ordered(rows: Sorted, units: int, edges: Longs, rules: Rules, work: Chains, out: Found) -> int:
    """The deepest chain of each unit, for each stretch of entries between two edges; how many there are."""
    written = 0
    for unit in range(units):
        i, end, stretch = rows.first[unit], rows.first[unit + 1], 0
        while i < end and stretch < len(edges) - 1 and not rules.stop[0]:
            if rows.times[i] >= edges[stretch + 1]:
                stretch += 1
            elif rows.times[i] < edges[stretch] or not rows.masks[i] & np.uint32(1):
                i += 1
            else:
                while i > rows.first[unit] and rows.times[i - 1] == rows.times[i]:
                    i -= 1
                work.state[_LOW], work.state[_HIGH] = edges[stretch], edges[stretch + 1]
                work.state[_GUARDED] = 0
                for step in range(rules.steps):
                    work.floors[step] = NEVER
                level = _sweep(rows, i, end, rules.steps, rules, work)
                if len(rules.after) > 0:
                    level = _clean(rows, i, end, level, rules, work)
                out.levels[written] = level
                out.units[written] = unit
                out.stretches[written] = stretch
                for step in range(rules.steps):
                    out.rows[written, step] = rows.places[work.best[step]] if step < level else NONE
                written += 1
                stretch += 1
    return written


@compiled
def _sweep(rows: Sorted, begin: int, end: int, depth: int, rules: Rules, work: Chains) -> int:
    """The deepest step, `depth` at most, that a chain reaches; `best` is its rows."""
    for step in range(rules.steps):
        work.starts[step] = NEVER
    for each in range(len(rules.after)):
        work.latest[each] = NEVER
    work.state[_USED], work.state[_FIRST] = 0, NEVER
    wanted = (np.int64(1) << depth) - 1
    level, i = 0, begin
    while i < end and level < depth:
        time, mask, j = rows.times[i], np.int64(rows.masks[i]), i + 1
        if time >= work.state[_HIGH] and (work.starts[0] == NEVER or time - work.starts[0] > rules.window):
            break
        if j == end or rows.times[j] > time:
            level = _alone(rows, i, mask & wanted, level, rules, work)
        else:
            while j < end and rows.times[j] == time:
                mask |= np.int64(rows.masks[j])
                j += 1
            if mask & wanted:
                level = _together(rows, i, j, wanted, level, rules, work)
        if work.state[_GUARDED]:
            for each in range(len(rules.after)):
                if (mask >> (rules.steps + each)) & 1:
                    work.latest[each] = time
        i = j
    return level


@compiled
def _alone(rows: Sorted, row: Whole, mask: Whole, level: int, rules: Rules, work: Chains) -> int:
    """Let the only row of its instant fill its steps, the last one first: it fills one step of a chain."""
    if mask & (mask - 1) == 0:
        if mask:
            step = BITS[((mask * SPREAD) & 0xFFFFFFFF) >> 27]
            if _allowed(rows, step - 1, step, rows.times[row], rules, work):
                level = _arrive(rows, step - 1, step, row, level, work)
        return level
    for step in range(rules.steps - 1, -1, -1):
        if (mask >> step) & 1 and _allowed(rows, step - 1, step, rows.times[row], rules, work):
            level = _arrive(rows, step - 1, step, row, level, work)
    return level


@compiled
def _allowed(rows: Sorted, last: Whole, step: Whole, time: Whole, rules: Rules, work: Chains) -> bool:
    """Whether the steps after `last` up to `step` may be filled at this time, earlier ones being chained."""
    if last < 0:
        if time < work.state[_LOW] or time >= work.state[_HIGH]:
            return False
        if rules.first and work.state[_FIRST] != NEVER and work.state[_FIRST] != time:
            return False
    elif (
        work.starts[last] == NEVER
        or time - work.starts[last] > rules.window
        or time - work.ends[last] > rules.within[last + 1]
    ):
        return False
    return not work.state[_GUARDED] or _unhit(rows, last, step, time, rules, work)


@compiled
def _unhit(rows: Sorted, last: Whole, step: Whole, time: Whole, rules: Rules, work: Chains) -> bool:
    """Whether no exclusion hits a chain whose steps after `last` up to `step` are filled at this time."""
    for each in range(last + 1, step + 1):
        if time < work.floors[each]:
            return False
    for each in range(len(rules.after)):
        after, before = rules.after[each], rules.before[each]
        if work.latest[each] == NEVER or after > last or before <= last or before > step:
            continue
        node = work.nodes[last]
        for _ in range(last - after):
            node = work.before[node]
        if rows.times[work.rows[node]] < work.latest[each]:
            return False
    return True


@compiled
def _arrive(rows: Sorted, last: Whole, step: Whole, row: Whole, level: int, work: Chains) -> int:
    """Make the row the end of the latest chain to `step`, after that to the step before."""
    time = rows.times[row]
    node = _node(row, work.nodes[last] if last >= 0 else NONE, work)
    return _settle(last, step, time, node, level, work)


@compiled
def _settle(last: Whole, step: Whole, time: Whole, node: Whole, level: int, work: Chains) -> int:
    """Keep the chain that ends with a node as the latest one to `step`; the level that is reached now."""
    work.starts[step] = work.starts[last] if last >= 0 else time
    work.ends[step] = time
    work.nodes[step] = node
    if last < 0 and work.state[_FIRST] == NEVER:
        work.state[_FIRST] = time
    if step >= level:
        level = step + 1
        for each in range(step, -1, -1):
            work.best[each] = work.rows[node]
            node = work.before[node]
    if work.state[_USED] >= _NODES:
        _tidy(work)
    return level


@compiled
def _node(row: Whole, before: Whole, work: Chains) -> int:
    """A new node of a chain."""
    node = work.state[_USED]
    work.state[_USED] = node + 1
    work.rows[node], work.before[node] = row, before
    return node


@compiled
def _tidy(work: Chains) -> None:
    """Keep the nodes of the latest chains alone, each chain's apart."""
    used = 0
    for step in range(len(work.starts)):
        if work.starts[step] == NEVER:
            continue
        node = work.nodes[step]
        for each in range(step, -1, -1):
            work.spare[2 * (used + each)] = work.rows[node]
            work.spare[2 * (used + each) + 1] = used + each - 1 if each else NONE
            node = work.before[node]
        used += step + 1
        work.nodes[step] = used - 1
    for node in range(used):
        work.rows[node], work.before[node] = work.spare[2 * node], work.spare[2 * node + 1]
    work.state[_USED] = used


@compiled
def _together(
    rows: Sorted, begin: int, end: int, wanted: Whole, level: int, rules: Rules, work: Chains
) -> int:
    """Let rows of one instant fill steps, in any order: one row a step, like steps not in one instant."""
    if _plain(rows, begin, end, wanted, rules, work):
        for step in range(rules.steps):
            row = work.filled[step]
            if row != NONE and _allowed(rows, step - 1, step, rows.times[row], rules, work):
                level = _arrive(rows, step - 1, step, row, level, work)
        return level
    size = _matter(rows, begin, end, wanted, rules, work)
    # From the last step on, so that chains of earlier instants are still those of their steps.
    for step in range(rules.steps - 1, -1, -1):
        last = _reach_back(rows, step, size, wanted, rules, work)
        if last < step:
            node = work.nodes[last] if last >= 0 else NONE
            for each in range(last + 1, step + 1):
                node = _node(work.chosen[each], node, work)
            level = _settle(last, step, rows.times[begin], node, level, work)
    return level


@compiled
def _plain(rows: Sorted, begin: int, end: int, wanted: Whole, rules: Rules, work: Chains) -> bool:
    """Whether each row fills one step at most and no two like steps are filled: those in `filled`."""
    for step in range(rules.steps):
        work.filled[step] = NONE
    for i in range(begin, end):
        mask = np.int64(rows.masks[i]) & wanted
        if mask & (mask - 1):
            return False
        if mask:
            step = BITS[((mask * SPREAD) & 0xFFFFFFFF) >> 27]
            if work.filled[step] == NONE:
                work.filled[step] = i
    for step in range(1, rules.steps):
        if work.filled[step] != NONE:
            for other in range(step):
                if work.filled[other] != NONE and rules.alike[other] == rules.alike[step]:
                    return False
    return True


@compiled
def _matter(rows: Sorted, begin: int, end: int, wanted: Whole, rules: Rules, work: Chains) -> int:
    """Gather the rows of an instant that can matter: of equal ones no more than there are steps."""
    size = 0
    for i in range(begin, end):
        mask, same = np.int64(rows.masks[i]) & wanted, 0
        for j in range(size):
            if np.int64(rows.masks[work.group[j]]) & wanted == mask:
                same += 1
        if mask and same < rules.steps:
            work.group[size] = i
            size += 1
    return size


@compiled
def _reach_back(rows: Sorted, step: Whole, size: int, wanted: Whole, rules: Rules, work: Chains) -> int:
    """How far back from `step` the instant's rows should fill steps: the last step that earlier rows fill.

    As far as can be, for the latest chain; `step` itself where none can be. `chosen` are the rows then.
    """
    for each in range(size):
        work.fills[each] = NONE
    found, time = step, rows.times[work.group[0]]
    for each in range(step, -1, -1):
        for later in range(each + 1, step + 1):
            if rules.alike[later] == rules.alike[each]:
                return found
        if not (wanted >> each) & 1:
            return found
        for row in range(size):
            work.tried[row] = 0
        if not _match(rows, each, size, work):
            return found
        if _allowed(rows, each - 1, step, time, rules, work):
            found = each - 1
            for row in range(size):
                if work.fills[row] != NONE:
                    work.chosen[work.fills[row]] = work.group[row]
    return found


@compiled
def _match(rows: Sorted, step: Whole, size: int, work: Chains) -> bool:
    """Find a row of the instant for the step, where need be by moving other steps to other rows."""
    for row in range(size):
        if (rows.masks[work.group[row]] >> np.uint32(step)) & np.uint32(1) and not work.tried[row]:
            work.tried[row] = 1
            if work.fills[row] == NONE or _match(rows, np.int64(work.fills[row]), size, work):
                work.fills[row] = step
                return True
    return False


@compiled
def _clean(rows: Sorted, begin: int, end: int, level: int, rules: Rules, work: Chains) -> int:
    """The same level where a chain to it is clean of exclusions, its rows in `best`; else 0."""
    reaching, there = False, False
    for each in range(len(rules.after)):
        bit = np.uint32(1) << np.uint32(rules.steps + each)
        reaching = reaching or rules.after[each] < level <= rules.before[each]
        for i in range(begin, end):
            there = there or rows.masks[i] & bit != 0
    if not there:
        return level
    work.state[_GUARDED] = 1
    if not reaching:
        found = _sweep(rows, begin, end, level, rules, work)
        return level if found == level else 0
    kept, i, high = 0, begin, work.state[_HIGH]
    while i < end and rows.times[i] < high and not rules.stop[0]:
        time, instant, enters = rows.times[i], i, False
        while i < end and rows.times[i] == time:
            enters = enters or rows.masks[i] & np.uint32(1) != 0
            i += 1
        # What lies after a step that leads nowhere hits up to the window's end, which the entry decides.
        work.state[_LOW], work.state[_HIGH] = time, time + 1
        floors = enters and _floors(rows, instant, end, level, rules, work)
        if floors and _sweep(rows, instant, end, level, rules, work) == level:
            kept = _keep(rows, level, kept, work)
        if enters and rules.first:
            break
    for step in range(kept):
        work.best[step] = work.kept[step]
    return kept


@compiled
def _floors(rows: Sorted, begin: int, end: int, level: int, rules: Rules, work: Chains) -> bool:
    """From when on rows may fill steps for an entry at row `begin`; whether that is so for itself."""
    entry = rows.times[begin]
    until = entry + rules.window
    for step in range(rules.steps):
        work.floors[step] = NEVER
    for i in range(begin, end):
        if rows.times[i] >= until:
            break
        for each in range(len(rules.after)):
            step = rules.after[each]
            if step < level <= rules.before[each] and (
                rows.masks[i] >> np.uint32(rules.steps + each)
            ) & np.uint32(1):
                work.floors[step] = max(work.floors[step], rows.times[i])
    return work.floors[0] <= entry


@compiled
def _keep(rows: Sorted, level: int, kept: int, work: Chains) -> int:
    """Keep the chain of one entry if its last row comes earlier, or else the rows before that later."""
    better = kept == 0
    for step in range(level - 1, -1, -1):
        if better or kept == 0:
            break
        here, there = rows.times[work.best[step]], rows.times[work.kept[step]]
        if here != there:
            better = here < there if step == level - 1 else here > there
            break
    if better:
        for step in range(level):
            work.kept[step] = work.best[step]
    return level
