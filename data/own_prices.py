"""`[[prices]]` of the configuration: what a company pays for models, checked one by one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from difflib import get_close_matches
from typing import Any

from analytics.llm_cost import PIECES, TOKENS
from analytics.llm_prices_own import ALWAYS, END, OwnPrice

TEXTS = ("model", "provider", "tenant", "tier")
TIMES = ("valid_from", "valid_until")
KEYS = (*TEXTS, *TIMES, *TOKENS, *PIECES, "discount")
WHAT = "Write dollars a million tokens, such as input = 2.50 and output = 10, or discount = 0.2."


class PriceError(ValueError):
    """An own price that cannot be used; the text says what to write."""


def read(forms: object, name: str) -> list[tuple[str, OwnPrice | PriceError]]:
    """Every own price by its place in the file, or what is wrong with it. Raises PriceError for the whole."""
    if not isinstance(forms, list) or not all(isinstance(each, dict) for each in forms):
        raise PriceError(f"{name}: write every price under a line [[prices]], with two brackets.")
    found: list[tuple[str, OwnPrice | PriceError]] = []
    for number, form in enumerate(forms, 1):
        try:
            found.append((f"price {number}", _price(form)))
        except PriceError as error:
            found.append((f"price {number}", PriceError(f"{name}: price {number}: {error}")))
    return found


def _price(form: dict[str, Any]) -> OwnPrice:
    for key in form.keys() - set(KEYS):
        near = get_close_matches(key, KEYS, 1)
        raise PriceError(
            f"there is no key {key!r}. "
            + (f"Did you mean {near[0]}?" if near else f"It has {', '.join(KEYS)}.")
        )
    texts = {key: form.get(key, "") for key in TEXTS}
    for key, said in texts.items():
        if not isinstance(said, str):
            raise PriceError(f"{key} must be a text in quotes.")
    if not texts["model"]:
        raise PriceError('it needs `model`: a name, such as "gpt-4o", or the beginning of some, "gpt-4o*".')
    per_million = {key: _dollars(form[key], key) for key in TOKENS if key in form}
    each = {key: _dollars(form[key], key) for key in PIECES if key in form}
    discount = _dollars(form["discount"], "discount") if "discount" in form else None
    if (discount is None) == (not per_million and not each):
        raise PriceError(f"it needs either prices or a discount. {WHAT}")
    if discount is not None and discount > 1:
        raise PriceError("discount is a share of 1: write 0.2 for 20 % off.")
    since, until = _time(form, "valid_from", ALWAYS), _time(form, "valid_until", END)
    if until <= since:
        raise PriceError("valid_until must be later than valid_from.")
    return OwnPrice(**texts, valid_from=since, valid_until=until, per_million=per_million, each=each,
                    discount=discount)  # fmt: skip


def _dollars(said: object, key: str) -> Decimal:
    """An amount; TOML's own numbers are read by their digits, so that 0.1 is a tenth."""
    if isinstance(said, (int, float, str)) and not isinstance(said, bool):
        try:
            found = Decimal(str(said))
        except InvalidOperation:
            found = Decimal(-1)
        if found.is_finite() and found >= 0:
            return found
    raise PriceError(f"{key} must be a number from 0 on.")


def _time(form: dict[str, Any], key: str, otherwise: datetime) -> datetime:
    said = form.get(key, otherwise)
    if isinstance(said, str):
        try:
            said = datetime.fromisoformat(said)
        except ValueError:
            said = None
    if isinstance(said, datetime):
        return said if said.tzinfo is not None else said.replace(tzinfo=UTC)
    if isinstance(said, date):
        return datetime(said.year, said.month, said.day, tzinfo=UTC)
    raise PriceError(f"{key} must be a day, such as 2026-01-31, or a time with its zone.")
