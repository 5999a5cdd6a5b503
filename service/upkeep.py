"""What the app does while nobody waits: the demo lives on, closed weeks are sorted, memory is tidied."""

from __future__ import annotations

import gc
import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data import demo
from data.store import StoreError, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from service.stores import Stores

LOG = logging.getLogger("tenantscope.upkeep")
TICK_SECONDS = 2.0
QUIET_SECONDS = 15.0

_counting = threading.Lock()
_pages_open = 0
_last_page = 0.0


@contextmanager
def busy() -> Iterator[None]:
    """Somebody waits for a page, from the click until it is drawn: heavy jobs wait for a quiet moment."""
    global _pages_open, _last_page  # noqa: PLW0603
    with _counting:
        _pages_open += 1
    try:
        yield
    finally:
        with _counting:
            _pages_open -= 1
            _last_page = time.monotonic()


def quiet(seconds: float = QUIET_SECONDS) -> bool:
    """Whether nobody waits for a page, nor has for a while."""
    with _counting:
        return not _pages_open and time.monotonic() - _last_page >= seconds


@dataclass
class Job:
    """Something done every so often; a heavy one waits for a quiet moment."""

    name: str
    run: Callable[[], object]
    every_seconds: float
    heavy: bool = True
    due_at: float = 0.0


class Upkeep:
    """One background thread that does the jobs in turn."""

    def __init__(self, stores: Stores, *more: Job) -> None:
        self._stores = stores
        self._stopped = threading.Event()
        self._jobs = (
            Job("the demo company lives on", self._live_on, 60, heavy=False),
            Job("closed weeks are put in order", self._sort, 3600, due_at=time.monotonic() + 60),
            Job("memory is tidied", gc.collect, 120, due_at=time.monotonic() + 120),
            *more,
        )
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the job at hand."""
        self._stopped.set()
        self._thread.join(timeout=20)

    def _work(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            for job in self._jobs:
                if time.monotonic() >= job.due_at and not (job.heavy and not quiet()):
                    self._do(job)

    def _do(self, job: Job) -> None:
        try:
            job.run()
        except StoreError as error:
            LOG.warning("%s", error)
        except Exception:
            LOG.exception("Upkeep failed at: %s.", job.name)
        job.due_at = time.monotonic() + job.every_seconds

    def _live_on(self) -> None:
        store, now = self._stores.demo(), utc_now()
        if store.admin.tables()["rows"].sum():
            demo.extend(store, demo.last_moment(store), now)
        else:
            demo.fill(store, now)

    def _sort(self) -> None:
        for store in (self._stores.own(), self._stores.demo()):
            if store is not None:
                store.admin.resort(utc_now())
