"""What people read for a value of a column, and what a click on it filters by."""

from __future__ import annotations

import calendar
import math
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ui import format as say
from ui.charts.series import IS_OTHER, NONE
from ui.ink import OTHER

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from analytics.filters import Scalar
    from analytics.question import Column
    from analytics.scope import Scope

# Columns that have an order of their own, and every value that they can have.
ORDERED = {"hour_of_day": tuple(range(24)), "weekday": tuple(range(1, 8))}


def label(value: object, column: Column, scope: Scope) -> str:
    """A value in words: Monday · 14:00 · yes · 21 Nov, 20:00 · 1,204 · (none)."""
    if missing(value):
        return NONE
    if column.name in ORDERED:
        return in_order(int(str(value)), column.name)
    if isinstance(value, datetime):
        return say.moment(value, scope.timezone, scope.now)
    if column.unit == "flag":
        return "yes" if value else "no"
    if isinstance(value, int | float | np.number) and column.unit not in ("text", ""):
        return say.number(float(value), column.unit)
    return str(value)


def in_order(place: int, name: str) -> str:
    """Monday · 14:00"""
    return calendar.day_name[place - 1] if name == "weekday" else f"{place:02d}:00"


def short_label(value: object, column: Column, scope: Scope) -> str:
    """The same where there is little room: Mon · 14."""
    if column.name in ORDERED and not missing(value):
        return calendar.day_abbr[int(str(value)) - 1] if column.name == "weekday" else str(value)
    return label(value, column, scope)


def row_label(row: Mapping[Hashable, Any], column: Column, scope: Scope) -> str:
    """The value of a row's column in words; "other" in the row that stands for all groups not shown."""
    return OTHER if row.get(IS_OTHER) is True else label(row[column.name], column, scope)


def missing(value: object) -> bool:
    """Whether there is nothing: no value, no number, or the empty text."""
    return value is None or value == "" or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def chosen(row: Mapping[Hashable, Any], fields: tuple[str, ...]) -> tuple[Scalar, ...] | None:
    """What a click on a row filters by, a value for each field; None where no click is meant."""
    if not fields or row.get(IS_OTHER) is True or not all(name in row for name in fields):
        return None
    return tuple(plain(row[name]) for name in fields)


def plain(value: object) -> Scalar:
    """A value as a filter holds it."""
    if isinstance(value, np.generic):
        value = value.item()
    if missing(value):
        return ""
    return value if isinstance(value, str | int | float | bool) else str(value)
