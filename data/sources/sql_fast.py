"""PostgreSQL's rows by ADBC, where it is installed: whole columns at once, in less time of ours.

The same statements with their values written in. What goes wrong here is asked again in the usual way, which
either works or says why not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from data.sources.sql_connection import CONNECT_SECONDS, Database, session

_INSTALLED = find_spec("adbc_driver_postgresql") is not None


class Fast:
    """Reads pages of one database by ADBC, or by the usual way where that cannot be."""

    def __init__(self, database: Database, *, wanted: bool = True) -> None:
        self._database = database
        self._usable = wanted and _INSTALLED and database.dialect.name == "postgresql"
        self._connection: Any = None

    def rows(self, sql: str, values: Sequence[Any]) -> list[Any]:
        """The rows of a page. Raises SQLAlchemyError."""
        if not self._usable:
            return self._database.rows(sql, values)
        try:
            return self._read(written(sql, values))
        except Exception:  # noqa: BLE001  whatever it is: the usual way says it in words
            self.close()
            rows = self._database.rows(sql, values)
            # That it works in the usual way alone may have any cause; it is not tried a second time.
            self._usable = False
            return rows

    def close(self) -> None:
        """Let go of the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except Exception:  # noqa: BLE001  it is lost already
                return

    def _read(self, sql: str) -> list[Any]:
        if self._connection is None:
            from adbc_driver_postgresql import dbapi  # noqa: PLC0415  it may not be there

            url = self._database.url.set(drivername="postgresql")
            if "connect_timeout" not in url.query:
                url = url.update_query_dict({"connect_timeout": str(CONNECT_SECONDS)})
            self._connection = dbapi.connect(url.render_as_string(hide_password=False))
        with self._connection.cursor() as cursor:
            for statement in session(self._database.seconds):
                cursor.execute(statement)
            cursor.execute(sql)
            table = cursor.fetch_arrow_table()
        self._connection.rollback()
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def written(sql: str, values: Sequence[Any]) -> str:
    """A statement with its values in it."""
    left = iter(values)
    return re.sub("%([%s])", lambda found: "%" if found[1] == "%" else _literal(next(left)), sql)


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value)
    quoted = str(value).replace("'", "''")
    return f"'{quoted}'"
