"""The commonest ways of writing a time and a duration, read in place; what is written otherwise is left to
SQL.
"""

# ruff: noqa: PLR0911  compiled loops: a branch is cheaper than a call

from __future__ import annotations

import numpy as np

from analytics.compiled import compiled
from data.sources.compiled import Bytes

NOWHEN = np.iinfo(np.int64).min
_DAY, _SECOND = 86_400_000_000, 1_000_000
_LONGEST = 15  # digits of a number that a DOUBLE holds exactly
_TENS = 10.0 ** np.arange(16)
_BEFORE = np.array([0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334])
_LENGTHS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@compiled
def moment(buf: Bytes, i: int, end: int) -> int:
    """The microseconds since 1970 of `2026-01-08T14:30:00.123Z`, or NOWHEN."""
    if not 20 <= end - i <= 27 or buf[end - 1] != 90:
        return NOWHEN
    if buf[i + 4] != 45 or buf[i + 7] != 45 or buf[i + 13] != 58 or buf[i + 16] != 58:
        return NOWHEN
    if buf[i + 10] != 84 and buf[i + 10] != 32:
        return NOWHEN
    year, month, day = _digits(buf, i, i + 4), _digits(buf, i + 5, i + 7), _digits(buf, i + 8, i + 10)
    hour, minute = _digits(buf, i + 11, i + 13), _digits(buf, i + 14, i + 16)
    second = _digits(buf, i + 17, i + 19)
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if year < 1970 or not 1 <= month <= 12 or day < 1 or hour < 0 or minute < 0 or second < 0:
        return NOWHEN
    if day > _LENGTHS[month - 1] + (leap and month == 2) or hour > 23 or minute > 59 or second > 59:
        return NOWHEN
    micros = 0
    if end - i > 20:
        if buf[i + 19] != 46 or end - i == 21:
            return NOWHEN
        micros = _digits(buf, i + 20, end - 1)
        if micros < 0:
            return NOWHEN
        for _ in range(6 - (end - i - 21)):
            micros *= 10
    before = year - 1
    days = 365 * year + before // 4 - before // 100 + before // 400 - 719_527
    days += _BEFORE[month - 1] + (leap and month > 2) + day - 1
    return days * _DAY + ((hour * 60 + minute) * 60 + second) * _SECOND + micros


@compiled
def _digits(buf: Bytes, i: int, end: int) -> int:
    """The number that all of these bytes say, or -1."""
    value = 0
    while i < end:
        if not 48 <= buf[i] <= 57:
            return -1
        value = value * 10 + int(buf[i]) - 48
        i += 1
    return value


@compiled
def duration(buf: Bytes, i: int, end: int) -> float:
    """The milliseconds of `850ms`, `1.2s` or `1h2m3.5s`, or NaN."""
    total = 0.0
    if i == end:
        return np.nan
    while i < end:
        begin, value, decimals = i, 0, 0
        while i < end and 48 <= buf[i] <= 57:
            value = value * 10 + int(buf[i]) - 48
            i += 1
        digits = i - begin
        if i < end and buf[i] == 46:
            i += 1
            first = i
            while i < end and 48 <= buf[i] <= 57:
                value = value * 10 + int(buf[i]) - 48
                i += 1
            decimals = i - first
            if decimals == 0:
                return np.nan
        if digits == 0 or digits + decimals > _LONGEST or i == end:
            return np.nan
        milli = i + 1 < end and buf[i] == 109 and buf[i + 1] == 115
        unit = 1.0 if milli else _unit(buf[i])
        i += 2 if milli else 1
        # Only the last part may have a fraction, so that the sum is rounded once.
        if unit == 0.0 or (decimals > 0 and i < end):
            return np.nan
        total += value / _TENS[decimals] * unit
    return total


@compiled
def _unit(letter: int) -> float:
    if letter == 115:
        return 1000.0
    if letter == 109:
        return 60_000.0
    return 3_600_000.0 if letter == 104 else 0.0
