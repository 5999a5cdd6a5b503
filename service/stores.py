"""Which stores there are: the demo company's, and the person's own once their first row has arrived."""

from __future__ import annotations

import threading
from pathlib import Path

from data import limits
from data.places import DEMO, OWN
from data.store import Clock, Store, open_store, utc_now


class Stores:
    """The stores under one folder; each is opened when first asked for, once."""

    def __init__(self, var: Path, *, clock: Clock = utc_now) -> None:
        self.var, self.clock = var, clock
        self._lock = threading.RLock()
        self._open: dict[str, Store] = {}

    @property
    def has_own(self) -> bool:
        """Whether the person has loaded anything of their own yet."""
        return OWN in self._open or (self.var / OWN).exists()

    def demo(self) -> Store:
        """The demo company's store."""
        return self._store(DEMO)

    def own(self) -> Store | None:
        """The person's own store, if there is one."""
        return self._store(OWN) if self.has_own else None

    def create_own(self) -> Store:
        """The person's own store, made now if this is their first load."""
        return self._store(OWN)

    def store(self, *, demo: bool = False) -> Store:
        """The store to look at: the person's own as soon as it is there, unless they ask for the demo."""
        return (None if demo else self.own()) or self.demo()

    def is_demo(self, store: Store) -> bool:
        """Whether a store is the demo company's."""
        return not self.has_own or store is not self.own()

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            for store in self._open.values():
                store.close()
            self._open.clear()

    def _store(self, name: str) -> Store:
        with self._lock:
            if name not in self._open:
                self.var.mkdir(parents=True, exist_ok=True)
                # Two stores share what the process may use; the demo needs little.
                memory = limits.LEAST_MEMORY if name == DEMO else limits.memory()
                self._open[name] = open_store(self.var / name, clock=self.clock, memory_limit=memory)
            return self._open[name]
