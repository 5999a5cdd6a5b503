"""One source into the store: what is new first, then history, the newest first; and counting against the
source.

What was read is known by its id, so that reading anything twice is harmless: an overlap is read again for
late records, and a window that was not finished is read again whole.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from data import limits
from data import mapping as mappings
from data.mapping import Mapping
from data.sources.pull import Window
from data.sources.refusal import SourceError
from data.sources.sample import Sample
from data.sources.settings import Settings
from data.store import Clock, Store
from data.sync import forget, hours, mapped, plan, sentences, state
from data.sync.landing import Landed, Lander
from data.sync.reader import Reader
from data.sync.sentences import Counted
from data.sync.spool import FULL, Spooled
from data.sync.state import State
from data.tables import FUTURE


class Stopped(Exception):
    """The sync was told to stop; what is in stays, and the next one goes on."""


LOOKED_FOR = timedelta(minutes=10)
NEW, HISTORY, AGAIN = "new records", "history", "hours that differed"
Moves = dict[str, object]


@dataclass(frozen=True)
class Progress:
    """How far a sync is: which part, records read in it, of how many where that is known."""

    part: str
    records: int
    of: int = 0


@dataclass(frozen=True)
class Synced:
    """A sync that ended: what it brought, and the sentence that says so."""

    counts: Landed
    sentence: str


@dataclass(frozen=True)
class _Known:
    """What a run knows of its source's records."""

    store: Store
    mapping: Mapping
    sample: Sample
    base: Mapping
    key: str


@dataclass
class Engine:
    """Syncs one source. `store` gives the store to write to, which is made when there is a first record;
    `folder` keeps the mappings.
    """

    settings: Settings
    reader: Reader
    store: Callable[[], Store]
    folder: Path
    clock: Clock
    progress: Callable[[Progress], None] = lambda _: None
    cancelled: Callable[[], bool] = lambda: False
    notes: tuple[str, ...] = ()
    _looked: tuple[datetime, _Known] | None = None

    def sync(self) -> Synced:
        """Read what is new, then go on with history. Raises SourceError, MappingError or StoreError."""
        with self._reading():
            known = self._look()
            if known is None:
                return Synced(Landed(), sentences.EMPTY)
            if self.reader.snapshot:
                return self._snapshot(known)
            if self._state(known).history_at is None:
                self._begin(known)
            counts = self._new(known) + self._history(known)
            return Synced(counts, sentences.of_sync(counts, self._state(known)))

    def reconcile(self, back: timedelta | None = None) -> Synced:
        """Count against the source, hour by hour, and read again what differs. Raises as `sync` does."""
        with self._reading():
            known = self._look()
            if known is None:
                return Synced(Landed(), sentences.EMPTY)
            bounds = self.reader.bounds()
            self._change(known, timeless=bounds.timeless)
            if self.reader.snapshot:
                return self._uncounted(known, sentences.WHOLE)
            window = self._settled(known, back or self.settings.reconcile)
            differing = window and hours.compare(known.store, self.reader, known.mapping, window, known.key)
            if window is None or differing is None:
                return self._uncounted(known, sentences.UNCOUNTED if window else sentences.TOO_YOUNG)
            explained = hours.explained(known.store, self.settings.name)
            again = [hour for hour in differing if hour not in explained]
            counts, removed, refused = self._again(known, again, bounds.oldest)
            compared = again and hours.compare(known.store, self.reader, known.mapping, window, known.key)
            still = (compared or []) if again else differing
            # What was refused may have been mended when it is counted next, so that it is read again then.
            strange = [hour for hour in still if not hours.within(hour, refused)]
            hours.explain(known.store, self.settings.name, window, strange)
            found = Counted(
                window.start, len(again), removed, len(still) - len(strange), len(strange), bounds.timeless
            )
            sentence = sentences.of_hours(counts, found)
            self._change(known, reconciled_at=self.clock(), note=sentence)
            return Synced(counts, sentences.with_timeless(sentence, bounds.timeless))

    def _uncounted(self, known: _Known, why: str) -> Synced:
        self._change(known, reconciled_at=self.clock())
        return Synced(Landed(), sentences.with_timeless(why, self._state(known).timeless))

    @contextmanager
    def _reading(self) -> Generator[None]:
        """After a failure the reading process begins anew: it must not think that anything was landed."""
        try:
            yield
        except BaseException as error:
            self.reader.close()
            self._looked = None
            if isinstance(error, OSError) and limits.is_full(error):
                raise SourceError(FULL) from None
            raise

    def _look(self) -> _Known | None:
        """What the source's records look like, looked at now and then; None where there are none."""
        if self._looked is not None and self.clock() - self._looked[0] < LOOKED_FOR:
            return self._looked[1]
        sample = self.reader.sample(mapped.SAMPLE)
        if not sample:
            return None
        found = mapped.propose(self.settings, sample, self.reader.key, self.folder, self.reader.time)
        self.notes = found.notes
        known = _Known(self.store(), found.mapping, found.sample, found.base, self.reader.key)
        self._remap(known)
        self._looked = (self.clock(), known)
        return known

    def _remap(self, known: _Known) -> None:
        """Under a new mapping history is read again, and rows of tables that it does not fill go."""
        kept, reached = mappings.saved(mapped.synced(self.folder), self.settings.name), self._state(known)
        if kept is None or kept.means(known.mapping) or reached.mark_at is None:
            return
        begin = max(self.reader.bounds().oldest or reached.mark_at, self.clock() - self.settings.history)
        left = {rule.table for rule in kept.rules} - {rule.table for rule in known.mapping.rules}
        with known.store.admin.landing(self.settings.name) as landing:
            forget.outgrown(landing, left, begin)
        self._change(known, remapped=True, floor_at=reached.mark_at, history_read=-reached.history_read)
        self._keep(known, proved=True)

    def _keep(self, known: _Known, *, proved: bool) -> None:
        """Keep by which mapping was read and, if rows came in by it, what was recognised, for a person to
        edit.
        """
        mappings.save(mapped.synced(self.folder), known.mapping)
        if proved and mappings.saved(self.folder, self.settings.name) != known.base:
            mappings.save(self.folder, known.base)

    def _state(self, known: _Known) -> State:
        return state.state_of(known.store, self.settings.name)

    def _change(self, known: _Known, **changes: object) -> None:
        state.change(known.store, self.settings.name, **changes)

    def _begin(self, known: _Known) -> None:
        """Draw the line between history and what is new from now on."""
        now, bounds = self.clock(), self.reader.bounds()
        begin = now - self.settings.history
        counts = self.reader.counts(Window(begin, now, "time"))
        if counts is None and bounds.oldest is not None:
            begin = min(max(bounds.oldest, begin), now)  # what cannot be counted cannot be skipped either
        self._change(
            known,
            mark_at=now,
            floor_at=now,
            history_at=begin,
            history_records=sum((counts or {}).values()),
            timeless=bounds.timeless,
        )

    def _snapshot(self, known: _Known) -> Synced:
        now, timeless = self.clock(), self.reader.bounds().timeless
        follows, removed = self.settings.deletes == "follow", 0
        with self._run(known, NEW, keep_ids=follows) as lander:
            lander.forget_ids()
            reached: Moves = {"mark_at": now, "floor_at": now, "history_at": now, "timeless": timeless}
            self._window(lander, Window(), reached)
            # Whoever gave nothing at all had rows a moment ago: that is a fault, not an end.
            if follows and lander.counts.records:
                removed = lander.remove_gone()
        return Synced(lander.counts, sentences.of_snapshot(lander.counts, removed, timeless))

    def _new(self, known: _Known) -> Landed:
        """Everything since the mark, and the overlap before it."""
        began = self.clock()
        mark = self._state(known).mark_at or began
        # Records of the future wait at the source until their time comes.
        window = Window(mark - self.settings.overlap, max(began, mark) + FUTURE)
        with self._run(known, NEW) as lander:
            self._window(lander, window, {}, began=began)
        self.reader.landed()
        return lander.counts

    def _history(self, known: _Known) -> Landed:
        """Windows of history until all is in; what is new does not wait for that."""
        reached, total = self._state(known), Landed()
        if reached.has_history or reached.history_at is None or reached.floor_at is None:
            return total
        counts = self.reader.counts(Window(reached.history_at, reached.floor_at, "time"))
        due, by_time = self.clock() + self.settings.every, self.settings.by_time
        with self._run(known, HISTORY, reached.history_read, reached.history_records) as lander:
            for window in plan.backwards(reached.history_at, reached.floor_at, counts):
                wanted = replace(window, on="time") if by_time else window
                self._window(lander, wanted, {"floor_at": window.start})
                if self.clock() >= due:
                    total += self._new(known)
                    due = self.clock() + self.settings.every
        return total + lander.counts

    def _settled(self, known: _Known, back: timedelta) -> Window | None:
        """The full hours that are read wholly and change no more."""
        reached = self._state(known)
        if reached.floor_at is None or reached.mark_at is None:
            return None
        start = plan.hour_of(max(reached.floor_at, self.clock() - back) + plan.HOUR)
        stop = plan.hour_of(min(reached.mark_at, self.clock()) - self.settings.overlap)
        return Window(start, stop, "time") if start < stop else None

    def _again(
        self, known: _Known, differing: list[hours.Hour], oldest: datetime | None
    ) -> tuple[Landed, int, list[Window]]:
        """Read hours again; rows that the source has no more go, as far as it keeps its history, whose
        `oldest` record that is. Gives also how many went, and the windows of which records were refused.
        """
        removed, refused = 0, list[Window]()
        with self._run(known, AGAIN, keep_ids=True) as lander:
            for window in hours.windows(differing):
                lander.forget_ids()
                before = lander.counts.reasons.total()
                self._window(lander, window, {})
                refused += [window] if lander.counts.reasons.total() > before else []
                # What lies before the source's oldest record was not deleted: its time there is over.
                if self.settings.deletes == "follow" and oldest and window.start and oldest < window.start:
                    removed += lander.remove_gone(window)
        return lander.counts, removed, refused

    def _window(self, lander: Lander, window: Window, last: Moves, *, began: datetime | None = None) -> None:
        """Land a window. `last` is known of the source when its last record is in; with `began` it is a
        window of new records, which move the mark as they come.
        """
        held: Spooled | None = None
        for each in self.reader.read(window, new=began is not None):
            if self.cancelled():
                raise Stopped
            ends = not isinstance(each, Spooled)
            if held is not None:
                self._file(lander, held, last if ends else {}, began)
            elif ends:
                lander.note(last)
            held = each if isinstance(each, Spooled) else None

    def _file(self, lander: Lander, file: Spooled, last: Moves, began: datetime | None) -> None:
        moves = {"records": file.records} | last
        if began is not None and file.upto is not None:
            moves["mark_at"] = min(file.upto, began)
        if lander.title == HISTORY:
            moves["history_read"] = file.records
        lander.land(file.path, moves)
        self.reader.release(file)
        self.progress(Progress(lander.title, lander.begun + lander.counts.records, lander.of))

    @contextmanager
    def _run(
        self, known: _Known, title: str, begun: int = 0, of: int = 0, *, keep_ids: bool = False
    ) -> Generator[Lander]:
        """A row of the ledger for what comes in; the mapping is kept once something did."""
        mutable = self.settings.mutable or self._state(known).remapped
        with known.store.admin.landing(self.settings.name, mutable=mutable) as landing:
            lander = Lander(
                landing,
                known.mapping,
                known.sample,
                known.key,
                title,
                begun,
                of,
                keep_ids=keep_ids,
                daily=title == NEW,
            )
            try:
                yield lander
            except Stopped:
                lander.finish(
                    "cancelled", f"{sentences.came(lander.in_ledger())} Stopped; the next sync goes on."
                )
                raise
            except Exception as error:
                lander.finish("failed", str(error))
                raise
            lander.finish("done", sentences.came(lander.in_ledger()))
            if lander.counts.records:
                self._keep(known, proved=bool(lander.counts.rows + lander.counts.known))
