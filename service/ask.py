"""The one way to an answer: cached by question, scope and table versions; asked once for all who wait."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from analytics.filters import cohorts, fields
from analytics.scope import Scope, covers
from analytics.view import QueryCancelled, QueryTimeout, ScopeTooWide
from data.cancel import Cancel, cancelling
from data.where import tables_read
from service.asked import Listening
from service.cohorts import Told, WithMembers, none_kept
from service.masking import Masked, Masking, nobody
from service.peers import with_peers
from service.shared import Shared, Sharing

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from analytics.question import Column, Question
    from data.store import Store
    from service.access import Principal
    from service.cohorts import Choose, Chosen

# What is drawn from an answer lives as long as the answer, and weighs more than a small frame.
DRAWN_BYTES = 64 * 1024

Key = tuple[object, ...]
Tell = Callable[["Store", "Question"], "Question"]
Wanted = tuple[str, Scope]


def nothing_told(_store: Store, question: Question) -> Question:
    """Every question is asked as it is."""
    return question


@dataclass(frozen=True, eq=False)
class Answer:
    """A frame that answers one question in one scope; everybody shares it, so nobody may change it.

    `as_of` is when it was asked: what had landed by then is in it. `complete` says whether the window and all
    its buckets were over; `approximate` and `notes` are what the question said of its frame (in `attrs`).
    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    as_of: datetime
    complete: bool
    approximate: bool
    notes: tuple[str, ...]
    ms: float
    sql: str


@dataclass(eq=False)
class Asked:
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


def read_by(question: Question, scope: Scope, chosen: Chosen) -> tuple[str, ...]:
    """The tables that an answer depends on: the question's, its filters', and its cohorts'."""
    asked = fields(scope.where) | question.filtered_by | chosen.filtered_by
    return tables_read((*question.tables, *chosen.tables), asked)


class Ask:
    """Answers: a cache bounded by bytes, a pool sized to the cores, a limit of time for every question."""

    def __init__(
        self,
        *,
        workers: int | None = None,
        cache_bytes: int = 128 * 2**20,
        limit_seconds: float = 30,
        masking: Masking = nobody,
        choose: Choose = none_kept,
        tell: Tell = nothing_told,
    ) -> None:
        self._masking, self._masked = masking, Masked()
        self._choose, self._told = choose, Told()
        self._shared = Shared()
        self._tell = tell
        self._pool = ThreadPoolExecutor(workers or os.cpu_count() or 2, thread_name_prefix="ask")
        self._cache: OrderedDict[Key, tuple[Future[Answer], int]] = OrderedDict()
        self._room = cache_bytes
        self._open: dict[Key, Asked] = {}
        self._unfinished: set[Asked] = set()
        self._lock = threading.Lock()
        self._limit_seconds = limit_seconds
        self._closed = threading.Event()
        threading.Thread(target=self._stop_the_late, name="ask-limit", daemon=True).start()

    def start(
        self, store: Store, principal: Principal, scope: Scope, question: Question, owner: str = ""
    ) -> Future[Answer]:
        """The answer, now or later: from the cache, from whoever already asks the same, or asked now."""
        view = principal.view(store)
        if not covers(view.tenants, scope.tenants):
            raise ScopeTooWide("These tenants are not yours to see: choose among those in the list.")
        wanted: Wanted = (question.name, scope)
        # What only the app knows is part of the question, and so of what its answer is cached by.
        question = self._tell(store, question)
        # Whose a cohort is may change at any time, so that is looked at before the cache too.
        chosen = self._choose(principal, cohorts(fields(scope.where) | question.filtered_by))
        key: Key = (store, question.name, scope, view.versions(read_by(question, scope, chosen)), chosen.key)
        if chosen.cohorts:
            view = WithMembers(view, store, chosen, scope, self._told)
        sharing = Sharing(self._shared, store, view, chosen, scope)
        listening = Listening(with_peers(question, view, store), sharing)
        future = self._future(key, listening, question, owner, wanted=wanted)
        mask = self._masking(principal, scope)
        # The cache holds what everybody shares, so a mask is put on what comes out of it.
        return future if mask is None else self._masked.of(future, mask, question)

    def _future(
        self, key: Key, listening: Listening, question: Question, owner: str, *, wanted: Wanted
    ) -> Future[Answer]:
        with self._lock:
            if key in self._cache:
                self._cache.move_to_end(key)
                return self._cache[key][0]
            asked = self._open.get(key)
            if asked is None or asked.stopped:
                asked = self._open[key] = Asked(key, wanted, {owner})
                self._unfinished.add(asked)
                self._pool.submit(self._run, asked, listening, question, wanted[1])
            asked.owners.add(owner)
            return asked.future

    def supersede(self, owner: str, wanted: Collection[Wanted]) -> None:
        """Stop what this owner asked before and wants no more, unless somebody else waits for it too."""
        with self._lock:
            for asked in self._open.values():
                if owner in asked.owners and asked.wanted not in wanted:
                    asked.owners.discard(owner)
                    if not asked.owners:
                        asked.stop()

    def forget(self) -> None:
        """Drop every cached answer."""
        with self._lock:
            self._room += sum(weight for _, weight in self._cache.values())
            self._cache.clear()
        self._told.forget()
        self._shared.forget()

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
            for asked in self._unfinished:
                asked.stop()
            return bool(self._unfinished)

    def _run(self, asked: Asked, listening: Listening, question: Question, scope: Scope) -> None:
        asked.started = time.monotonic()
        as_of = datetime.now(UTC)
        try:
            if asked.stopped:
                raise QueryCancelled
            with cancelling(asked.cancel):
                frame = question(listening, scope)
        except QueryCancelled as error:
            self._finish(asked, QueryTimeout() if asked.late else error)
        except Exception as error:  # noqa: BLE001
            self._finish(asked, error)
        else:
            ms = (time.monotonic() - asked.started) * 1000
            self._finish(asked, answer_of(question, scope, frame, as_of=as_of, ms=ms, sql=listening.text()))

    def _finish(self, asked: Asked, outcome: Answer | Exception) -> None:
        with self._lock:
            self._unfinished.discard(asked)
            if self._open.get(asked.key) is asked:
                del self._open[asked.key]
            if isinstance(outcome, Answer) and not self._closed.is_set():
                self._remember(asked, outcome)
        if isinstance(outcome, Answer):
            asked.future.set_result(outcome)
        else:
            asked.future.set_exception(outcome)

    def _remember(self, asked: Asked, answer: Answer) -> None:
        weight = DRAWN_BYTES + int(answer.frame.memory_usage(deep=True).sum())
        self._cache[asked.key] = (asked.future, weight)
        self._room -= weight
        while self._room < 0 and self._cache:
            _, (_, freed) = self._cache.popitem(last=False)
            self._room += freed

    def _stop_the_late(self) -> None:
        while not self._closed.wait(0.25):
            limit = time.monotonic() - self._limit_seconds
            with self._lock:
                for asked in self._unfinished:
                    late = asked.started is not None and asked.started < limit
                    # An interrupt between two statements is lost, so one that was stopped is stopped again.
                    if late or asked.stopped:
                        asked.stop(late=asked.late or (late and not asked.stopped))


def answer_of(
    question: Question, scope: Scope, frame: pd.DataFrame, *, as_of: datetime, ms: float, sql: str
) -> Answer:
    """The frame, and what is known of it."""
    over = bool(frame["complete"].all()) if "complete" in frame else scope.end <= scope.present
    return Answer(
        frame=frame,
        columns=question.columns,
        as_of=as_of,
        complete=over,
        approximate=bool(frame.attrs.get("approximate", False)),
        notes=tuple(frame.attrs.get("notes", ())),
        ms=ms,
        sql=sql,
    )
