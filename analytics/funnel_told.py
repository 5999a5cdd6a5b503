"""Which step broke, and which segments are the same people cut twice: what the sentences of a change tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analytics.funnel_rows import fetch
from analytics.funnel_solve import lines_of
from analytics.funnel_spec import FunnelSpec
from analytics.scope import Scope
from analytics.view import View

# Two segments are mostly the same people where so many of the smaller one are in the other.
MOSTLY = 0.6
# The step that broke is the first with so much of the largest change of any.
MOST_OF_IT = 0.5

People = NDArray[np.bool_]


@dataclass(frozen=True)
class Sides:
    """Who began in a window (`now`) and in the one before (`then`): a row each, a column a field."""

    now: pd.DataFrame
    then: pd.DataFrame

    def of(self, row: Any) -> tuple[People, People]:
        """Who of both a segment holds; everybody where it names no field."""
        name = str(row["split"])
        if not name:
            return np.ones(len(self.now), np.bool_), np.ones(len(self.then), np.bool_)
        return tuple((each[name] == row["breakdown"]).to_numpy(np.bool_) for each in (self.now, self.then))  # pyright: ignore[reportReturnType]

    def counted(self, kept: tuple[People, People], what: str = "reached") -> dict[str, int]:
        """Of some of both: who began and got there now (`n1`, `c1`) and before (`n0`, `c0`)."""
        found: dict[str, int] = {}
        for side, frame, some in (("1", self.now, kept[0]), ("0", self.then, kept[1])):
            found |= {f"n{side}": int(some.sum()), f"c{side}": int(frame.loc[some, what].sum())}
        return found

    def shared(self, first: Any, other: Any) -> tuple[int, int]:
        """How many of the smaller of two segments are in the other, and how many it has, of both windows."""
        one, two = (np.concatenate(self.of(each)) for each in (first, other))
        return int((one & two).sum()), int(min(one.sum(), two.sum()))

    def alike(self, first: Any, other: Any) -> bool:
        """Whether two segments are mostly the same people."""
        both, smaller = self.shared(first, other)
        return both >= MOSTLY * max(smaller, 1)

    def alone(self, row: Any, held: Any) -> float:
        """How much more a segment changed than the others, where another one is held fixed.

        Among those of the other one and among all else, each weighed by how many can be compared there;
        nothing where nobody can.
        """
        mine, fixed = self.of(row), self.of(held)
        sums = np.zeros(2)
        for inside in (True, False):
            there = [each == inside for each in fixed]
            ours = self.counted(tuple(a & b for a, b in zip(mine, there, strict=True)))  # pyright: ignore[reportArgumentType]
            rest = self.counted(tuple(~a & b for a, b in zip(mine, there, strict=True)))  # pyright: ignore[reportArgumentType]
            if not all(each[side] for each in (ours, rest) for side in ("n1", "n0")):
                continue
            many = [min(each["n1"], each["n0"]) for each in (ours, rest)]
            weight = many[0] * many[1] / sum(many)
            sums += weight * np.array([_change(ours) - _change(rest), 1.0])
        return float(sums[0] / sums[1]) if sums[1] else 0.0


def leading(segments: pd.DataFrame, sides: Sides, *, fell: bool) -> pd.DataFrame:
    """The segments, first the one that stays when those of mostly the same people are held fixed."""
    if len(segments) < 2:
        return segments
    rows, sign, first = segments.to_dict("records"), -1.0 if fell else 1.0, 0
    for n, row in enumerate(rows[1:], 1):
        lead = rows[first]
        if row["split"] == lead["split"] or not sides.alike(row, lead):
            continue
        # Shares of few people differ in their last digits only by how they were summed up.
        if round(sign * (sides.alone(row, lead) - sides.alone(lead, row)), 9) > 0:
            first = n
    return segments.iloc[[first, *(n for n in range(len(rows)) if n != first)]].reset_index(drop=True)


def milestones(view: View, scope: Scope, spec: FunnelSpec) -> dict[str, NDArray[np.uint64]]:
    """Who of those that begin reaches each step between the first and the last in time.

    Whatever lies between. The rows are read once for all of them.
    """
    whole = replace(spec.whole(), exclusions=(), steps=tuple(replace(s, within=None) for s in spec.steps))
    if len(whole.steps) < 3:
        return {}
    found = fetch(view, scope, whole)
    rows, reached = found.journeys, {}
    for bit, step in enumerate(whole.steps[1:-1], 1):
        masks = (rows.masks & np.uint32(1)) | ((rows.masks >> np.uint32(bit)) & np.uint32(1)) << np.uint32(1)
        kept = np.ones(len(masks), np.bool_) if spec.order == "strict" else masks != 0
        these = replace(rows, units=rows.units[kept], times=rows.times[kept], masks=masks[kept])
        lines = lines_of(replace(found, journeys=these), scope, replace(whole, steps=(whole.steps[0], step)))
        reached[step.name] = lines.units[lines.levels == 2]
    return reached


def broke(sides: Sides, row: Any, steps: Mapping[str, str]) -> tuple[str, dict[str, int]] | None:
    """The first step with most of a segment's change, and its counts; none where that is the last one.

    `steps` says in which column it stands who reached each.
    """
    kept = sides.of(row)
    counts = {name: sides.counted(kept, column) for name, column in steps.items()}
    last = sides.counted(kept)
    if not (last["n1"] and last["n0"]):
        return None
    sign = -1.0 if _change(last) < 0 else 1.0
    largest = max(sign * _change(each) for each in (*counts.values(), last))
    for name, each in counts.items():
        if largest > 0 and sign * _change(each) >= MOST_OF_IT * largest:
            return name, each
    return None


def _change(counts: Mapping[str, int]) -> float:
    return counts["c1"] / counts["n1"] - counts["c0"] / counts["n0"]
