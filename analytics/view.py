"""The view that an analysis asks: scoped frames from somewhere, and the ways in which it can refuse."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd
import pyarrow as pa

from analytics.filters import ANY_TEXT, Filter
from analytics.scope import Grain, Scope, Tenants


class ScopeTooWide(PermissionError):
    """The scope asks for tenants that this view does not cover."""


class NotFilterable(ValueError):
    """The filter names a field that a table of the question does not have: never unfiltered numbers."""

    def __init__(self, field: str, table: str, instead: str = "") -> None:
        by = "a search for any text" if field == ANY_TEXT else field
        super().__init__(f"{table} cannot be filtered by {by}: take that filter away to see it{instead}")
        self.field = field
        self.table = table


class NotComparable(ValueError):
    """The filter compares a field with a value that it cannot have; the text says how to write one."""


class QueryTimeout(TimeoutError):
    """The question took longer than its deadline: ask for a shorter window or for fewer tenants."""


class QueryCancelled(RuntimeError):
    """Nobody waits for this answer any more."""


@dataclass(frozen=True)
class Mark:
    """A condition of a question's own on rows of one table, which its SQL reads as a column: `"mark.bought"`.

    Without a filter it holds for every row.
    """

    table: str
    where: Filter | None = None


class View(Protocol):
    """The rows of some tenants. What its SQL reads, it reads through the scope.

    SQL says `from runs` for the rows of the scope (its window, tenants and filters) and `from runs_history`
    for those from the beginning until the scope's present, and so for each table. `tenants`, `people` and
    `identities` have no window; `subscriptions` reaches back always. With a grain there is
    `calendar(q, bucket)`, to be joined on `q = epoch_us(occurred_at) // $calendar_us`; its buckets are all
    those that the window touches. `"attributes.k"` names an attribute, and `plan` the plan of that moment;
    `$window_start` and `$window_end` are the ends of the window. A relation has the columns that the text
    names, all of them where there is a star; a row as one value has no others. `"mark.x"` in the relations of
    its table is true for rows that fulfil the mark of that name, and false or nothing for others.

    Columns of times come back aware, on the scope's clock; decimals as Decimal; a frame without rows keeps
    its columns and their types.
    """

    @property
    def tenants(self) -> Tenants:
        """Whose rows can be seen here at most."""
        ...

    def frame(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pd.DataFrame:
        """The rows that the SQL selects, with `$name` in it standing for the value of that name."""
        ...

    def arrow(
        self,
        scope: Scope,
        sql: str,
        *,
        grain: Grain | None = None,
        week_start: str = "monday",
        before: Scope | None = None,
        marks: Mapping[str, Mark] | None = None,
        **values: object,
    ) -> pa.Table:
        """The same as an Arrow table, its times in UTC."""
        ...

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """How often each of these tables has changed: answers of equal versions are equal."""
        ...
