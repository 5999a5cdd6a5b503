"""What the Sources page shows: files loaded, rows by table, quarantine; for admins alone."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.tables import KEPT, TABLES
from service.access import NotAllowed

if TYPE_CHECKING:
    import pandas as pd

    from data.store import Store
    from service.access import Principal

# Counting blocks reads the file's whole catalogue; during a load the sizes may be so many readings old.
PATIENCE = 20


@dataclass(frozen=True)
class Overview:
    """The store as a whole: one row a table, and one a load; how many lines are in quarantine."""

    tables: pd.DataFrame
    loads: pd.DataFrame
    quarantined: int


@dataclass
class Sized:
    """Bytes by table, and until when they are fresh enough."""

    bytes_of: dict[str, int]
    versions: object
    stale_at: float


@dataclass
class Sources:
    """Reads the whole store for those who may."""

    _sizes: dict[Store, Sized] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def overview(self, principal: Principal, store: Store, *, loads: int = 200) -> Overview:
        """Rows, share with a tenant, first and last moment, bytes of each table; the newest loads."""
        admit(principal)
        tables = store.admin.tables()
        tables = tables[tables["rows"] > 0].reset_index(drop=True)
        sizes = self._bytes(store)
        with_tenant = 1 - tables["tenantless"] / tables["rows"]
        has_tenant = [("tenant_id" in (TABLES.get(name) or KEPT[name]).columns) for name in tables["name"]]
        tables = tables.assign(
            with_tenant=with_tenant.where(has_tenant), bytes=[sizes.get(name, 0) for name in tables["name"]]
        )
        return Overview(tables, store.admin.loads(loads), store.admin.quarantined())

    def quarantine(
        self, principal: Principal, store: Store, *, load_id: str | None = None, limit: int = 500
    ) -> pd.DataFrame:
        """Lines that could not be read, newest first, each with its file, line, reason and text."""
        admit(principal)
        return store.admin.quarantine(limit, load_id)

    def _bytes(self, store: Store) -> dict[str, int]:
        versions = store.versions(TABLES)
        with self._lock:
            known = self._sizes.get(store)
            if known and (known.versions == versions or time.monotonic() < known.stale_at):
                return known.bytes_of
        began = time.monotonic()
        storage = store.admin.storage()
        ended = time.monotonic()
        sizes = dict(zip(storage["table_name"], storage["bytes"], strict=True))
        with self._lock:
            self._sizes[store] = Sized(sizes, versions, ended + PATIENCE * (ended - began))
        return sizes


def admit(principal: Principal) -> None:
    """Refuses whoever is no admin."""
    if not principal.admin:
        raise NotAllowed("Sources are for admins: ask one to load files or to look into quarantine.")
