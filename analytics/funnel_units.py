"""Rows in any order -> the rows of each unit together and in order of time, a few thousand units at a time.

Rows are first spread over buckets by their unit's hash, so that what is then sorted fits the processor's
cache. Each function works on a part of the rows or of the buckets, so that threads can share the work.
"""

# ruff: noqa: PLR0917
# Compiled loops: a branch is cheaper than a call, and arguments have places only.

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analytics.compiled import compiled

Codes = NDArray[np.uint64]
Masks = NDArray[np.uint32]
Longs = NDArray[np.int64]
Places = NDArray[np.int32]

NOWHERE = -1
HAS_VALUE = 31  # the bit of a row that carries a value of the breakdown
_FEW = 24  # rows that are sorted fastest by inserting each


class Sorted(NamedTuple):
    """Rows of some units, each unit's together and by time, with their places in the input."""

    times: Longs
    masks: Masks
    places: Places
    first: Longs  # where each unit begins; one more says where the last ends
    touched: Places  # two a unit: its first and last row that fills a step and carries a value


class Desk(NamedTuple):
    """What sorting needs beside the rows: a table of units, and a second copy of the rows."""

    keys: Codes
    entries: Longs
    local: Longs
    times: Longs
    masks: Masks
    places: Places


class Counting(NamedTuple):
    """Steps that are filled by the n-th matching row, and from when on rows count for anything else."""

    nth: Longs
    since: int
    steps: int
    touches: bool


def sorted_room(rows: int) -> Sorted:
    """Room for so many rows."""
    return Sorted(
        np.empty(rows, np.int64),
        np.empty(rows, np.uint32),
        np.empty(rows, np.int32),
        np.empty(rows + 1, np.int64),
        np.empty(2 * rows, np.int32),
    )


def desk_room(rows: int, bucket: int) -> Desk:
    """Room for so many rows, of which one bucket holds at most so many."""
    slots = 1 << max(int(2 * bucket - 1).bit_length(), 4)
    return Desk(
        np.empty(slots, np.uint64),
        np.empty(slots, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.int64),
        np.empty(rows, np.uint32),
        np.empty(rows, np.int32),
    )


@compiled
def count(units: Codes, low: int, high: int, shift: Any, counts: Longs) -> None:
    """How many of the rows fall into each bucket."""
    for i in range(low, high):
        counts[(units[i] * np.uint64(0x9E3779B97F4A7C15)) >> shift] += 1


@compiled
def spread(
    units: Codes, times: Longs, masks: Masks, low: int, high: int, shift: Any, at: Longs, records: Any
) -> None:
    """Write each row where its bucket has room."""
    for i in range(low, high):
        bucket = (units[i] * np.uint64(0x9E3779B97F4A7C15)) >> shift
        place = at[bucket]
        at[bucket] = place + 1
        records[place, 0] = units[i]
        records[place, 1] = np.uint64(times[i])
        records[place, 2] = (np.uint64(masks[i]) << np.uint64(32)) | np.uint64(i)


@compiled
def gather(
    records: Any, bounds: Longs, first: int, last: int, rules: Counting, out: Sorted, desk: Desk
) -> int:
    """The rows of the buckets from `first` up to `last`, by unit and time; how many units there are."""
    units, filled = 0, 0
    for bucket in range(first, last):
        low, high = bounds[bucket], bounds[bucket + 1]
        if low == high:
            continue
        found = _group(records, low, high, filled, units, out, desk)
        for unit in range(units, units + found):
            begin, end = out.first[unit], out.first[unit + 1]
            _sort(begin, end, out, desk)
            _keep_nth(begin, end, rules, out)
            if rules.touches:
                _touch(begin, end, unit, rules, out)
        units += found
        filled += high - low
    return units


@compiled
def _group(records: Any, low: int, high: int, filled: int, unit: int, out: Sorted, desk: Desk) -> int:
    """Put the rows of each unit together; writes where units begin, and says how many there are."""
    slots = 16
    while slots < 2 * (high - low):
        slots *= 2
    wrap, found = np.uint64(slots - 1), 0
    for i in range(slots):
        desk.entries[i] = NOWHERE
    for i in range(low, high):
        key = records[i, 0]
        slot = ((key * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(32)) & wrap
        while desk.entries[slot] != NOWHERE and desk.keys[slot] != key:
            slot = (slot + np.uint64(1)) & wrap
        if desk.entries[slot] == NOWHERE:
            desk.entries[slot] = found
            desk.keys[slot] = key
            out.first[unit + found + 1] = 0
            found += 1
        desk.local[i - low] = desk.entries[slot]
        out.first[unit + desk.entries[slot] + 1] += 1
    out.first[unit] = filled
    for each in range(unit, unit + found):
        out.first[each + 1] += out.first[each]
    for i in range(low, high):
        own = unit + desk.local[i - low]
        place = out.first[own]
        out.first[own] = place + 1
        out.times[place] = np.int64(records[i, 1])
        out.masks[place] = np.uint32(records[i, 2] >> np.uint64(32))
        out.places[place] = np.int32(records[i, 2] & np.uint64(0xFFFFFFFF))
    for each in range(unit + found, unit, -1):
        out.first[each] = out.first[each - 1]
    out.first[unit] = filled
    return found


@compiled
def _sort(begin: int, end: int, out: Sorted, desk: Desk) -> None:
    """Order the rows of a unit by time, equal ones as they came; mostly they are so already."""
    disorder = 0
    for i in range(begin + 1, end):
        if out.times[i] < out.times[i - 1]:
            disorder += 1
    if disorder == 0:
        return
    if end - begin > _FEW:
        _merge_sort(begin, end, out, desk)
        return
    for i in range(begin + 1, end):
        time, mask, place = out.times[i], out.masks[i], out.places[i]
        j = i - 1
        while j >= begin and out.times[j] > time:
            out.times[j + 1], out.masks[j + 1], out.places[j + 1] = out.times[j], out.masks[j], out.places[j]
            j -= 1
        out.times[j + 1], out.masks[j + 1], out.places[j + 1] = time, mask, place


@compiled
def _merge_sort(begin: int, end: int, out: Sorted, desk: Desk) -> None:
    """Merge runs that are twice as long each time; what lies in order already is only copied."""
    width = 1
    while width < end - begin:
        for low in range(begin, end, 2 * width):
            middle, high = min(low + width, end), min(low + 2 * width, end)
            left, right = low, middle
            for i in range(low, high):
                if right >= high or (left < middle and out.times[left] <= out.times[right]):
                    source = left
                    left += 1
                else:
                    source = right
                    right += 1
                desk.times[i], desk.masks[i], desk.places[i] = (
                    out.times[source],
                    out.masks[source],
                    out.places[source],
                )
        for i in range(begin, end):
            out.times[i], out.masks[i], out.places[i] = desk.times[i], desk.masks[i], desk.places[i]
        width *= 2


@compiled
def _keep_nth(begin: int, end: int, rules: Counting, out: Sorted) -> None:
    """Leave the step of an n-th time to its n-th row, and nothing to rows before the beginning."""
    for step in range(rules.steps):
        if rules.nth[step] <= 1:
            continue
        bit, seen = np.uint32(1) << np.uint32(step), 0
        for i in range(begin, end):
            if out.masks[i] & bit:
                seen += 1
                if seen != rules.nth[step]:
                    out.masks[i] &= ~bit
    for i in range(begin, end):
        if out.times[i] >= rules.since:
            break
        out.masks[i] = np.uint32(0)


@compiled
def _touch(begin: int, end: int, unit: int, rules: Counting, out: Sorted) -> None:
    """The first and the last row of a unit that fills a step and carries a value."""
    value = np.uint32(1) << np.uint32(HAS_VALUE)
    steps = (np.uint32(1) << np.uint32(rules.steps)) - np.uint32(1)
    out.touched[2 * unit] = out.touched[2 * unit + 1] = NOWHERE
    for i in range(begin, end):
        if out.masks[i] & steps and out.masks[i] & value:
            if out.touched[2 * unit] == NOWHERE:
                out.touched[2 * unit] = out.places[i]
            out.touched[2 * unit + 1] = out.places[i]
