"""Changing a proposed mapping by hand: the columns there are to fill, and a field that fills another."""

from __future__ import annotations

from dataclasses import replace

from data.mapping import Mapping, Origin, Rule
from data.tables import TABLES

ATTRIBUTE = "attribute"
OURS = frozenset({"attributes", "properties", "labels", "lists", "source", "series", "received_at"})


def targets(mapping: Mapping) -> list[str]:
    """The columns that a field may fill, those of the first table first."""
    columns = (
        column for rule in mapping.rules for column in TABLES[rule.table].columns if column not in OURS
    )
    return list(dict.fromkeys(columns))


def target_of(mapping: Mapping, path: str) -> str:
    """What a field fills: a column, several, or none and is kept as an attribute."""
    filled = dict.fromkeys(
        column for rule in mapping.rules for column, origin in rule.columns.items() if is_from(origin, path)
    )
    return ", ".join(filled) or ATTRIBUTE


def remapped(mapping: Mapping, path: str, target: str) -> Mapping:
    """The mapping with one field filling another column in every table that has it, or none."""
    if target == target_of(mapping, path):
        return mapping
    rules = tuple(moved(rule, path, target) for rule in mapping.rules)
    how = mapping.how if mapping.how.endswith(", changed") else f"{mapping.how}, changed"
    return replace(mapping, rules=rules, how=how)


def moved(rule: Rule, path: str, target: str) -> Rule:
    """One table's part of the change: the field leaves the columns that it filled."""
    columns = {column: origin for column, origin in rule.columns.items() if not is_from(origin, path)}
    if target in TABLES[rule.table].columns and target not in OURS:
        columns[target] = Origin(path)
    return replace(rule, columns=columns)


def is_from(origin: Origin, path: str) -> bool:
    """Whether a column takes its value from this field."""
    return origin.constant is None and origin.field == path
