"""How a batch gets in: all of it or nothing, each row once, with the ledger in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any

import duckdb

from analytics.zones import naive
from data import ledger, priced, prices
from data.dialect import name as quoted
from data.ledger import Progress, Span
from data.store import Receipt, Reopened
from data.tables import FUTURE, TABLES, Table

if TYPE_CHECKING:
    from data.duck import DuckStore

__all__ = ["Arrival", "Landing", "Progress"]


def latest(now: datetime) -> datetime:
    """Rows that say they happened after this go to quarantine; as the store keeps times: naive, UTC."""
    return naive(now) + FUTURE


@dataclass(frozen=True)
class Arrival:
    """Rows of one table, staged in a temporary table of the landing's cursor, columns named as the table's.

    `unique`: no id comes twice in all that this landing brings. `counts`: each row stands for a line of its
    own in the ledger (false for the second row that a line became).
    """

    table: str
    relation: str
    unique: bool = False
    counts: bool = True


@dataclass
class Landing:
    """Brings batches of one source into the store; owns one cursor, on which they are staged."""

    store: DuckStore
    source: str
    mutable: bool = False
    cursor: duckdb.DuckDBPyConnection = field(init=False)
    # Weeks without a row of this source when the landing began; the table's version after its own last batch.
    _fresh: dict[str, set[datetime]] = field(default_factory=dict[str, set[datetime]])
    _version: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        self.cursor = self.store.cursor()

    def __enter__(self) -> Landing:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cursor.close()

    @property
    def now(self) -> datetime:
        """The clock's value as the store keeps times: naive, UTC."""
        return naive(self.store.clock())

    @property
    def latest(self) -> datetime:
        """Rows that say they happened after this go to quarantine."""
        return latest(self.store.clock())

    def open(self, load_id: str, name: str) -> None:
        """Begin a load's row in the ledger, or go on with it where it is there."""
        with self.store.transaction(self.cursor):
            ledger.open_load(self.cursor, load_id, self.source, name, self.now)

    def finish(self, load_id: str, state: str, sentence: str) -> None:
        """End a load's row in the ledger with what to tell a person."""
        with self.store.transaction(self.cursor):
            ledger.finish_load(self.cursor, load_id, state, sentence, self.now)

    def commit(
        self,
        arrivals: Sequence[Arrival],
        *,
        rejects: str | None = None,
        keys: str | None = None,
        progress: Progress | None = None,
        then: Callable[[duckdb.DuckDBPyConnection], None] | None = None,
        learn: bool = True,
    ) -> list[Receipt]:
        """Land one batch in one transaction; `then` belongs to it, and is done last. Without `learn` answers
        stay good until the store learns.

        `rejects`: a relation (line, reason, text), with `key` where records have one. `keys`: a relation
        (table_name, key, type, rows) of the attributes in the batch. Raises Reopened where the engine failed:
        stage the batch again and retry.
        """
        try:
            with self.store.transaction(self.cursor, learn=learn):
                receipts = self._commit(arrivals, rejects, keys, progress)
                if then is not None:
                    then(self.cursor)
                return receipts
        except duckdb.FatalException as error:
            self.store.reopen()
            self.cursor = self.store.cursor()
            raise Reopened from error

    def _commit(
        self, arrivals: Sequence[Arrival], rejects: str | None, keys: str | None, progress: Progress | None
    ) -> list[Receipt]:
        receipts: list[Receipt] = []
        spans: list[Span] = []
        for each in arrivals:
            arrival = self._priced(each) if each.table == "llm_calls" else each
            table = TABLES[arrival.table]
            span = ledger.span(self.cursor, table, arrival.relation)
            replaces = table.replaces or self.mutable
            land = self._replace if replaces else self._add
            accepted = land(table, arrival, span) if span.rows else 0
            receipts.append(Receipt(accepted, span.rows - accepted, 0))
            spans.append(span)
            if replaces and span.rows:
                ledger.recount(self.cursor, table)
            elif accepted:
                ledger.count(self.cursor, span, accepted)
        if keys is not None:
            ledger.register(self.cursor, keys, spans)
        refused = Receipt(0, 0, 0)
        if rejects is not None:
            refused = ledger.quarantine(self.cursor, rejects, self.source, progress, self.now)
        if progress is not None:
            counted = [receipt for arrival, receipt in zip(arrivals, receipts, strict=True) if arrival.counts]
            ledger.add(self.cursor, progress, sum(counted, refused), spans)
        return receipts

    def _priced(self, calls: Arrival) -> Arrival:
        """Calls of models with what they cost."""
        relation = priced.staged(self.cursor, calls.relation, self.source, prices.current(), self.now)
        return replace(calls, relation=relation)

    def _add(self, table: Table, arrival: Arrival, span: Span) -> int:
        """Insert what is not there; only the weeks that the batch touches are looked at."""
        weeks = _near(span.weeks) if table.near else list(span.weeks)
        if arrival.unique:
            weeks = [week for week in weeks if not self._is_fresh(table, week)]
        self._version[table.name] = self._version_of(table) + 1
        known = ""
        if weeks and self._find_known(table, arrival.relation, weeks):
            known = f" anti join landing_known as k using ({_list(table.key)})"
        once = "" if arrival.unique else self._once(table, arrival.relation, "rowid")
        return self._insert(table, arrival.relation, known, once)

    def _find_known(self, table: Table, relation: str, weeks: Sequence[datetime]) -> int:
        """Fill `landing_known` with the ids of the batch that these weeks of the table have already."""
        of_week = "t.occurred_at >= $week_{0} and t.occurred_at < $week_{0} + interval 7 day"
        ranges = " or ".join(f"({of_week.format(n)})" for n in range(len(weeks)))
        values: dict[str, object] = {f"week_{n}": week for n, week in enumerate(weeks)}
        self.cursor.execute(
            f"""create or replace temp table landing_known as
            select distinct {_list(table.key, "t.")} from raw.{table.name} as t
            semi join {relation} as r on {_same(table)}
            where t.source = $source and ({ranges})""",
            values | {"source": self.source},
        )
        return self._one("select count(*) from landing_known")[0]

    def _replace(self, table: Table, arrival: Arrival, span: Span) -> int:
        """Insert all, the last of each key, and remove the older row of the same key wherever it lies."""
        del span
        own = " and t.source = $source" if table.per_source else ""
        removed = self._one(
            f"""delete from raw.{table.name} as t
            using (select distinct {_list(table.key)} from {arrival.relation}) as r
            where {_same(table)}{own}""",
            {"source": self.source} if own else {},
        )[0]
        once = self._once(table, arrival.relation, "rowid desc")
        return self._insert(table, arrival.relation, "", once) - removed

    def _is_fresh(self, table: Table, week: datetime) -> bool:
        """Whether the week can hold no row of this source but those that this landing brought."""
        fresh = self._fresh.setdefault(table.name, set())
        if self._version_of(table) != self._version.get(table.name):
            fresh.clear()  # somebody else wrote since
        if week in fresh:
            return True
        there = self._one(
            f"""select 1 from raw.{table.name} where source = $source
            and occurred_at >= $week and occurred_at < $week + interval 7 day limit 1""",
            {"source": self.source, "week": week},
        )
        if not there:
            fresh.add(week)
        return not there

    def _version_of(self, table: Table) -> int:
        return self.store.versions((table.name,))[0][1]

    def _once(self, table: Table, relation: str, order: str) -> str:
        """A clause that keeps one row of each key, only where a key does come twice."""
        key = _list(table.key)
        doubled = f"select 1 from {relation} group by {key} having count(*) > 1 limit 1"
        if not self._one(doubled):
            return ""
        return f" qualify row_number() over (partition by {key} order by r.{order}) = 1"

    def _insert(self, table: Table, relation: str, joins: str, once: str) -> int:
        staged = ledger.columns(self.cursor, relation)
        columns: dict[str, str] = {"source": "$source"}
        for column, kind in table.columns.items():
            if column in staged and column != "source":
                cell = f"r.{quoted(column)}"
                columns[column] = f"coalesce({cell}, '')" if kind == "VARCHAR" else cell
        for column, other in table.instead:
            if other in columns:
                given = [f"nullif({columns[column]}, '')"] if column in columns else []
                columns[column] = f"coalesce({', '.join([*given, columns[other]])})"
        if "received_at" in table.columns:
            # History is loaded long after it happened; a row without ingest time was known when it happened.
            own = columns.get("received_at")
            columns["received_at"] = f"coalesce({own}, r.occurred_at)" if own else "r.occurred_at"
        return self._one(
            f"""insert into raw.{table.name} ({_list(columns)})
            select {", ".join(columns.values())} from {relation} as r{joins}{once}""",
            {"source": self.source},
        )[0]

    def _one(self, sql: str, values: dict[str, object] | None = None) -> tuple[Any, ...]:
        return ledger.row(self.cursor, sql, values)


def _near(weeks: Sequence[datetime]) -> list[datetime]:
    """Weeks and those beside them."""
    return sorted({week + timedelta(weeks=step) for week in weeks for step in (-1, 0, 1)})


def _list(columns: Sequence[str] | dict[str, str], prefix: str = "") -> str:
    return ", ".join(f"{prefix}{quoted(column)}" for column in columns)


def _same(table: Table) -> str:
    return " and ".join(f"t.{quoted(column)} = r.{quoted(column)}" for column in table.key)
