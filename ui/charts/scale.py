"""How the numbers of one chart are written: all in one unit that fits them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ui import format as say

# Up to which value an axis stays in a unit, what one of the data's is in it, and its name.
Step = tuple[float, float, str]
FINEST, COARSEST = 1, math.inf
STEPS: dict[str, tuple[Step, ...]] = {
    "ms": (
        (1_000, 1, " ms"),
        (120_000, 1 / 1_000, " s"),
        (7_200_000, 1 / 60_000, " min"),
        (172_800_000, 1 / 3_600_000, " h"),
        (COARSEST, 1 / 86_400_000, " d"),
    ),
    "hours": ((1, 60, " min"), (48, 1, " h"), (COARSEST, 1 / 24, " d")),
    "bytes": (
        (1e3, 1, " B"),
        (1e6, 1e-3, " kB"),
        (1e9, 1e-6, " MB"),
        (1e12, 1e-9, " GB"),
        (COARSEST, 1e-12, " TB"),
    ),
}
# What d3 writes as we do; the rest is written in Python and travels as text.
EXACT = {"count": ",.0f", "ratio": ".1%"}


@dataclass(frozen=True)
class Scale:
    """One unit for a whole axis, and the exact words of each value."""

    unit: str = "count"
    factor: float = FINEST
    suffix: str = ""
    whole: bool = False
    signed: bool = False

    @property
    def axis(self) -> dict[str, Any]:
        """How an axis writes its ticks: 5,000 · 20k · $1.50 · 40% · 12 s."""
        if self.unit == "ratio":
            return {"tickformat": ".3~%"}
        if self.unit == "usd" and self.signed:
            # A prefix would stand before the sign: $-2,000.
            return {"tickformat": "$,.2~f"}
        plain: dict[str, Any] = {"tickformat": "", "exponentformat": "B", "separatethousands": True}
        plain |= {"tickprefix": "$"} if self.unit == "usd" else {}
        plain |= {"ticksuffix": self.suffix} if self.suffix else {}
        # A count has no halves: between 0 and 1 there is no tick.
        return plain | ({"dtick": 1} if self.whole else {})

    def on(self, values: Iterable[float | None]) -> list[float | None]:
        """The values in the unit of the axis; nothing where there is none."""
        known = [None if value is None or math.isnan(value) else value for value in values]
        if self.factor == FINEST:
            return known
        return [None if value is None else value * self.factor for value in known]

    def tips(self, values: Iterable[float | None], place: str = "y") -> dict[str, Any]:
        """The tooltip of a trace, every digit said."""
        if self.unit in EXACT:
            return {"hovertemplate": f"%{{{place}:{EXACT[self.unit]}}}"}
        return {"hovertemplate": "%{text}", "text": self.words(values)}

    def short(self, value: float) -> str:
        """A round value without its zeros: 95% · 8 s."""
        return re.sub(r"\.0+(?!\d)", "", say.number(value, self.unit))

    def words(self, values: Iterable[float | None], *, compact: bool = False) -> list[str]:
        """Each value as a sentence would say it."""
        return [say.number(value, self.unit, compact=compact) for value in values]


def fitting(unit: str, values: Iterable[float | None]) -> Scale:
    """The scale for values of a unit: that of the largest."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    most = max(map(abs, known), default=0.0)
    for limit, factor, suffix in STEPS.get(unit, ()):
        if most < limit:
            return Scale(unit, factor, suffix)
    return Scale(unit, whole=unit == "count" and most <= 4, signed=min(known, default=0.0) < 0)
