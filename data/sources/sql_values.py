"""A row of a database as one line of JSON: nothing rounded, nothing guessed from how a value looks.

JSON has no NaN and no infinity, so that such a number is missing. Bytes are kept as hexadecimal digits up to
`LONGEST_BYTES` (keys, hashes); longer ones are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import orjson

Kind = Literal[
    "whole", "float", "decimal", "truth", "text", "aware", "naive", "date", "span", "json", "bytes"
]
LONGEST_BYTES = 64
EXACT_DIGITS = 15  # so many a double keeps, whatever they are


@dataclass(frozen=True)
class Column:
    """One column of a relation. `select`: the SQL that reads it, from `t`; `param`: how SQL takes a value of
    it back, as it was read.
    """

    name: str
    kind: Kind
    select: str
    param: str
    declared: str = ""
    nullable: bool = True


class Writer:
    """Writes rows as JSON. `key`: a field of its own that joins the `ids`, where more than one column tells
    rows apart.
    """

    def __init__(self, columns: Sequence[Column], ids: Sequence[str], key: str) -> None:
        self._names = [column.name for column in columns]
        self._changes = [
            (column.name, change) for column in columns if (change := _CHANGES.get(column.kind)) is not None
        ]
        self._ids, self._key = ids, key

    def lines(self, rows: Sequence[Sequence[Any]]) -> bytes:
        """The rows, each with its end."""
        return b"".join([self.line(row) for row in rows])

    def line(self, row: Sequence[Any]) -> bytes:
        """One row."""
        record = dict(zip(self._names, row, strict=False))
        if self._key not in record:
            record[self._key] = joined([record[name] for name in self._ids])
        for name, change in self._changes:
            if (value := record[name]) is not None:
                record[name] = change(value)
        return orjson.dumps(record, default=_other, option=orjson.OPT_APPEND_NEWLINE)


def joined(values: Sequence[Any]) -> str:
    """Several values as one text, different for different values."""
    return ":".join(str(value).replace("\\", "\\\\").replace(":", "\\:") for value in values)


def number(text: Any) -> Any:
    """A decimal as a number where a double keeps its digits, else as text; NaN and infinity are missing."""
    said = str(text)
    if len(said) <= EXACT_DIGITS and said[-1:].isdigit() and said[:1] != "0":
        return orjson.Fragment(said)
    try:
        exact = Decimal(said)
    except InvalidOperation:
        return said
    if not exact.is_finite():
        return None
    short = len(exact.normalize().as_tuple().digits) <= EXACT_DIGITS
    return float(exact) if short else format(exact, "f")


def nested(text: Any) -> Any:
    """JSON as it is, on one line; any other text as text."""
    said = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    try:
        orjson.loads(said)
    except orjson.JSONDecodeError:
        return said
    # An end of a line inside a text is escaped: those that stand bare are spaces.
    return orjson.Fragment(said.replace("\n", " ").replace("\r", " "))


def _aware(text: Any) -> Any:
    """A moment in UTC with its Z; infinity and the like stay what they are."""
    said = str(text).removesuffix("+00")
    return f"{said}Z" if said[-1:].isdigit() else said


def _truth(value: Any) -> Any:
    if isinstance(value, bytes):
        value = int.from_bytes(value)
    return bool(value) if value in (0, 1) else value


def _span(text: Any) -> str:
    said = str(text)
    return f"{said.rstrip('0').rstrip('.') if '.' in said else said}s"


_CHANGES: dict[Kind, Callable[[Any], Any]] = {
    "decimal": number,
    "json": nested,
    "aware": _aware,
    "truth": _truth,
    "span": _span,
}


def _other(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, bytes | bytearray | memoryview):
        held = bytes(value)
        return held.hex() if len(held) <= LONGEST_BYTES else None
    return str(value)
