"""Spool files into the store: each is one batch, and what is known of its source moves with its rows."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from duckdb import DuckDBPyConnection as Cursor

from data import dialect, ledger
from data.landing import Arrival, Landing, Progress
from data.mapping import Mapping, Rule
from data.sources.ahead import Ahead
from data.sources.files import FileSource
from data.sources.layout import layout
from data.sources.pull import Window
from data.sources.sample import Sample
from data.sources.staging import Staging
from data.sync import state
from data.sync.mapped import id_column, key_column
from data.sync.state import kept
from data.tables import FUTURE, TABLES


@dataclass
class Landed:
    """What became of the records of a run; those `mended` lay in quarantine before."""

    records: int = 0
    rows: int = 0
    known: int = 0
    quarantined: int = 0
    mended: int = 0
    reasons: Counter[str] = field(default_factory=Counter[str])

    def __add__(self, other: Landed) -> Landed:
        return Landed(
            self.records + other.records,
            self.rows + other.rows,
            self.known + other.known,
            self.quarantined + other.quarantined,
            self.mended + other.mended,
            self.reasons + other.reasons,
        )


@dataclass
class Lander:
    """Lands the files of one run of one source under one row of the ledger, which is begun with the first
    record.

    `key`: the field that tells a record from every other, '' where there is none. `begun`, `of`: how many
    records were read before this run, and how many there are in all.
    """

    landing: Landing
    mapping: Mapping
    sample: Sample
    key: str
    title: str
    begun: int = 0
    of: int = 0
    counts: Landed = field(default_factory=Landed)
    keep_ids: bool = False
    daily: bool = False
    _load_id: str = ""
    _stager: Staging | None = None

    def land(self, path: Path, moves: Dict[str, object]) -> None:
        """Bring a file in, and change the source's state in the same transaction."""
        if path.stat().st_size == 0:
            self.note(moves)
            return
        then, stager = self._then(moves), self._begin()
        source = FileSource(path, self.title)
        source.form = "ndjson"
        ahead = Ahead(source, stager.layout)
        try:
            # A spool file is smaller than a batch, so that the state moves with all of its rows.
            for parsed in ahead:
                arrivals = stager.stage(parsed.read, parsed.batch.rejects)
                self._commit(stager, arrivals, parsed.batch.lines, path.stat().st_size, then)
                self.counts.reasons.update(stager.reasons())
                stager.clear()
        finally:
            ahead.stop()

    def note(self, moves: Dict[str, object]) -> None:
        """Change the source's state where no row comes with the change."""
        if moves:
            with self.landing.store.transaction(self.landing.cursor):
                state.move(self.landing.cursor, self.landing.source, **moves)

    def _commit(
        self,
        stager: Staging,
        arrivals: list[Arrival],
        lines: int,
        size: int,
        then: Callable[[Cursor], None],
    ) -> None:
        rejects = stager.unnumbered(self.key)
        if self.keep_ids:
            self._keep(arrivals, rejects)
        added = Progress(self._load_id, self.landing.source, lines=lines, bytes=size)
        receipts = self.landing.commit(
            arrivals, rejects=rejects, keys="staged_keys", progress=added, then=then
        )
        self.counts.records += lines
        self.counts.rows += receipts[0].accepted
        self.counts.known += receipts[0].duplicates

    def _begin(self) -> Staging:
        if self._stager is None:
            self._load_id, name = self._row()
            self.landing.open(self._load_id, name)
            self._stager = Staging(self.landing.cursor, layout(self.mapping, self.sample), self._latest())
        return self._stager

    def _row(self) -> tuple[str, str]:
        """The id and the name of the run's row in the ledger; what is new has one row a day."""
        if not self.daily:
            return secrets.token_hex(8), self.title
        day = f"{self.landing.now:%Y-%m-%d}"
        return ledger.day_of(self.landing.source, day, b"sync"), f"{self.title}, {day}"

    def _latest(self) -> datetime:
        """Later is of the future; a clock that jumped back makes nothing so that was past already."""
        mark = state.mark(self.landing.cursor, self.landing.source)
        return max(self.landing.latest, mark + FUTURE) if mark else self.landing.latest

    def _then(self, moves: Dict[str, object]) -> Callable[[Cursor], None]:
        def then(cursor: Cursor) -> None:
            if self.landing.mutable:
                self._drop_outgrown(cursor)
            if (column := key_column(self.mapping.rules[0], self.key)) is not None:
                self.counts.mended += ledger.read_after_all(cursor, "staged_0", column, self.landing.source)
            state.move(cursor, self.landing.source, **moves)

        return then

    def _drop_outgrown(self, cursor: Cursor) -> None:
        """A record that became a second row before its change, and becomes none now, loses that row."""
        first, *others = self.mapping.rules
        key = id_column(first.table)
        for number, rule in enumerate(others, 1):
            own = id_column(rule.table)
            if key is None or own is None or first.columns.get(key) != rule.columns.get(own):
                continue
            gone = ledger.row(
                cursor,
                f"""delete from raw.{rule.table} where source = $source
                and {own} in (select {key} from staged_0)
                and {own} not in (select {own} from staged_{number})""",
                {"source": self.landing.source},
            )[0]
            if gone:
                ledger.recount(cursor, TABLES[rule.table])

    def finish(self, ended: str, sentence: str) -> None:
        """End the run's row in the ledger, if it has one."""
        self.counts.quarantined = self.counts.reasons.total()
        if self._load_id:
            self.landing.finish(self._load_id, ended, sentence)

    def in_ledger(self) -> Landed:
        """What the run's row in the ledger says: of a day where that has one, so with the runs before."""
        if not (self.daily and self._load_id):
            return replace(self.counts, quarantined=self.counts.reasons.total())
        records, rows, known, refused = ledger.row(
            self.landing.cursor,
            "select lines, rows, duplicates, quarantined from control.loads where load_id = $id",
            {"id": self._load_id},
        )
        reasons = self.landing.cursor.execute(
            "select reason, count(*) from control.quarantine where load_id = $id group by reason",
            {"id": self._load_id},
        ).fetchall()
        return Landed(records, rows, known, refused, self.counts.mended, Counter(dict(reasons)))

    def _keep(self, arrivals: list[Arrival], rejects: str) -> None:
        """Remember which rows the source still has, and which of its records could not be read."""
        self.landing.cursor.execute(f"insert into sync_refused select key from {rejects} where key <> ''")
        for number, arrival in enumerate(arrivals):
            key = ", ".join(dialect.name(column) for column in TABLES[arrival.table].key)
            self.landing.cursor.execute(
                f"insert into sync_kept_{number} select {key} from {arrival.relation}"
            )

    def remove_gone(self, window: Window | None = None) -> int:
        """Remove the rows that the source no longer has, of a stretch of time or of all that it gives; how
        many records those were. Of a record that could not be read its older row stays.
        """
        cursor, removed = self.landing.cursor, list[int]()
        with self.landing.store.transaction(cursor):
            for number, rule in enumerate(self.mapping.rules):
                table = TABLES[rule.table]
                if window is not None and not table.fact:
                    continue
                same = " and ".join(
                    f"k.{dialect.name(column)} = t.{dialect.name(column)}" for column in table.key
                )
                when, values = self._readable(rule), dict[str, object](source=self.landing.source)
                if window is not None:
                    when += " and t.occurred_at >= $start and t.occurred_at < $stop"
                    values |= {"start": kept(window.start), "stop": kept(window.stop)}
                gone = ledger.row(
                    cursor,
                    f"""delete from raw.{table.name} as t where t.source = $source {when}
                    and not exists (select 1 from sync_kept_{number} as k where {same})""",
                    values,
                )[0]
                removed.append(gone)
                if gone:
                    ledger.recount(cursor, table)
            if window is None and self.key:
                ledger.clear_gone(cursor, "sync_refused", self.landing.source)
        return removed[0] if removed else 0

    def _readable(self, rule: Rule) -> str:
        """The condition that a row's record was not refused just now."""
        column = key_column(rule, self.key)
        return f"and t.{column}::varchar not in (select key from sync_refused)" if column else ""

    def forget_ids(self) -> None:
        """Begin to remember anew which rows the source has."""
        self.landing.cursor.execute("create or replace temp table sync_refused (key varchar)")
        for number, rule in enumerate(self.mapping.rules):
            key = ", ".join(dialect.name(column) for column in TABLES[rule.table].key)
            self.landing.cursor.execute(
                f"create or replace temp table sync_kept_{number} as "
                f"select {key} from raw.{rule.table} limit 0"
            )
