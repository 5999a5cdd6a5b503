"""What a person is told after a sync."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from data.sync.landing import Landed
from data.sync.state import State

EMPTY = "The source has no records yet."


@dataclass(frozen=True)
class Counted:
    """What counting against a source found: hours that differed and were read again, rows that went, hours
    that differ still because records of them were `refused` or for a `strange` reason, and records that have
    no time to count them by.
    """

    since: datetime | None
    again: int = 0
    removed: int = 0
    refused: int = 0
    strange: int = 0
    timeless: int = 0


def of_sync(counts: Landed, known: State) -> str:
    """What came in, how much of history is missing, and what never comes."""
    said = came(counts) if counts.records else "Nothing new."
    if not known.has_history and known.history_at is not None:
        left = max(known.history_records - known.history_read, 0)
        said += f" About {left:,} older records are still to come."
    return with_timeless(said, known.timeless)


def of_snapshot(counts: Landed, removed: int = 0, timeless: int = 0) -> str:
    """What a source holds that is read whole."""
    gone = f" {removed:,} are no longer there, and were removed." if removed else ""
    return with_timeless(f"All {counts.records:,} records were read.{gone}" + _refused(counts), timeless)


def of_hours(counts: Landed, found: Counted) -> str:
    """What counting against the source found."""
    parts: list[str] = []
    if found.again:
        gone = f", {found.removed:,} removed" if found.removed else ""
        mended = f", {counts.mended:,} of them from quarantine" if counts.mended else ""
        differed = f"{_many(found.again, 'hour')} differed and {_were(found.again)} read again"
        parts.append(f"{differed}; {_many(counts.rows, 'row')} added{mended}{gone}.")
    for many, why in ((found.refused, REFUSED), (found.strange, STRANGE)):
        if many:
            parts.append(f"{_many(many, 'hour')} still {'differs' if many == 1 else 'differ'}, {why}")
    if not parts:
        agree = "what has a time is the same there and here" if found.timeless else AGREE
        parts.append(f"{agree}.")
    return f"{_counted(found.since)}: {' '.join(parts)}"


def _counted(since: datetime | None) -> str:
    """From when on was counted: what is older was not."""
    return "Counted hour by hour" + (f" since {since:%-d %b, %H:%M} UTC" if since else "")


WHOLE = "This source is read whole every time, so there is nothing to count."
TOO_YOUNG = "No full hour has been read yet, so there is nothing to count."
UNCOUNTED = "This source cannot count its records, so only the overlap finds late ones."


AGREE = "the source and the store agree"
REFUSED = "as records of them could not be read: they are in quarantine, and read again when next counted."
STRANGE = (
    "though all that the source gave of them is in: some of their records share an id, "
    "or are counted there by another time."
)


def with_timeless(said: str, records: int) -> str:
    """A sentence, and how many records no sync can find."""
    return f"{said} {timeless(records)}" if records else said


def timeless(records: int) -> str:
    """How many records no sync can find."""
    have = "has no time or no id, so it stays" if records == 1 else "have no time or no id, so they stay"
    return f"{_many(records, 'record')} {have} out."


def came(counts: Landed) -> str:
    """What became of the records that were read."""
    mended = f", {counts.mended:,} of them from quarantine" if counts.mended else ""
    said = f"{_many(counts.records, 'record')} read: {_many(counts.rows, 'row')} added{mended}"
    return (
        f"{said}, {counts.known:,} known already.{_refused(counts)}"
        if counts.known
        else f"{said}.{_refused(counts)}"
    )


def _refused(counts: Landed) -> str:
    if not counts.quarantined:
        return ""
    worst = ", ".join(f"{many:,} x {reason}" for reason, many in counts.reasons.most_common(3))
    return f" {counts.quarantined:,} could not be read ({worst})."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _were(many: int) -> str:
    return "was" if many == 1 else "were"
