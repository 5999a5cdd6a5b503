"""Spool files into the store: by source and table, through the compiled pass of files, each row once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from data import ledger
from data.collector import spool
from data.collector.forms import columns
from data.collector.merging import merge
from data.landing import Arrival, Landing, Progress
from data.mapping import Mapping, Origin, Rule
from data.sources import fields, lines
from data.sources import sample as samples
from data.sources.layout import Layout, layout
from data.sources.staging import Staging
from data.store import Receipt, Reopened, StoreError
from data.tables import TABLES

if TYPE_CHECKING:
    from data.store import Store

TOGETHER = 48 << 20  # bytes of files that are landed as one batch
SAMPLE = 200
NAME = "collector"
# What people and tenants are known by is told piece by piece.
MERGED = ("people", "tenants")


@dataclass
class Lander:
    """Lands spool files; remembers what the rows of a table usually look like."""

    store: Store
    _layouts: dict[tuple[str, str], Layout] = field(default_factory=dict[tuple[str, str], Layout])
    _days: set[str] = field(default_factory=set[str])

    def land(self, files: Sequence[Path], *, learn: bool = True) -> Receipt:
        """Land files as one batch a source and table, then delete them. Landing a file twice adds nothing.

        Without `learn` no answer sees the rows before the store learns.
        """
        parts: dict[tuple[str, str], list[bytes]] = defaultdict(list)
        for path in files:
            for block in spool.blocks(path):
                parts[block.source, block.table].append(block.lines)
        landed = Receipt(0, 0, 0)
        for (source, table), pieces in parts.items():
            landed += self._land(source, table, b"".join(pieces))
        for path in files:
            path.unlink(missing_ok=True)
        if learn:
            self.store.admin.learn()
        return landed

    def _land(self, source: str, table: str, text: bytes) -> Receipt:
        for _ in range(3):
            try:
                with self.store.admin.landing(source) as landing:
                    return self._commit(landing, source, table, text)
            except Reopened:
                continue
        raise StoreError(
            "The store failed three times while collected rows were landed. Give it more memory."
        )

    def _commit(self, landing: Landing, source: str, table: str, text: bytes) -> Receipt:
        batch = lines.split(text, 1)
        shape = self._layout(source, table, text)
        read = fields.read(batch.records, shape.fields)
        stager = Staging(landing.cursor, shape, landing.latest)
        arrivals = stager.stage(read, batch.rejects)
        if table in MERGED:
            merge(landing.cursor, TABLES[table], arrivals[0].relation)
        progress = Progress(
            self._day(landing, source), NAME, lines=batch.lines, blank=read.blank, bytes=len(text)
        )
        try:
            (receipt,) = landing.commit(
                [Arrival(table, arrivals[0].relation)],
                rejects=stager.unnumbered(),
                keys="staged_keys",
                progress=progress,
                learn=False,
            )
        finally:
            stager.clear()
        return Receipt(receipt.accepted, receipt.duplicates, len(batch.rejects))

    def _layout(self, source: str, table: str, text: bytes) -> Layout:
        """What rows look like hardly changes from one batch to the next, and looking takes time."""
        known = self._layouts.get((source, table))
        if known is None:
            first = text.split(b"\n", SAMPLE)[:SAMPLE]
            known = layout(
                mapping(source, table), samples.take(each.decode("utf-8", "replace") for each in first)
            )
            self._layouts[source, table] = known
        return known

    def forget(self) -> None:
        """Look at rows anew: programs change what they say."""
        self._layouts.clear()

    def _day(self, landing: Landing, source: str) -> str:
        """The ledger has one row a source and day."""
        day = f"{landing.now:%Y-%m-%d}"
        load_id = ledger.day_of(source, day)
        if load_id not in self._days:
            landing.open(load_id, f"{NAME} {day}")
            landing.finish(load_id, "done", "Sent to the collector on this day (UTC).")
            self._days.add(load_id)
        return load_id


def mapping(source: str, table: str) -> Mapping:
    """How collected rows are read: every column by its own name."""
    named = columns(table)
    if "received_at" in TABLES[table].columns:
        named = (*named, "received_at")
    units = {"duration_ms": "ms"}
    rule = Rule(table, {column: Origin(column, units.get(column, "")) for column in named})
    return Mapping(source, (rule,), "collector")


def batches(files: Iterable[Path]) -> list[list[Path]]:
    """Files in groups that are landed together: larger ones the more there are."""
    found: list[list[Path]] = []
    size = 0
    for path in files:
        length = path.stat().st_size
        if not found or size + length > TOGETHER:
            found.append([])
            size = 0
        found[-1].append(path)
        size += length
    return found
