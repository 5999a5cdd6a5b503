"""From the first records of a file to a proposed mapping: our own names, a known form, or a guess that
says so.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from data.mapping import UNITS, Mapping, MappingError, Origin, Rule
from data.reading import as_durations, as_times
from data.sources.sample import Sample
from data.tables import TABLES

WRAPPERS = ("attributes", "properties", "labels")
KNOWN = (
    "product_events",
    "structured_log",
    "apm_transaction",
    "apm_span",
    "apm_error",
    "otel_span",
    "otel_log",
    "otel_metric",
    "ecs",
)
AI_CALLS = "AI calls"
# Columns that so many tables have that they tell none from another.
_COMMON = {
    "occurred_at",
    "received_at",
    "tenant_id",
    "source",
    "user_id",
    "status",
    "name",
    "kind",
    "duration_ms",
    *WRAPPERS,
    "lists",
}
_FOLDER = Path(__file__).with_name("mappings")


def recognise(sample: Sample, source: str) -> Mapping:
    """The mapping to propose for a file; `how` says what it was recognised by."""
    return _own(sample, source) or _known(sample, source) or _named(sample, source) or _guess(sample, source)


def for_table(sample: Sample, source: str, table: str) -> Mapping:
    """The mapping to propose when a person has named the table: its own column names first, else the usual
    names.
    """
    if table not in TABLES:
        raise MappingError(f"There is no table {table!r}. Choose one of {', '.join(TABLES)}.")
    usual = {
        name: form["columns"] for form in known_form("guess")["tables"] if (name := form["table"]) == table
    }
    own = {
        column: [column]
        for column in TABLES[table].columns
        if column not in ("attributes", "lists", "source")
    }
    for column, names in usual.get(table, {}).items():
        own[column] = list(dict.fromkeys([column, *names]))
    return _by_names(sample, source, table, own, "your table")


def calls_of_models(sample: Sample, source: str) -> Mapping:
    """The mapping of AI calls, as we read them ourselves: every column by its own name, as a call far behind
    may fill what the first ones do not.
    """
    ours = ("attributes", "lists", "source", "received_at")
    columns = {
        column: Origin(column, "ms" if column == "duration_ms" else "")
        for column in TABLES["llm_calls"].columns
        if column not in ours and (column not in ("tenant_id", "occurred_at") or column in sample.fields)
    }
    return Mapping(source, (Rule("llm_calls", columns),), AI_CALLS)


def _own(sample: Sample, source: str) -> Mapping | None:
    unwraps = tuple(name for name in WRAPPERS if any(path.startswith(f"{name}.") for path in sample.fields))
    best, best_hits = "", 1
    for name, table in TABLES.items():
        columns = table.columns.keys()
        hits = len(columns & sample.fields.keys() - _COMMON)
        needed = {"occurred_at"} if table.fact else set(table.key)
        if not table.fact and len(columns & sample.fields.keys()) < 0.6 * len(sample.fields):
            # Tenants and people have few fields, all of them known; a log line has a `tenant_id` too.
            continue
        if needed <= sample.fields.keys() and hits > best_hits - (not table.fact):
            best, best_hits = name, hits
    if not best:
        return None
    found = {
        c: Origin(c)
        for c in TABLES[best].columns
        if c in sample.fields and c not in ("source", "series", *WRAPPERS, "lists")
    }
    return Mapping(source, (Rule(best, found),), "our own names", unwraps=unwraps)


def _known(sample: Sample, source: str) -> Mapping | None:
    for name in KNOWN:
        form = known_form(name)
        if not all(any(field in sample.fields for field in sign) for sign in form["signs"]):
            continue
        rules = tuple(rule for each in form["rules"] if (rule := _known_rule(each, sample)) is not None)
        time = rules[0].columns.get("occurred_at")
        if time and _is_time(sample, time.field):
            return Mapping(source, rules, form["how"], unwraps=tuple(form.get("unwraps", ())))
    return None


def _known_rule(form: dict[str, Any], sample: Sample) -> Rule | None:
    columns: dict[str, Origin] = {}
    for column, names in form["columns"].items():
        for text in names:
            origin = Origin.parse(text)
            if origin.field in sample.fields and sample.fields[origin.field].kind != "list":
                columns[column] = _with_unit(column, origin, sample)
                break
    needs = tuple(form.get("needs", ()))
    if not set(needs) <= columns.keys():
        return None
    carries = form.get("carries")
    if carries is not None:
        carries = tuple(name for name in carries if name in sample.fields)
    return Rule(form["table"], columns, needs, carries)


def _named(sample: Sample, source: str) -> Mapping | None:
    """A guess by the source's own name: `crm.Customers` are tenants if they have what tenants have."""
    name, usual = plain(source.rpartition(".")[2]), known_form("guess")
    for form in usual["named"]:
        if name not in form["names"] or _find(sample, form["lacks"], deep=False):
            continue
        if all(_find(sample, sign, deep=False) for sign in form["signs"]):
            (columns,) = [each["columns"] for each in usual["tables"] if each["table"] == form["table"]]
            return _by_names(sample, source, form["table"], columns, "guess")
    return None


def _guess(sample: Sample, source: str) -> Mapping:
    for form in known_form("guess")["tables"]:
        signed = all(_find(sample, sign, deep=form.get("deep", True)) for sign in form["signs"])
        if signed and not _find(sample, form.get("lacks", []), deep=False):
            return _by_names(sample, source, form["table"], form["columns"], "guess")
    raise AssertionError("the last table of guess.toml has no signs")


def _by_names(sample: Sample, source: str, table: str, names: dict[str, list[str]], how: str) -> Mapping:
    usual = known_form("guess")
    columns: dict[str, Origin] = {}
    taken: set[str] = set()

    def fill(column: str, field: str | None) -> None:
        if field is not None and field not in taken and column in TABLES[table].columns:
            columns[column] = _with_unit(column, Origin(field), sample)
            taken.add(field)

    if TABLES[table].fact:
        fill("occurred_at", _time(sample))
    for column, candidates in names.items():
        if column not in ("occurred_at", "tenant_id", "user_id"):
            fill(column, _find(sample, candidates))
    fill("tenant_id", _find(sample, [*names.get("tenant_id", []), *usual["tenants"]], deep=False))
    fill("user_id", _find(sample, usual["users"]))
    if "input_tokens" in columns and _holds_cached(columns, usual["cached_inside"]):
        columns["input_tokens"] = replace(columns["input_tokens"], unit="inside")
    if table == "events" and "event_type" not in columns:
        columns["event_type"] = Origin(constant=source)
    return Mapping(source, (Rule(table, columns),), how)


def _holds_cached(columns: dict[str, Origin], names: list[str]) -> bool:
    """Whether input tokens count what was cached too, by what their fields are called."""
    cached = [columns[name] for name in ("cache_read_tokens", "cache_write_tokens") if name in columns]
    return bool(cached) and any(
        plain(origin.field.rpartition(".")[2]) in map(plain, names)
        for origin in (columns["input_tokens"], *cached)
    )


def _time(sample: Sample) -> str | None:
    """The field that says when: by name if its values are times, else the first field whose values look
    like dates.
    """
    named = [path for name in known_form("guess")["times"] for path in _matches(sample, name)]
    dated = [
        path
        for path, seen in sample.fields.items()
        if seen.texts and re.match(r"\d{4}-\d\d-\d\d", seen.texts[0])
    ]
    for path in dict.fromkeys([*named, *dated]):
        if _is_time(sample, path):
            return path
    return None


def _is_time(sample: Sample, path: str) -> bool:
    return sample.fields[path].kind != "list" and as_times(sample.fields[path].texts[:100]).times >= 0.5


def _find(sample: Sample, names: list[str], *, deep: bool = True) -> str | None:
    for name in names:
        for path in _matches(sample, name, deep=deep):
            if sample.fields[path].kind != "list":
                return path
    return None


def _matches(sample: Sample, name: str, *, deep: bool = True) -> list[str]:
    """The fields of this name: whole paths first, then those whose last key is it."""
    wanted = plain(name)
    whole = [path for path in sample.fields if plain(path) == wanted]
    last = [
        path
        for path in sample.fields
        if deep and path.count(".") == 1 and plain(path.rpartition(".")[2]) == wanted
    ]
    return whole + last


def times() -> list[str]:
    """What fields are called that say when something happened, the commonest first."""
    return list(known_form("guess")["times"])


def plain(name: str) -> str:
    """A field's name without case and punctuation."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _with_unit(column: str, origin: Origin, sample: Sample) -> Origin:
    """Bare numbers of a duration need a unit: the one that the field's name says, milliseconds where it
    says none.
    """
    if not column.endswith("_ms") or origin.unit:
        return origin
    texts = sample.samples(origin.field)
    _, bare = as_durations(texts)
    return Origin(origin.field, unit_of(origin.field)) if bare > 0 or not texts else origin


def unit_of(field: str) -> str:
    """The unit that a duration field's name says."""
    if field.endswith("event.duration"):
        return "ns"
    words = re.split(r"[^a-z]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", field).lower())
    long = {
        "seconds": "s",
        "second": "s",
        "secs": "s",
        "sec": "s",
        "millis": "ms",
        "milliseconds": "ms",
        "micros": "us",
    }
    long |= {
        "microseconds": "us",
        "nanos": "ns",
        "nanoseconds": "ns",
        "nano": "ns",
        "minutes": "min",
        "hours": "h",
        "usec": "us",
    }
    for word in reversed(words):
        unit = long.get(word, word)
        if unit in UNITS:
            return unit
    return "ms"


@cache
def known_form(name: str) -> dict[str, Any]:
    """What is known of a form, as its file says it."""
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
