"""What happened, as marks for charts over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.charts import Mark
from ui.charts.times import on_the_wall

if TYPE_CHECKING:
    from analytics.scope import Scope
    from ui.context import Visit


def marks_of(visit: Visit, scope: Scope) -> tuple[Mark, ...]:
    """The annotations of a window that this person may see, in local time; equal ones make equal figures."""
    found = visit.annotations.between(visit.principal, scope)
    starts = on_the_wall([each.start for each in found], scope)
    ends = [each.end and on_the_wall([each.end], scope)[0] for each in found]
    return tuple(Mark(start, end, each.text) for each, start, end in zip(found, starts, ends, strict=True))
