"""What to tell a person after a load: one plain text."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from data.ingest import Proposal, State


def of_load(
    proposal: Proposal,
    counts: State,
    reasons: Counter[str],
    state: str,
    *,
    unfinished: int,
    remapped: bool,
    first_at: datetime | None,
    last_at: datetime | None,
) -> str:
    """How many rows are in, of when, what is in quarantine and why, what was there already, what is
    missing.
    """
    source = proposal.source
    if not counts.lines:
        return (
            f"{source.name} is empty: there is nothing to load."
            if not source.opened.trouble
            else _trouble(proposal)
        )
    parts = [_rows(proposal, counts, first_at, last_at)]
    if counts.duplicates:
        renewed = " and took the new mapping" if remapped else ""
        parts.append(
            f"{_many(counts.duplicates, source.noun)} {_were(counts.duplicates)} there already{renewed}."
        )
    if unfinished:
        verb, become = ("names", "it became") if unfinished == 1 else ("name", "they became")
        parts.append(
            f"{_many(unfinished, source.noun)} {verb} a workflow but no finished status "
            f"(success, failed, cancelled, timeout): {become} {proposal.mapping.rules[0].table} only."
        )
    if counts.quarantined:
        why = ", ".join(f"{count:,} × {reason}" for reason, count in reasons.most_common(3))
        more = f" and {len(reasons) - 3} more reasons" if len(reasons) > 3 else ""
        parts.append(
            f"{_many(counts.quarantined, source.noun)} {_were(counts.quarantined)} put in quarantine: "
            f"{why}{more}."
        )
    if counts.blank:
        parts.append(f"{_many(counts.blank, source.noun)} {_were(counts.blank)} blank.")
    if state == "cancelled":
        parts.append("The load was stopped; load the file again to add the rest.")
    if source.opened.trouble:
        parts.append(_trouble(proposal))
    if source.form == "ndjson" and not source.opened.packed and source.opened.grew and state == "done":
        parts.append("The file grew while it was read; load it again to add what is new.")
    if counts.rows:
        parts += [note for note in proposal.notes if note.startswith("No field names the tenant")]
    return " ".join(parts)


def _rows(proposal: Proposal, counts: State, first_at: datetime | None, last_at: datetime | None) -> str:
    if not counts.rows:
        return f"Nothing new in {proposal.source.name}."
    tables = " and ".join(dict.fromkeys(rule.table for rule in proposal.mapping.rules))
    when = f", {first_at:%Y-%m-%d %H:%M} to {last_at:%Y-%m-%d %H:%M} UTC" if first_at and last_at else ""
    are = "is" if counts.rows == 1 else "are"
    return f"{_many(counts.rows, 'rows')} of {proposal.source.name} {are} in ({tables}{when})."


def _trouble(proposal: Proposal) -> str:
    source = proposal.source
    return (
        f"{source.name} is not whole: {source.opened.trouble}. Copy it again and load it; what is in stays."
    )


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"
