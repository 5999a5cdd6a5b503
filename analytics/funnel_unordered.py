"""Funnels whose steps come in any order: how many different ones a unit's rows fill within a window.

An attempt takes rows in order of time, each that lets one more step be filled, where need be by moving
earlier rows to other steps. Such a choice fills as many steps as any, each as early as can be. Steps alike
take one row of an instant: there a row fills a step by a place of its instant and kind, which has room for
one, and a row that moves may also give that place to another row of its instant.

That is exact while the rows of an instant that fill one of some like steps fill the same ones of them. Where
they do not (one is the n-th, or alone has the value that is asked), what is found may be too much. Then it is
tried which row of that instant fills the step, or none, as long as more may come of it than is found already.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

import numpy as np

from analytics.compiled import compiled
from analytics.funnel_attempt import Attempt
from analytics.funnel_rules import BITS, NONE, SPREAD, Found, Longs, Rules, Whole
from analytics.funnel_units import Sorted

# Of `state`: steps that rows fill, steps and places seen by a search (all three as bits), how much waits in
# it, how much is barred, the level that is kept, whether it is being decided between rows.
_FILLED, _SEEN, _ENTERED, _WAITING, _BARRED, _LEVEL, _DECIDING = range(7)


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
    level, ahead, i, different = 0, begin, begin, 0
    while i < end and rows.times[i] < high and level < rules.steps and not rules.stop[0]:
        time, starts = rows.times[i], False
        while ahead < end and rows.times[ahead] - time <= rules.window:
            different += _count(np.int64(rows.masks[ahead]) & wanted, 1, work)
            ahead += 1
        first, most = i, different
        while i < end and rows.times[i] == time:
            mask = np.int64(rows.masks[i]) & wanted
            starts = starts or mask != 0
            different -= _count(mask, -1, work)
            i += 1
        if not starts:
            continue
        if most > level:
            work.state[_LEVEL], work.state[_DECIDING] = 0, 0
            _decide(rows, first, end, most, wanted, rules, work)
            reached = _held(rows, work.state[_LEVEL], rules, work)
            if reached > level and not _hit(rows, first, end, reached, rules, work):
                level = reached
                for step in range(level):
                    work.best[step] = work.kept[step]
        if rules.first:
            break
    return level


@compiled
def _count(mask: Whole, change: int, work: Attempt) -> int:
    """Add a row's steps to what the window holds, or take them away; how many steps come or go by it."""
    turned = 0
    while mask:
        bit = mask & -mask
        step = BITS[((bit * SPREAD) & 0xFFFFFFFF) >> 27]
        work.counts[step] += change
        turned += work.counts[step] == (change + 1) >> 1
        mask ^= bit
    return turned


@compiled
def _held(rows: Sorted, level: int, rules: Rules, work: Attempt) -> int:
    """The level up to where each completion comes within its time from the one before."""
    for step in range(1, level):
        if rows.times[work.kept[step]] - rows.times[work.kept[step - 1]] > rules.within[step]:
            return step
    return level


@compiled
def _fill(rows: Sorted, begin: int, end: int, most: int, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """Take the rows of a window that let one more step be filled; how many there are.

    Where an instant's like rows differ, each counts as filling what any of them may.
    """
    for step in range(rules.steps):
        work.fillers[step] = NONE
    work.state[_FILLED] = 0
    level, spent, known, until = 0, np.int64(0), begin, rows.times[begin] + rules.window
    for i in range(begin, end):
        if rows.times[i] > until or level == most:
            break
        if work.repeats and i == known:
            known = _ask(rows, i, end, wanted, rules, work)
        mask = _asked(rows, i, wanted, work) & ~spent
        if mask == 0:
            continue
        if not _place(rows, i, mask, rules, work) and not _search(rows, i, wanted, rules, work):
            # No row of these steps can be taken any more.
            spent |= work.state[_SEEN]
            continue
        late = level and rows.times[i] - rows.times[work.taken[level - 1]] > rules.within[level]
        if late and not work.repeats:
            break
        work.taken[level] = i
        level += 1
    return level


@compiled
def _asked(rows: Sorted, row: Whole, wanted: Whole, work: Attempt) -> Whole:
    """The steps that a row counts as filling."""
    return np.int64(work.asked[row]) if work.repeats else np.int64(rows.masks[row]) & wanted


@compiled
def _ask(rows: Sorted, begin: int, end: int, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """Write what the rows of an instant count as filling; where the next instant begins."""
    last = begin + 1
    while last < end and rows.times[last] == rows.times[begin]:
        last += 1
    for i in range(begin, last):
        work.asked[i] = rows.masks[i] & np.uint32(wanted)
    if work.state[_DECIDING]:
        _heed(begin, last, rules, work)
    for kind in range(rules.steps if last - begin > 1 else 0):
        like, found = np.uint32(work.kinds[kind]), np.uint32(0)
        for i in range(begin, last):
            found |= work.asked[i] & like
        for i in range(begin, last):
            if work.asked[i] & like:
                work.asked[i] |= found
    return last


@compiled
def _heed(begin: int, last: int, rules: Rules, work: Attempt) -> None:
    """Take from the rows of an instant the steps that they may not fill as it is decided."""
    bound = np.int64(work.barred[begin])
    for step in range(rules.steps):
        row = work.forced[step]
        if row != NONE:
            bound |= np.int64(1) << step
        if begin <= row < last:
            bound |= work.kinds[rules.alike[step]]
    for i in range(begin, last):
        work.asked[i] &= np.uint32(~bound & 0xFFFFFFFF)
    for step in range(rules.steps):
        if begin <= work.forced[step] < last:
            work.asked[work.forced[step]] = np.uint32(1) << np.uint32(step)


@compiled
def _place(rows: Sorted, row: Whole, mask: Whole, rules: Rules, work: Attempt) -> bool:
    """Let a row fill a step that no row does, if there is one and no like row of its instant fills any."""
    mask &= ~work.state[_FILLED]
    while mask:
        bit = mask & -mask
        step = BITS[((bit * SPREAD) & 0xFFFFFFFF) >> 27]
        if not work.repeats or _rival(rows, row, rules.alike[step], work) == NONE:
            work.fillers[step] = row
            work.state[_FILLED] |= bit
            return True
        mask ^= bit
    return False


@compiled
def _rival(rows: Sorted, row: Whole, kind: Whole, work: Attempt) -> int:
    """The step of a kind that a row of the same instant fills; NONE where there is none."""
    mask = work.kinds[kind] & work.state[_FILLED]
    while mask:
        bit = mask & -mask
        step = BITS[((bit * SPREAD) & 0xFFFFFFFF) >> 27]
        if rows.times[work.fillers[step]] == rows.times[row]:
            return step
        mask ^= bit
    return NONE


@compiled
def _search(rows: Sorted, row: Whole, wanted: Whole, rules: Rules, work: Attempt) -> bool:
    """Let a row fill a step by moving others, where there is a way; else `state` has the steps seen."""
    new = 2 * rules.steps
    for step in range(rules.steps):
        work.places[step] = step
        work.holders[step] = work.holders[rules.steps + step] = work.fillers[step]
    work.holders[new] = row
    work.state[_SEEN], work.state[_ENTERED], work.state[_WAITING] = 0, 0, 1
    work.waiting[0], at = new, 0
    while at < work.state[_WAITING]:
        here, found = np.int64(work.waiting[at]), NONE
        if here >= rules.steps:
            found = _from_row(rows, here, wanted, rules, work)
        else:
            likes = work.kinds[rules.alike[here]]
            found = _reach(_asked(rows, work.fillers[here], wanted, work) & likes, here, work)
            if found == NONE:
                _enter(here, np.int64(NONE), rules, work)
        if found != NONE:
            _go(np.int64(found), rules, work)
            return True
        at += 1
    return False


@compiled
def _from_row(rows: Sorted, here: Whole, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """Look where a row may go: the step it reaches that no row fills, NONE where there is none."""
    row = np.int64(work.holders[here])
    mask = _asked(rows, row, wanted, work)
    while mask:
        kind = rules.alike[BITS[(((mask & -mask) * SPREAD) & 0xFFFFFFFF) >> 27]]
        rival = _rival(rows, row, kind, work)
        if rival == NONE:
            found = _reach(mask & work.kinds[kind], here, work)
            if found != NONE:
                return found
        elif rival + rules.steps != here:
            _enter(rival, here, rules, work)
        mask &= ~work.kinds[kind]
    return NONE


@compiled
def _reach(mask: Whole, place: Whole, work: Attempt) -> int:
    """Note steps that a place may fill; one of them that no row fills, NONE where there is none."""
    mask &= ~work.state[_SEEN]
    while mask:
        bit = mask & -mask
        step = BITS[((bit * SPREAD) & 0xFFFFFFFF) >> 27]
        work.state[_SEEN] |= bit
        work.came[step] = place
        if not work.state[_FILLED] & bit:
            return step
        work.waiting[work.state[_WAITING]] = step
        work.state[_WAITING] += 1
        mask ^= bit
    return NONE


@compiled
def _enter(place: Whole, row: Whole, rules: Rules, work: Attempt) -> None:
    """Note that the row in a place may leave it, for another row or for none."""
    bit = np.int64(1) << place
    if not work.state[_ENTERED] & bit:
        work.state[_ENTERED] |= bit
        work.entered[place] = row
        work.waiting[work.state[_WAITING]] = rules.steps + place
        work.state[_WAITING] += 1


@compiled
def _go(free: Whole, rules: Rules, work: Attempt) -> None:
    """Go the way back from a step that was reached to the new row, and let the rows on it move."""
    step, steps = free, rules.steps
    while step != NONE:
        here = np.int64(work.came[step])
        work.places[step] = here
        if here < steps:
            step = here
            continue
        while here != 2 * steps and work.entered[here - steps] != NONE:
            place = here - steps
            here = np.int64(work.entered[place])
            work.holders[place] = work.holders[here]
        step = here - steps if here != 2 * steps else np.int64(NONE)
    work.state[_FILLED] |= np.int64(1) << free
    for step in range(steps):
        if (work.state[_FILLED] >> step) & 1:
            work.fillers[step] = work.holders[work.places[step]]


@compiled
def _unlike(rows: Sorted, work: Attempt) -> int:
    """A step whose row may not fill it, but a like one of its instant; NONE where there is none."""
    mask = work.state[_FILLED]
    while mask:
        bit = mask & -mask
        step = BITS[((bit * SPREAD) & 0xFFFFFFFF) >> 27]
        if not np.int64(rows.masks[work.fillers[step]]) & bit:
            return step
        mask ^= bit
    return NONE


@compiled
def _decide(rows: Sorted, begin: int, end: int, most: int, wanted: Whole, rules: Rules, work: Attempt) -> int:
    """Try each row of an instant for a step of which they differ, then none; the best are in `kept`."""
    barred = work.state[_BARRED]
    while not rules.stop[0]:
        level = _fill(rows, begin, end, most, wanted, rules, work)
        if not _better(rows, level, work):
            break
        step = _unlike(rows, work) if work.repeats else NONE
        if step == NONE:
            work.state[_LEVEL] = level
            for each in range(level):
                work.kept[each] = work.taken[each]
            break
        work.state[_DECIDING], first = 1, np.int64(work.fillers[step])
        while first > begin and rows.times[first - 1] == rows.times[first]:
            first -= 1
        row = first
        while row < end and rows.times[row] == rows.times[first]:
            if _differs(rows, first, row, np.int64(step)):
                work.forced[step] = row
                _decide(rows, begin, end, most, wanted, rules, work)
            row += 1
        work.forced[step] = NONE
        work.barred[first] |= np.uint32(1) << np.uint32(step)
        work.undo[work.state[_BARRED]] = first * 32 + step
        work.state[_BARRED] += 1
    while work.state[_BARRED] > barred:
        work.state[_BARRED] -= 1
        undone = work.undo[work.state[_BARRED]]
        work.barred[undone >> 5] &= ~(np.uint32(1) << np.uint32(undone & 31))
    return work.state[_LEVEL]


@compiled
def _differs(rows: Sorted, first: Whole, row: Whole, step: Whole) -> bool:
    """Whether a row may fill a step, and is the first of its instant that fills what it does."""
    if not (rows.masks[row] >> np.uint32(step)) & np.uint32(1):
        return False
    same = 0
    for other in range(first, row):
        if rows.masks[other] == rows.masks[row]:
            same += 1
    return same == 0


@compiled
def _better(rows: Sorted, level: Whole, work: Attempt) -> bool:
    """Whether the rows taken fill more steps than those that are kept, or as many earlier."""
    if level != work.state[_LEVEL]:
        return level > work.state[_LEVEL]
    for step in range(level):
        taken, kept = rows.times[work.taken[step]], rows.times[work.kept[step]]
        if taken != kept:
            return bool(taken < kept)
    return False


@compiled
def _hit(rows: Sorted, begin: int, end: int, level: int, rules: Rules, work: Attempt) -> bool:
    """Whether an exclusion lies between the rows that completed the steps which it names."""
    for each in range(len(rules.after)):
        after, before = rules.after[each], rules.before[each]
        if after >= level:
            continue
        since = rows.times[work.kept[after]]
        until = rows.times[work.kept[before]] if before < level else rows.times[begin] + rules.window
        for i in range(work.kept[after], end):
            if rows.times[i] >= until:
                break
            if rows.times[i] > since and (rows.masks[i] >> np.uint32(rules.steps + each)) & np.uint32(1):
                return True
    return False
