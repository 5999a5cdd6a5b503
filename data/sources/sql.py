"""A table, a view or a query of a SQL database: PostgreSQL, MySQL / MariaDB, SQLite.

Read by keys, page after page, in the order of (cursor, id): a page that failed is read again, and no long
snapshot is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

import orjson
import sqlalchemy as sa
from pydantic import Field, SecretStr, model_validator
from sqlalchemy.exc import SQLAlchemyError

from data.sources.opening import SourceError
from data.sources.pull import Bounds, Page, Window
from data.sources.settings import Settings

PAGE = 10_000


class Sql(Settings):
    """`url` as SQLAlchemy writes it; `relation`: a table or view, or `query`: a select without an order.

    `cursor`: the column that a new or changed row moves, none for what is read whole every time; `id`: what
    tells rows apart; `time`: when it happened, the cursor if left out.
    """

    kind: Literal["sql"]
    url: SecretStr
    relation: str | None = None
    query: str | None = None
    cursor: str | None = None
    id: str = "id"
    time: str | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = PAGE

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relation is None) == (self.query is None):
            raise ValueError("name either `relation`, a table or view, or `query`, a select")
        return self

    def open(self) -> SqlPull:
        """Make the connection, without yet asking for anything."""
        return SqlPull(self)


class SqlPull:
    """See `data.sources.pull.Pull`."""

    def __init__(self, settings: Sql) -> None:
        self._settings = settings
        self._engine = sa.create_engine(settings.url.get_secret_value())
        self._from: Any = (
            sa.text(settings.query).columns().subquery()
            if settings.query
            else _named(settings.relation or "")
        )

    @property
    def key(self) -> str:
        """The column that tells rows apart."""
        return self._settings.id

    @property
    def snapshot(self) -> bool:
        """Without a cursor all is read every time."""
        return self._settings.cursor is None

    def check(self) -> str:
        """Read one row."""
        rows = self._rows(sa.select(sa.text("*")).select_from(self._from).limit(1))
        return (
            f"{self._engine.dialect.name} answers; {'there are rows' if rows else 'there are no rows yet'}."
        )

    def sample(self, many: int) -> list[str]:
        """The newest rows."""
        order = sa.column(self._settings.cursor or self._settings.id).desc()
        rows = self._rows(sa.select(sa.text("*")).select_from(self._from).order_by(order).limit(many))
        return [self._line(row).decode() for row in rows]

    def bounds(self) -> Bounds:
        """The oldest and the newest row, and those without a cursor."""
        at = sa.column(self._time)
        query = sa.select(sa.func.min(at), sa.func.max(at), sa.func.count() - sa.func.count(at))
        oldest, newest, timeless = self._rows(query.select_from(self._from))[0]
        return Bounds(self._aware(oldest), self._aware(newest), timeless)

    def counts(self, window: Window) -> Mapping[datetime, int] | None:
        """Rows by hour."""
        at = sa.column(self._time)
        hour = sa.func.strftime("%Y-%m-%d %H:00:00", at)
        query = (
            sa.select(hour, sa.func.count())
            .select_from(self._from)
            .where(*self._within(at, window))
            .group_by(hour)
        )
        found = {self._aware(moment): many for moment, many in self._rows(query)}
        return {moment: many for moment, many in found.items() if moment is not None}

    def read(self, window: Window) -> Iterator[Page]:
        """Pages in the order of (cursor, id)."""
        cursor, key = sa.column(self._settings.cursor or self._settings.id), sa.column(self._settings.id)
        at = cursor if window.on == "cursor" else sa.column(self._time)
        query = sa.select(sa.text("*")).select_from(self._from).order_by(at, key).limit(self._settings.page)
        bounded = query if self.snapshot else query.where(*self._within(at, window))
        last: tuple[Any, Any] | None = None
        while True:
            page = (
                bounded
                if last is None
                else bounded.where(sa.or_(at > last[0], sa.and_(at == last[0], key > last[1])))
            )
            rows = self._rows(page)
            if not rows:
                return
            last = (rows[-1]._mapping[at.name], rows[-1]._mapping[key.name])
            lines = b"".join(self._line(row) + b"\n" for row in rows)
            upto = None if self.snapshot or window.on == "time" else self._aware(last[0])
            yield Page(lines, len(rows), upto)
            if len(rows) < self._settings.page:
                return

    def close(self) -> None:
        """Let go of the connections."""
        self._engine.dispose()

    @property
    def _time(self) -> str:
        return self._settings.time or self._settings.cursor or self._settings.id

    def _within(self, at: Any, window: Window) -> list[Any]:
        bounds: list[Any] = []
        if window.start is not None:
            bounds.append(at >= self._local(window.start))
        if window.stop is not None:
            bounds.append(at < self._local(window.stop))
        return bounds

    def _rows(self, query: Any) -> list[Any]:
        try:
            with self._engine.connect() as connection:
                return list(connection.execute(query))
        except SQLAlchemyError as error:
            raise SourceError(
                f"{self._settings.name}: the database says: {str(error).splitlines()[0]}"
            ) from error

    def _line(self, row: Any) -> bytes:
        return orjson.dumps(dict(row._mapping), default=str)

    def _local(self, moment: datetime) -> Any:
        return moment.astimezone(self._zone).strftime("%Y-%m-%d %H:%M:%S.%f")

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._settings.timezone or "UTC")

    def _aware(self, value: Any) -> datetime | None:
        if value is None:
            return None
        try:
            moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        except ValueError:
            return None  # the row goes to quarantine with its text
        return (moment if moment.tzinfo else moment.replace(tzinfo=self._zone)).astimezone(UTC)


def _named(relation: str) -> Any:
    """A table or view, its schema before a dot; every name quoted, as any word may be one of the database's
    own.
    """
    schema, _, name = relation.rpartition(".")
    return sa.table(
        sa.quoted_name(name, quote=True), schema=sa.quoted_name(schema, quote=True) if schema else None
    )
