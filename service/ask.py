"""The one way to an answer: cached by question, scope and table versions; asked once for all who wait."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analytics.scope import Scope, covers
from analytics.view import QueryCancelled, QueryTimeout, ScopeTooWide
from data.cancel import Cancel, cancelling

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from analytics.analysis import Analysis
    from analytics.view import View
    from data.store import Store
    from service.access import Principal

# What is drawn from an answer lives as long as the answer, and weighs more than a small frame.
DRAWN_BYTES = 64 * 1024

Key = tuple[object, ...]
Wanted = tuple[str, Scope]


@dataclass(frozen=True, eq=False)
class Answer:
    """A frame that answers one question in one scope; everybody shares it, so nobody may change it."""

    frame: pd.DataFrame
    as_of: datetime
    ms: float


@dataclass(eq=False)
class Question:
    """An answer in the making: who waits for it, since when, and how to stop it."""

    key: Key
    wanted: Wanted
    owners: set[str]
    future: Future[Answer] = field(default_factory=Future)
    cancel: Cancel = field(default_factory=Cancel)
    started: float | None = None
    stopped: bool = False
    late: bool = False

    def stop(self, *, late: bool = False) -> None:
        """Interrupt the query, or keep it from starting."""
        self.stopped, self.late = True, late
        self.cancel.cancel()


class Ask:
    """Answers: a cache bounded by bytes, a pool sized to the cores, a limit of time for every question."""

    def __init__(
        self, *, workers: int | None = None, cache_bytes: int = 128 * 2**20, limit_seconds: float = 30
    ) -> None:
        self._pool = ThreadPoolExecutor(workers or os.cpu_count() or 2, thread_name_prefix="ask")
        self._cache: OrderedDict[Key, tuple[Future[Answer], int]] = OrderedDict()
        self._room = cache_bytes
        self._open: dict[Key, Question] = {}
        self._unfinished: set[Question] = set()
        self._lock = threading.Lock()
        self._limit_seconds = limit_seconds
        self._closed = threading.Event()
        threading.Thread(target=self._stop_the_late, name="ask-limit", daemon=True).start()

    def start(
        self, store: Store, principal: Principal, scope: Scope, analysis: Analysis, owner: str = ""
    ) -> Future[Answer]:
        """The answer, now or later: from the cache, from whoever already asks the same, or asked now."""
        view = principal.view(store)
        if not covers(view.tenants, scope.tenants):
            raise ScopeTooWide("These tenants are not yours to see: choose among those in the list.")
        key: Key = (store, analysis.name, scope, view.versions(analysis.tables))
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key][0]
            question = self._open.get(key)
            if question is None or question.stopped:
                question = self._open[key] = Question(key, (analysis.name, scope), {owner})
                self._unfinished.add(question)
                self._pool.submit(self._run, question, view, analysis, scope)
            question.owners.add(owner)
            return question.future

    def supersede(self, owner: str, wanted: Collection[Wanted]) -> None:
        """Stop what this owner asked before and wants no more, unless somebody else waits for it too."""
        with self._lock:
            for question in self._open.values():
                if owner in question.owners and question.wanted not in wanted:
                    question.owners.discard(owner)
                    if not question.owners:
                        question.stop()

    def forget(self) -> None:
        """Drop every cached answer."""
        with self._lock:
            self._room += sum(weight for _, weight in self._cache.values())
            self._cache.clear()

    def close(self) -> None:
        """Stop what runs, and take no more questions."""
        self._closed.set()
        self._pool.shutdown(wait=False)
        while self._stop_all():
            time.sleep(0.05)
        self.forget()

    def _stop_all(self) -> bool:
        """Stops every unfinished question; whether there was one."""
        with self._lock:
            for question in self._unfinished:
                question.stop()
            return bool(self._unfinished)

    def _run(self, question: Question, view: View, analysis: Analysis, scope: Scope) -> None:
        question.started = time.monotonic()
        try:
            if question.stopped:
                raise QueryCancelled
            with cancelling(question.cancel):
                frame = analysis(view, scope)
        except QueryCancelled as error:
            self._finish(question, QueryTimeout() if question.late else error)
        except Exception as error:  # noqa: BLE001
            self._finish(question, error)
        else:
            ms = (time.monotonic() - question.started) * 1000
            self._finish(question, Answer(frame, datetime.now(UTC), ms))

    def _finish(self, question: Question, outcome: Answer | Exception) -> None:
        with self._lock:
            self._unfinished.discard(question)
            if self._open.get(question.key) is question:
                del self._open[question.key]
            if isinstance(outcome, Answer) and not self._closed.is_set():
                self._remember(question, outcome)
        if isinstance(outcome, Answer):
            question.future.set_result(outcome)
        else:
            question.future.set_exception(outcome)

    def _remember(self, question: Question, answer: Answer) -> None:
        weight = DRAWN_BYTES + int(answer.frame.memory_usage(deep=True).sum())
        self._cache[question.key] = (question.future, weight)
        self._room -= weight
        while self._room < 0 and self._cache:
            _, (_, freed) = self._cache.popitem(last=False)
            self._room += freed

    def _stop_the_late(self) -> None:
        while not self._closed.wait(0.25):
            limit = time.monotonic() - self._limit_seconds
            with self._lock:
                for question in self._unfinished:
                    late = question.started is not None and question.started < limit
                    # An interrupt between two statements is lost, so one that was stopped is stopped again.
                    if late or question.stopped:
                        question.stop(late=question.late or (late and not question.stopped))
