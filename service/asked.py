"""The SQL that a question asked, as text for people: what its view was given, and in which scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from analytics import filters
from analytics.scope import AllTenants, Scope, Tenants
from analytics.zones import zone
from service.shared import Made, Sharing

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd
    import pyarrow as pa

    from analytics.once import Make
    from analytics.usage_peers import PeerView
    from analytics.view import Mark, View

# A person reads no more, and every cached answer holds one.
LONGEST = 20_000
HOW = ("grain", "week_start", "before", "marks")


class Listening:
    """A view that keeps what it was asked, and shares what other questions need too."""

    def __init__(self, view: View, sharing: Sharing | None = None) -> None:
        self._view, self._sharing = view, sharing
        self.heard: list[tuple[Scope, str, dict[str, Any]]] = []

    @property
    def tenants(self) -> Tenants:
        """Whose rows the view may read."""
        return self._view.tenants

    @property
    def peer_quartiles(self) -> PeerView | None:
        """What the view was lent of peers, which is no statement of its own tenants' rows."""
        return getattr(self._view, "peer_quartiles", None)

    def frame(self, scope: Scope, sql: str, **how: Any) -> pd.DataFrame:
        """The rows, by the view that is listened to."""
        self.heard.append((scope, sql, how))
        return self._view.frame(scope, sql, **how)

    def arrow(self, scope: Scope, sql: str, **how: Any) -> pa.Table:
        """The same as an Arrow table."""
        self.heard.append((scope, sql, how))
        return self._view.arrow(scope, sql, **how)

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """How often each of these tables has changed."""
        return self._view.versions(tables)

    def once(self, what: Hashable, scope: Scope, tables: tuple[str, ...], make: Make) -> pd.DataFrame:
        """What is worked out of the same rows for several questions; its statements are heard by each."""
        if self._sharing is None:
            return make()
        begun = len(self.heard)
        made = self._sharing.of(what, scope, tables, lambda: Made(make(), tuple(self.heard[begun:])))
        self.heard[begun:] = made.statements
        # Whoever writes into it writes into a copy of his own.
        return made.frame.copy(deep=False)

    def text(self) -> str:
        """All statements, each under the scope that it was asked in and the values of its parameters."""
        return "\n\n".join(statement(*each) for each in self.heard)[:LONGEST]


def statement(scope: Scope, sql: str, how: dict[str, Any]) -> str:
    """One statement; each relation in it holds the rows of the scope."""
    lines = [f"-- {line}" for line in scope_lines(scope, how.get("before"))]
    if how.get("grain"):
        lines.append(f"-- in buckets of one {str(how['grain']).replace('_', ' ')}")
    lines += [f"-- ${name} = {value!r}" for name, value in how.items() if name not in HOW]
    lines += [f'-- "mark.{name}": {marked(mark)}' for name, mark in (how.get("marks") or {}).items()]
    return "\n".join([*lines, sql.strip()])


def marked(mark: Mark) -> str:
    """Which rows a mark is on, in words."""
    return (
        f"{mark.table} where {filters.sentence(mark.where)}"
        if mark.where is not None
        else f"all rows of {mark.table}"
    )


def scope_lines(scope: Scope, before: Scope | None) -> list[str]:
    """Whose rows, from when to when, and which."""
    whose = "all tenants" if isinstance(scope.tenants, AllTenants) else ", ".join(sorted(scope.tenants))
    lines = [f"rows of {whose}", f"from {window(scope)}, on the clock of {scope.timezone}"]
    if scope.where is not None:
        lines.append(f"where {filters.sentence(scope.where)}")
    if before is not None:
        lines.append(f"compared with {window(before)}")
    # A line break in a name would end the comment.
    return [" ".join(line.split()) for line in lines]


def window(scope: Scope) -> str:
    """From and to, to the second."""
    return " to ".join(stamp(moment, scope.timezone) for moment in (scope.start, scope.end))


def stamp(moment: datetime, timezone: str) -> str:
    """2026-11-21 20:23:00"""
    return f"{moment.astimezone(zone(timezone)):%Y-%m-%d %H:%M:%S}"
