"""The rows behind a number as questions: asked, cached, limited and stopped like every other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from analytics import rows
from analytics.filters import fields
from analytics.question import Column, column_named

if TYPE_CHECKING:
    from analytics.question import Behind
    from analytics.scope import Scope
    from analytics.view import View

COUNT = Column("rows", "Rows", "count", "How many rows the number was drawn from.")
# More than fit into a file that anybody opens, and into the memory that answers may take.
MOST_IN_A_FILE = 500_000


@dataclass(frozen=True)
class RowsBehind:
    """The newest rows that a number was drawn from, or those after a row; of no fixed columns."""

    drawn_from: Behind
    limit: int
    after: rows.Place = ()
    definition: str = "The rows that the number was drawn from, newest first."
    columns: tuple[Column, ...] = ()
    additive: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What tells it from every other question."""
        return f"rows:{self.limit}:{self.after!r}:{self.drawn_from!r}"

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the rows, their tenants and their groups are read from."""
        return rows.tables(self.drawn_from)

    @property
    def filtered_by(self) -> frozenset[str]:
        """The fields by which the number was narrowed."""
        return fields(self.drawn_from.where)

    def column(self, name: str) -> Column:
        """It declares none."""
        return column_named(self.name, self.columns, name)

    def behind(self, name: str) -> Behind | None:  # noqa: ARG002  whatever the column, these are the rows
        """Itself."""
        return self.drawn_from

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """The rows."""
        return rows.rows(view, scope, self.drawn_from, self.limit, self.after)


@dataclass(frozen=True)
class CountBehind(RowsBehind):
    """How many rows a number was drawn from."""

    limit: int = 0
    columns: tuple[Column, ...] = (COUNT,)

    @property
    def name(self) -> str:
        """What tells it from every other question."""
        return f"count:{self.drawn_from!r}"

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """One row with the count."""
        return pd.DataFrame({"rows": [rows.count(view, scope, self.drawn_from)]})
