"""A table, a view or a query of a SQL database: PostgreSQL, MySQL / MariaDB, SQLite.

Read by keys, page after page, in the order of (cursor, id): a page that failed is read again, and no
transaction lasts longer than a page.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from data.sources import sql_select
from data.sources.pull import Pull
from data.sources.settings import Settings, Span
from data.sources.sql_connection import address

PAGE = 20_000


class Sql(Settings):
    """`url`: where the database is; `relation`: a table or view, or `query`: a select.

    `cursor`: the column that a new or changed row moves, `id`: one or several that tell rows apart, `time`:
    when it happened; found where they are not named. `snapshot`: read whole every time. `json_columns`:
    columns of text that hold JSON. `timeout`: the longest that one page may take.
    """

    kind: Literal["sql"]
    url: SecretStr
    relation: str | None = None
    query: str | None = None
    cursor: str | None = None
    id: str | tuple[str, ...] | None = None
    time: str | None = None
    snapshot: bool = False
    json_columns: tuple[str, ...] = ()
    page: Annotated[int, Field(ge=1, le=100_000)] = PAGE
    timeout: Span = timedelta(seconds=60)

    @field_validator("url")
    @classmethod
    def _address(cls, url: SecretStr) -> SecretStr:
        address(url.get_secret_value())
        return url

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relation is None) == (self.query is None):
            raise ValueError("name either `relation`, a table or view, or `query`, a select")
        if self.query is not None:
            sql_select.one(self.query)
        if self.snapshot and (self.cursor or self.time):
            raise ValueError("snapshot: what is read whole every time needs no `cursor` and no `time`")
        if not timedelta(seconds=1) <= self.timeout <= timedelta(minutes=9):
            raise ValueError("timeout: from 1s to 9m")
        return self

    @property
    def named_ids(self) -> tuple[str, ...]:
        """The columns that a person named to tell rows apart."""
        return (self.id,) if isinstance(self.id, str) else self.id or ()

    def open(self) -> Pull:
        """Make the connection, without yet asking for anything."""
        from data.sources.sql_pull import SqlPull  # noqa: PLC0415  drivers are for the process that reads

        return SqlPull(self)
