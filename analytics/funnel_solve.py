"""A funnel solved: one line for each unit and value of a breakdown, with the rows of its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analytics.funnel_kernel import NONE, Journeys, solve
from analytics.funnel_rows import SEPARATOR, FunnelRows, fetch, terms
from analytics.funnel_spec import FunnelSpec
from analytics.scope import Scope
from analytics.view import View

OTHER = "Other"
_MIXER = np.uint64(0xBF58476D1CE4E5B9)


@dataclass(frozen=True)
class Solved:
    """Units that entered: how deep they got, in which stretch of entries, when they did what.

    `times` are microseconds, those beyond a unit's level mean nothing; `codes` say which of `values` a line
    counts for, the last one being all the others where `other` says so. `rows` are places among the fetched
    rows; `units` are the hashes of whoever is counted.
    """

    levels: NDArray[np.int64]
    stretches: NDArray[np.int64]
    times: NDArray[np.int64]
    rows: NDArray[np.int64]
    codes: NDArray[np.int64]
    units: NDArray[np.uint64]
    values: tuple[str, ...] = ("",)
    other: bool = False

    def code_of(self, value: str) -> int:
        """The code of a value; one that no line has where there is none."""
        return self.values.index(value) if value in self.values else NONE

    def only(self, kept: NDArray[Any]) -> Solved:
        """Some of the lines."""
        fields = ("levels", "stretches", "times", "rows", "codes", "units")
        return replace(self, **{name: getattr(self, name)[kept] for name in fields})


def solved(
    view: View,
    scope: Scope,
    spec: FunnelSpec,
    *,
    bounds: Sequence[datetime] | None = None,
) -> Solved:
    """The lines of a funnel, with entries in the window or in each stretch between two of the bounds."""
    return lines_of(fetch(view, scope, spec), scope, spec, bounds)


def lines_of(
    found: FunnelRows, scope: Scope, spec: FunnelSpec, bounds: Sequence[datetime] | None = None
) -> Solved:
    """The lines of a funnel whose rows are there: those of a longer window do as well."""
    journeys, taken, values = _by_value(found, spec)
    paths = solve(journeys, terms(spec, scope, bounds))
    least = spec.attribution_step if spec.broken_by and spec.attribution == "step" else 1
    kept = np.flatnonzero(paths.levels >= least)
    rows = paths.rows[kept].astype(np.int64)
    first = rows[:, 0]
    if not spec.broken_by:
        codes = np.zeros(len(kept), np.int64)
    elif spec.attribution in ("first_touch", "last_touch"):
        touched = paths.first_touch if spec.attribution == "first_touch" else paths.last_touch
        codes, found = _values_at(touched[kept], found)
    else:
        codes = values[first].astype(np.int64)
    rows = np.where(rows == NONE, NONE, taken[rows]) if taken is not None else rows
    lines = Solved(
        paths.levels[kept].astype(np.int64),
        paths.stretches[kept].astype(np.int64),
        found.journeys.times[rows] if len(found.journeys.times) else np.zeros(rows.shape, np.int64),
        rows,
        codes,
        found.journeys.units[rows[:, 0]],
        found.values,
    )
    return _ranked(lines, spec)


def _values_at(places: NDArray[Any], found: FunnelRows) -> tuple[NDArray[np.int64], FunnelRows]:
    """The codes of some rows; where there is no row, that of the empty value."""
    nothing = _nothing(found.values)
    values = found.values if nothing in found.values else (*found.values, nothing)
    codes = np.where(places == NONE, values.index(nothing), found.codes[places] if len(found.codes) else 0)
    return codes.astype(np.int64), replace(found, values=values)


def _nothing(values: tuple[str, ...]) -> str:
    """The value of a row that has none, with as many parts as others."""
    return SEPARATOR * values[0].count(SEPARATOR) if values else ""


def _by_value(
    found: FunnelRows, spec: FunnelSpec
) -> tuple[Journeys, NDArray[np.int64] | None, NDArray[np.int32]]:
    """The rows by unit, and by value where each is asked by itself; which rows they are, of which value."""
    journeys, codes = found.journeys, found.codes
    if not spec.broken_by or spec.attribution in ("first_touch", "last_touch"):
        return journeys, None, codes
    if spec.attribution == "all_events":
        return replace(journeys, units=_mixed(journeys.units, codes)), None, codes
    bit = np.uint32(1 << (spec.attribution_step - 1))
    fills = journeys.masks & bit != 0
    owners, values = _pairs(journeys.units[fills], codes[fills])
    begins = np.searchsorted(owners, journeys.units, side="left")
    many = np.searchsorted(owners, journeys.units, side="right") - begins
    taken = np.repeat(np.arange(len(many)), many)
    which = np.arange(len(taken)) - np.repeat(np.cumsum(many) - many, many) + np.repeat(begins, many)
    solved_for = values[which]
    masks = journeys.masks[taken]
    masks = np.where(codes[taken] == solved_for, masks, masks & ~bit)
    units = _mixed(journeys.units[taken], solved_for)
    return Journeys(units, journeys.times[taken], masks), taken, solved_for


def _pairs(
    units: NDArray[np.uint64], codes: NDArray[np.int32]
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Which unit has which values, by unit."""
    order = np.lexsort((codes, units))
    units, codes = units[order], codes[order]
    new = np.ones(len(units), bool)
    new[1:] = (units[1:] != units[:-1]) | (codes[1:] != codes[:-1])
    return units[new], codes[new]


def _mixed(units: NDArray[np.uint64], codes: NDArray[np.int32]) -> NDArray[np.uint64]:
    """A unit for each unit and value."""
    with np.errstate(over="ignore"):
        return (units ^ (codes.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))) * _MIXER + codes.astype(
            np.uint64
        )


def _ranked(lines: Solved, spec: FunnelSpec) -> Solved:
    """The values with the most units first, ties by label; those beyond the limit are one, each unit once."""
    people = np.bincount(lines.codes, minlength=len(lines.values))
    order = sorted(np.flatnonzero(people).tolist(), key=lambda code: (-people[code], lines.values[code]))
    if not spec.broken_by:
        return lines
    limit = len(order) if spec.breakdown_limit is None else spec.breakdown_limit
    top = order[:limit]
    place = np.full(len(lines.values), len(top), np.int64)
    place[top] = np.arange(len(top))
    values = tuple(lines.values[code] for code in top)
    ranked = replace(lines, codes=place[lines.codes], values=values)
    if len(order) <= limit:
        return ranked
    other = SEPARATOR.join([OTHER] * len(spec.broken_by))
    ranked = replace(ranked, values=(*values, other), other=True)
    return ranked.only(_once(ranked, len(top)))


def _once(lines: Solved, other: int) -> NDArray[Any]:
    """The lines without those by which a unit is counted among the others again: its deepest one stays."""
    rest = np.flatnonzero(lines.codes == other)
    owners = lines.units[rest]
    order = np.lexsort((-lines.levels[rest], lines.stretches[rest], owners))
    again = np.zeros(len(rest), bool)
    ordered, stretches = owners[order], lines.stretches[rest][order]
    again[1:] = (ordered[1:] == ordered[:-1]) & (stretches[1:] == stretches[:-1])
    kept = np.ones(len(lines.codes), bool)
    kept[rest[order[again]]] = False
    return np.flatnonzero(kept)
