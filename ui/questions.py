"""What the panels of a board ask, in which scopes, and what of it is still wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from analytics.query import AUTO, Query
from ui.asked import Asked
from ui.clicks import over_time
from ui.live import SHORT
from ui.marks import marks_of
from ui.unfit import refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from datetime import datetime

    from analytics.board import Board, Panel
    from analytics.question import Question
    from analytics.scope import Scope
    from service.ask import Answer
    from ui.context import Visit


@dataclass(frozen=True)
class Asks:
    """The questions of one panel: now, over time for its sparkline, and of the window compared with."""

    now: tuple[Question, Scope]
    trend: tuple[Question, Scope] | None = None
    before: tuple[Question, Scope] | None = None
    compared: bool = False

    def all(self) -> Iterable[tuple[Question, Scope]]:
        """Each of them."""
        return (each for each in (self.now, self.trend, self.before) if each is not None)


def fitted(board: Board, page: Scope) -> Board:
    """The board for a page: where its window is over, panels of the last minutes answer for all of it."""
    if page.end >= page.present:
        return board
    rows = (replace(row, panels=tuple(map(of_the_page, row.panels))) for row in board.rows)
    return replace(board, rows=tuple(rows))


def of_the_page(panel: Panel) -> Panel:
    """A panel of the last minutes with the window of its page in place of its own."""
    if panel.window not in SHORT:
        return panel
    trend = None if panel.trend is None else coarser(panel.trend)
    return replace(panel, window=None, question=coarser(panel.question), trend=trend)


def coarser(question: Question) -> Question:
    """The same question in buckets that fit its window: there are too many minutes in a long one."""
    if isinstance(question, Query) and question.grain == "minute":
        return replace(question, grain=AUTO)
    return question


def asks_of(visit: Visit, panel: Panel, page: Scope) -> Asks:
    """What a panel asks on a page; a query compares in itself, anything else is asked twice."""
    scope = panel.scope(page)
    trend = None if panel.trend is None else (panel.trend, scope)
    earlier = visit.before(scope, own=panel.window is not None) if compares(panel) else None
    if earlier is None:
        return Asks((panel.question, scope), trend)
    if isinstance(panel.question, Query):
        return Asks((against(panel.question, earlier.start, earlier.end), scope), trend, compared=True)
    return Asks((panel.question, scope), trend, (panel.question, earlier), compared=True)


def compares(panel: Panel) -> bool:
    """Whether a panel shows what a number was before: numbers, or lines of measures."""
    if panel.alone:
        return False
    if panel.chart == "line":
        return not panel.by and isinstance(panel.question, Query)
    return panel.chart in ("number", "numbers", "gauge")


@lru_cache(maxsize=512)
def against(query: Query, start: datetime, end: datetime) -> Query:
    """The query with what it says of another window beside each number."""
    return replace(query, compare=(start, end))


def ask(visit: Visit, panel: Panel, asks: Asks, seen: Future[Answer] | None = None) -> Asked:
    """Starts all the questions of a panel; `seen` is what tells how old the rows of its page are."""
    question, scope = asks.now
    refusal = refused(visit, scope, question.tables)
    if refusal is not None:
        return Asked(panel, visit, question, scope, visit.request.text(), refusal)
    return Asked(
        panel=panel,
        visit=visit,
        question=question,
        scope=scope,
        address=visit.request.text(),
        now=visit.ask(question, scope),
        before=None if asks.before is None else visit.ask(*asks.before),
        trend=None if asks.trend is None else visit.ask(*asks.trend),
        compared=asks.compared,
        marks=marks_of(visit, scope) if over_time(panel) else (),
        seen=seen,
    )


def wanted(asks: Iterable[Asks]) -> set[tuple[str, Scope]]:
    """What this page waits for: whatever else this session asked before may be stopped."""
    return {(question.name, scope) for each in asks for question, scope in each.all()}
