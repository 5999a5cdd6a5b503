"""What a query means, in plain Python: no SQL, every row looked at, nothing shared with the code that it checks."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from analytics.query import Query
from analytics.scope import Scope

Row = dict[str, Any]
TENANTS = ("acme", "globex", "initech")
WITH_USER = ("runs", "events", "llm_calls", "ai_queries", "logs")
FIRST = datetime(2026, 2, 20, tzinfo=UTC)  # through the night of 8 March, when clocks in New York change
FIELDS: dict[str, dict[str, tuple[object, ...]]] = {
    "runs": {
        "workflow_name": ("invoice", "report", "", "it's"),
        "status": ("success", "success", "failed", "timeout", "cancelled"),
        "duration_ms": (None, 0.0, 125.5, 5000.0, 7000.25),
        "user_id": ("", "1", "2", "v1"),
    },
    "events": {
        "event_type": ("message_ingested", "opened", ""),
        "user_id": ("", "", "1", "2"),
        "anonymous_id": ("", "v1", "v2"),
        "session_id": ("", "s1", "s2"),
    },
    "llm_calls": {
        "request_id": ("", "r1", "r2", "r3"),
        "status": ("success", "failed", ""),
        "model": ("m1", "m2"),
        "cost_usd": (None, Decimal("0.1"), Decimal("0.000000001"), Decimal("12.5")),
        "input_tokens": (None, 1, 100),
        "duration_ms": (None, 250.0, 4000.0),
        "user_id": ("", "1", "2"),
    },
    "logs": {"level": ("error", "Fatal", "info", "WARN"), "service": ("", "api"), "user_id": ("", "1")},
}
KEYS = {"runs": "run_id", "events": "event_id", "llm_calls": "call_id", "logs": "log_id"}


@dataclass(frozen=True)
class World:
    """Rows of some tables."""

    tables: dict[str, list[Row]]

    @classmethod
    def drawn(cls, seed: int) -> World:
        """A world of few values, so that groups meet and ties are common."""
        luck = random.Random(seed)
        tables: dict[str, list[Row]] = {
            "tenants": [
                {"tenant_id": "acme", "name": "Zeta", "plan": "pro"},
                {"tenant_id": "globex", "plan": "free"},
            ],
            "people": [{"tenant_id": "acme", "person_id": "1", "role": "admin"},
                       {"tenant_id": "globex", "person_id": "1", "role": "member"}],
            "identities": [{"tenant_id": "acme", "alias": "v1", "person_id": "1"},
                           {"tenant_id": "acme", "alias": "2", "person_id": "1"},
                           {"tenant_id": "globex", "alias": "2", "person_id": "9"}],
            "subscriptions": [
                {"change_id": str(n), "tenant_id": luck.choice(TENANTS), "plan": luck.choice(("free", "pro")),
                 "occurred_at": FIRST + timedelta(days=luck.randrange(20)), "user_id": ""} for n in range(6)
            ],
        }  # fmt: skip
        for table, fields in FIELDS.items():
            tables[table] = [
                {KEYS[table]: f"{table}{n:03d}", "occurred_at": _moment(luck), "tenant_id": luck.choice((*TENANTS, "")),
                 "attributes": {"size": luck.randrange(4)} if luck.random() < 0.7 else {},
                 **{name: luck.choice(values) for name, values in fields.items()}}
                for n in range(60)
            ]  # fmt: skip
        return cls(tables)

    def rows(self, source: str, scope: Scope, keep: Callable[[Row], bool]) -> list[Row]:
        """The rows of a source in a window: of the tenants, after the filter."""
        table = "llm_calls" if source == "ai_queries" else source
        found = [self._claimed(row) for row in self.tables[table]]
        found = [
            row
            for row in found
            if scope.start <= row["occurred_at"] < scope.end and keep({**row, "world": self})
        ]
        if isinstance(scope.tenants, frozenset):
            found = [row for row in found if row["tenant_id"] in scope.tenants]
        return _queries(found) if source == "ai_queries" else found

    def person(self, row: Row) -> str:
        """Whom the identities call the user, else the visitor, else the user, else the visitor."""
        known = {(each["tenant_id"], each["alias"]): each["person_id"] for each in self.tables["identities"]}
        names = [row.get("user_id", ""), row.get("anonymous_id", "")]
        aliases = [known[row["tenant_id"], name] for name in names if (row["tenant_id"], name) in known]
        return next(filter(None, [*aliases, *names]), "")

    def tenant(self, row: Row, column: str) -> str:
        """A column of the row's tenant."""
        return next(
            (
                each.get(column, "")
                for each in self.tables["tenants"]
                if each["tenant_id"] == row["tenant_id"]
            ),
            "",
        )

    def _claimed(self, row: Row) -> Row:
        """A tenantless row belongs to the one tenant that its user's, else its visitor's alias leads to."""
        for name in (row.get("user_id", ""), row.get("anonymous_id", "")):
            owners = {each["tenant_id"] for each in self.tables["identities"] if each["alias"] == name}
            if row["tenant_id"] == "" and len(owners) == 1:
                return {**row, "tenant_id": owners.pop()}
        return row


def _moment(luck: random.Random) -> datetime:
    # Whole minutes, so that many fall on one instant.
    return FIRST + timedelta(days=luck.choice((0, 3, 15, 16, 16, 17)), minutes=luck.randrange(0, 1440, 20))


def _queries(calls: list[Row]) -> list[Row]:
    by_request: dict[tuple[str, str], list[Row]] = {}
    for call in sorted(calls, key=lambda call: (call["occurred_at"], call["call_id"])):
        by_request.setdefault((call["tenant_id"], call["request_id"] or call["call_id"]), []).append(call)
    found: list[Row] = []
    for made in by_request.values():
        ends = [call["occurred_at"] + timedelta(milliseconds=call["duration_ms"] or 0) for call in made]
        lasted = (max(ends) - made[0]["occurred_at"]) / timedelta(milliseconds=1)
        found.append({**made[0], "status": made[-1]["status"], "duration_ms": lasted})
    return found


def role(world: World, row: Row) -> str:
    """The role of the row's person."""
    who = (row["tenant_id"], world.person(row))
    return next(
        (each["role"] for each in world.tables["people"] if (each["tenant_id"], each["person_id"]) == who), ""
    )


def plan_then(world: World, row: Row) -> str:
    """The tenant's plan when the row happened."""
    changes = [each for each in world.tables["subscriptions"]
               if each["tenant_id"] == row["tenant_id"] and each["occurred_at"] <= row["occurred_at"]]  # fmt: skip
    return max(changes, key=lambda each: (each["occurred_at"], each["change_id"]))["plan"] if changes else ""


def _local(row: Row, scope: Scope) -> datetime:
    return row["occurred_at"].astimezone(ZoneInfo(scope.timezone))


EVERY = frozenset({"runs", "events", "llm_calls", "ai_queries", "logs"})
TABLES = EVERY - {"ai_queries"}
# name: the sources that have it, and its label of a row
DIMENSIONS: dict[str, tuple[frozenset[str], Callable[[World, Row, Scope], object]]] = {
    "tenant_id": (EVERY, lambda world, row, scope: row["tenant_id"]),
    "tenant.name": (EVERY, lambda world, row, scope: world.tenant(row, "name") or row["tenant_id"]),
    "tenant.plan": (EVERY, lambda world, row, scope: world.tenant(row, "plan")),
    "plan": (TABLES, lambda world, row, scope: plan_then(world, row)),
    "user_id": (EVERY, lambda world, row, scope: row["user_id"]),
    "person.role": (EVERY, lambda world, row, scope: role(world, row)),
    "status": (frozenset({"runs", "llm_calls", "ai_queries"}), lambda world, row, scope: row["status"]),
    "workflow_name": (frozenset({"runs"}), lambda world, row, scope: row["workflow_name"]),
    "event_type": (frozenset({"events"}), lambda world, row, scope: row["event_type"]),
    "model": (frozenset({"llm_calls"}), lambda world, row, scope: row["model"]),
    "level": (frozenset({"logs"}), lambda world, row, scope: row["level"]),
    "attributes.size": (TABLES, lambda world, row, scope: str(row["attributes"].get("size", ""))),
    "attributes.never": (TABLES, lambda world, row, scope: ""),
    "hour_of_day": (EVERY, lambda world, row, scope: _local(row, scope).hour),
    "weekday": (EVERY, lambda world, row, scope: _local(row, scope).isoweekday()),
}  # fmt: skip


def bucket_of(moment: datetime, scope: Scope, query: Query) -> datetime:
    """The start of the bucket that a moment lies in."""
    grain = scope.grain() if query.grain == "auto" else query.grain
    local = moment.astimezone(ZoneInfo(scope.timezone))
    if grain in ("minute", "quarter_hour", "hour"):
        # Zones of this test are whole quarter hours off, and do not change by less than an hour.
        minutes = {"minute": 0, "quarter_hour": local.minute % 15, "hour": local.minute}[grain]
        return (moment - timedelta(minutes=minutes)).replace(second=0, microsecond=0)
    day = local.date()
    if grain == "week":
        day -= timedelta(days=day.weekday() if query.week_start == "monday" else day.isoweekday() % 7)
    if grain == "month":
        day = day.replace(day=1)
    return datetime.combine(day, time(), ZoneInfo(scope.timezone)).astimezone(UTC)


def buckets(scope: Scope, query: Query) -> list[datetime]:
    """Every bucket that the window touches."""
    step, last = (
        timedelta(minutes=1 if query.grain == "minute" else 15),
        scope.end - timedelta(microseconds=1),
    )
    steps = int((last - scope.start) / step) + 1
    moments = [*(scope.start + n * step for n in range(steps)), last]
    return sorted({bucket_of(moment, scope, query) for moment in moments})


def quantile(values: Iterable[float], share: float) -> float | None:
    """Between two values in proportion."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
