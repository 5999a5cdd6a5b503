"""A SQL database as a source that is pulled from: see `data.sources.pull.Pull`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError

from data import recognise
from data.sources import sample as samples
from data.sources import sql_errors, sql_relations, sql_select
from data.sources.pull import Bounds, Page, Window
from data.sources.refusal import SourceError, Untold
from data.sources.sql import Sql
from data.sources.sql_connection import Database, address
from data.sources.sql_notes import notes
from data.sources.sql_relations import Dated, Relation
from data.sources.sql_times import Text
from data.sources.sql_values import Column, Writer
from data.tables import TABLES

FIRST, BYTES = 1_000, 8 << 20  # rows of the first page; about so large become the others


@dataclass(frozen=True)
class Seen:
    """What a relation is read by. `cursor` and `time` are None where it is read whole every time."""

    relation: Relation
    ids: tuple[Column, ...]
    cursor: Dated | None
    time: Dated | None

    @property
    def key(self) -> str:
        """The field that tells a record from every other."""
        return "+".join(column.name for column in self.ids)


class SqlPull:
    """See `data.sources.pull.Pull`."""

    def __init__(self, settings: Sql) -> None:
        self._settings = settings
        self._zone = ZoneInfo(settings.timezone) if settings.timezone else None
        self._database = Database(address(settings.url.get_secret_value()), settings.timeout, self._zone)
        self._seen: Seen | None = None

    @property
    def key(self) -> str:
        """The field that tells a record from every other."""
        return self._look().key

    @property
    def snapshot(self) -> bool:
        """Without a cursor all is read every time."""
        return self._look().cursor is None

    @property
    def time(self) -> str:
        """The column that says when a record happened."""
        found = self._look().time
        return found.column.name if found else ""

    def seen(self) -> Seen:
        """What the relation is read by. Raises SourceError."""
        return self._look()

    def check(self) -> str:
        """Look at the relation, and say what would make it better."""
        seen = self._look()
        return self._told(
            lambda: " ".join(notes(self._database, seen.relation, seen.ids, seen.cursor, seen.time))
        )

    def sample(self, many: int) -> list[str]:
        """The newest rows."""
        seen = self._look()
        order = [*([seen.cursor.column] if seen.cursor else []), *seen.ids]
        rows = self._told(lambda: self._rows(self._select(seen, "", order, many, last=True), []))
        writer = Writer(seen.relation.columns, [each.name for each in seen.ids], seen.key)
        return [writer.line(row).decode() for row in rows]

    def bounds(self) -> Bounds:
        """The oldest and the newest row, and those without a time or an id."""
        seen = self._look()
        if seen.time is None or seen.cursor is None:
            return Bounds(timeless=self._many_without(seen, []))
        column, times = seen.time.column, seen.time.times
        name = f"t.{self._name(column)}"
        known, none = self._known(seen.time)
        source = f"{seen.relation.source} as t"
        edges = [
            self._told(lambda sql=sql: self._database.one(sql))
            for sql in times.edges(column.select, name, f"from {source} where {known}")
        ]
        moved = [f"t.{self._name(seen.cursor.column)} is null"] if seen.cursor.column != column else []
        timeless = self._many_without(seen, [none, *moved])
        return Bounds(times.latest(edges[0]), times.latest(edges[1]), timeless)

    def _many_without(self, seen: Seen, lacks: list[str]) -> int:
        """How many rows lack what they are found by, or an id; 0 where counting takes longer than it may."""
        able = [each for each in seen.ids if each.name not in seen.relation.ids]
        without = " or ".join([*lacks, *(f"t.{self._name(each)} is null" for each in able)])
        sql = f"select count(*) from {seen.relation.source} as t where {without}"
        return int(self._slowly(lambda: self._database.one(sql)) or 0) if without else 0

    def _known(self, time: Dated) -> tuple[str, str]:
        """The conditions that a row has a time, and that it has none."""
        name = f"t.{self._name(time.column)}"
        if isinstance(time.times, Text):
            return f"{name} >= '1970' and placed({name}) is not null", f"placed({name}) is null"
        if self._database.dialect.name == "mysql" and time.column.kind in ("naive", "aware", "date"):
            # 0000-00-00 is no day.
            return f"{name} > '0001-01-01'", f"{name} is null or {name} <= '0001-01-01'"
        return f"{name} is not null", f"{name} is null"

    def counts(self, window: Window) -> Mapping[datetime, int] | None:
        """Rows by hour; None where counting takes longer than it may."""
        seen = self._look()
        if seen.time is None:
            return None
        column, times = f"t.{self._name(seen.time.column)}", seen.time.times
        where, values = times.within(column, window)
        sql = (
            f"select {times.bucket(column)} as bucket, count(*) from {seen.relation.source} as t "
            f"where {where} and {self._identified(seen)} group by 1"
        )
        rows = self._slowly(lambda: self._database.rows(sql, values))
        if rows is None:
            return None
        found: dict[datetime, int] = {}
        for bucket, many in rows:
            if bucket is not None and (hour := times.hour(bucket)) is not None:
                found[hour] = found.get(hour, 0) + int(many)
        return found

    def read(self, window: Window) -> Iterator[Page]:
        """Pages in the order of (cursor, id), or of (time, id)."""
        self._seen = None  # columns may have come since
        seen = self._look()
        if seen.cursor is None or seen.time is None:
            yield from self._pages(seen, None, self._identified(seen), [])
            return
        by = seen.cursor if window.on == "cursor" else seen.time
        column = f"t.{self._name(by.column)}"
        within, values = by.times.within(column, window)
        where, moves = f"{within} and {self._identified(seen)}", window.on == "cursor"
        yield from self._pages(seen, by, where, values, moves=moves)
        if isinstance(by.times, Text) and moves:
            unplaced = f"{by.times.unplaced(column)} and {self._identified(seen)}"
            yield from self._pages(seen, by, unplaced, [])

    def close(self) -> None:
        """Let go of the connection."""
        self._database.close()

    def _pages(
        self, seen: Seen, by: Dated | None, where: str, values: Sequence[Any], *, moves: bool = False
    ) -> Iterator[Page]:
        order = [*([by.column] if by else []), *seen.ids]
        writer = Writer(seen.relation.columns, [each.name for each in seen.ids], seen.key)
        names = [column.name for column in seen.relation.columns]
        places = [names.index(column.name) for column in order]
        size = min(FIRST, self._settings.page)
        after, known, newest = "", list[Any](), None
        while True:
            sql = self._select(seen, " and ".join(part for part in (where, after) if part), order, size)
            rows = self._told(lambda sql=sql, known=known: self._rows(sql, [*values, *known]))
            if not rows:
                if newest is not None:
                    yield Page(b"", 0, newest)
                return
            ended = len(rows) < size
            last = [rows[-1][place] for place in places]
            lines = writer.lines(rows)
            upto = by.times.upto(last[0]) if by and moves else None
            if by and moves and isinstance(by.times, Text):
                newest = _newest(by.times, newest, [row[places[0]] for row in rows])
                upto = newest if ended else upto
            yield Page(lines, len(rows), upto)
            if ended:
                return
            after, known = self._database.dialect.after(order, last)
            size = max(1, min(self._settings.page, size * 4, BYTES * len(rows) // max(1, len(lines))))

    def _select(
        self, seen: Seen, where: str, order: Sequence[Column], many: int, *, last: bool = False
    ) -> str:
        listed = ", ".join(f"{column.select} as {self._name(column)}" for column in seen.relation.columns)
        down = " desc" if last else ""
        ordered = ", ".join(f"t.{self._name(column)}{down}" for column in order)
        some = where or (f"t.{self._name(order[0])} is not null" if order else "")
        return (
            f"select {listed} from {seen.relation.source} as t where {some} order by {ordered} limit {many:d}"
        )

    def _identified(self, seen: Seen) -> str:
        return " and ".join(f"t.{self._name(each)} is not null" for each in seen.ids)

    def _name(self, column: Column) -> str:
        return self._database.dialect.named(column.name)

    def _rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return self._database.rows(sql, values)

    def _look(self) -> Seen:
        seen = self._seen or self._told(self._found)
        self._seen = seen
        return seen

    def _found(self) -> Seen:
        said, query = self._settings, self._settings.query
        relation = sql_relations.describe(
            self._database, said.relation, sql_select.one(query) if query else None, said.json_columns
        )
        ids = (
            said.named_ids
            or relation.ids
            or tuple(c.name for c in relation.columns if c.name.lower() == "id")
        )
        if not ids:
            raise Untold(tuple(column.name for column in relation.columns))
        columns = tuple(relation.column(name, "id") for name in ids)
        cursor = self._cursor(relation, columns)
        return Seen(relation, columns, cursor, self._time(relation, cursor))

    def _cursor(self, relation: Relation, ids: tuple[Column, ...]) -> Dated | None:
        said = self._settings
        if said.snapshot:
            return None
        if said.cursor is not None:
            return self._dated(relation, said.cursor, "cursor")
        table = said.table or self._guessed(relation, ids)
        if table is not None and not TABLES[table].fact:
            return None  # tenants and people are few, and what is known of them changes
        changed = said.mutable or (table is not None and TABLES[table].replaces)
        for name in sql_relations.proposed(relation, changed=changed):
            column = relation.column(name, "cursor")
            if (found := sql_relations.dated(self._database, relation, column, self._zone)) is not None:
                return found
        return None

    def _guessed(self, relation: Relation, ids: tuple[Column, ...]) -> str | None:
        """Which of our tables the newest rows look like."""
        seen = Seen(relation, ids, None, None)
        rows = self._rows(self._select(seen, "", ids, 100, last=True), [])
        writer = Writer(relation.columns, [each.name for each in ids], seen.key)
        taken = samples.take([writer.line(row).decode() for row in rows])
        return recognise.recognise(taken, self._settings.name).rules[0].table if taken.records else None

    def _time(self, relation: Relation, cursor: Dated | None) -> Dated | None:
        said = self._settings
        if said.time is not None:
            return self._dated(relation, said.time, "time")
        if cursor is None:
            return None
        if not sql_relations.moves(cursor.column.name):
            return cursor
        for name in sql_relations.happened(relation):
            column = relation.column(name, "time")
            if (found := sql_relations.dated(self._database, relation, column, self._zone)) is not None:
                return found
        return cursor

    def _dated(self, relation: Relation, name: str, key: str) -> Dated:
        column = relation.column(name, key)
        found = sql_relations.dated(self._database, relation, column, self._zone)
        if found is None:
            raise SourceError(
                f"`{key}`: {name} holds no times. Name a column that does, or write a `query` that makes one."
            )
        return found

    def _slowly(self, ask: Callable[[], Any]) -> Any:
        """An answer; None where it takes longer than it may."""

        def ask_or_leave() -> Any:
            try:
                return ask()
            except SQLAlchemyError as error:
                if sql_errors.kind_of(error) == "slow":
                    return None
                raise

        return self._told(ask_or_leave)

    def _told(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except SQLAlchemyError as error:
            raise self._error(error) from None
        except Untold:
            raise
        except SourceError as error:
            said = str(error)
            raise SourceError(
                said if said.startswith(self._settings.name) else f"{self._settings.name}: {said}"
            ) from None

    def _error(self, error: SQLAlchemyError) -> SourceError:
        said = sql_errors.sentence(error, self._database, self._settings.relation or "")
        return SourceError(f"{self._settings.name}: {said}")


def _newest(times: Text, known: datetime | None, values: Sequence[Any]) -> datetime | None:
    """The latest moment of some texts and of those before."""
    moments = [moment for value in values if (moment := times.latest(value)) is not None]
    return max([*moments, *([known] if known else [])], default=None)
