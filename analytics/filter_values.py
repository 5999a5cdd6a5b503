"""What a filter may compare a field with: the operators, the types of values, and the refusals of others."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal, cast, get_args

from analytics import patterns
from analytics.members import FIELDS, Members

Scalar = str | int | float | bool | datetime
Value = Scalar | tuple[Scalar, ...] | Members | None
Operator = Literal[
    "==", "!=", "<", "<=", ">", ">=", "in", "between", "contains", "like", "matches", "exists", "in_cohort"
]
OPERATORS = get_args(Operator)
COHORT = (
    "cohort"  # the field that is the person or the tenant of a row, as the cohort is of people or tenants
)

_LONGEST_NAME = 300


def check_name(name: object) -> None:
    """Refuse what is no name of a field."""
    if not isinstance(name, str) or not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a field's name is 1 to {_LONGEST_NAME} printable characters, not {name!r}")
    if name.removeprefix("tenant.").removeprefix("person.") in ("", "attributes.", "properties."):
        raise ValueError(f"name the field after the dot: {name}plan")


def check_cohort(name: str, value: object) -> None:
    """Refuse what cannot be in a cohort, and what names none."""
    if name not in (*FIELDS.values(), COHORT):
        raise ValueError(f"people and tenants are in cohorts: ask it of user_id or tenant_id, not of {name}")
    if isinstance(value, Members):
        return
    if not isinstance(value, str) or not value or len(value) > _LONGEST_NAME or not value.isprintable():
        raise ValueError(f"a cohort is named by its id, 1 to {_LONGEST_NAME} printable characters")


def check_value(op: Operator, value: object) -> None:
    """Refuse a value that the operator does not take."""
    if op not in OPERATORS:
        raise ValueError(f"{op!r} is no operator: use one of {', '.join(OPERATORS)}")
    if op == "exists":
        if value is not None:
            raise ValueError("exists() takes no value")
        return
    if op not in ("in", "between"):
        _check_scalar(value)
        if op in ("contains", "like", "matches") and not isinstance(value, str):
            raise ValueError(f"'{op}' looks for text, not for {value!r}")
        if op == "matches":
            patterns.check(cast("str", value))
        return
    if not isinstance(value, tuple) or not value:
        raise ValueError(f"'{op}' takes a tuple of at least one value")
    values = cast("tuple[object, ...]", value)
    if op == "between" and len(values) != 2:
        raise ValueError("'between' takes a low and a high value")
    for each in values:
        _check_scalar(each)


def _check_scalar(value: object) -> None:
    if not isinstance(value, str | int | float | bool | datetime):
        raise TypeError(
            f"a filter compares with text, a number, true, false or a time, not with {type(value).__name__}; "
            "to ask whether there is a value at all, use exists()"
        )
    if isinstance(value, str) and any("\ud800" <= sign <= "\udfff" for sign in value):
        raise ValueError("a text in a filter has half a character in it: write it anew")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a filter compares with finite numbers only")
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a time in a filter needs a timezone: pass an aware datetime")
