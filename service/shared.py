"""Frames that several questions are made of: each worked out once, for who asks now and soon after."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from analytics.filters import fields
from analytics.scope import covers
from analytics.view import QueryCancelled, ScopeTooWide
from data.cancel import current
from data.where import tables_read

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import pandas as pd

    from analytics.scope import Scope
    from analytics.view import View
    from data.store import Store
    from service.cohorts import Chosen

Statement = tuple["Scope", str, dict[str, Any]]
# How long somebody waits for another's work before looking whether his own is still wanted.
PULSE_SECONDS = 0.1


@dataclass(frozen=True)
class Made:
    """A frame, which nobody may change, and the statements that it was read by."""

    frame: pd.DataFrame
    statements: tuple[Statement, ...]

    @cached_property
    def weight(self) -> int:
        """Its bytes."""
        return int(self.frame.memory_usage(deep=True).sum())


class Shared:
    """Such frames, bounded by bytes: what was asked for last remains."""

    def __init__(self, room: int = 64 * 2**20) -> None:
        self._room = room
        self._kept: OrderedDict[Hashable, Made] = OrderedDict()
        self._open: dict[Hashable, Future[Made]] = {}
        self._lock = threading.Lock()

    def of(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """The frame of that key; who comes while it is made waits, and makes it if it comes to nothing."""
        while True:
            mine: Future[Made] = Future()
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
                other = self._open.setdefault(key, mine)
            if other is mine:
                return self._made(key, mine, make)
            if (made := awaited(other)) is not None:
                return made

    def forget(self) -> None:
        """Drop them all."""
        with self._lock:
            self._room += sum(made.weight for made in self._kept.values())
            self._kept.clear()

    def _made(self, key: Hashable, mine: Future[Made], make: Callable[[], Made]) -> Made:
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                del self._open[key]
            mine.set_exception(error)
            raise
        with self._lock:
            del self._open[key]
            self._kept[key] = made
            self._room -= made.weight
            while self._room < 0 and self._kept:
                self._room += self._kept.popitem(last=False)[1].weight
        mine.set_result(made)
        return made


@dataclass(frozen=True)
class Sharing:
    """What one question shares with others: those that see the same rows of the same store."""

    shared: Shared
    store: Store
    view: View
    chosen: Chosen
    asked: Scope

    def of(self, what: Hashable, scope: Scope, tables: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """The frame of that name and scope, as long as what it is read from does not change."""
        if not covers(self.view.tenants, scope.tenants):
            raise ScopeTooWide("These tenants are not yours to see: choose among those in the list.")
        read = tables_read((*tables, *self.chosen.tables), fields(scope.where) | self.chosen.filtered_by)
        # Members of a cohort are told in the scope that is asked, not in the one that is read.
        told = (self.chosen.key, self.asked) if self.chosen.cohorts else None
        return self.shared.of((self.store, what, scope, self.view.versions(read), told), make)


def awaited(other: Future[Made]) -> Made | None:
    """What somebody else makes; None where it failed or was stopped, which need not be so for who waits."""
    switch = current()
    while not wait([other], PULSE_SECONDS).done:
        if switch.cancelled:
            raise QueryCancelled("The question is no longer wanted.")
    return None if other.exception() is not None else other.result()
