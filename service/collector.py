"""The collector in the app: who may send, whether there is room, and the thread that lands what was sent."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data import limits
from data.collector import spool
from data.collector.arrived import arrived
from data.collector.landing import NAME, TOGETHER, Lander, batches
from data.collector.spool import Waiting
from data.places import OWN
from data.store import StoreError, utc_now
from service.parser import Parser
from service.sources import admit
from service.upkeep import quiet
from service.write_keys import WriteKeys

if TYPE_CHECKING:
    import pandas as pd

    from data.store import Store
    from service.access import Principal
    from service.metadata import Metadata
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.collector")
TICK_SECONDS, LONGEST_REST_SECONDS = 1.0, 20.0
LOOK_SECONDS = 0.5
MOST_PATIENCE_SECONDS = 2.0
# Rows that come every second would make every answer old every second: boards see them so often.
SEEN_SECONDS = 10.0
# More than that waits for the store: senders are asked to wait.
MOST_WAITING = 512 << 20
OLDEST_SECONDS = 300.0
# Bodies that are being received or parsed, in memory.
MOST_HELD = 64 << 20
FORGET_SECONDS = 600.0
TRIES = 3
REFUSED = "refused"
KEEP_CONTENT = "TENANTSCOPE_COLLECTOR_KEEP_AI_CONTENT"


@dataclass(frozen=True)
class Lag:
    """What is acknowledged and not in the store yet."""

    bytes: int
    seconds: float
    refused_files: int
    trouble: str


class Collector:
    """One per process: open while the app owns the store."""

    def __init__(self, stores: Stores, metadata: Metadata) -> None:
        self._stores = stores
        self.keys = WriteKeys(metadata)
        self.folder = stores.var / "spool" / NAME
        self.parser = Parser(self.folder)
        self.keep_content = os.environ.get(KEEP_CONTENT) == "1"
        self.is_open = False
        self.held = 0
        self.trouble = ""
        self._lander: Lander | None = None
        self._failed: dict[Path, int] = {}
        self._seen, self._is_unseen = -SEEN_SECONDS, False
        self._looked, self._waiting, self._has_space = 0.0, Waiting((), 0, None), True
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="collector", daemon=True)

    def open(self) -> None:
        """Take in from here on; what an earlier life left in the spool is landed."""
        spool.recover(self.folder)
        self._learn_keys()
        self.is_open = True
        self._thread.start()

    async def close(self) -> None:
        """Take no more, land what waits."""
        self.is_open = False
        await self.parser.close()
        if self._thread.is_alive():
            self._stopped.set()
            self._thread.join(timeout=30)

    def look(self) -> Waiting:
        """What waits in the spool, at most half a second old."""
        now = time.monotonic()
        if now - self._looked > LOOK_SECONDS:
            self._waiting = spool.waiting(self.folder)
            _, self._has_space = limits.free_bytes(self._stores.var / OWN)
            self._looked = now
        return self._waiting

    def look_again(self) -> None:
        """What is asked next is not answered from memory."""
        self._looked = 0.0

    def is_behind(self) -> bool:
        """Whether so much waits, or for so long, that senders have to."""
        waiting = self.look()
        return waiting.size > MOST_WAITING or waiting.age(time.time()) > OLDEST_SECONDS

    def has_space(self) -> bool:
        """Whether the disk has room for more."""
        self.look()
        return self._has_space

    def lag(self, principal: Principal) -> Lag:
        """What is acknowledged and not in the store yet."""
        admit(principal)
        waiting = self.look()
        refused = len(list((self.folder / REFUSED).glob("*"))) if (self.folder / REFUSED).is_dir() else 0
        return Lag(waiting.size, waiting.age(time.time()), refused, self.trouble)

    def arrived(self, principal: Principal, store: Store, seconds: float) -> pd.DataFrame:
        """What arrived lately and is in the store: kind, source, rows, and refused lines as `quarantine`."""
        admit(principal)
        return arrived(store, utc_now(), seconds)

    def _work(self) -> None:
        forget_at = time.monotonic() + FORGET_SECONDS
        due_at = 0.0
        while not self._stopped.wait(TICK_SECONDS):
            if self._lander is not None and time.monotonic() > forget_at:
                self._lander.forget()
                forget_at = time.monotonic() + FORGET_SECONDS
            self._learn_keys()
            self._let_boards_see()
            if time.monotonic() < due_at and self.look().size <= spool.LARGEST:
                continue
            self._let_pages_be_drawn()
            began = time.monotonic()
            self._land_all(self._stopped.is_set)
            self._let_boards_see()
            due_at = time.monotonic() + rest(time.monotonic() - began)
        # What is more than a moment's work waits for the next start.
        if spool.waiting(self.folder).size <= TOGETHER:
            self._land_all(lambda: False)

    def _let_pages_be_drawn(self) -> None:
        """Whoever waits for a page waits for a moment only; rows can wait as long, but not for ever."""
        until = time.monotonic() + MOST_PATIENCE_SECONDS
        while not quiet(0.0) and time.monotonic() < until and not self._stopped.wait(0.02):
            pass

    def _let_boards_see(self) -> None:
        """At once where little comes, else every so often."""
        if self._is_unseen and self._lander is not None and time.monotonic() - self._seen >= SEEN_SECONDS:
            self._lander.store.admin.learn()
            self._seen, self._is_unseen = time.monotonic(), False

    def _learn_keys(self) -> None:
        try:
            self.keys.refresh()
        except StoreError as error:
            LOG.warning("%s", error)

    def _land_all(self, stopped: Callable[[], bool]) -> None:
        for files in batches(spool.waiting(self.folder).ready):
            if stopped():
                return
            try:
                self._land(files)
            except StoreError as error:
                # No room, or no store: what waits is durable, and is tried again.
                self._say(str(error))
                return
            except Exception:
                LOG.exception("Collected rows could not be landed.")
                self._say("Collected rows could not be landed; the app's log says why.")
                self._set_aside(files)
                return
            self._say("")
            self._learn_keys()

    def _land(self, files: list[Path]) -> None:
        store = self._stores.create_own()
        if self._lander is None or self._lander.store is not store:
            self._lander = Lander(store)
        # After a failure one by one, so that one file keeps no other out.
        for group in [[path] for path in files] if any(path in self._failed for path in files) else [files]:
            self._lander.land(group, learn=False)
            self._is_unseen = True
            for path in group:
                self._failed.pop(path, None)

    def _set_aside(self, files: list[Path]) -> None:
        """A file that failed so often waits apart, whole, for somebody to look at it."""
        first = next((path for path in files if path.exists()), None)
        for path in files:
            self._failed[path] = self._failed.get(path, 0) + (path == first)
            if self._failed[path] >= TRIES and path.exists():
                apart = self.folder / REFUSED
                apart.mkdir(exist_ok=True)
                path.rename(apart / path.name)
                del self._failed[path]

    def _say(self, trouble: str) -> None:
        if trouble and trouble != self.trouble:
            LOG.warning("%s", trouble)
        self.trouble = trouble


def rest(took: float) -> float:
    """Seconds until the next landing, after one that took so long: each tenant with a key of its own costs a
    transaction, so many of them are landed less often.
    """
    return min(3 * took, LONGEST_REST_SECONDS)
