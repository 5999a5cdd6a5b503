"""What changed between a window and the one before: who reaches each milestone, and for whom it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from analytics.experiment import holm
from analytics.experiment_tests import two_proportions
from analytics.funnel import funnel
from analytics.funnel_known import as_known
from analytics.funnel_questions import OfFunnel
from analytics.funnel_spec import FunnelSpec
from analytics.question import Column
from analytics.scope import Scope
from analytics.steps import Step
from analytics.view import View

# Who reached the step, and who began.
Counted = tuple[int, int]
NOBODY: Counted = (0, 0)
SURE = 0.05
EVERYBODY = "Everybody"

WHO = Column("breakdown", "Who", "text", "Everybody, or those of one value that the people are split by.")
REACHED = Column("name", "Reached", "text", "What they did in its time after the first step.")
ENTERED = Column("entered", "Began", "count", "Who took the first step in the window.")
NOW = Column("conversion", "Share", "ratio", "Who of those reached it.")
BEGAN_BEFORE = Column(
    "entered_before", "Began before", "count", "Who took the first step in the window before."
)
BEFORE = Column(
    "conversion_before", "Share before", "ratio", "Who of those had reached it by as long after it."
)
CHANGE = Column("difference", "Change", "points", "The share less the one before.")
LOW = Column("low", "At least", "points", "The lower end of the change's 95% interval.")
HIGH = Column("high", "At most", "points", "The upper end of the change's 95% interval.")
VERDICT = Column("verdict", "Verdict", "text", "By the test of two shares, corrected for the number of rows.")


class BesideBefore(OfFunnel):
    """A question about a funnel in a window beside the one before."""

    def reads(self, scope: Scope) -> Scope:
        """Whose rows are read: those of the window before too."""
        return replace(scope, start=min(scope.start, before(scope).start))


@dataclass(frozen=True)
class FunnelChange(BesideBefore):
    """Who of those who begin reach each later step, beside the window before as it stood as long after it.

    Each later step is a milestone of its own, whatever lies between. Everybody's are told for all of them; of
    a breakdown, each value's for the last one.
    """

    spec: FunnelSpec
    kind: ClassVar[str] = "funnel_change"
    columns: ClassVar[tuple[Column, ...]] = (  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]
        WHO, REACHED, ENTERED, NOW, BEGAN_BEFORE, BEFORE, CHANGE, LOW, HIGH, VERDICT,
    )  # fmt: skip

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """Everybody's milestones in their order, then the values, the most people first."""
        first, *later = self.spec.steps
        earlier = before(scope, as_known(view, scope, self.spec.steps))
        rows: list[tuple[str, str, Counted, Counted]] = []
        for step in later:
            spec = self._to(step, first).whole()
            now, then = counted(view, scope, spec), counted(view, earlier, spec)
            rows.append((EVERYBODY, step.name, now.get("", NOBODY), then.get("", NOBODY)))
        if self.spec.broken_by and later:
            spec = self._to(later[-1], first)
            now, then = counted(view, scope, spec), counted(view, earlier, spec)
            mine = sorted({**then, **now}, key=lambda value: (-now.get(value, NOBODY)[1], value))
            rows += [
                (value, later[-1].name, now.get(value, NOBODY), then.get(value, NOBODY)) for value in mine
            ]
        return told(rows)

    def _to(self, step: Step, first: Step) -> FunnelSpec:
        """The funnel from the first step straight to one of the others."""
        at = min(self.spec.attribution_step, 2)
        return replace(
            self.spec, steps=(first, replace(step, within=None)), exclusions=(), attribution_step=at
        )


def before(scope: Scope, known: Scope | None = None) -> Scope:
    """The window before, seen as long after its end as this one is known after its own.

    `known` is the scope whose now says until when rows are known, where that is earlier than the clock's.
    """
    earlier = scope.previous()
    return replace(earlier, now=(known or scope).present - (scope.end - earlier.end))


def counted(view: View, scope: Scope, spec: FunnelSpec) -> dict[str, Counted]:
    """Who reached the last step, and who entered, of every value that there is; of all under no value."""
    frame = funnel(view, scope, spec)
    values = frame["breakdown"] if spec.broken_by else [""] * len(frame)
    named = [" · ".join(each) if isinstance(each, tuple) else str(each) for each in values]
    frame = frame.assign(value=pd.Series(named, frame.index, dtype="str"))
    entered = frame[frame["step"] == 1].set_index("value")["count"]
    reached = frame[frame["step"] == 2].set_index("value")["count"]
    return {str(value): (int(reached[value]), int(entered[value])) for value in entered.index}


def told(rows: list[tuple[str, str, Counted, Counted]]) -> pd.DataFrame:
    """The rows with their tests: Holm's correction over all of them."""
    tests = [two_proportions(now, then) for _, _, now, then in rows]
    corrected = holm([test.p_value for test in tests])
    said = [
        (
            who,
            name,
            now[1],
            share(now),
            then[1],
            share(then),
            t.difference,
            t.difference_low,
            t.difference_high,
            verdict(t.difference, p),
        )
        for (who, name, now, then), t, p in zip(rows, tests, corrected, strict=True)
    ]
    kinds = {
        each.name: {"text": "str", "count": "int64"}.get(each.unit, "float64")
        for each in FunnelChange.columns
    }
    return pd.DataFrame(said, columns=[*kinds]).astype(kinds)


def share(group: Counted) -> float:
    """Of a group, who reached it; nothing of nobody."""
    return group[0] / group[1] if group[1] else float("nan")


def verdict(difference: float, p_value: float | None) -> str:
    """A row in words."""
    if p_value is None or p_value != p_value or difference != difference:  # noqa: PLR0124  a NaN is unlike itself
        return "too few to tell"
    if p_value >= SURE:
        return "may be chance"
    return "rose" if difference > 0 else "fell"
