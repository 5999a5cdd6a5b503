"""`tenantscope.toml`: the sources to pull from, checked whole before anything is done.

A text may hold `${NAME}`, which is that environment variable: secrets stand nowhere else.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from data.places import ROOT
from data.sources.settings import Settings

NAME = "tenantscope.toml"
_VARIABLE = re.compile(r"\$\{([^}]*)\}")


class ConfigError(ValueError):
    """A configuration that cannot be used; the text names file, key and what is allowed."""


@dataclass(frozen=True)
class Config:
    """What the configuration says."""

    path: Path
    sources: tuple[Settings, ...] = ()

    def source(self, name: str) -> Settings:
        """A source by its name; raises ConfigError."""
        for each in self.sources:
            if each.name == name:
                return each
        names = ", ".join(each.name for each in self.sources) or "none yet"
        raise ConfigError(f"{self.path.name} has no source {name!r}. There is: {names}.")


def path() -> Path:
    """Where the configuration lies: `TENANTSCOPE_CONFIG`, else `tenantscope.toml` beside the code."""
    return Path(os.environ.get("TENANTSCOPE_CONFIG") or ROOT / NAME)


def load(file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Config:
    """Read and check the configuration; where there is no file there are no sources. Raises ConfigError."""
    file = file or path()
    try:
        form = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Config(file)
    except OSError as error:
        raise ConfigError(f"{file.name} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name} is not TOML: {error}.") from error
    return Config(file, parse(form, file.name, environment))


def parse(form: dict[str, Any], name: str, environment: Mapping[str, str]) -> tuple[Settings, ...]:
    """The sources of a configuration given as plain values."""
    from data.sources.kinds import KINDS  # noqa: PLC0415  a kind's own settings may name what this module has

    kinds = {get_args(kind.model_fields["kind"].annotation)[0]: kind for kind in KINDS}
    for key in form.keys() - {"sources"}:
        raise ConfigError(f"{name}: there is no key {key!r}. A source begins with [[sources]].")
    tables = form.get("sources", [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise ConfigError(f"{name}: write every source under a line [[sources]], with two brackets.")
    found = tuple(_source(each, n, name, kinds, environment) for n, each in enumerate(tables, 1))
    for twice in [each for each, times in Counter(each.name for each in found).items() if times > 1]:
        raise ConfigError(f"{name}: two sources are named {twice!r}. Give each its own name.")
    return found


def add(text: str, file: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Write one more source behind those that are there, if all can be read then; gives it. Raises
    ConfigError.
    """
    file = file or path()
    before = file.read_text(encoding="utf-8").rstrip() + "\n\n" if file.exists() else ""
    try:
        found = parse(tomllib.loads(before + text), file.name, environment)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file.name} would not be TOML any more: {error}.") from error
    new = file.with_name(f"{file.name}.new")
    new.write_text(before + text, encoding="utf-8")
    new.replace(file)  # nobody reads half of it
    return found[-1]


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
        raise ConfigError(" ".join(_said(where, kind, each, known) for each in error.errors()[:5])) from None


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
    return _VARIABLE.sub(lambda found: environment[found[1]], value)


def _said(where: str, kind: str, error: Any, known: list[str]) -> str:
    """One fault of a source as a sentence; values are left out, as they may be secrets."""
    key = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        near = get_close_matches(key, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"It has {', '.join(known)}."
        return f"{where}: {kind} has no key {key!r}. {hint}"
    if error["type"] == "missing":
        return f"{where}: {kind} needs `{key}`."
    message = str(error["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {key + ': ' if key else ''}{message}."
