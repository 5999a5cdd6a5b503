"""The tenants that a person may choose from, each by its name."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from analytics.presence import tenants
from analytics.scope import Scope, Tenants

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from analytics.view import View
    from data.store import Store

# The list reads all history; while a load changes the tables it may be as old as so many readings.
PATIENCE = 20


@dataclass
class Listed:
    """The tenants of one view of one store, by id, and how fresh the list is."""

    names: Mapping[str, str]
    versions: object
    stale_at: float


@dataclass
class TenantNames:
    """The tenants that a person may choose from, each by its name."""

    _lists: dict[tuple[Store, Tenants], Listed] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, store: Store, view: View, now: datetime) -> Mapping[str, str]:
        """Tenant id -> name, in the order of the names."""
        key, versions = (store, view.tenants), view.versions(tenants.tables)
        with self._lock:
            known = self._lists.get(key)
            if known and (known.versions == versions or time.monotonic() < known.stale_at):
                return known.names
        scope = Scope(now - timedelta(days=1), now, tenants=view.tenants)
        began = time.monotonic()
        frame = tenants(view, scope)
        ended = time.monotonic()
        names = dict(zip(frame["tenant_id"], frame["tenant"], strict=True))
        with self._lock:
            self._lists[key] = Listed(names, versions, ended + PATIENCE * (ended - began))
        return names
