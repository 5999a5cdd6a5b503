"""The first records of a file, looked at in Python: which fields there are, of which kind, with what in
them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

SAMPLES = 5
LONGEST = 200


@dataclass
class Seen:
    """One field: how often it was there, with which kinds of value, and some values as text."""

    path: str
    kinds: Counter[str] = field(default_factory=Counter[str])
    texts: list[str] = field(default_factory=list[str])

    @property
    def count(self) -> int:
        """In how many records the field had a value."""
        return self.kinds.total()

    @property
    def kind(self) -> str:
        """The commonest kind: text, number, truth or list."""
        return self.kinds.most_common(1)[0][0]


@dataclass(frozen=True)
class Sample:
    """Some records of a file, and the fields in them."""

    records: int
    fields: dict[str, Seen]

    def samples(self, path: str) -> tuple[str, ...]:
        """Different values of a field, as text."""
        seen = self.fields.get(path)
        texts = (_printable(text[:LONGEST]) for text in seen.texts if text) if seen else ()
        return tuple(dict.fromkeys(texts))[:SAMPLES]


def take(texts: Iterable[str], unwraps: tuple[str, ...] = ()) -> Sample:
    """Look at records given as JSON; what is not an object is passed over."""
    fields: dict[str, Seen] = {}
    records = 0
    for text in texts:
        try:
            record = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if not isinstance(record, dict) or not _is_unicode(text, record):
            continue
        records += 1
        for path, kind, value in flat(record, unwraps):
            seen = fields.setdefault(path, Seen(path))
            seen.kinds[kind] += 1
            if len(seen.texts) < 200:
                seen.texts.append(value)
    return Sample(records, fields)


def flat(
    record: dict[str, Any], unwraps: tuple[str, ...] = (), prefix: str | None = None
) -> Iterator[tuple[str, str, str]]:
    """(dotted path, kind, value as text) of every value but null."""
    for key, value in record.items():
        path = key if prefix is None else f"{prefix}.{key}"
        if isinstance(value, dict) and value:
            wrapper = prefix is None and key in unwraps
            yield from flat(value, unwraps, None if wrapper else path)
        elif isinstance(value, bool):
            yield path, "truth", "true" if value else "false"
        elif isinstance(value, (int, float)):
            yield path, "number" if _fits(value) else "text", str(value)
        elif isinstance(value, (list, dict)):
            yield path, "list", json.dumps(value)
        elif isinstance(value, str):
            yield path, "text", value


def _is_unicode(text: str, record: dict[str, Any]) -> bool:
    """Whether no escape says half a character; a load refuses such a record."""
    try:
        return "\\u" not in text or bool(json.dumps(record, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        return False


def _printable(text: str) -> str:
    """A text that moves no cursor and colours no terminal."""
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


def _fits(value: float) -> bool:
    return abs(value) <= 2**53 if isinstance(value, int) else math.isfinite(value)
