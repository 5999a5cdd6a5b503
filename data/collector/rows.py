"""What a request becomes: rows of each table as lines of JSON, and what is said about them to the sender."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from data.sources.otlp import Record
from data.tables import OF_ONE_TENANT, TABLES

SHOWN = 20  # refused records of which the answer says why


@dataclass(frozen=True)
class Sender:
    """Whose request it is: the tenant of the write key (None: the records say it), and when it came, in
    microseconds; `content`: whether what people said to models is kept.
    """

    tenant: str | None
    received: int
    content: bool = False

    @property
    def source(self) -> str:
        """The source of the rows: it holds the key's tenant, so that nobody can suppress another's row."""
        return OF_ONE_TENANT[:-1] if self.tenant is None else f"{OF_ONE_TENANT}{self.tenant}"


@dataclass
class Rows:
    """The rows of one request. `moved`: how many named another tenant than the write key's."""

    sender: Sender
    lines: dict[str, list[bytes]] = field(default_factory=dict[str, list[bytes]])
    accepted: int = 0
    rejected: int = 0
    moved: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])
    shown: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    _seen: Counter[bytes] = field(default_factory=Counter[bytes])

    def add(self, table: str, row: Record) -> Record:
        """Add a record's own row: it gets the tenant that its write key holds, and its time and id where it
        has none. Gives the row as it is kept.
        """
        self._hold(row)
        line = self.line(table, row)
        self.accepted += 1
        self.lines.setdefault(table, []).append(line)
        return row

    def beside(self, table: str, row: Record) -> None:
        """Add a second row that a record becomes."""
        self.lines.setdefault(table, []).append(self.line(table, row))

    def set_aside(self, table: str, row: Record) -> None:
        """Keep a refused record's row: the store puts it in quarantine, where people see what was sent."""
        self._hold(row)
        self.beside(table, row)

    def refuse(self, index: int, reason: str) -> None:
        """Say of a record why it is none."""
        self.rejected += 1
        self.reasons[reason] += 1
        if len(self.shown) < SHOWN:
            self.shown.append((index, reason))

    def _hold(self, row: Record) -> None:
        tenant, said = self.sender.tenant, row.get("tenant_id")
        if tenant is None:
            if said is not None and type(said) is not str:
                row["tenant_id"] = _text(said)
            return
        if said is not None and said != "" and _text(said) != tenant:
            self.moved += 1
        row["tenant_id"] = tenant

    def line(self, table: str, row: Record) -> bytes:
        """A row as a line. Without an id it is known by what it says, and by how often this request said so
        before: a retry gives the same ids. A row that says neither when it was nor which it is is new.
        """
        kind = TABLES[table]
        key = kind.key[0] if kind.fact and len(kind.key) == 1 else ""
        received = b'{"received_at":%d,' % self.sender.received if kind.fact else b"{"
        timed = not kind.fact or "occurred_at" in row
        if key and not row.get(key):
            said = orjson.dumps(row)
            mark = blake2b(said, digest_size=16).digest() if timed else os.urandom(16)
            again = self._seen[mark]
            self._seen[mark] = again + 1
            row[key] = f"{mark.hex()}~{again + 1}" if again else mark.hex()
            # The id need not be written by way of the whole row once more.
            received += b'"%b":"%b",' % (key.encode(), row[key].encode())
        else:
            said = orjson.dumps(row)
        if not timed:
            row["occurred_at"] = self.sender.received
            received += b'"occurred_at":%d,' % self.sender.received
        return received + said[1:]

    def warning(self) -> str:
        """What the sender is told: what was refused and why, and what was not taken at its word."""
        parts = [f"{count:,} refused: {reason}." for reason, count in self.reasons.most_common(5)]
        if self.moved:
            parts.append(
                f"{self.moved:,} named another tenant than the write key's, and are the write key's tenant's."
            )
        return " ".join(parts)


def _text(said: Any) -> str:
    return said if isinstance(said, str) else orjson.dumps(said).decode()
