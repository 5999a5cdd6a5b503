"""Write keys: who may send rows to the collector, and for which tenant; kept as hashes, shown once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, String, Table, delete, insert, select

from data.store import Clock, utc_now
from service.metadata import Moment, schema, worded
from service.sources import admit

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from service.access import Principal
    from service.metadata import Metadata

SUBJECT = "write_keys"
LONGEST_NAME, LONGEST_TENANT = 80, 200
PREFIX = "tsk"

table = Table(
    SUBJECT,
    schema,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("tenant", String),
    Column("secret_hash", String, nullable=False),
    Column("author", String, nullable=False),
    Column("created_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class WriteKey:
    """A key as its hash: whoever has it writes for the tenant, for any tenant where there is none."""

    id: str
    name: str
    tenant: str | None
    secret_hash: str
    author: str
    created_at: datetime


class WriteKeys:
    """The keys there are. `allows` asks nobody: it reads what `refresh` last learnt."""

    def __init__(self, metadata: Metadata, clock: Clock = utc_now) -> None:
        self._metadata, self._clock = metadata, clock
        self._known: dict[str, WriteKey] | None = None
        self._lock = threading.Lock()

    def all(self, principal: Principal) -> tuple[WriteKey, ...]:
        """All keys, the newest first."""
        admit(principal)
        return tuple(sorted(self.refresh().values(), key=lambda each: each.created_at, reverse=True))

    def create(self, principal: Principal, name: str, tenant: str | None) -> tuple[WriteKey, str]:
        """A new key and its text, which is not kept and cannot be shown again."""
        admit(principal)
        secret, key_id = secrets.token_urlsafe(24), secrets.token_hex(4)
        made = WriteKey(
            id=key_id,
            name=worded("a name", name, LONGEST_NAME),
            tenant=None if tenant is None else worded("a tenant", tenant, LONGEST_TENANT),
            secret_hash=_hash(secret),
            author=principal.name,
            created_at=self._clock(),
        )
        with self._metadata.write(SUBJECT) as connection:
            connection.execute(insert(table).values(vars(made)))
        self.refresh()
        return made, f"{PREFIX}_{key_id}_{secret}"

    def revoke(self, principal: Principal, key_id: str) -> None:
        """Let nobody write with a key from now on; what came in by it stays."""
        admit(principal)
        with self._metadata.write(SUBJECT) as connection:
            connection.execute(delete(table).where(table.c.id == key_id))
        self.refresh()

    def refresh(self) -> dict[str, WriteKey]:
        """Learn which keys there are; what another process changed is seen here. Raises MetadataError."""
        found = self._metadata.read(SUBJECT, _load)
        with self._lock:
            self._known = found
        return found

    @property
    def are_known(self) -> bool:
        """Whether the keys were read at least once."""
        return self._known is not None

    def allows(self, text: str) -> WriteKey | None:
        """The key of a text that a sender says; no query, and the same time whatever it says."""
        _, key_id, secret = (*text.split("_", 2), "", "")[:3]
        known = (self._known or {}).get(key_id)
        same = hmac.compare_digest(_hash(secret), known.secret_hash if known else _hash(""))
        return known if known and same and text.startswith(f"{PREFIX}_") else None


def _hash(secret: str) -> str:
    """A key is long and random, so one round of a hash is enough to keep it by."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _load(connection: Connection) -> dict[str, WriteKey]:
    return {row["id"]: WriteKey(**row) for row in connection.execute(select(table)).mappings()}
