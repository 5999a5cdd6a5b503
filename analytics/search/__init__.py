"""Searches as people write them, in KQL or Lucene's syntax, read into filters."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from analytics.filters import And, Filter, Not, Or, Scalar
from analytics.search.errors import SearchError
from analytics.search.kql import Kql
from analytics.search.lucene import Lucene
from analytics.search.meaning import EVERYTHING, Meaning
from analytics.zones import zone

__all__ = ["EVERYTHING", "LONGEST", "SYNTAXES", "SearchError", "Syntax", "escape", "parse"]

Syntax = Literal["kql", "lucene"]
SYNTAXES: tuple[Syntax, ...] = ("kql", "lucene")

LONGEST = 4096
_DEEPEST = 30  # a filter's own form may be nested 32 deep, and a scope puts its other filters around it


def parse(text: str, syntax: Syntax = "kql", now: datetime | None = None, timezone: str = "UTC") -> Filter:
    """The filter that a search means; SearchError, with its position, where it cannot be read.

    An empty search holds for every row. `now` and `timezone` say what `now-1d/d` and 2026-01-08 mean.
    """
    if syntax not in SYNTAXES:
        raise ValueError(f"no syntax {syntax!r}: use {' or '.join(SYNTAXES)}")
    zone(timezone)
    if len(text) > LONGEST:
        raise SearchError("The search is too long", LONGEST, f"at most {LONGEST:,} characters")
    half = next((place for place, sign in enumerate(text) if "\ud800" <= sign <= "\udfff"), None)
    if half is not None:
        raise SearchError("This is half a character", half, "a whole one")
    if not text.strip():
        return EVERYTHING
    meaning = Meaning(now, timezone)
    found = (Kql(text, meaning) if syntax == "kql" else Lucene(text, meaning)).read()
    if _depth(found) > _DEEPEST:
        raise SearchError(
            "The search is nested too deep", 0, f"at most {_DEEPEST} of and, or, not inside each other"
        )
    return found


def escape(value: Scalar, syntax: Syntax = "kql") -> str:
    """The value as a search writes it: `field: {escape(value)}` holds where `field(…) == value` does.

    Of texts it is so in fields that are compared whole (prose, as `message` is, is searched for the text), of
    times in fields of times. A whole number over 64 bits is written as a text, which compares the same.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) < 2**63:
        return _signed(str(value), syntax)
    if isinstance(value, float):
        plain = repr(value)
        return _signed(f"{plain[:-2]}e+0" if plain.endswith(".0") else plain, syntax)
    if isinstance(value, datetime):
        return f'"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"'
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _signed(number: str, syntax: Syntax) -> str:
    # Among Lucene's values a minus would mean not.
    return f"\\{number}" if syntax == "lucene" and number.startswith("-") else number


def _depth(where: Filter) -> int:
    match where:
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts))
        case Not(part):
            return 1 + _depth(part)
        case _:
            return 0
