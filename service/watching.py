"""One source, synced for as long as the app runs: when it is due, when asked to, later after failing."""

from __future__ import annotations

import logging
import random
import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from data.mapping import MappingError
from data.sources.refusal import SourceError, unnamed
from data.sources.settings import Settings
from data.store import StoreError
from data.sync import state
from data.sync.engine import Engine, Progress, Stopped, Synced
from data.sync.reader import Reader
from data.sync.state import State

if TYPE_CHECKING:
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.sync")
REFUSALS = (SourceError, MappingError, StoreError)
DAY = timedelta(days=1)
LONGEST_WAIT = 600.0
# A reading process that would begin anew within this time is kept.
KEPT_SECONDS = 60.0
# What nobody waits for is written down so often at most: each time is a transaction.
NOTED_SECONDS = 60.0


@dataclass(frozen=True)
class Status:
    """A source as a person sees it. `phase`: waiting, syncing, failing, paused, off, or on demand, where
    nothing is synced; `waits`: why the source is asked again, while it is; `ended`: how many syncs have;
    `next_at`: the next sync.
    """

    settings: Settings
    phase: str = "waiting"
    progress: Progress | None = None
    per_second: float = 0.0
    waits: str = ""
    ended: int = 0
    sentence: str = ""
    notes: tuple[str, ...] = ()
    error: str = ""
    failures: int = 0
    synced_at: datetime | None = None
    next_at: datetime | None = None


class Watcher:
    """Owns one thread and one reading process."""

    def __init__(self, settings: Settings, stores: Stores) -> None:
        self._stores = stores
        self._reader = Reader(settings, stores.var / "spool" / settings.name, self._waits)
        self._status = Status(settings, phase=_first_phase(settings))
        self._lock = threading.Lock()
        self._wake, self._stopped, self._paused = threading.Event(), threading.Event(), threading.Event()
        # A paused source is to be read once, and is read so.
        self._asked_once, self._reads_once = threading.Event(), False
        self._again = False
        self._noted = 0.0
        self._part, self._part_began, self._part_records = "", 0.0, 0
        self._engine = Engine(
            settings,
            self._reader,
            stores.create_own,
            stores.var / "mappings",
            stores.clock,
            self._progress,
            lambda: self._stopped.is_set() or (self._paused.is_set() and not self._reads_once),
        )
        self._thread = threading.Thread(target=self._work, name=f"sync {settings.name}", daemon=True)

    @property
    def settings(self) -> Settings:
        """What the configuration says of the source."""
        return self._status.settings

    @property
    def status(self) -> Status:
        """How the source is doing now."""
        with self._lock:
            return self._status

    def start(self) -> None:
        """Begin, unless the source is switched off or only asked on demand."""
        if self.status.phase == "waiting":
            self._thread.start()

    def stop(self) -> None:
        """End after the batch at hand."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)
        self._reader.close()

    def now(self, *, again: bool = False, once: bool = False) -> int:
        """Sync as soon as may be; `again`: count against the source, and read again what differs; `once`: a
        paused source stays paused. Gives how many syncs will have ended when it is done.
        """
        status = self.status
        if status.phase in ("off", "on demand"):
            return status.ended
        self._again = self._again or again
        if once:
            self._asked_once.set()
        elif self._paused.is_set():
            self._paused.clear()
            self._note(paused=False)
        self._wake.set()
        return status.ended + (2 if status.phase == "syncing" else 1)

    def pause(self) -> None:
        """Stop after the batch at hand, until `now` is said."""
        if self.settings.on_demand:
            return
        self._paused.set()
        self._reads_once = False
        self._wake.set()
        self._note(paused=True)
        self._change(phase="paused", next_at=None)

    def _work(self) -> None:
        if self._known().paused:
            self._paused.set()
            self._change(phase="paused")
        delay = 0.0
        while not self._stopped.is_set():
            self._wake.wait(None if self._paused.is_set() else delay)
            self._wake.clear()
            if self._stopped.is_set() or (self._paused.is_set() and not self._asked_once.is_set()):
                continue
            self._reads_once = self._asked_once.is_set()
            self._asked_once.clear()
            delay = self._once()

    def _once(self) -> float:
        """One sync; gives the seconds until the next one."""
        self._change(phase="syncing", next_at=None)
        try:
            synced = self._sync()
        except Stopped:
            said = "Stopped; the next sync goes on from here."
            self._change(
                phase=self._resting("waiting"), progress=None, ended=self.status.ended + 1, sentence=said
            )
            return self.settings.every.total_seconds()
        except REFUSALS as error:
            return self._failed(str(error))
        except Exception:
            LOG.exception("The sync of %s failed.", self.settings.name)
            return self._failed("The sync failed for a reason of our own; the app's log says which.")
        return self._went_well(synced)

    def _sync(self) -> Synced:
        synced, again, self._again = self._engine.sync(), self._again, False
        if not again and not self._is_due_again():
            return synced
        counted = self._engine.reconcile()
        return Synced(synced.counts + counted.counts, f"{synced.sentence} {counted.sentence}")

    def _is_due_again(self) -> bool:
        """Whether a day has passed since the source was last counted against."""
        known = self._known()
        if not self.settings.reconcile or not known.has_history:
            return False
        return known.reconciled_at is None or self._stores.clock() - known.reconciled_at >= DAY

    def _went_well(self, synced: Synced) -> float:
        now, wait = self._stores.clock(), self.settings.every.total_seconds()
        failed, phase = self.status.failures, self._resting("waiting")
        self._change(
            phase=phase,
            progress=None,
            ended=self.status.ended + 1,
            sentence=synced.sentence,
            notes=self._engine.notes,
            error="",
            failures=0,
            synced_at=now,
            next_at=None if phase == "paused" else now + self.settings.every,
        )
        if failed or synced.counts.records or time.monotonic() - self._noted > NOTED_SECONDS:
            self._note(synced_at=now, failures=0, error="")
        if wait > KEPT_SECONDS:
            self._reader.close()
        return wait

    def _failed(self, error: str) -> float:
        """Later, and later still after every further failure; never all sources at one moment."""
        failures = self.status.failures + 1
        longest = min(LONGEST_WAIT, self.settings.every.total_seconds() * 2 ** min(failures, 10))
        wait = longest * (0.5 + random.random() / 2)  # noqa: S311  not a secret
        error = unnamed(error, self.settings.name)
        LOG.warning("%s: %s", self.settings.name, error)
        now, phase = self._stores.clock(), self._resting("failing")
        self._change(
            phase=phase,
            progress=None,
            ended=self.status.ended + 1,
            error=error,
            failures=failures,
            next_at=None if phase == "paused" else now + timedelta(seconds=wait),
        )
        self._note(failures=failures, error=error)
        return wait

    def _resting(self, otherwise: str) -> str:
        """The phase after a sync: a source that was read once while it is paused stays so."""
        return "paused" if self._paused.is_set() else otherwise

    def _waits(self, why: str) -> None:
        self._change(waits=unnamed(why, self.settings.name))

    def _known(self) -> State:
        store = self._stores.own()
        return state.state_of(store, self.settings.name) if store else State(self.settings.name)

    def _note(self, **changes: object) -> None:
        """Write down what is known, where there is a store yet."""
        store = self._stores.own()
        if store is None:
            return
        try:
            state.change(store, self.settings.name, **changes)
            self._noted = time.monotonic()
        except StoreError as error:
            LOG.warning("%s: %s", self.settings.name, error)

    def _progress(self, progress: Progress) -> None:
        moment = time.monotonic()
        if progress.part != self._part:
            self._part, self._part_began, self._part_records = progress.part, moment, progress.records
        passed = moment - self._part_began
        rate = (progress.records - self._part_records) / passed if passed else self.status.per_second
        self._change(progress=progress, per_second=rate)

    def _change(self, **changes: object) -> None:
        with self._lock:
            self._status = replace(self._status, **changes)


def _first_phase(settings: Settings) -> str:
    if not settings.enabled:
        return "off"
    return "on demand" if settings.on_demand else "waiting"


def check(settings: Settings, stores: Stores, many: int) -> tuple[str, list[str]]:
    """Try a source whether it answers, and give some of its newest records. Raises SourceError."""
    with Reader(settings, stores.var / "spool" / f".check-{settings.name}") as reader:
        return reader.check(), reader.sample(many)
