"""`[plans]` and `[billing]` of `tenantscope.toml`: what is sold, and when billing months begin."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from analytics.settings import BILLING_DAY, BILLING_TIMEZONE
from analytics.usage_calendar import Terms
from analytics.usage_plans import LIMITED, SHIPPED, Plan, Sold

PLANS, BILLING = "plans", "billing"
CLOSE_AFTER, MOST_DAYS = "close_after_days", 60
COUNTERS, MOST_COUNTERS = "message_counters", 20


class BadPlans(ValueError):
    """What is said of plans or billing cannot be used; the text names the key and what is allowed."""


def sold(form: dict[str, Any]) -> Sold:
    """The plans of a configuration in their order there; those that are shipped where it names none."""
    billing, plans = _table(form, BILLING), _table(form, PLANS)
    known = SHIPPED.plans if not plans else tuple(_plan(name, _table(plans, name, PLANS)) for name in plans)
    return Sold(
        known,
        shipped=not plans,
        terms=_terms(billing),
        close_after_days=_days(billing),
        message_counters=_counters(billing),
    )


def _terms(said: dict[str, Any]) -> Terms:
    _only(said, ("day", "timezone", CLOSE_AFTER, COUNTERS), BILLING)
    day, timezone = said.get("day", BILLING_DAY), said.get("timezone", BILLING_TIMEZONE)
    if not isinstance(day, int) or isinstance(day, bool) or not isinstance(timezone, str):
        raise BadPlans("[billing] has a `day` from 1 to 31, and a `timezone` such as 'Europe/Berlin'.")
    try:
        return Terms(day, timezone)
    except ValueError as error:
        raise BadPlans(f"[billing]: {error}.") from error


def _days(said: dict[str, Any]) -> int | None:
    """How long after its end a month is closed by itself; None where that is left to people."""
    days = said.get(CLOSE_AFTER)
    if days is None:
        return None
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= MOST_DAYS:
        raise BadPlans(
            f"[billing] {CLOSE_AFTER} is a number of days from 0 to {MOST_DAYS}; leave it out to close by "
            "hand."
        )
    return days


def _counters(said: dict[str, Any]) -> tuple[str, ...]:
    """The counters that tell of messages; none unless they are named."""
    named = said.get(COUNTERS, [])
    if not isinstance(named, list) or not all(isinstance(each, str) and each for each in named):
        raise BadPlans(f"[billing] {COUNTERS} is a list of names of metrics, such as ['messages_total'].")
    if len(named) > MOST_COUNTERS:
        raise BadPlans(f"[billing] {COUNTERS} names at most {MOST_COUNTERS} metrics.")
    return tuple(dict.fromkeys(named))


def _plan(name: str, said: dict[str, Any]) -> Plan:
    where = f"{PLANS}.{name}"
    _only(said, ("limits", "usd"), where)
    limits = _table(said, "limits", where)
    _only(limits, tuple(LIMITED), f"{where}.limits")
    for what, limit in limits.items():
        if not _number(limit) or limit <= 0:
            raise BadPlans(
                f"[{where}] limits.{what} is a number above 0; leave it out where there is no limit."
            )
    usd = said.get("usd")
    if usd is not None and (not _number(usd) or usd < 0):
        raise BadPlans(f"[{where}] usd is what the plan costs a month, a number such as 49.90.")
    return Plan(
        name, {what: float(each) for what, each in limits.items()}, None if usd is None else Decimal(str(usd))
    )


def _table(form: dict[str, Any], key: str, within: str = "") -> dict[str, Any]:
    found = form.get(key, {})
    if not isinstance(found, dict):
        name = f"{within}.{key}" if within else key
        raise BadPlans(f"`{name}` is a table: begin it with a line [{name}].")
    return found


def _only(said: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in said:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}."
            raise BadPlans(f"[{where}] has no key {key!r}. {hint}")


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
