"""What an admin sees and does of the sources that are pulled from; each step asks again who it is."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from data import ingest
from data.ingest import Wish
from data.landing import latest
from data.preview import Preview, preview
from data.sync import mapped
from data.sync.reader import Reader
from data.sync.state import State, states
from service.sources import admit

if TYPE_CHECKING:
    from data.store import Store
    from service.access import Principal
    from service.house import House
    from service.watching import Status


@dataclass(frozen=True)
class Pulled:
    """A source: how it is doing now, how far it has come, how many rows it has brought up to which moment,
    and how many of its records could not be read, mostly for which reason.
    """

    status: Status
    state: State
    rows: int
    newest_at: datetime | None = None
    refused: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Tried:
    """What a source answered when it was tried; what its newest records would become, if it has any."""

    sentence: str
    preview: Preview | None
    on_demand: bool = False


def listed(principal: Principal, house: House) -> tuple[Pulled, ...]:
    """Every source of the configuration, in its order."""
    admit(principal)
    own = house.stores.own()
    known = states(own) if own is not None else {}
    rows, refused = (_rows(own), _refused(own)) if own is not None else ({}, {})
    names = [(status.settings.name, status) for status in house.scheduler.statuses()]
    return tuple(
        Pulled(status, known.get(name, State(name)), *rows.get(name, (0, None)), *refused.get(name, (0, "")))
        for name, status in names
    )


def _rows(store: Store) -> dict[str, tuple[int, datetime | None]]:
    """How many rows each source has brought, and when the newest of its records happened."""
    found = store.admin.frame(
        "select source, sum(rows)::bigint as rows, max(last_at) as newest from control.loads group by source"
    )
    known = found.astype({"newest": object}).where(found.notna(), None)
    return {row.source: (int(row.rows), row.newest) for row in known.itertuples()}


def _refused(own: Store) -> dict[str, tuple[int, str]]:
    """How many records of each source are in quarantine, and the commonest reason."""
    found = own.admin.frame(
        "select source, count(*) as records, mode(reason) as reason from control.quarantine group by source"
    )
    return {row.source: (int(row.records), str(row.reason)) for row in found.itertuples()}


def sync(principal: Principal, house: House, name: str, *, again: bool = False) -> None:
    """Sync a source now, from now on again if it was paused; `again`: count against it too, and leave it
    paused.
    """
    admit(principal)
    house.scheduler.watcher(name).now(again=again, once=again)


def pause(principal: Principal, house: House, name: str) -> None:
    """Leave a source alone until it is told to sync."""
    admit(principal)
    house.scheduler.watcher(name).pause()


def tried(principal: Principal, house: House, name: str) -> Tried:
    """Try whether a source answers, and show what its newest records would become. Raises SourceError or
    MappingError.
    """
    admit(principal)
    settings = house.scheduler.watcher(name).settings
    with Reader(settings, house.stores.var / "spool" / f".check-{name}") as reader:
        sentence, texts = reader.check(), reader.sample(mapped.SAMPLE)
        key, time = (reader.key, reader.time) if texts else ("", "")
    if not texts:
        return Tried(sentence, None, settings.on_demand)
    folder = house.stores.var / "mappings"
    mapping = mapped.propose(settings, texts, key, folder, time).mapping
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson", encoding="utf-8") as file:
        file.write("\n".join(texts))
        file.flush()
        proposal = ingest.propose(Path(file.name), name, Wish(mapping=mapping))
        return Tried(sentence, preview(proposal, latest(house.stores.clock())))
