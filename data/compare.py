"""One field against a value: what the operators of `analytics.filters` mean for each type of column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from analytics.filters import Comparison
from analytics.view import NotComparable
from analytics.zones import naive
from data import dialect

Put = Callable[[object], str]

NUMERIC = ("DOUBLE", "BIGINT", "DECIMAL(18,9)")

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_EXACT_TEXT = 1e16  # whole numbers from here on are written with an exponent, by Python and by DuckDB


@dataclass(frozen=True)
class Field:
    """A field of one table: how it is read, its type, and between which times it can be present at all.

    `elements` reads the list that some rows have in its place.
    """

    expression: str
    kind: str
    first_at: datetime | None = None
    last_at: datetime | None = None
    elements: str | None = None


def test(field: Field, condition: Comparison, put: Put) -> str:  # noqa: PLR0911  one return an operator
    """The condition on a field; NULL where the field is missing."""
    value = condition.value
    match condition.op:
        case "exists":
            present = "<> ''" if field.kind == "VARCHAR" else "is not null"
            listed = f" or {field.elements} is not null" if field.elements else ""
            return f"({field.expression} {present}{listed})"
        case "in":
            items = [_equal(field, item, put) for item in _items(value)]
            return "(" + " or ".join(items) + ")" if items else "false"
        case "between":
            low, high = _items(value)
            return f"({_ordered(field, '>=', low, put)} and {_ordered(field, '<=', high, put)})"
        case "contains":
            return _contains(_text(field), _plain(value), put)
        case "like":
            return f"{_text(field)} like {put(_pattern(_plain(value)))} escape '\\'"
        case "matches":
            return f"regexp_full_match({_text(field)}, {put(_plain(value))}, 's')"
        case "==":
            return _equal(field, value, put)
        case op:
            return _ordered(field, op, value, put)


def _contains(text: str, part: str, put: Put) -> str:
    """In any case; `ilike` takes half the time, but not where signs of its own must be escaped."""
    if "%" in part or "_" in part:
        return f"contains(lower({text}), lower({put(part)}))"
    return f"{text} ilike {put(f'%{part}%')}"


def _text(field: Field) -> str:
    return dialect.as_text(field.expression, field.kind)


def _items(value: object) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list | frozenset) else (value,)


def _equal(field: Field, value: object, put: Put) -> str:
    if field.kind == "TIMESTAMP" or isinstance(value, datetime):
        return _timed(field, "=", value, put)
    if field.kind in NUMERIC and isinstance(value, int | float) and not isinstance(value, bool):
        return f"{field.expression} = {put(_bounded(value))}"
    wanted = put(_plain(value))
    equal = f"{_text(field)} = {wanted}"
    return f"({equal} or list_contains({field.elements}, {wanted}))" if field.elements else equal


def _ordered(field: Field, op: str, value: object, put: Put) -> str:
    if field.kind == "TIMESTAMP" or isinstance(value, datetime):
        return _timed(field, op, value, put)
    number = None if isinstance(value, str) and field.kind not in NUMERIC else _number(value)
    if number is None:
        return f"{_text(field)} {op} {put(_plain(value))}"
    if field.kind in NUMERIC:
        return f"{field.expression} {op} {put(number)}"
    return f"try_cast({field.expression} as double) {op} {put(number)}"


def _timed(field: Field, op: str, value: object, put: Put) -> str:
    """Against a time; a text that is none is no time, and so neither before nor after it."""
    moment = field.expression if field.kind == "TIMESTAMP" else dialect.as_moment(_text(field))
    return f"{moment} {op} {put(_moment(value))}"


def _number(value: object) -> int | float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _bounded(value)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _bounded(value: int | float) -> int | float:
    """The number as a parameter may hold it: whole ones beyond 64 bits as floats."""
    if isinstance(value, int) and abs(value) >= 2**63:
        return float(value) if abs(value) < 10**300 else math.inf if value > 0 else -math.inf
    return value


def _plain(value: object) -> str:
    """The text by which a value is compared, as `dialect.as_text` writes those of the store."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT_TEXT:
        return str(int(value))
    return str(value)


def _moment(value: object) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise NotComparable(f"{value!r} is not a time; write it like 2026-01-08T14:30:00Z") from None
    return moment if moment.tzinfo is None else naive(moment)


def _pattern(wild: str) -> str:
    """`*` is the only wildcard; what SQL takes for one is itself."""
    escaped = wild.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")
