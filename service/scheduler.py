"""Every source of the configuration, watched by a thread of its own, so that a sick one delays nobody."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from analytics import budgets
from analytics.usage_plans import put_in_force
from data import config
from data.config import Config, ConfigError
from service.watching import Status, Watcher

if TYPE_CHECKING:
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.sync")
LOOK_SECONDS = 3.0


class Scheduler:
    """Watches the sources, and the configuration: a source that was added or changed there starts anew.

    `error`: what is wrong with the configuration; a source that it broke goes on as it said before.
    `unreadable`: whether that is the file as a whole, not single sources.
    """

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.error, self.unreadable = "", False
        self._watchers: dict[str, Watcher] = {}
        self._seen: object = None
        self._first = True
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._work, name="sync", daemon=True)

    def start(self) -> None:
        """Begin."""
        self.look()
        self._thread.start()

    def stop(self) -> None:
        """End all sources after the batch at hand."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        with self._lock:
            watchers = list(self._watchers.values())
            self._watchers.clear()
        _stop(watchers)

    def statuses(self) -> tuple[Status, ...]:
        """How every source is doing, in the order of the configuration; those that it broke come last."""
        with self._lock:
            return tuple(each.status for each in self._watchers.values())

    def watcher(self, name: str) -> Watcher:
        """A source by its name; raises KeyError."""
        with self._lock:
            return self._watchers[name]

    def look(self) -> None:
        """Read the configuration if it changed."""
        seen = _stamp()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            said = config.load()
        except ConfigError as error:
            self.error, self.unreadable = str(error), True
            LOG.warning("%s", error)
            return
        if self._first:
            # Later changes wait for the next start: answers that were given by other plans are kept.
            put_in_force(said.sold)
            budgets.put_in_force(said.budgets)
            self._first = False
        self._follow(said)
        self.error, self.unreadable = self._problems(said), False
        if self.error:
            LOG.warning("%s", self.error)

    def _problems(self, said: Config) -> str:
        with self._lock:
            return "\n".join(
                f"{problem} It stays as it was." if name in self._watchers else problem
                for name, problem in said.problems.items()
            )

    def _follow(self, said: Config) -> None:
        with self._lock:
            wanted = {each.name: each for each in said.sources}
            wanted |= {name: old.settings for name, old in self._watchers.items() if name in said.problems}
            gone = [name for name, old in self._watchers.items() if wanted.get(name) != old.settings]
            _stop([self._watchers.pop(name) for name in gone])
            before, self._watchers = self._watchers, {}
            for name, settings in wanted.items():
                self._watchers[name] = before.get(name) or Watcher(settings, self.stores)
                if name not in before:
                    self._watchers[name].start()

    def _work(self) -> None:
        while not self._stopped.wait(LOOK_SECONDS):
            try:
                self.look()
            except Exception:
                LOG.exception("The configuration could not be looked at.")


def _stop(watchers: list[Watcher]) -> None:
    """End several at once: each waits for its own batch."""
    threads = [threading.Thread(target=each.stop) for each in watchers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _stamp() -> object:
    """What changes when the configuration does."""
    try:
        found = config.path().stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def routes(scheduler: Scheduler) -> list[Route]:
    """Where the command hands a sync over; whoever mounts these has checked loopback and the token."""

    async def start(request: Request) -> JSONResponse:
        form = await request.json()
        try:
            await run_in_threadpool(scheduler.look)
            watcher = scheduler.watcher(str(form.get("name")))
        except KeyError:
            return JSONResponse({"error": scheduler.error or "There is no such source."}, status_code=404)
        until = await run_in_threadpool(watcher.now, again=bool(form.get("again")), once=True)
        return JSONResponse({"until": until}, status_code=202)

    async def show(_request: Request) -> JSONResponse:
        await run_in_threadpool(scheduler.look)
        sources = [to_dict(each) for each in scheduler.statuses()]
        return JSONResponse({"sources": sources, "error": scheduler.error})

    return [Route("/sync", start, methods=["POST"]), Route("/sync", show, methods=["GET"])]


def to_dict(status: Status) -> dict[str, Any]:
    """A status as JSON has it."""
    progress = status.progress
    return {
        "name": status.settings.name,
        "phase": status.phase,
        "ended": status.ended,
        "waits": status.waits,
        "sentence": status.sentence,
        "error": status.error,
        "progress": progress and {"part": progress.part, "records": progress.records, "of": progress.of},
    }
