"""Counting against a source: the hours in which it has other records than the store has rows."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.mapping import Mapping
from data.sources.pull import Window
from data.store import Store
from data.sync import mapped, plan
from data.sync.reader import Reader
from data.sync.state import kept, utc
from data.tables import TABLES

LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class Hour:
    """How many records the source has of an hour, and how many rows the store."""

    at: datetime
    records: int
    rows: int


def compare(store: Store, reader: Reader, mapping: Mapping, window: Window, key: str) -> list[Hour] | None:
    """The hours of a window in which the counts differ; None where the source cannot count, or where rows
    have no hour. A row whose record has changed since into one that cannot be read does not count.
    """
    theirs = reader.counts(window) if TABLES[mapping.rules[0].table].fact else None
    if theirs is None:
        return None
    ours = rows(store, mapping, window, key)
    every = sorted(theirs.keys() | ours.keys())
    pairs = (Hour(hour, theirs.get(hour, 0), ours.get(hour, 0)) for hour in every)
    return [hour for hour in pairs if hour.records != hour.rows]


def rows(store: Store, mapping: Mapping, window: Window, key: str) -> Dict[datetime, int]:
    """The rows of a source by hour, but for those whose newest form was refused."""
    table, column = mapping.rules[0].table, mapped.key_column(mapping.rules[0], key)
    readable = (
        f"and {column} not in (select key from control.quarantine where source = $source)" if column else ""
    )
    found = store.admin.frame(
        f"""select date_trunc('hour', occurred_at) as hour, count(*) as rows from raw.{table}
        where source = $source and occurred_at >= $start and occurred_at < $stop {readable} group by all""",
        source=mapping.source,
        start=kept(window.start),
        stop=kept(window.stop),
    )
    return {utc(hour): int(many) for hour, many in zip(found["hour"], found["rows"], strict=True)}


def explained(store: Store, source: str) -> set[Hour]:
    """The hours that were read again and differ still, though all that came of them could be read: reading
    them once more would bring nothing.
    """
    found = store.admin.frame("select * from control.sync_hours where source = $source", source=source)
    return {
        Hour(utc(hour), int(records), int(rows))
        for hour, records, rows in zip(
            found["hour"], found["source_records"], found["store_rows"], strict=True
        )
    }


def explain(store: Store, source: str, window: Window, still: list[Hour]) -> None:
    """Remember which hours of a window need not be read again while they differ as they do."""
    with store.admin.landing(source) as landing, landing.store.transaction(landing.cursor):
        landing.cursor.execute(
            "delete from control.sync_hours where source = $source and hour >= $start and hour < $stop",
            {"source": source, "start": kept(window.start), "stop": kept(window.stop)},
        )
        for hour in still:
            landing.cursor.execute(
                "insert into control.sync_hours values ($source, $hour, $records, $rows)",
                {"source": source, "hour": kept(hour.at), "records": hour.records, "rows": hour.rows},
            )


def within(hour: Hour, windows: list[Window]) -> bool:
    """Whether an hour lies in one of the windows."""
    return any(each.start and each.stop and each.start <= hour.at < each.stop for each in windows)


def windows(differing: list[Hour]) -> list[Window]:
    """Hours that follow one another, as windows of a day at most."""
    found: list[Window] = []
    for hour in differing:
        last = found[-1] if found else None
        if last and last.start and last.stop == hour.at and hour.at - last.start < LONGEST:
            found[-1] = Window(last.start, hour.at + plan.HOUR, "time")
        else:
            found.append(Window(hour.at, hour.at + plan.HOUR, "time"))
    return found
