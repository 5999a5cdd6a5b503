"""Which name of a record on the wire fills which column: what mappings know, asked of every record by itself.

A file is of one program, so one name is chosen for a column; on the wire many programs speak at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from data.mapping import Origin
from data.recognise import known_form, plain
from data.sources.otlp import Record
from data.tables import TABLES

Names = tuple[tuple[str, tuple[str, ...]], ...]
_MOST = 5_000
NOT_SAID = frozenset(("source", "attributes", "lists", "series", "received_at"))


def columns(table: str) -> tuple[str, ...]:
    """The columns of a table that a row may say."""
    return tuple(column for column in TABLES[table].columns if column not in NOT_SAID)


@dataclass(frozen=True)
class Form:
    """How records become rows of a table: each column with its names, the best first; what else a record says
    are attributes.
    """

    names: Names
    nanoseconds: frozenset[str]
    taken: frozenset[str]
    known: dict[tuple[str, ...], Names] = field(default_factory=dict[tuple[str, ...], "Names"], compare=False)

    def row(self, record: Record) -> Record:
        """The row of a record, which is used up."""
        found: Record = {}
        for column, names in self._there(tuple(record)):
            for name in names:
                said = record[name]
                if said is None or said == "":
                    del record[name]
                elif not isinstance(said, (list, dict)):
                    found[column] = said
                    del record[name]
                    break
        for column in self.nanoseconds & found.keys():
            found[column] = int(found[column]) / 1e6
        if not self.taken.isdisjoint(record):
            record = aside(record, self.taken)
        return found | record

    def _there(self, keys: tuple[str, ...]) -> Names:
        """The names that a record has: those of one program have the same keys, so they are asked once."""
        known = self.known.get(keys)
        if known is None:
            there = {*keys}
            each = ((column, tuple(name for name in names if name in there)) for column, names in self.names)
            known = tuple((column, names) for column, names in each if names)
            if len(self.known) < _MOST:
                self.known[keys] = known
        return known


def aside(record: Record, taken: frozenset[str]) -> Record:
    """Attributes that have a column's name and fill it not, under a name that no column has."""
    return {f"attributes.{key}" if key in taken else key: said for key, said in record.items()}


@cache
def opentelemetry(name: str) -> Form:
    """The form of OpenTelemetry's records: `otel_log`, `otel_span` or `otel_metric`."""
    rule = known_form(name)["rules"][0]
    origins = {column: [Origin.parse(text) for text in texts] for column, texts in rule["columns"].items()}
    return Form(
        tuple((column, tuple(each.field for each in found)) for column, found in origins.items()),
        frozenset(column for column, found in origins.items() if any(each.unit == "ns" for each in found)),
        frozenset((*columns(rule["table"]), *NOT_SAID)),
    )


@cache
def events() -> dict[str, tuple[str, int]]:
    """The plain names of an event's columns: which column each fills, and how good a name for it it is."""
    guessed = known_form("guess")
    usual = next(each["columns"] for each in guessed["tables"] if each["table"] == "events")
    names = {column: [column] for column in columns("events")}
    for column, more in usual.items():
        names[column] += more
    names["event_id"] += ["message_id", "insert_id", "uuid", "id"]
    names["event_type"] += ["name"]
    names["occurred_at"] += guessed["times"]
    names["tenant_id"] += guessed["tenants"]
    names["user_id"] += guessed["users"]
    found: dict[str, tuple[str, int]] = {}
    for column, each in names.items():
        for rank, name in enumerate(dict.fromkeys(map(plain, each))):
            found.setdefault(name, (column, rank))
    return found
