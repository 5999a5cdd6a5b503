"""How far each source is read, kept in the store so that it moves with the rows or not at all."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection as Cursor

from analytics.zones import naive
from data import ledger

if TYPE_CHECKING:
    from data.store import Store


@dataclass(frozen=True)
class State:
    """One source, as the store knows it; times are aware.

    `mark_at`: everything older has been read; `floor_at`: history is in from here on; `history_at`: where
    history begins; `history_records`: how many it has, of which `history_read` have been read; `records`:
    read since the first sync; `remapped`: some rows were made by another mapping, so that those that come
    again replace them; `timeless`: how many records no sync can find, as they have no time or no id.
    """

    source: str
    mark_at: datetime | None = None
    floor_at: datetime | None = None
    history_at: datetime | None = None
    history_records: int = 0
    history_read: int = 0
    records: int = 0
    paused: bool = False
    failures: int = 0
    error: str = ""
    note: str = ""
    began_at: datetime | None = None
    synced_at: datetime | None = None
    reconciled_at: datetime | None = None
    remapped: bool = False
    timeless: int = 0

    @property
    def has_history(self) -> bool:
        """Whether all of the history that was asked for is in."""
        return self.floor_at is not None and self.history_at is not None and self.floor_at <= self.history_at


_COLUMNS = tuple(each.name for each in fields(State))


def state_of(store: Store, source: str) -> State:
    """How far a source is read; the beginning where it was never read."""
    return states(store).get(source, State(source))


def states(store: Store) -> dict[str, State]:
    """How far every source is read, by its name."""
    rows = store.admin.frame(f"select {', '.join(_COLUMNS)} from control.syncs").to_dict("records")
    known = [State(**{str(key): _value(value) for key, value in row.items()}) for row in rows]
    return {each.source: each for each in known}


def _value(value: Any) -> Any:
    """A cell of a frame as Python has it."""
    if hasattr(value, "to_pydatetime"):
        return None if value != value else value.to_pydatetime()  # noqa: PLR0124  NaT alone is not itself
    return value


def move(cursor: Cursor, source: str, **changes: object) -> None:
    """Change what is known of a source, in the transaction that the cursor is in; `records` and
    `history_read` are added, `mark_at` never goes back.
    """
    if not ledger.row(cursor, "select 1 from control.syncs where source = $source", {"source": source}):
        cursor.execute("insert into control.syncs (source) values ($source)", {"source": source})
    sets = {key: f"{key} = {_change(key)}" for key in changes if key in _COLUMNS}
    if len(sets) < len(changes):
        raise KeyError(f"a sync has no {', '.join(changes.keys() - sets.keys())}")
    if sets:
        values = {key: kept(value) for key, value in changes.items()}
        cursor.execute(
            f"update control.syncs set {', '.join(sets.values())} where source = $source",
            values | {"source": source},
        )


def _change(column: str) -> str:
    if column in ("records", "history_read"):
        return f"{column} + ${column}"
    return f"greatest({column}, ${column})" if column == "mark_at" else f"${column}"


def kept(value: object) -> object:
    """A time as the store keeps it; any other value as it is."""
    return naive(value) if isinstance(value, datetime) else value


def mark(cursor: Cursor, source: str) -> datetime | None:
    """Where a source's next sync goes on, as the store keeps times."""
    found = ledger.row(cursor, "select mark_at from control.syncs where source = $source", {"source": source})
    return found[0] if found else None


def utc(value: Any) -> datetime:
    """A time of the store, aware."""
    moment: datetime = value.to_pydatetime() if hasattr(value, "to_pydatetime") else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def change(store: Store, source: str, **changes: object) -> None:
    """Change what is known of a source in a transaction of its own."""
    with store.admin.landing(source) as landing, landing.store.transaction(landing.cursor):
        move(landing.cursor, source, **changes)
