"""A panel on a page: what it asked, and what its answers say in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from analytics import presence, rows
from analytics.request import LAST_MONTH, MONTH
from ui import charts, figures, theme
from ui import format as say
from ui.drawing import PREVIOUS, in_a_sentence

if TYPE_CHECKING:
    from concurrent.futures import Future
    from datetime import datetime

    import pandas as pd

    from analytics.board import Panel
    from analytics.question import Behind, Question
    from analytics.scope import Scope
    from service.ask import Answer
    from ui.charts import Mark
    from ui.context import Visit
    from ui.figures import Shown

TILE, LINE = 190, 60
HEIGHTS = {"number": TILE, "numbers": TILE, "headline": LINE, "progress": LINE, "callout": LINE}
# A rate of fewer is noise: its sample is named, and it is compared with nothing.
SMALL_SAMPLE = 30


@dataclass(frozen=True)
class Asked:
    """A panel on a page: its scope, and the answers that it waits for."""

    panel: Panel
    visit: Visit
    question: Question
    scope: Scope
    address: str
    now: Future[Answer]
    before: Future[Answer] | None = None
    trend: Future[Answer] | None = None
    compared: bool = False
    marks: tuple[Mark, ...] = ()
    seen: Future[Answer] | None = None  # the newest row of each table of the page, whosever it is

    def behind(self, visit: Visit, frame: pd.DataFrame) -> Behind | None:
        """The rows that a frame was drawn from; None where single rows cannot be shown.

        Who presents got a frame with aliases, which are read back.
        """
        found = rows.drawn(self.panel.question, self.panel.value, frame)
        presenting = visit.principal.presenting
        return found if found is None or presenting is None else presenting.rows(found)

    @property
    def futures(self) -> tuple[Future[Answer], ...]:
        """All that must be there before the panel is drawn."""
        return tuple(each for each in (self.now, self.before, self.trend) if each is not None)

    @property
    def waits(self) -> tuple[Future[Answer], ...]:
        """The same, and what tells how old its rows are."""
        return (*self.futures, *(() if self.seen is None else (self.seen,)))

    @property
    def ready(self) -> bool:
        """Whether it can be drawn now."""
        return all(future.done() for future in self.waits)

    @property
    def late(self) -> dict[str, datetime]:
        """The tables that it reads whose newest row is much older than the end of its window."""
        if self.seen is None or self.seen.exception() is not None:
            return {}
        return presence.late(self.seen.result().frame, self.panel.question.tables, self.scope)

    @property
    def key(self) -> str:
        """A widget of its own for each address, so that no selection outlives the click that made it.

        And for each theme: a chart keeps the colours in which it was drawn first.
        """
        shade = "_dark" if theme.shade() == "dark" else ""
        return f"{self.panel.chart}_{self.panel.id}_{crc32(self.address.encode())}{shade}"

    @property
    def height(self) -> int:
        """How much room it needs."""
        return HEIGHTS.get(self.panel.chart, charts.MEDIUM)

    def number(self, name: str) -> float | None:
        """A number of its one row."""
        return figures.number(self.now.result(), name)

    def earlier(self, name: str) -> float | None:
        """The same number of the window compared with."""
        if self.before is not None:
            return figures.number(self.before.result(), name)
        before = f"{name}_before"
        return self.number(before) if before in self.now.result().frame else None

    def sample(self) -> tuple[float | None, str] | None:
        """What a ratio is a part of: how many, and of what; None for all other numbers."""
        panel = self.panel
        name = f"{panel.value}_of"
        if name not in self.now.result().frame:
            name = panel.by if panel.chart == "gauge" and panel.by else ""
        if not name:
            return None
        return self.number(name), in_a_sentence(panel.question.column(name).label)

    @property
    def beside(self) -> str | None:
        """The window of one's own that it is compared with, as the address holds it."""
        compare = self.visit.request.compare
        return compare if isinstance(compare, str) and self.compared and self.panel.window is None else None

    @property
    def shown(self) -> Shown | None:
        """The figure of its answers; None where there is nothing to draw."""
        before = None if self.before is None else self.before.result()
        beside = PREVIOUS if self.beside is None else say.days(self.beside, self.visit.now)
        return figures.shown(self.panel, self.scope, self.now.result(), before, self.marks, beside=beside)


def change(asked: Asked, name: str | None = None) -> tuple[str | int | None, str | None]:
    """What the number, or that of a name, did against the window before; and against which."""
    if not asked.compared:
        return None, None
    if name is None and few(asked):
        return "too few to compare", None
    unit = figures.unit_name(asked.panel) if name is None else asked.panel.question.column(name).unit
    name = name or asked.panel.value
    step = say.change(asked.number(name), asked.earlier(name), unit)
    if step is None:
        return None, "nothing to compare"
    request = asked.visit.request
    if asked.beside is not None:
        return step, f"vs {say.days(asked.beside, asked.visit.now)}"
    window = asked.panel.window or request.window
    length = "month" if window in {MONTH, LAST_MONTH} else say.length(asked.scope.end - asked.scope.start)
    return step, f"vs prior {length}"


def few(asked: Asked) -> bool:
    """Whether a rate is one of too few to mean much."""
    sample = asked.sample()
    return sample is not None and sample[0] is not None and 0 < sample[0] < SMALL_SAMPLE
