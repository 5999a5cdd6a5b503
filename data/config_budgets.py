"""`[[budgets]]` of `tenantscope.toml`: what a month may cost, of AI and of the platform."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from analytics.budgets import SHIPPED, Budget

BUDGETS = "budgets"
KEYS = ("usd", "tenant", "feature", "model", "category")


class BadBudgets(ValueError):
    """What is said of a budget cannot be used; the text names the key and what is allowed."""


def budgets(form: dict[str, Any]) -> tuple[Budget, ...]:
    """The budgets of a configuration in their order there; those that are shipped where it names none."""
    said = form.get(BUDGETS, [])
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise BadBudgets("write every budget under a line [[budgets]], with two brackets.")
    return tuple(_budget(each, place) for place, each in enumerate(said, 1)) or SHIPPED


def _budget(said: dict[str, Any], place: int) -> Budget:
    where = f"budget {place}"
    for key in said:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(KEYS)}."
            raise BadBudgets(f"{where} has no key {key!r}. {hint}")
    usd = said.get("usd")
    if not isinstance(usd, int | float) or isinstance(usd, bool) or usd <= 0:
        raise BadBudgets(f"{where} needs `usd`, what a month may cost: a number above 0.")
    named = {key: said[key] for key in KEYS[1:] if key in said}
    for key, value in named.items():
        if not isinstance(value, str):
            raise BadBudgets(f"{where}: {key} is a text.")
    if "category" in named and len(named) > 1:
        raise BadBudgets(
            f"{where}: a category is one of the platform's costs; it has no tenant, feature or model."
        )
    return Budget(Decimal(str(usd)), **named)
