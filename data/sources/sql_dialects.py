"""What PostgreSQL, MySQL / MariaDB and SQLite say differently: names, times, types, and how a page goes on
after another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from data.sources.sql_times import Clock, Count, Text, Times
from data.sources.sql_values import LONGEST_BYTES, Column, Kind

Rows = Callable[[str], list[Any]]
_UTC = ZoneInfo("UTC")

# PostgreSQL's numbers of its types: those that no release changes.
_POSTGRES: dict[int, Kind] = {
    16: "truth", 17: "bytes", 20: "whole", 21: "whole", 23: "whole", 26: "whole", 700: "float", 701: "float",
    1700: "decimal", 114: "json", 3802: "json", 1114: "naive", 1184: "aware", 1082: "date", 1186: "span",
}  # fmt: skip
_MYSQL: dict[int, Kind] = {
    1: "whole", 2: "whole", 3: "whole", 8: "whole", 9: "whole", 13: "whole", 4: "float", 5: "float",
    0: "decimal", 246: "decimal", 7: "aware", 12: "naive", 10: "date", 14: "date", 245: "json",
    16: "truth", 255: "bytes",
}  # fmt: skip
_BINARY = 63  # MySQL's number of the character set of what is no text


@dataclass(frozen=True)
class Dialect:
    """How one kind of database is spoken to. `mark`: where a value goes; `pairs`: whether an index serves
    `(a, b) > (x, y)`.
    """

    name: str
    title: str
    mark: str
    pairs: bool
    quote: str
    seconds: str
    divided: tuple[str, str]

    def named(self, name: str) -> str:
        """A name, quoted: any word may be one of the database's own."""
        said = f"{self.quote}{name.replace(self.quote, self.quote * 2)}{self.quote}"
        return said.replace("%", "%%") if self.mark == "%s" else said

    def query(self, text: str) -> str:
        """A query of a person's own, as part of another."""
        said = text.replace("%", "%%") if self.mark == "%s" else text
        return f"({said}\n)"  # it may end with a comment

    def times(self, column: Column, zone: ZoneInfo | None, per: int | None) -> Times | None:
        """How a column says when; None where it does not. `per`: how many of its units a second has, if it is
        a number.
        """
        if column.kind in ("whole", "float", "decimal"):
            whole = column.kind == "whole"
            return Count(per, whole=whole, divided=self.divided[not whole]) if per else None
        if column.kind == "aware":
            return Clock(_UTC, column.param, self.seconds)
        if column.kind in ("naive", "date"):
            return Clock(zone or _UTC, column.param, self.seconds)
        return Text(zone) if self.name == "sqlite" else None

    def after(self, order: Sequence[Column], last: Sequence[Any]) -> tuple[str, list[Any]]:
        """The condition of rows behind one, in the order of some columns."""
        names = [f"t.{self.named(column.name)}" for column in order]
        if self.pairs:
            marks = ", ".join(column.param for column in order)
            return f"({', '.join(names)}) > ({marks})", list(last)
        parts: list[str] = []
        values: list[Any] = []
        for n, column in enumerate(order):
            same = [f"{names[k]} = {order[k].param}" for k in range(n)]
            parts.append(" and ".join([*same, f"{names[n]} > {column.param}"]))
            values += last[: n + 1]
        # The first condition follows from the others, and is the one that an index serves.
        return f"{names[0]} >= {order[0].param} and ({' or '.join(f'({part})' for part in parts)})", [
            last[0],
            *values,
        ]

    def column(self, name: str, kind: Kind, declared: str = "") -> Column:
        """A column of `t` as it is read, and as SQL takes its values back."""
        bare = f"t.{self.named(name)}"
        select, param = _READ.get((self.name, kind), _READ.get((self.name, "text"), ("{}", self.mark)))
        return Column(name, kind, select.format(bare), param, declared)


_READ: dict[tuple[str, str], tuple[str, str]] = {
    ("postgresql", "whole"): ("{}", "%s"),
    ("postgresql", "float"): ("{}::text::float8", "%s"),
    ("postgresql", "truth"): ("{}", "%s"),
    ("postgresql", "text"): ("{}::text", "%s"),
    ("postgresql", "aware"): ("{}::text", "%s::timestamptz"),
    ("postgresql", "naive"): ("{}::text", "%s::timestamp"),
    ("postgresql", "date"): ("{}::text", "%s::timestamp"),
    ("postgresql", "span"): ("extract(epoch from {})::text", "make_interval(secs => %s::float8)"),
    ("postgresql", "bytes"): (
        f"case when octet_length({{0}}) <= {LONGEST_BYTES} then encode({{0}}, 'hex') end",
        "decode(%s, 'hex')",
    ),
    ("mysql", "text"): ("{}", "%s"),
    ("mysql", "naive"): ("{}", "cast(%s as datetime(6))"),
    ("mysql", "date"): ("{}", "cast(%s as datetime(6))"),
    ("mysql", "aware"): ("{}", "cast(%s as datetime(6))"),
    ("mysql", "bytes"): (
        f"case when length({{0}}) <= {LONGEST_BYTES} then lower(hex({{0}})) end",
        "unhex(%s)",
    ),
    ("sqlite", "text"): ("{}", "?"),
}

POSTGRES = Dialect(
    "postgresql", "PostgreSQL", "%s", pairs=True, quote='"', seconds="extract(epoch from {})",
    divided=("{0} / {1}", "floor({0} / {1})"),
)  # fmt: skip
MYSQL = Dialect(
    "mysql", "MySQL", "%s", pairs=False, quote="`", seconds="timestampdiff(second, '1970-01-01', {})",
    divided=("{0} div {1}", "floor({0} / {1})"),
)  # fmt: skip
SQLITE = Dialect(
    "sqlite", "SQLite", "?", pairs=True, quote='"', seconds="",
    divided=("cast({0} / {1} as integer)", "cast({0} / {1} as integer)"),
)  # fmt: skip
DIALECTS = {"postgresql": POSTGRES, "mysql": MYSQL, "mariadb": MYSQL, "sqlite": SQLITE}


def postgres_columns(cursor: Any, rows: Rows) -> list[Column]:
    """The columns of an answer of PostgreSQL."""
    types = {each.type_code for each in cursor.description} - _POSTGRES.keys()
    listed = ", ".join(map(str, sorted(types))) or "0"
    found = rows(
        f"select oid, typcategory::text, typname::text from pg_catalog.pg_type where oid in ({listed})"
    )
    categories = {oid: (category, name) for oid, category, name in found}
    columns: list[Column] = []
    for each in cursor.description:
        kind = _POSTGRES.get(each.type_code)
        category, declared = categories.get(each.type_code, ("", ""))
        if kind is None and category in ("A", "C"):
            column = POSTGRES.column(each.name, "json", declared)
            bare = f"t.{POSTGRES.named(each.name)}"
            columns.append(Column(each.name, "json", f"to_json({bare})::text", column.param, declared))
            continue
        columns.append(POSTGRES.column(each.name, kind or "text", declared))
    return columns


def mysql_columns(cursor: Any, declared: dict[str, str]) -> list[Column]:
    """The columns of an answer of MySQL. `declared`: what the catalogue says of them, where it does."""
    columns: list[Column] = []
    for field in cursor._result.fields:
        kind = _MYSQL.get(field.type_code, "text")
        if kind == "text" and field.charsetnr == _BINARY and field.type_code != 11:
            kind = "bytes"
        if field.type_code == 1 and field.length == 1:
            kind = "truth"
        said = declared.get(field.name, "")
        columns.append(MYSQL.column(field.name, "json" if said == "json" else kind, said))
    return columns


def sqlite_columns(names: Sequence[str], declared: dict[str, str]) -> list[Column]:
    """The columns of an answer of SQLite, where a value has a type and a column only the word for one."""
    columns: list[Column] = []
    for name in names:
        said = declared.get(name, "").lower()
        kind: Kind = "json" if "json" in said else "truth" if said.startswith("bool") else "text"
        columns.append(SQLITE.column(name, kind, said))
    return columns


def of_url(url: sa.URL) -> Dialect:
    """The dialect of an address."""
    return DIALECTS[url.get_backend_name()]
