"""What a person is told after a sync."""

from __future__ import annotations

from datetime import datetime

from data.sync.landing import Landed
from data.sync.state import State

EMPTY = "The source has no records yet."


def of_sync(counts: Landed, known: State) -> str:
    """What came in, and how much of history is missing."""
    said = came(counts) if counts.records else "Nothing new."
    if known.has_history or known.history_at is None:
        return said
    left = max(known.history_records - known.history_read, 0)
    return f"{said} About {left:,} older records are still to come."


def of_snapshot(counts: Landed, removed: int = 0) -> str:
    """What a source holds that is read whole."""
    gone = f" {removed:,} are no longer there, and were removed." if removed else ""
    return f"All {counts.records:,} records were read.{gone}" + _refused(counts)


def of_hours(counts: Landed, since: datetime | None, hours: int, removed: int, still: int) -> str:
    """What counting against the source found."""
    if not hours and not still:
        return f"{_counted(since)}: the source and the store agree."
    parts: list[str] = []
    if hours:
        gone = f", {removed:,} removed" if removed else ""
        differed = f"{_many(hours, 'hour')} differed and {_were(hours)} read again"
        parts.append(f"{differed}; {_many(counts.rows, 'row')} added{gone}.")
    if still:
        verb = "differs" if still == 1 else "differ"
        parts.append(f"{_many(still, 'hour')} still {verb}, as records of them could not be read.")
    return f"{_counted(since)}: {' '.join(parts)}"


def _counted(since: datetime | None) -> str:
    """From when on was counted: what is older was not."""
    return "Counted hour by hour" + (f" since {since:%-d %b, %H:%M} UTC" if since else "")


WHOLE = "This source is read whole every time, so there is nothing to count."
TOO_YOUNG = "No full hour has been read yet, so there is nothing to count."
UNCOUNTED = "This source cannot count its records, so only the overlap finds late ones."


def timeless(records: int) -> str:
    """Records that no sync can find."""
    have = "has no time, so it" if records == 1 else "have no time, so they"
    return f"{_many(records, 'record')} {have} cannot be read." if records else ""


def came(counts: Landed) -> str:
    """What became of the records that were read."""
    said = f"{_many(counts.records, 'record')} read: {_many(counts.rows, 'row')} added"
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
