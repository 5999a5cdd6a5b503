"""Which field of a source fills which column: a value that is shown before a load, and saved as TOML by
source.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from data.tables import TABLES

_OURS = ("attributes", "lists", "source", "series")
# `inside` says of a count of input tokens that it holds those that were read from a cache or written to one.
UNITS = ("ns", "us", "ms", "s", "min", "h", "inside")


class MappingError(ValueError):
    """A mapping that cannot be; the text says what to write instead."""


@dataclass(frozen=True)
class Origin:
    """Where a column's value comes from: a field, with the unit of its bare numbers, or one constant for
    all rows.
    """

    field: str = ""
    unit: str = ""
    constant: str | None = None

    @classmethod
    def parse(cls, text: str) -> Origin:
        """`meta.duration`, `event.duration:ns` or `'a constant'`."""
        if len(text) >= 2 and text[0] == text[-1] == "'":
            return cls(constant=text[1:-1])
        field, _, unit = text.rpartition(":")
        return cls(field, unit) if field and unit in UNITS else cls(text)

    def text(self) -> str:
        """As `parse` reads it."""
        if self.constant is not None:
            return f"'{self.constant}'"
        return f"{self.field}:{self.unit}" if self.unit else self.field


def free(table: str) -> list[str]:
    """The columns of a table that a field may fill."""
    return [name for name in TABLES[table].columns if name not in _OURS]


@dataclass(frozen=True)
class Rule:
    """One row that a record becomes. The first rule holds for every record, a further one where all it
    `needs` is there.

    `carries`: of the fields that fill a column of another rule, those that are attributes of this row;
    None = all.
    What fills no column at all is an attribute of every row.
    """

    table: str
    columns: Dict[str, Origin]
    needs: tuple[str, ...] = ()
    carries: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.table not in TABLES:
            raise MappingError(f"There is no table {self.table!r}. Choose one of {', '.join(TABLES)}.")
        for column in self.columns:
            if column not in free(self.table):
                raise MappingError(
                    f"{self.table} has no column {column!r} to map. It has {', '.join(free(self.table))}."
                )

    def fields(self) -> set[str]:
        """The fields that fill a column."""
        return {origin.field for origin in self.columns.values() if origin.constant is None}


@dataclass(frozen=True)
class Mapping:
    """How the records of one source become rows; `how` says by what it was recognised, `unwraps` which
    keys only wrap.
    """

    source: str
    rules: tuple[Rule, ...]
    how: str = "guess"
    timezone: str | None = None
    unwraps: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.timezone is not None and self.timezone not in available_timezones():
            raise MappingError(
                f"{self.timezone!r} is no time zone. Name one like Europe/Berlin, America/New_York or UTC."
            )

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of times that carry none."""
        return ZoneInfo(self.timezone) if self.timezone else None

    def fields(self) -> list[str]:
        """Every field that fills a column, in the order of the rules."""
        return list(
            dict.fromkeys(o.field for rule in self.rules for o in rule.columns.values() if o.constant is None)
        )

    def means(self, other: Mapping) -> bool:
        """Whether both make the same rows of the same records."""
        return (self.rules, self.timezone, self.unwraps) == (other.rules, other.timezone, other.unwraps)

    def with_columns(self, changes: Iterable[tuple[str, Origin]]) -> Mapping:
        """The mapping with these columns filled otherwise; `table.column` names one table, `column` every
        one that has it. An empty origin leaves the column unfilled.
        """
        rules = list(self.rules)
        for name, origin in changes:
            table, _, column = name.rpartition(".")
            hit = [
                n
                for n, rule in enumerate(rules)
                if table in ("", rule.table) and column in TABLES[rule.table].columns
            ]
            if not hit:
                tables = " or ".join(rule.table for rule in rules)
                there = "; ".join(f"{each.table} has {', '.join(free(each.table))}" for each in rules)
                raise MappingError(
                    f"{tables} has no column {column!r} to map {origin.text()} to: {there}. Another table is "
                    "named by `table`."
                )
            for n in hit:
                others = {known: of for known, of in rules[n].columns.items() if known != column}
                filled = {**rules[n].columns, column: origin} if origin != Origin() else others
                rules[n] = replace(rules[n], columns=filled)
        return replace(self, rules=tuple(rules), how=self.how if not changes else f"{self.how}, changed")

    def to_toml(self) -> str:
        """The text form, as saved in var/mappings."""
        lines = [f"source = {_quoted(self.source)}", f"how = {_quoted(self.how)}"]
        lines += [f"timezone = {_quoted(self.timezone)}"] if self.timezone else []
        lines += [f"unwraps = {json.dumps(self.unwraps)}"] if self.unwraps else []
        for rule in self.rules:
            lines += ["", "[[rules]]", f"table = {_quoted(rule.table)}"]
            lines += [f"needs = {json.dumps(rule.needs)}"] if rule.needs else []
            lines += [f"carries = {json.dumps(rule.carries)}"] if rule.carries is not None else []
            lines += [
                "[rules.columns]",
                *(f"{column} = {_quoted(o.text())}" for column, o in rule.columns.items()),
            ]
        return "\n".join(lines) + "\n"

    @classmethod
    def from_toml(cls, text: str) -> Mapping:
        """Read what `to_toml` wrote, or a person edited; raises MappingError."""
        try:
            return cls.from_dict(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise MappingError(f"The mapping is not TOML: {error}") from error

    @classmethod
    def from_dict(cls, form: Dict[str, Any]) -> Mapping:
        """From plain values; unknown keys are refused."""
        _only(form, ("source", "how", "timezone", "unwraps", "rules"), "A mapping")
        rules = tuple(_rule(rule) for rule in form.get("rules", ()))
        if not rules:
            raise MappingError("A mapping needs at least one [[rules]] with a table.")
        return cls(
            source_name(form.get("source", "")),
            rules,
            form.get("how", "yours"),
            form.get("timezone"),
            tuple(form.get("unwraps", ())),
        )

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for a page or the wire."""
        return tomllib.loads(self.to_toml())


def _rule(form: Dict[str, Any]) -> Rule:
    _only(form, ("table", "columns", "needs", "carries"), "A rule")
    columns = {column: Origin.parse(text) for column, text in form.get("columns", {}).items()}
    carries = form.get("carries")
    return Rule(
        form.get("table", ""),
        columns,
        tuple(form.get("needs", ())),
        None if carries is None else tuple(carries),
    )


def _only(form: Dict[str, Any], known: tuple[str, ...], what: str) -> None:
    unknown = [key for key in form if key not in known]
    if unknown:
        raise MappingError(f"{what} has no {unknown[0]!r}. It has {', '.join(known)}.")


def _quoted(text: str) -> str:
    return json.dumps(text)


def source_name(name: str) -> str:
    """A source's name from what a person or a file says: plain letters, digits, dots, dashes, underscores."""
    plain = re.sub(r"[^\w.#-]+", "_", name.strip()).strip("._")[:80]
    if not plain:
        raise MappingError("A source needs a name, for example --source web.")
    return plain


_ENDINGS = re.compile(r"\.(gz|zst|bz2|json|jsonl|ndjson|csv|tsv|txt|log|parquet|pq|\d+)$", re.IGNORECASE)
_DATES = re.compile(
    r"[._-]*(\d{4}-?\d{2}-?\d{2}|\d{10,})([T_-]?\d{2}[-:]?\d{2}([-:]?\d{2})?)?Z?", re.IGNORECASE
)


def source_of(file_name: str) -> str:
    """The source that a file belongs to: its name without endings, rotation numbers and dates."""
    name = Path(file_name).name
    while (shorter := _ENDINGS.sub("", name)) != name and shorter:
        name = shorter
    return source_name(_DATES.sub("", name).strip("._-") or "file")


def path_of(folder: Path, source: str) -> Path:
    """Where a source's mapping is saved."""
    return folder / f"{source_name(source)}.toml"


def saved(folder: Path, source: str) -> Mapping | None:
    """The mapping that was saved for a source."""
    path = path_of(folder, source)
    return Mapping.from_toml(path.read_text(encoding="utf-8")) if path.exists() else None


def renamed(mapping: Mapping, source: str) -> Mapping:
    """The same mapping of another source."""
    return replace(mapping, source=source_name(source))


def save(folder: Path, mapping: Mapping) -> Path:
    """Keep a mapping, so that the next file of its source needs no word."""
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, mapping.source)
    path.write_text(mapping.to_toml(), encoding="utf-8")
    return path


def column_of(text: str) -> tuple[str, Origin]:
    """What `column=field` says: the column, and what fills it; raises MappingError."""
    column, equals, origin = text.partition("=")
    if not equals or not column or not origin:
        raise MappingError(f"--map {text} is not column=field. Write for example --map tenant_id=channel.")
    return column, Origin.parse(origin)
