"""What the store knows of itself: loads, quarantine, attribute keys, and what each table holds.

Every function writes in the transaction of the batch that it speaks of.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duckdb import DuckDBPyConnection as Cursor

from data.store import Receipt
from data.tables import Table

LONGEST_TEXT = 1 << 20


@dataclass(frozen=True)
class Progress:
    """What a batch adds to the ledger row of its load."""

    load_id: str
    name: str
    lines: int = 0
    blank: int = 0
    bytes: int = 0


@dataclass(frozen=True)
class Span:
    """What a staged relation holds: rows, rows without a tenant, and from when to when."""

    table: str
    rows: int
    tenantless: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    weeks: tuple[datetime, ...] = ()


def columns(cursor: Cursor, relation: str) -> frozenset[str]:
    """The columns of a staged relation."""
    described = cursor.execute(f"select * from {relation} limit 0").description or []
    return frozenset(column[0] for column in described)


def span(cursor: Cursor, table: Table, relation: str) -> Span:
    """What a staged relation holds."""
    nobody = "coalesce(tenant_id, '') = ''" if "tenant_id" in columns(cursor, relation) else "true"
    counts = f"count(*), count(*) filter ({nobody})"
    if not table.fact:
        return Span(table.name, *row(cursor, f"select {counts} from {relation}"))
    rows, tenantless, first_at, last_at, weeks = row(
        cursor,
        f"""select {counts}, min(occurred_at), max(occurred_at),
        list(distinct date_trunc('week', occurred_at)) from {relation}""",
    )
    return Span(table.name, rows, tenantless, first_at, last_at, tuple(sorted(weeks or ())))


def count(cursor: Cursor, arrived: Span, accepted: int) -> None:
    """Add a batch to what its table holds; the version grows."""
    cursor.execute(
        """update control.tables set version = version + 1, rows = rows + $rows,
        tenantless = tenantless + $tenantless,
        first_at = least(first_at, $first), last_at = greatest(last_at, $last) where name = $name""",
        {
            "name": arrived.table,
            "rows": accepted,
            "tenantless": round(arrived.tenantless * accepted / arrived.rows),
            "first": arrived.first_at,
            "last": arrived.last_at,
        },
    )


def changed(cursor: Cursor, table: Table) -> None:
    """Say that rows of a table are others than before, as many as they were; the version grows."""
    cursor.execute("update control.tables set version = version + 1 where name = $name", {"name": table.name})


def recount(cursor: Cursor, table: Table) -> None:
    """Count a table anew, after rows of it were replaced; the version grows."""
    bounds = "min(occurred_at), max(occurred_at)" if table.fact else "null::timestamp, null::timestamp"
    cursor.execute(
        f"""update control.tables set version = version + 1, rows = held.rows, tenantless = held.tenantless,
        first_at = held.first_at, last_at = held.last_at
        from (select count(*), count(*) filter (tenant_id = ''), {bounds} from raw.{table.name})
            as held(rows, tenantless, first_at, last_at)
        where name = $name""",
        {"name": table.name},
    )


def register(cursor: Cursor, keys: str, spans: Sequence[Span]) -> None:
    """Add the attribute keys of a batch to the registry."""
    for arrived in spans:
        if not arrived.rows:
            continue
        cursor.execute(
            f"""merge into control.keys as k using (
                select key, type, sum(rows)::bigint as rows from {keys} where table_name = $name group by all
            ) as s on (k.table_name = $name and k.key = s.key and k.type = s.type)
            when matched then update set rows = k.rows + s.rows,
                first_at = least(k.first_at, $first), last_at = greatest(k.last_at, $last)
            when not matched then insert (table_name, key, type, rows, first_at, last_at)
                values ($name, s.key, s.type, s.rows, $first, $last)""",
            {"name": arrived.table, "first": arrived.first_at, "last": arrived.last_at},
        )


def quarantine(
    cursor: Cursor, rejects: str, source: str, progress: Progress | None, now: datetime
) -> Receipt:
    """Keep what could not be read, with the reason, once however often it comes. `rejects` may have the `key`
    of each record: then its line takes the place of the older one, and counts as known.
    """
    keyed = "key" in columns(cursor, rejects)
    again = _clear(cursor, rejects, source) if keyed else 0
    values: dict[str, object] = {"source": source, "name": progress.name if progress else ""}
    cursor.execute(
        f"""insert into control.quarantine (load_id, source, name, line, reason, text, quarantined_at, key)
        select $load, $source, $name, r.line, r.reason, r.text, $now, r.key
        from (
            select line, reason, left(coalesce(text, ''), {LONGEST_TEXT}) as text,
                {"key" if keyed else "''"} as key
            from {rejects}
        ) as r
        anti join (
            select line, reason, text from control.quarantine where source = $source and name = $name) as q
            on q.line = r.line and q.reason = r.reason and q.text = r.text""",
        values | {"load": progress.load_id if progress else "", "now": now},
    )
    return Receipt(0, again, row(cursor, f"select count(*) from {rejects}")[0] - again)


def _clear(cursor: Cursor, rejects: str, source: str) -> int:
    """Take out the older lines of records that are refused again; how many those were."""
    return row(
        cursor,
        f"""delete from control.quarantine where source = $source
        and key <> '' and key in (select key from {rejects})""",
        {"source": source},
    )[0]


def read_after_all(cursor: Cursor, relation: str, column: str, source: str) -> int:
    """Take out of quarantine what became a row of `relation`, by the key in its `column`; how many went."""
    return row(
        cursor,
        f"""delete from control.quarantine where source = $source
        and key <> '' and key in (select {column}::varchar from {relation})""",
        {"source": source},
    )[0]


def clear_gone(cursor: Cursor, refused: str, source: str) -> None:
    """Keep of a source that was read whole only what it was refused of, whose keys are in `refused`."""
    cursor.execute(
        f"""delete from control.quarantine where source = $source
        and key <> '' and key not in (select key from {refused})""",
        {"source": source},
    )


def open_load(cursor: Cursor, load_id: str, source: str, name: str, now: datetime) -> None:
    """Begin a load's row, or go on with it where it is there."""
    if row(
        cursor,
        "update control.loads set state = 'loading', finished_at = null where load_id = $id",
        {"id": load_id},
    )[0]:
        return
    cursor.execute(
        """insert into control.loads (load_id, source, name, state, started_at)
        values ($id, $source, $name, 'loading', $now)""",
        {"id": load_id, "source": source, "name": name, "now": now},
    )


def add(cursor: Cursor, progress: Progress, receipt: Receipt, spans: Sequence[Span]) -> None:
    """Add a batch to the load's row."""
    cursor.execute(
        """update control.loads set lines = lines + $lines, blank = blank + $blank, bytes = bytes + $bytes,
        rows = rows + $rows, duplicates = duplicates + $duplicates, quarantined = quarantined + $rejected,
        first_at = least(first_at, $first), last_at = greatest(last_at, $last) where load_id = $id""",
        {
            "id": progress.load_id,
            "lines": progress.lines,
            "blank": progress.blank,
            "bytes": progress.bytes,
            "rows": receipt.accepted,
            "duplicates": receipt.duplicates,
            "rejected": receipt.rejected,
            "first": min((each.first_at for each in spans if each.first_at), default=None),
            "last": max((each.last_at for each in spans if each.last_at), default=None),
        },
    )


def day_of(source: str, day: str, kind: bytes = b"") -> str:
    """The id of the row that a source has for a day, where one a load would be too many."""
    return hashlib.blake2b(f"{source} {day}".encode(), digest_size=8, person=kind).hexdigest()


def finish_load(cursor: Cursor, load_id: str, state: str, sentence: str, now: datetime) -> None:
    """End a load's row with what to tell a person."""
    cursor.execute(
        """update control.loads set state = $state, sentence = $sentence, finished_at = $now
        where load_id = $id""",
        {"id": load_id, "state": state, "sentence": sentence, "now": now},
    )


def interrupt_loads(cursor: Cursor, now: datetime) -> None:
    """Say of loads that were going on when a process died that they stopped; their batches are whole."""
    cursor.execute(
        """update control.loads set state = 'interrupted', finished_at = $now,
        sentence = 'Stopped after line ' || lines || '. Load it again: what is in stays, the rest is added.'
        where state = 'loading'""",
        {"now": now},
    )


def row(cursor: Cursor, sql: str, values: dict[str, object] | None = None) -> tuple[Any, ...]:
    """The first row of a statement, () where there is none; the cursor is free for the next one."""
    found = cursor.execute(sql, values or {}).fetchall()
    return found[0] if found else ()
