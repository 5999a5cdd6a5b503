"""Features in words: the number that a reason stands on, beside the tenant's own past."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Mapping
from math import isnan
from typing import Any

import pandas as pd

from analytics.features import BLOCK, DAY, FEATURES, PAID_BEFORE

Row = Mapping[str, Any]
WEEKS = BLOCK // DAY // 7
BEFORE = "in the four weeks before"
# What is usual for any tenant: a weekend of silence, a few failures, no limit and no late payment. Who is new
# leaves more often, and who renews within what a risk is told of may not renew.
AT_MOST: Mapping[str, float] = {
    **dict.fromkeys(("silent_days", "person_silent_days", "run_silent_days"), 2),
    "champion_silent_days": 7,
    "failure_rate": 0.05,
    "limit_hits": 0,
    "past_due": 0,
}
AT_LEAST: Mapping[str, float] = {"tenure_days": 90, "renewal_days": 38}
OF_SEATS = ("people", "people_most", "seats", "seats_used")
ENOUGH_SEATS = 0.6


def told(name: str, row: Row) -> str:
    """What a feature says of a tenant, such as "3 of 20 seats active, 11 in September"; '' if unknown."""
    if isnan(_number(row, name)):
        return ""
    return WORDS[name](row)


def told_ill(name: str, row: Row) -> str:
    """What a feature says of a tenant where that speaks for leaving; '' where it reassures."""
    return told(name, row) if speaks_ill(name, row) else ""


def speaks_ill(name: str, row: Row) -> bool:
    """Whether a feature's number is on the bad side of the tenant's own past, or of what is usual for any."""
    value = _number(row, name)
    if name in AT_MOST:
        return value > AT_MOST[name]
    if name in AT_LEAST:
        return value < AT_LEAST[name]
    if name == "executions_week":
        return value < (_number(row, "executions") - value) / (WEEKS - 1)
    if name in OF_SEATS:
        now, seats, most = _number(row, "people"), _number(row, "seats"), _number(row, "people_most")
        return now < most or now < ENOUGH_SEATS * seats
    return value < _number(row, "mrr_before_usd" if name == "mrr_usd" else f"{name}_before")


def counted(number: float, one: str, many: str = "") -> str:
    """A count with its noun: 1 day, 2 days, 1,200 days."""
    return f"{number:,.0f} {one if round(number) == 1 else many or one + 's'}"


def _number(row: Row, name: str) -> float:
    return float(row[name])


def _own_past(name: str, one: str, many: str = "") -> Callable[[Row], str]:
    """A count of the four weeks beside that of the four before."""

    def words(row: Row) -> str:
        now, before = _number(row, name), _number(row, f"{name}_before")
        return f"{counted(now, one, many)} in four weeks, {before:,.0f} {BEFORE}"

    return words


def _days(name: str, what: str) -> Callable[[Row], str]:
    def words(row: Row) -> str:
        days = _number(row, name)
        return f"{what} today" if days < 1 else f"{what} {counted(days, 'day')} ago"

    return words


def _active_days(row: Row) -> str:
    now, before = _number(row, "active_days"), _number(row, "active_days_before")
    return f"active on {now:.0f} of 28 days, on {before:.0f} {BEFORE}"


def _people(row: Row) -> str:
    now, seats, most = _number(row, "people"), _number(row, "seats"), _number(row, "people_most")
    said = f"{counted(now, 'person', 'people') if isnan(seats) else f'{now:.0f} of {seats:.0f} seats'} active"
    at = row["people_most_at"]
    return said if most == 0 or pd.isna(at) else f"{said}, {most:.0f} in {month_name[at.month]}"


def _week(row: Row) -> str:
    week = _number(row, "executions_week")
    a_week = (_number(row, "executions") - week) / (WEEKS - 1)
    return f"{counted(week, 'execution')} in the last week, {a_week:,.0f} a week in the three before"


def _failures(row: Row) -> str:
    now, before = _number(row, "failure_rate"), _number(row, "failure_rate_before")
    said = f"{now:.1%} of executions failed in four weeks"
    return said if isnan(before) else f"{said}, {before:.1%} {BEFORE}"


def _paid(row: Row) -> str:
    now, before = _number(row, "mrr_usd"), _number(row, "mrr_before_usd")
    said = f"pays ${now:,.0f} a month"
    young = _number(row, "tenure_days") < PAID_BEFORE // DAY
    return said if young or now == before else f"{said}, ${before:,.0f} twelve weeks before"


def _late(row: Row) -> str:
    return "its last payment is late" if row["past_due"] else "no payment is late"


WORDS: Mapping[str, Callable[[Row], str]] = {
    "tenure_days": lambda row: f"customer for {counted(_number(row, 'tenure_days'), 'day')}",
    "silent_days": _days("silent_days", "last used"),
    "person_silent_days": _days("person_silent_days", "a person last did something"),
    "run_silent_days": _days("run_silent_days", "last execution"),
    "champion_silent_days": _days("champion_silent_days", "its most active person last did something"),
    "active_days": _active_days,
    "actions": _own_past("actions", "action of people", "actions of people"),
    "people": _people,
    "people_most": _people,
    "seats": _people,
    "seats_used": _people,
    "executions_week": _week,
    "executions": _own_past("executions", "execution"),
    "failure_rate": _failures,
    "workflows": _own_past("workflows", "workflow"),
    "features": _own_past("features", "kind of action", "kinds of actions"),
    "ai_calls": _own_past("ai_calls", "AI call"),
    "limit_hits": lambda row: f"hit a limit {counted(_number(row, 'limit_hits'), 'time')} in four weeks",
    "mrr_usd": _paid,
    "past_due": _late,
    "renewal_days": lambda row: f"renews in {counted(_number(row, 'renewal_days'), 'day')}",
}
if WORDS.keys() != {each.name for each in FEATURES}:
    raise ValueError("every feature has its words, and nothing else has")
