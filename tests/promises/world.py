"""A small world of two tenants and of rows without one; every text in it says whose row it is."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache, cached_property
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa

from analytics.filters import field
from analytics.question import Question
from analytics.scope import Scope
from data.duck import DuckStore
from data.frames import Arrays, fetched
from data.store import Rows as Incoming
from data.store import Store
from data.tables import KEPT, TABLES
from tests.promises.bills import closed_months
from tests.promises.questions import QUESTIONS
from tests.promises.world_rows import OF_ITS_OWN, of_a_lead, priced, seen_by_browser, written

A, B, NOBODY = "alpha", "beta", ""
OWNERS = (A, B, NOBODY)

Rows = Mapping[str, list[dict[str, object]]]
Chosen = Mapping[str, list[int]]  # which rows of each table, by their places

CLOCK = datetime(2026, 5, 1, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")

SCOPES = {
    "a day": Scope(datetime(2026, 3, 8, 12, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC)),
    "two hours": Scope(
        datetime(2026, 3, 9, 10, tzinfo=UTC), datetime(2026, 3, 9, 12, tzinfo=UTC), "Asia/Kathmandu"
    ),
    "local days through a clock change": Scope(
        datetime(2026, 2, 20, tzinfo=NEW_YORK), datetime(2026, 3, 15, tzinfo=NEW_YORK), "America/New_York"
    ),
    "filtered": Scope(
        datetime(2026, 3, 2, tzinfo=UTC),
        datetime(2026, 3, 9, tzinfo=UTC),
        where=(field("tenant.plan") != "trial") & (field("attributes.size") >= 3),
        now=CLOCK,
    ),
}

# After all rows: where questions about absence find something.
QUIET = {
    "quiet local days": Scope(
        datetime(2026, 4, 1, tzinfo=NEW_YORK),
        datetime(2026, 4, 16, tzinfo=NEW_YORK),
        "America/New_York",
        where=field("tenant.plan") != "trials",
    ),
    "a quiet day": Scope(datetime(2026, 4, 14, 12, tzinfo=UTC), datetime(2026, 4, 15, 12, tzinfo=UTC)),
}

_WORDS = {
    "status": ("success", "success", "failed", "timeout", "cancelled"),
    "level": ("info", "warn", "error"),
    "plan": ("free", "pro"),
    "kind": ("server", "client", "workflow"),
    "event_type": ("message_ingested", "opened", "registered", "plan_limit_reached"),
    "http_status": (200, 200, 404, 500),
    "operation": ("chat", "score", "predict"),
    "error_type": ("", "rate_limit", "timeout"),
}
# What newcomers do one after the other, each of them again and again.
_FIRST_STEPS = (
    "org_created project_created service_connected device_registered first_device_data first_dashboard_widget "
    "first_live_widget_data flow_created flow_executed"
).split()
_ALWAYS = ("tenants", "people", "identities", "subscriptions", "llm_price_history", *KEPT)


class Remembering(DuckStore):
    """A store that has its engine answer a statement over the same rows once; all before and after runs anew.

    Many promises look at one answer, and what a question costs here is the engine's planning of it.
    """

    def __init__(self) -> None:
        self._answers: dict[object, Arrays | pa.Table] = {}
        super().__init__(None, clock=lambda: CLOCK, memory_limit=None, threads=1)

    def read(self, sql, parameters, fetch=fetched):
        """The engine's answer, or the one that it gave to the same statement over the same rows."""
        key = (sql, repr(sorted(parameters.items())), repr(self._versions), fetch)
        if key not in self._answers:
            self._answers[key] = super().read(sql, parameters, fetch)
        found = self._answers[key]
        if not isinstance(found, Arrays):
            return found
        # A frame is made of these very arrays, and whoever asked may write into it.
        return replace(found, columns={name: held.copy() for name, held in found.columns.items()})


class World:
    """The stores that the promises compare, each opened once."""

    def __init__(self) -> None:
        self._open: list[Store] = []
        self._kept: dict[object, Store] = {}
        self._answers: dict[object, pd.DataFrame] = {}

    @cached_property
    def everything(self) -> Store:
        """All rows."""
        return self.store(_all())

    @cached_property
    def empty(self) -> Store:
        """No rows."""
        return self.store({})

    @cached_property
    def resorted(self) -> Store:
        """All rows, their closed weeks in another physical order."""
        store = self.store(_all())
        store.admin.resort(CLOCK)
        return store

    @cached_property
    def shuffled(self) -> Store:
        """All rows, come in any order."""
        order = random.Random(7)
        return self.store({table: order.sample(places, len(places)) for table, places in _all().items()})

    @cached_property
    def doubled(self) -> Store:
        """Every row twice in the load, and the load twice."""
        store = self.store({table: [*places, *places] for table, places in _all().items()})
        _land(store, _all())
        return store

    @cached_property
    def in_batches(self) -> Store:
        """All rows, come one by one as Python has them, in fifty batches as time went by."""
        store = self.store({})
        load = [(table, row) for table, rows in all_rows().items() for row in rows]
        load.sort(key=lambda arrived: (arrived[0], arrived[1].get("occurred_at", CLOCK)))
        for batch in range(50):
            arrived: dict[str, list[dict[str, object]]] = {}
            for table, row in load[batch * len(load) // 50 : (batch + 1) * len(load) // 50]:
                arrived.setdefault(table, []).append(row)
            for table, rows in arrived.items():
                _accept(store, table, rows)
        return store

    def asked(self, question: Question, scope: Scope) -> pd.DataFrame:
        """The answer over all rows, asked once for all promises that look at it."""
        key = (question, scope)
        if key not in self._answers:
            self._answers[key] = question(self.everything, scope)
        return self._answers[key].copy()

    def only(self, owner: str) -> Store:
        """The rows of one tenant, or those of nobody, come in any order: no answer may depend on it."""
        return self._once(owner, lambda row, _table: row["tenant_id"] == owner, random.Random(11))

    def inside(self, scope: Scope, *, with_history: bool) -> Store:
        """The rows of a window; with history, all that had happened before its end or its present."""

        def kept(row: dict[str, object], table: str) -> bool:
            if table in _ALWAYS:
                return True
            moment = row["occurred_at"]
            if with_history:
                return moment < max(scope.end, scope.present)
            return scope.start <= moment < scope.end

        return self._once((scope.start, scope.end, scope.present, with_history), kept)

    def store(self, chosen: Chosen) -> Store:
        """A new store with these rows."""
        store = Remembering()
        self._open.append(store)
        _land(store, chosen)
        return store

    def close(self) -> None:
        """Let go of all stores."""
        for store in self._open:
            store.close()

    def _once(
        self,
        key: object,
        kept: Callable[[dict[str, object], str], bool],
        order: random.Random | None = None,
    ) -> Store:
        if key not in self._kept:
            chosen = {
                table: [place for place, row in enumerate(rows) if kept(row, table)]
                for table, rows in all_rows().items()
            }
            for places in chosen.values() if order else ():
                order.shuffle(places)
            self._kept[key] = self.store(chosen)
        return self._kept[key]


@cache
def all_rows() -> Rows:
    """Rows for every table that a question reads."""
    tables = {*_ALWAYS, *(table for question in QUESTIONS.values() for table in question.tables)} - {*KEPT}
    return {table: _rows(table) for table in sorted(tables)} | {"closed_months": closed_months(A, B)}


@cache
def _columns(table: str) -> pa.Table:
    """All rows of a table as columns, with the keys of their attributes among them."""
    rows = [{**row, **row.get("attributes", {})} for row in all_rows()[table]]
    return pa.Table.from_pylist([{k: v for k, v in row.items() if k != "attributes"} for row in rows])


def _all() -> Chosen:
    """The places of all rows."""
    return {table: list(range(len(rows))) for table, rows in all_rows().items()}


def _land(store: Store, chosen: Chosen) -> None:
    for table, places in chosen.items():
        if places:
            _accept(store, table, _columns(table).take(places))


def _accept(store: Store, table: str, rows: Incoming) -> None:
    if table in KEPT:
        store.admin.close_months(pd.DataFrame(rows.to_pylist() if isinstance(rows, pa.Table) else rows))
        return
    receipt = store.append(table, rows, source="world")
    assert receipt.rejected == 0, (table, store.admin.quarantine(1))


def _rows(table: str) -> list[dict[str, object]]:
    owners = OWNERS if TABLES[table].fact else (A, B)
    rows = [_row(table, owner, i, at) for owner in owners for i, at in enumerate(_times(table, owner))]
    more = {"events": _beginners, "subscriptions": _endings}.get(table)
    return rows if more is None else [*rows, *(row for owner in owners for row in more(owner))]


def _beginners(owner: str) -> list[dict[str, object]]:
    """People who take the first steps one after the other, the last of them not all."""
    place, found = OWNERS.index(owner), list[dict[str, object]]()
    for n in range(22):
        who, step = divmod(n, len(_FIRST_STEPS))
        at = datetime(2026, 2, 22, tzinfo=UTC) + n * timedelta(hours=17 + place, minutes=11)
        row = _row("events", owner, 1000 + n, at)
        found.append(
            {**row, "event_type": _FIRST_STEPS[step], "user_id": f"{owner or 'nobody'} beginner {who}"}
        )
    return found


def _endings(owner: str) -> list[dict[str, object]]:
    """At last each tenant cancels whatever it holds, one two weeks after the other."""
    at = datetime(2026, 3, 20, tzinfo=UTC) + OWNERS.index(owner) * timedelta(days=14)
    rows = [_row("subscriptions", owner, n, at) for n in range(1000, 1003)]
    return [{**row, "status": "cancelled", "mrr_usd": Decimal(0)} for row in rows if owner]


def _times(table: str, owner: str) -> list[datetime]:
    """Moments through two months, many in the narrow windows, and all edges of the windows."""
    if not TABLES[table].fact:
        many = {"tenants": 1, "llm_price_history": 400}
        return [datetime(2026, 1, 1, tzinfo=UTC)] * many.get(table, 3)
    # No two owners have as many rows, so that one's number never passes for another's.
    place = OWNERS.index(owner)
    offset, step = timedelta(minutes=17 * place), timedelta(hours=4 + place, minutes=37)
    if table == "subscriptions":
        return [datetime(2026, 1, 15, tzinfo=UTC) + offset + n * 20 * step for n in range(14)]
    through = [datetime(2026, 2, 1, tzinfo=UTC) + offset + n * step for n in range(300 - 50 * place)]
    narrow = [
        datetime(2026, 3, 9, 9, tzinfo=UTC) + offset + n * timedelta(minutes=7 + place) for n in range(30)
    ]
    instant = timedelta(microseconds=1)
    edges = [edge for scope in SCOPES.values() for edge in (scope.start, scope.end)]
    return [*through, *narrow, *edges, *(edge - instant for edge in edges)]


def _row(table: str, owner: str, i: int, at: datetime) -> dict[str, object]:
    declared = TABLES[table]
    row = {column: _value(column, kind, owner, i) for column, kind in declared.columns.items()}
    for absent in ("received_at", "source", "lists", "limits", "attributes", "series", "timezone"):
        row.pop(absent, None)
    if declared.has_attributes:
        row["attributes"] = {"size": i % 7, "note": f"{owner or 'nobody'} note {i % 3}"}
        row["attributes"] |= {"time_to_first_token_ms": (i * 53 % (400 + len(owner))) / 4}
    row |= {
        key: f"{owner or 'nobody'}-{table}-{i}" for key in declared.key if declared.columns[key] == "VARCHAR"
    }
    if table == "events" and i % 97 == 90:
        row["event_type"] = "plan_upgraded"  # some weeks after the first people came
    if "user_id" in row:
        # As rows, people are of another number in each tenant.
        row["user_id"] = f"{owner or 'nobody'} user_id {i % (3 + OWNERS.index(owner))}"
    if table == "events":
        row["attributes"] |= seen_by_browser(owner or "nobody", i)
        row["attributes"] |= {
            "experiment": "",
            "variant": "",
            "score": 0.0,
        }  # every row of a batch has the same keys
        if row["event_type"] == "registered":
            row |= dict.fromkeys(("user_id", "anonymous_id"), f"{owner or 'nobody'} newcomer {i}")
        elif i % 8 == 3:  # every other newcomer does something
            row |= dict.fromkeys(("user_id", "anonymous_id"), f"{owner or 'nobody'} newcomer {i - 1}")
        elif i % 5 in (1, 2) and row["event_type"] in ("message_ingested", "opened"):
            # A new experiment after so many rows that each window has one with both variants.
            user = i % (3 + OWNERS.index(owner))
            test = {
                "experiment": f"{owner or 'nobody'} experiment {i // 150}",
                "variant": ("control", "treatment")[user % 2],
            }
            row |= {"event_type": "experiment_exposed", "attributes": {**row["attributes"], **test}}
        row |= of_a_lead(row, owner, i)
        row |= written(row, i)
    row |= priced(table, owner, i)
    if table == "tenants":
        row["plan"] = "pro" if owner == A else "trial"
        row["limits"] = {"executions": 3 if owner == A else 5, "active_users": 9}
    if table in OF_ITS_OWN:
        row |= OF_ITS_OWN[table](row, i)
    if table == "subscriptions":
        row["status"] = ("active", "active", "cancelled")[i // 2 % 3]
        row["mrr_usd"] = Decimal(i % 50 + 10 * OWNERS.index(owner)) / 1000
        row["renews_at"] = at + timedelta(days=30 + i % 40)
    if declared.fact:
        row["occurred_at"] = at
    return {**row, "tenant_id": owner}


def _value(column: str, kind: str, owner: str, i: int) -> object:
    if column in _WORDS:
        return _WORDS[column][i % len(_WORDS[column])]
    if column == "request_id":
        return "" if i % 5 == 0 else f"{owner or 'nobody'}-request-{i // 2}"
    if i % 11 == 3 and kind != "VARCHAR":
        return None
    values = {
        "VARCHAR": f"{owner or 'nobody'} {column} {i % 3}",
        "DOUBLE": (i * 7919 % 1000) / 8,
        "BIGINT": i % 28 + 1,
        "BOOLEAN": i % 2 == 0,
        "TIMESTAMP": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Decimal(i % 50) / 1000 if kind.startswith("DECIMAL") else values.get(kind)
