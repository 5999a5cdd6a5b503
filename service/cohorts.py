"""Cohorts in questions: who may use which, and their members in place of their ids before rows are read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from analytics.cohort import members
from analytics.filters import COHORT, Comparison, Filter, changed, cohorts, fields
from analytics.members import FIELDS, Members
from analytics.scope import Scope, Tenants
from data.where import tables_read
from service.access import NotAllowed

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from analytics.cohort import Cohort
    from analytics.view import Mark, View
    from data.store import Store
    from service.access import Principal
    from service.saved import Saved, Shelf
    from service.saved_cohort import SavedCohort

# So many members are kept at most, of all cohorts together.
MOST_KEPT = 1_000_000
GONE = (
    "The cohort of this filter is gone, or is not shared with you: take the filter away, or choose another."
)


class NoCohort(NotAllowed):
    """There is no such cohort that this person may use: never unfiltered numbers."""


@dataclass(frozen=True)
class Chosen:
    """The cohorts that a question asks for, as it names them; equal where they mean the same."""

    cohorts: Mapping[str, Cohort] = field(default_factory=dict[str, "Cohort"])

    @property
    def tables(self) -> frozenset[str]:
        """The tables that their members are told from."""
        return frozenset(table for cohort in self.cohorts.values() for table in cohort.tables)

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields that their own filters ask for."""
        return frozenset[str]().union(*(cohort.filtered_by for cohort in self.cohorts.values()))

    @property
    def key(self) -> tuple[tuple[str, str], ...]:
        """What tells them from others, short enough for the key of a cache."""
        return tuple(sorted((name, cohort.digest) for name, cohort in self.cohorts.items()))


Choose = Callable[["Principal", frozenset[str]], Chosen]


def none_kept(_principal: Principal, names: frozenset[str]) -> Chosen:
    """For who keeps no cohorts: none may be asked for."""
    if names:
        raise NoCohort(GONE)
    return Chosen()


@dataclass(frozen=True)
class Cohorts:
    """The cohorts that are saved."""

    shelf: Shelf

    def all(self, principal: Principal) -> tuple[Saved, ...]:
        """Those that this person may use, by name."""
        return self.shelf.all(principal, "cohort")

    def choose(self, principal: Principal, names: frozenset[str]) -> Chosen:
        """The cohorts of these ids or names; raises NoCohort where one is not this person's to use."""
        if not names:
            return Chosen()
        known = self.all(principal)
        return Chosen({name: _read(_named(known, name)) for name in names})

    def check(self, principal: Principal, where: Filter | None) -> None:
        """Refuse a filter by a cohort that is not this person's to use."""
        self.choose(principal, cohorts(fields(where)))


def _named(known: Iterable[Saved], name: str) -> Saved:
    """The cohort of this id, or else of this name."""
    by_id = [each for each in known if each.id == name]
    found = by_id or [each for each in known if each.title.casefold() == name.casefold()]
    if not found:
        raise NoCohort(GONE)
    if len(found) > 1:
        raise NoCohort("Several cohorts have the name of this filter: choose yours in the menu of filters.")
    return found[0]


def _read(saved: Saved) -> Cohort:
    try:
        return cast("SavedCohort", saved.read()).cohort
    except ValueError as error:
        raise NoCohort(str(error)) from error


@dataclass
class Told:
    """The members of cohorts: told once for all who ask at one moment, those asked last are kept."""

    most: int = MOST_KEPT
    _kept: OrderedDict[tuple[object, ...], Members] = field(default_factory=OrderedDict, repr=False)
    _turns: dict[tuple[object, ...], threading.Lock] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def of(self, key: tuple[object, ...], tell: Callable[[], Members]) -> Members:
        """The members of that key; whoever asks while they are told waits for them."""
        with self._lock:
            turn = self._turns.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key]
            try:
                found = tell()
            finally:
                with self._lock:
                    self._turns.pop(key, None)
            with self._lock:
                self._kept[key] = found
                while sum(map(len, self._kept.values())) > self.most and len(self._kept) > 1:
                    self._kept.popitem(last=False)
            return found

    def forget(self) -> None:
        """Drop all that is kept."""
        with self._lock:
            self._kept.clear()


@dataclass(frozen=True)
class WithMembers:
    """A view that reads rows by the members of cohorts where a filter names these.

    They are told under the very view and tenants that rows are read by, at the question's now. A cohort of
    the window is of the question's, whatever rows an analysis reads beside it, or of the one compared with.
    """

    view: View
    store: Store
    chosen: Chosen
    asked: Scope
    told: Told

    @property
    def tenants(self) -> Tenants:
        """Whose rows the view may read."""
        return self.view.tenants

    def frame(self, scope: Scope, sql: str, **how: Any) -> pd.DataFrame:
        """The rows, with members in place of cohorts."""
        return self.view.frame(self._filled(scope, self.asked), sql, **self._how(scope, how))

    def arrow(self, scope: Scope, sql: str, **how: Any) -> pa.Table:
        """The same as an Arrow table."""
        return self.view.arrow(self._filled(scope, self.asked), sql, **self._how(scope, how))

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """How often each of these tables has changed."""
        return self.view.versions(tables)

    def _how(self, scope: Scope, how: dict[str, Any]) -> dict[str, Any]:
        """What the statement is asked with: conditions of its own, and the scope compared with."""
        before = cast("Scope | None", how.get("before"))
        marks = cast("Mapping[str, Mark] | None", how.get("marks")) or {}
        filled = {
            name: mark
            if mark.where is None
            else replace(mark, where=self._where(mark.where, scope, self.asked))
            for name, mark in marks.items()
        }
        return how | {"before": before and self._filled(before, before), "marks": filled}

    def _filled(self, scope: Scope, window: Scope) -> Scope:
        if scope.where is None:
            return scope
        return replace(scope, where=self._where(scope.where, scope, window))

    def _where(self, where: Filter, scope: Scope, window: Scope) -> Filter:
        def filled(part: Comparison) -> Comparison:
            if part.op != "in_cohort" or isinstance(part.value, Members):
                return part
            found = self._members(str(part.value), scope, window)
            name = FIELDS[found.unit] if part.field == COHORT else part.field
            return Comparison(name, "in_cohort", found)

        return changed(where, filled)

    def _members(self, name: str, scope: Scope, window: Scope) -> Members:
        cohort, now = self.chosen.cohorts[name], scope.present
        # Whoever asks for another window has the same members, unless these depend on it.
        start, end = (window.start, window.end) if cohort.of_window else (now - timedelta(days=1), now)
        told_in = Scope(start, end, scope.timezone, scope.tenants, now=now)
        versions = self.view.versions(tables_read(cohort.tables, cohort.filtered_by))
        key = (self.store, name, cohort.digest, told_in, versions)
        return self.told.of(key, lambda: members(self.view, told_in, cohort, name))
