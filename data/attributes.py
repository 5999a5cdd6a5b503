"""Nested data as attributes: dotted keys, three kinds of scalar, lists beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import cast

import orjson

EXACT = 2**53  # the largest integer up to which a DOUBLE tells every integer from its neighbour


@dataclass
class Flat:
    """One row's attributes: scalars by dotted key, and what is no scalar."""

    scalars: dict[str, str | float | bool] = field(default_factory=dict[str, str | float | bool])
    lists: dict[str, object] = field(default_factory=dict[str, object])


def flatten(value: Mapping[str, object], into: Flat | None = None, prefix: str = "") -> Flat:
    """Objects become dotted keys, numbers floats, integers beyond 2^53 texts; lists and `{}` go to `lists`.

    Null is missing. The last of equal keys wins.
    """
    flat = into or Flat()
    for name, item in value.items():
        key = f"{prefix}{name}"
        match item:
            case None:
                continue
            case Mapping() if item:
                flatten(cast("Mapping[str, object]", item), flat, f"{key}.")
            case Mapping() | list() | tuple() | set() | frozenset():
                flat.lists[key] = item
            case _:
                flat.scalars[key] = scalar(item)
    return flat


def scalar(value: object) -> str | float | bool:
    """A value as attributes hold it."""
    match value:
        case bool() | str():
            return value
        case int():
            return float(value) if abs(value) <= EXACT else str(value)
        case float() | Decimal():
            return float(value)
        case datetime() | date():
            return value.isoformat()
        case _:
            return str(value)


def kind_of(value: str | float | bool) -> str:  # noqa: FBT001  a value, not a switch
    """The registry's word for a scalar's type."""
    return "BOOLEAN" if isinstance(value, bool) else "VARCHAR" if isinstance(value, str) else "DOUBLE"


def text(values: Mapping[str, object]) -> str | None:
    """JSON text of a row's attributes; None where there are none."""
    if not values:
        return None
    return orjson.dumps(
        values, default=_plain, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SORT_KEYS
    ).decode()


def _plain(value: object) -> object:
    return list(cast("set[object]", value)) if isinstance(value, set | frozenset) else scalar(value)
