"""The registry of attribute keys: which keys a table has, of which type, and since when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Key:
    """One attribute key as seen so far: its types, and the span of the rows that carry it."""

    types: frozenset[str]
    first_at: datetime | None
    last_at: datetime | None


Registry = dict[str, dict[str, Key]]  # table -> key -> what is known of it


def registry(rows: list[tuple[str, str, str, datetime | None, datetime | None]]) -> Registry:
    """The registry from its rows (table, key, type, first, last)."""
    found: Registry = {}
    for table, key, kind, first_at, last_at in rows:
        known = found.setdefault(table, {}).get(key, Key(frozenset(), first_at, last_at))
        found[table][key] = Key(
            known.types | {kind},
            min((moment for moment in (known.first_at, first_at) if moment), default=None),
            max((moment for moment in (known.last_at, last_at) if moment), default=None),
        )
    return found
