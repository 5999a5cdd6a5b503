"""`tenantscope.toml`: sources to pull from, own prices, plans; a fault of one stops none of the others.

A text may hold `${NAME}`, which is that environment variable: secrets stand nowhere else.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote

from pydantic import ValidationError

from analytics import budgets as of_months
from analytics.budgets import Budget
from analytics.llm_prices_own import OwnPrice
from analytics.usage_plans import SHIPPED, Sold
from data import own_prices
from data.config_budgets import BUDGETS, BadBudgets, budgets
from data.config_plans import BILLING, PLANS, BadPlans, sold
from data.own_prices import PriceError
from data.places import ROOT
from data.sources.settings import Settings

NAME = "tenantscope.toml"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# Who connects, in a URL: all before the last @ ahead of its path.
_USER = re.compile(r"[A-Za-z][\w+.-]*://((?:\$\{[^}]*\}|[^/?#\s])*)@")
_BREAKS_URL = re.compile(r"[@/#?:\[\]\\\s]|%(?![0-9A-Fa-f]{2})")


class ConfigError(ValueError):
    """A configuration that cannot be used; the text names file, key and what is allowed."""


@dataclass(frozen=True)
class Config:
    """What the configuration says. `problems`: what is wrong with each source that cannot be used, by its
    name, or by its place (`source 2`) where it has none; with each price, by its place (`price 1`); and with
    `plans`, which bind nobody then, and with `budgets`, of which those that are shipped hold then.
    """

    path: Path
    sources: tuple[Settings, ...] = ()
    prices: tuple[OwnPrice, ...] = ()
    problems: Mapping[str, str] = field(default_factory=dict)
    sold: Sold = SHIPPED
    budgets: tuple[Budget, ...] = of_months.SHIPPED

    def source(self, name: str) -> Settings:
        """A source by its name; raises ConfigError."""
        for each in self.sources:
            if each.name == name:
                return each
        if name in self.problems:
            raise ConfigError(self.problems[name])
        names = ", ".join([*(each.name for each in self.sources), *self.problems]) or "none yet"
        raise ConfigError(f"{self.path.name} has no source {name!r}. There is: {names}.")


def path() -> Path:
    """Where the configuration lies: `TENANTSCOPE_CONFIG`, else `tenantscope.toml` beside the code."""
    return Path(os.environ.get("TENANTSCOPE_CONFIG") or ROOT / NAME)


def load(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check the configuration; where there is no file there are no sources. Raises ConfigError
    where the file as a whole cannot be used.
    """
    file = file or path()
    try:
        form = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config(file)
    except OSError as error:
        raise ConfigError(f"{file.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name} is not TOML: {error}.") from error
    found = _each(form, file.name, environment)
    try:
        prices = own_prices.read(form.get("prices", []), file.name)
    except PriceError as error:
        raise ConfigError(str(error)) from error
    plans = [_sold(form, file.name)]
    held = [_budgets(form, file.name)]
    return Config(
        file,
        tuple(each for _, each in found if isinstance(each, Settings)),
        tuple(each for _, each in prices if isinstance(each, OwnPrice)),
        {
            label: str(each)
            for label, each in [*found, *prices, *plans, *held]
            if isinstance(each, ValueError)
        },
        next((each for _, each in plans if isinstance(each, Sold)), SHIPPED),
        next((each for _, each in held if isinstance(each, tuple)), of_months.SHIPPED),
    )


def parse(form: dict[str, Any], name: str, environment: Mapping[str, str]) -> tuple[Settings, ...]:
    """The sources of a configuration given as plain values, all of them good. Raises ConfigError."""
    return tuple(_good(each) for _, each in _each(form, name, environment))


def _each(
    form: dict[str, Any], name: str, environment: Mapping[str, str]
) -> list[tuple[str, Settings | ConfigError]]:
    """Every source by its name or place, or what is wrong with it. Raises ConfigError for the whole."""
    from data.sources.kinds import KINDS  # noqa: PLC0415  a kind's own settings may name what this module has

    kinds = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in KINDS}
    for key in form.keys() - {"sources", "prices", PLANS, BILLING, BUDGETS}:
        raise ConfigError(
            f"{name}: there is no key {key!r}. A source begins with [[sources]], a price with [[prices]], "
            "a plan with [plans.NAME], billing with [billing], a budget with [[budgets]]."
        )
    tables = form.get("sources", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ConfigError(f"{name}: write every source under a line [[sources]], with two brackets.")
    found = [_tried(each, n, name, kinds, environment) for n, each in enumerate(tables, 1)]
    for twice in [each for each, times in Counter(label for label, _ in found).items() if times > 1]:
        raise ConfigError(f"{name}: two sources are named {twice!r}. Give each its own name.")
    return found


def _sold(form: dict[str, Any], name: str) -> tuple[str, Sold | ConfigError]:
    """What is sold, or what is wrong with it."""
    try:
        return PLANS, sold(form)
    except BadPlans as error:
        return PLANS, ConfigError(f"{name}: {error}")


def _budgets(form: dict[str, Any], name: str) -> tuple[str, tuple[Budget, ...] | ConfigError]:
    """What months may cost, or what is wrong with it."""
    try:
        return BUDGETS, budgets(form)
    except BadBudgets as error:
        return BUDGETS, ConfigError(f"{name}: {error}")


def _good(found: Settings | ConfigError) -> Settings:
    if isinstance(found, ConfigError):
        raise found
    return found


def add(text: str, file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Write one more source behind those that are there, if it can be used; gives it. Raises ConfigError."""
    file = file or path()
    before = file.read_text(encoding="utf-8").rstrip() + "\n\n" if file.exists() else ""
    try:
        found = _good(_each(tomllib.loads(before + text), file.name, environment)[-1][1])
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file.name} would not be TOML any more: {error}.") from error
    new = file.with_name(f"{file.name}.new")
    new.write_text(before + text, encoding="utf-8")
    new.replace(file)  # nobody reads half of it
    return found


def _tried(
    form: dict[str, Any],
    number: int,
    name: str,
    kinds: Mapping[str, type[Settings]],
    environment: Mapping[str, str],
) -> tuple[str, Settings | ConfigError]:
    """A source under its name, or its fault under what can be known of that."""
    try:
        found = _source(form, number, name, kinds, environment)
    except ConfigError as error:
        named = form.get("name")
        return (named.strip() if isinstance(named, str) else "") or f"source {number}", error
    return found.name, found


def _source(
    form: dict[str, Any],
    number: int,
    name: str,
    kinds: Mapping[str, type[Settings]],
    environment: Mapping[str, str],
) -> Settings:
    where = f"{name}: source {number}" + (f" ({form['name']})" if isinstance(form.get("name"), str) else "")
    kind = str(form.get("kind", ""))
    if kind not in kinds:
        said = f"has the kind {kind!r}, which is unknown" if kind else "has no `kind`"
        raise ConfigError(f"{where} {said}. Choose one of {', '.join(kinds)}.")
    values = {key: filled(value, f"{where}: {key}", environment) for key, value in form.items()}
    try:
        return kinds[kind].model_validate(values)
    except ValidationError as error:
        known = list(kinds[kind].model_fields)
        said = " ".join(_said(where, kind, each, known) for each in error.errors()[:5])
    # Not while the other is at hand: it would stay with this one, and with it the secrets that it is of.
    raise ConfigError(said)


def filled(value: Any, where: str, environment: Mapping[str, str]) -> Any:
    """A value with its `${NAME}`s replaced; raises ConfigError where one is not set."""
    if isinstance(value, dict):
        return {key: filled(each, f"{where}.{key}", environment) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(each, where, environment) for each in value]
    if not isinstance(value, str):
        return value
    for variable in _VARIABLE.findall(value):
        if variable not in environment:
            raise ConfigError(f"{where} needs the environment variable {variable}, which is not set.")
    user = _USER.match(value)

    def put(found: re.Match[str]) -> str:
        said = environment[found[1]]
        return _in_user(said, user[1]) if user and found.end() <= user.end(1) else said

    return _VARIABLE.sub(put, value)


def _in_user(said: str, user: str) -> str:
    """A variable's value as it may stand before the @ of a URL; one that is encoded already stays."""
    parted = ":" in _VARIABLE.sub("", user)
    told = said if parted else said.replace(":", "", 1)  # the variable may be name and password at once
    return quote(said, safe="" if parted else ":") if _BREAKS_URL.search(told) else said


def _said(where: str, kind: str, error: Any, known: list[str]) -> str:
    """One fault of a source as a sentence; values are left out, as they may be secrets."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(key, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}."
        return f"{where}: {kind} has no key {key!r}. {hint}"
    if error["type"] == "missing":
        return f"{where}: {kind} needs `{key}`."
    if error["type"] == "string_pattern_mismatch" and key == "name":
        return f"{where}: name: write letters, digits, _ . and - only, a letter or digit first, at most 80."
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    end = "" if message.endswith(("?", "!")) else "."
    return f"{where}: {key + ': ' if key else ''}{message}{end}"
