"""Puts closed weeks in (tenant_id, occurred_at) order, so that one tenant's page reads few row groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from analytics.zones import naive
from data import ledger
from data.tables import FACTS

if TYPE_CHECKING:
    from data.duck import DuckStore


@dataclass(frozen=True)
class Resorted:
    """One week of one table that was put in order."""

    table: str
    week: datetime
    rows: int


def resort(store: DuckStore, now: datetime) -> list[Resorted]:
    """Sort each closed week that has grown since it was last sorted, one transaction a week.

    Readers see the old rows until the commit; the rows themselves do not change, so no answer gets old.
    """
    closed = naive(now)
    return [_sort(store, table, week) for table in FACTS for week in _unsorted(store, table, closed)]


def _unsorted(store: DuckStore, table: str, now: datetime) -> list[datetime]:
    found = (
        store.cursor()
        .execute(
            f"""with held as (
                select date_trunc('week', occurred_at) as week, count(*) as rows from raw.{table} group by 1)
            select w.week from held as w
            left join control.sorted_weeks as s on s.table_name = $table and s.week = w.week
            where w.week <= $last and w.rows is distinct from s.rows order by 1""",
            {"table": table, "last": now - timedelta(days=7)},
        )
        .fetchall()
    )
    return [week for (week,) in found]


def _sort(store: DuckStore, table: str, week: datetime) -> Resorted:
    cursor = store.cursor()
    values = {"week": week}
    inside = "occurred_at >= $week and occurred_at < $week + interval 7 day"
    try:
        with store.transaction(cursor):
            cursor.execute(
                f"""create or replace temp table resorting as
                select * from raw.{table} where {inside} order by tenant_id, occurred_at""",
                values,
            )
            cursor.execute(f"delete from raw.{table} where {inside}", values)
            cursor.execute(f"insert into raw.{table} select * from resorting")
            held = ledger.row(cursor, "select count(*) from resorting")[0]
            cursor.execute(
                "delete from control.sorted_weeks where table_name = $table and week = $week",
                values | {"table": table},
            )
            cursor.execute(
                "insert into control.sorted_weeks values ($table, $week, $rows)",
                values | {"table": table, "rows": held},
            )
        # Only a checkpoint gives the old rows' blocks back; without it each week makes the file grow.
        store.checkpoint()
    finally:
        cursor.close()
    return Resorted(table, week, held)
