"""Which mapping a source is read by: what was kept for it, else what its records look like."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from data import ingest, recognise
from data import mapping as mappings
from data.ingest import Ways
from data.mapping import Mapping, MappingError, Origin, Rule
from data.sources import sample as samples
from data.sources.sample import Sample
from data.sources.settings import Settings
from data.tables import TABLES

SAMPLE = 1000
WRITTEN = Ways('`map = {{ {} = "FIELD" }}`', '`timezone = "Europe/Berlin"`')


@dataclass(frozen=True)
class Mapped:
    """How a source is read: `base` as it was recognised or chosen on the page, `mapping` with what the
    configuration says on top; `notes` are good to know.
    """

    base: Mapping
    mapping: Mapping
    sample: Sample
    notes: tuple[str, ...]


def propose(settings: Settings, texts: list[str], key: str, folder: Path, time: str = "") -> Mapped:
    """The mapping of a source, judged by some of its records. `key`, `time`: as the source says them.

    Raises MappingError where there can be none.
    """
    seen = samples.take(texts)
    base = mappings.saved(folder, settings.name)
    if base is None or (settings.table and settings.table != base.rules[0].table):
        base = (
            recognise.for_table(seen, settings.name, settings.table)
            if settings.table
            else settings.proposed(seen) or recognise.recognise(seen, settings.name)
        )
    changed = _timed(base, time)
    if settings.map or settings.tenant is not None:
        changed = changed.with_columns(settings.columns())
    mapping = _keyed(replace(changed, timezone=settings.timezone or changed.timezone), key)
    if mapping.unwraps:
        seen = samples.take(texts, mapping.unwraps)
    problems = tuple(ingest.problems(mapping, seen, WRITTEN)) if seen.records else ()
    if problems:
        raise MappingError(f"{settings.name}: {' '.join(problems)}")
    return Mapped(base, mapping, seen, tuple(ingest.notes(mapping, seen, WRITTEN)))


def synced(folder: Path) -> Path:
    """Where the mappings lie by which sources were read last, to tell when one has changed."""
    return folder / "synced"


def _timed(mapping: Mapping, time: str) -> Mapping:
    """The mapping with every row's time from the field that the source is counted by."""
    if not time:
        return mapping
    rules = tuple(
        replace(rule, columns=_taken(rule, time) | {"occurred_at": _of(rule, time)})
        if TABLES[rule.table].fact
        else rule
        for rule in mapping.rules
    )
    return replace(mapping, rules=rules)


def _taken(rule: Rule, time: str) -> dict[str, Origin]:
    return {column: origin for column, origin in rule.columns.items() if origin.field != time}


def _of(rule: Rule, time: str) -> Origin:
    """The field with its unit, where one was said."""
    known = rule.columns.get("occurred_at")
    return known if known is not None and known.field == time else Origin(time)


def _keyed(mapping: Mapping, key: str) -> Mapping:
    """The mapping with rows' ids from the field by which the source tells its records apart; a further row
    that a record becomes keeps an id of its own, as several log lines may speak of one run.
    """
    if not key:
        return mapping
    rules = tuple(
        replace(rule, columns={**rule.columns, name: Origin(key)})
        if (name := id_column(rule.table)) is not None and (number == 0 or name not in rule.columns)
        else rule
        for number, rule in enumerate(mapping.rules)
    )
    return replace(mapping, rules=rules)


def id_column(table: str) -> str | None:
    """The column that holds the source's own key of a record; None where what a row says is its key."""
    found = TABLES[table]
    return found.key[0] if found.fact and len(found.key) == 1 else None


def key_column(rule: Rule, key: str) -> str | None:
    """The column that holds the source's own key of a record, also where our key is another."""
    filled = (column for column, origin in rule.columns.items() if key and origin == Origin(key))
    return next((column for column in filled if TABLES[rule.table].columns[column] == "VARCHAR"), None)
