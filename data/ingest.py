"""One file into the store: what is proposed for it, then batch after batch, then one sentence."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from data import mapping as mappings
from data import recognise, sentences
from data.landing import Landing, Progress
from data.mapping import Mapping, MappingError, Origin
from data.reading import as_times
from data.sources import ai_logs, staging
from data.sources import sample as samples
from data.sources.ahead import Ahead
from data.sources.columns_sql import required
from data.sources.files import FileSource
from data.sources.layout import layout
from data.sources.refusal import SourceError
from data.sources.sample import Sample
from data.store import Reopened, StoreError
from data.tables import TABLES

if TYPE_CHECKING:
    from data.store import Store


CODING_AGENTS = "coding_agents"


@dataclass(frozen=True)
class Wish:
    """What a person says about a file; all of it may be left out."""

    table: str | None = None
    columns: tuple[tuple[str, Origin], ...] = ()
    source: str | None = None
    timezone: str | None = None
    mapping: Mapping | None = None


@dataclass(frozen=True)
class Proposal:
    """How a file would be loaded: `problems` keep it from being loaded, `notes` do not; `folder` keeps the
    mappings.
    """

    source: FileSource
    mapping: Mapping
    sample: Sample
    problems: tuple[str, ...]
    notes: tuple[str, ...]
    folder: Path | None = None


@dataclass(frozen=True)
class State:
    """How far a load has come, and what became of its lines: rows + duplicates + quarantined + blank =
    lines.
    """

    bytes_read: int = 0
    bytes_total: int = 0
    lines: int = 0
    rows: int = 0
    duplicates: int = 0
    quarantined: int = 0
    blank: int = 0


@dataclass(frozen=True)
class Outcome:
    """A load that has ended: `done` or `cancelled`; in the running app also `refused` or `failed`."""

    load_id: str
    state: str
    counts: State
    sentence: str
    first_at: datetime | None = None
    last_at: datetime | None = None


def propose(path: Path, name: str | None, wish: Wish, folder: Path | None = None) -> Proposal:
    """Look at a file and say how it would be loaded; raises SourceError or MappingError.

    `folder`: where mappings are kept. What was kept for the file's source is proposed before anything is
    guessed.
    """
    source = FileSource(path, name or path.name)
    source.check()
    seen = samples.take(source.sample())
    mapping = wish.mapping or _proposed(source, seen, wish, folder)
    if wish.columns:
        mapping = mapping.with_columns(wish.columns)
    if wish.timezone:
        mapping = replace(mapping, timezone=wish.timezone)
    if mapping.unwraps:
        seen = samples.take(source.sample(), mapping.unwraps)
    faults = (*_misnamed(wish, mapping, seen), *problems(mapping, seen)) if seen.records else ()
    return Proposal(source, mapping, seen, faults, tuple(notes(mapping, seen)), folder)


def _proposed(source: FileSource, seen: Sample, wish: Wish, folder: Path | None) -> Mapping:
    named = mappings.source_name(wish.source) if wish.source else mappings.source_of(source.name)
    # A session that is taken up again says in its new file what its old one said: calls of one source.
    name = CODING_AGENTS if not wish.source and ai_logs.CODING in seen.samples("feature") else named
    kept = mappings.saved(folder, name) if folder is not None and wish.table is None else None
    if kept is not None and _suits(kept, seen):
        return kept
    if source.form == "ai" and wish.table in (None, "llm_calls"):
        return recognise.calls_of_models(seen, name)
    if wish.table is not None:
        return recognise.for_table(seen, name, wish.table)
    return recognise.recognise(seen, name)


def _suits(mapping: Mapping, seen: Sample) -> bool:
    """Whether a kept mapping is of files like this one: its time is there, and so are most of the fields
    of the row that every record becomes. Where no record was seen, nothing speaks against it.
    """
    first = mapping.rules[0]
    there, fields = samples_of(seen, mapping), first.fields()
    time = first.columns.get("occurred_at")
    if time is None and TABLES[first.table].fact:
        return False
    if not seen.records:
        return True
    timed = time is None or time.constant is not None or time.field in there
    return timed and 3 * len(fields & there) >= 2 * len(fields)


def samples_of(seen: Sample, mapping: Mapping) -> set[str]:
    """The fields of a sample, also under their names without a wrapper."""
    bare = {path.removeprefix(f"{key}.") for key in mapping.unwraps for path in seen.fields}
    return bare | seen.fields.keys()


def _misnamed(wish: Wish, mapping: Mapping, seen: Sample) -> Iterator[str]:
    """A field that a person named now and that no record has was not meant."""
    there = sorted(samples_of(seen, mapping))
    for column, origin in wish.columns:
        if origin.constant is None and origin.field not in there:
            near = get_close_matches(origin.field, there, 3) or there[:12]
            yield (
                f"None of the first {seen.records:,} records has the field {origin.field} for {column}. "
                f"There is {', '.join(near)}."
            )


@dataclass(frozen=True)
class Ways:
    """How a person names the field of a column and the zone of times: by options, or in the configuration."""

    column: str = "--map {}=FIELD"
    zone: str = "--timezone Europe/Berlin"


OPTIONS = Ways()


def problems(mapping: Mapping, seen: Sample, ways: Ways = OPTIONS) -> Iterator[str]:
    first = mapping.rules[0]
    for column in [each for each in required(first) if each not in first.columns]:
        what = "a time" if column == "occurred_at" else f"the {column}"
        yield f"No field holds {what} for {first.table}. Name one: {ways.column.format(column)}."
    time = first.columns.get("occurred_at")
    if time is None or time.constant is not None or mapping.timezone is not None:
        return
    reading = as_times(seen.samples(time.field))
    if reading.times and reading.zoned == 0:
        example = seen.samples(time.field)[0]
        yield (
            f"The times in {time.field} carry no time zone ({example}). "
            f"Name the one they are in: {ways.zone}."
        )


def notes(mapping: Mapping, seen: Sample, ways: Ways = OPTIONS) -> Iterator[str]:
    if seen.records and not any("tenant_id" in rule.columns for rule in mapping.rules):
        way = ways.column.format("tenant_id")
        yield f"No field names the tenant, so these rows have none. Name one: {way}."
    calls = [rule for rule in mapping.rules if rule.table == "llm_calls"]
    if seen.records and any("model" not in rule.columns for rule in calls):
        way = ways.column.format("model")
        yield f"No field names the model, so these calls have no price. Name one: {way}, or 'gpt-4o' for all."
    there = samples_of(seen, mapping)
    for path in mapping.fields():
        if seen.records and path not in there and mapping.how != recognise.AI_CALLS:
            yield f"None of the first {seen.records:,} records has a field {path}."


def ingest(
    store: Store,
    proposal: Proposal,
    *,
    progress: Callable[[State], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Load a file. Raises SourceError or MappingError where nothing can be loaded; what went in stays in."""
    if proposal.problems:
        raise MappingError(" ".join(proposal.problems))
    folder, source = proposal.folder, proposal.mapping.source
    kept = mappings.saved(folder, source) if folder is not None else None
    remapped = _remapped(store, proposal, kept)
    for _ in range(3):
        try:
            with store.admin.landing(proposal.mapping.source, mutable=remapped) as landing:
                outcome = _load(landing, proposal, progress, cancelled)
        except Reopened:
            continue  # from the beginning: what is in is known by its ids
        # A mapping by which no row came in has proved nothing: what was kept before stays.
        proved = proposal.mapping if outcome.counts.rows + outcome.counts.duplicates else kept
        if folder is not None and proved is not None and outcome.state == "done":
            mappings.save(folder, proved)
        return outcome
    raise StoreError(
        "The store failed three times during this load. Give it more memory, and load the file again."
    )


def _remapped(store: Store, proposal: Proposal, kept: Mapping | None) -> bool:
    """Whether rows of the source may be there that were mapped otherwise: then rows that come again
    replace them.
    """
    mapping, folder = proposal.mapping, proposal.folder
    if kept is not None and kept.means(mapping):
        return False
    if kept is not None and folder is not None:
        mappings.path_of(
            folder, mapping.source
        ).unlink()  # until the load is through, neither mapping holds for all rows
    there = store.admin.frame(
        "select 1 from control.loads where source = $source and rows > 0 limit 1", source=mapping.source
    )
    return len(there) > 0


def _load(
    landing: Landing, proposal: Proposal, progress: Callable[[State], None], cancelled: Callable[[], bool]
) -> Outcome:
    source, load_id = proposal.source, secrets.token_hex(8)
    landing.open(load_id, source.name)
    counts, reasons, state = State(), Counter[str](), "done"
    stager = staging.Staging(landing.cursor, layout(proposal.mapping, proposal.sample), landing.latest)
    ahead = Ahead(source, stager.layout)
    try:
        for parsed in ahead:
            batch, position = parsed.batch, parsed.position
            arrivals = stager.stage(parsed.read, batch.rejects)
            reasons.update(stager.reasons())
            added = Progress(
                load_id,
                source.name,
                lines=batch.lines,
                blank=batch.blank + parsed.read.blank,
                bytes=position - counts.bytes_read,
            )
            receipts = landing.commit(arrivals, rejects="staged_rejects", keys="staged_keys", progress=added)
            counts = State(
                position,
                source.opened.total,
                counts.lines + added.lines,
                counts.rows + receipts[0].accepted,
                counts.duplicates + receipts[0].duplicates,
                reasons.total(),
                counts.blank + added.blank,
            )
            stager.clear()
            del parsed, batch  # the next one is read into the memory of this one
            progress(counts)
            if cancelled():
                state = "cancelled"
                break
    except Reopened:
        raise
    except (SourceError, StoreError) as error:
        landing.finish(load_id, "failed", str(error))
        raise
    finally:
        ahead.stop()
    span = landing.cursor.execute(
        "select first_at, last_at from control.loads where load_id = $id", {"id": load_id}
    ).fetchone()
    first_at, last_at = span or (None, None)
    sentence = sentences.of_load(
        proposal,
        counts,
        reasons,
        state,
        unfinished=stager.unfinished,
        remapped=landing.mutable,
        first_at=first_at,
        last_at=last_at,
    )
    landing.finish(load_id, state, sentence)
    return Outcome(load_id, state, counts, sentence, first_at, last_at)
