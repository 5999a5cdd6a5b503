"""What the running app holds open: the stores, the loader, the answers, and the names of the tenants."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.places import var
from service.ask import Ask
from service.loading import Loading
from service.sources import Sources
from service.stores import Stores
from service.tenant_names import TenantNames

if TYPE_CHECKING:
    from data.store import Store


@dataclass(frozen=True)
class House:
    """One per process: opened by the app's start, closed by its end."""

    stores: Stores
    loading: Loading
    ask: Ask
    tenant_names: TenantNames
    sources: Sources

    @property
    def uploads(self) -> Path:
        """Where uploaded files lie until they are loaded."""
        return self.stores.var / "uploads"

    def store(self, *, demo: bool) -> Store:
        """The store that a page looks at: one's own where there is one, unless the demo is asked for."""
        return self.stores.store(demo=demo)

    def close(self) -> None:
        """Stop what runs, write what is pending, let go of the files."""
        self.loading.close()
        self.ask.close()
        self.stores.close()


_lock = threading.Lock()
_open: House | None = None


def house() -> House:
    """The house of this process, opened by whoever needs it first."""
    global _open  # noqa: PLW0603
    with _lock:
        if _open is None:
            stores = Stores(var())
            _open = House(stores, Loading(stores), Ask(), TenantNames(), Sources())
        return _open


def close_house() -> None:
    """Close the house, if it was opened."""
    global _open  # noqa: PLW0603
    with _lock:
        if _open is not None:
            _open.close()
        _open = None
