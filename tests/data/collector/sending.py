"""What a body becomes, without a socket: the reply, and the rows of each table as they lie in the spool."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.collector import child, spool
from data.collector.landing import Lander
from data.store import Receipt, Store

RECEIVED = 1_772_366_400_000_000  # 2026-03-01 12:00:00 UTC


@dataclass(frozen=True)
class Sent:
    """A reply and the rows."""

    status: int
    body: bytes
    source: str
    lines: dict[str, list[bytes]]

    @property
    def said(self) -> dict[str, Any]:
        """The reply, where it is JSON."""
        return json.loads(self.body)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of a table, without what is there but says nothing."""
        rows = [json.loads(line) for line in self.lines.get(table, [])]
        return [{key: said for key, said in row.items() if said is not None} for row in rows]


def send(route: str, body: object, tenant: str | None = None, **head: object) -> Sent:
    """Hand a body over as a route does."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    usual = {"route": route, "kind": "json", "packing": "", "tenant": tenant, "received": RECEIVED}
    reply = child.read({**usual, "content": False, **head}, raw)
    rows = reply.rows
    return Sent(reply.status, reply.body, rows.sender.source if rows else "", rows.lines if rows else {})


def land(store: Store, folder: Path, *sent: Sent) -> Receipt:
    """Through the spool into the store."""
    return Lander(store).land(spooled(folder, *sent))


def spooled(folder: Path, *sent: Sent) -> tuple[Path, ...]:
    """The files that hold what was sent."""
    spool.recover(folder)
    written = spool.Spool(folder, time.time)
    for each in sent:
        written.write(each.source, each.lines)
    written.sync()
    written.turn()
    return spool.waiting(folder).ready
