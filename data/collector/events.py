"""`POST /v1/events` -> rows of `events`: an object, an array of objects, or objects line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from data.collector import forms
from data.collector.bodies import Malformed
from data.collector.rows import Rows
from data.recognise import plain
from data.sources.otlp import Record
from data.tables import FUTURE

NO_TIME = "the time is no time: write it like 2026-02-03T10:00:00Z, or as seconds or milliseconds since 1970"
AHEAD = "the time is more than 5 minutes ahead: look at the sender's clock, and at the unit"
MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d))?", re.ASCII)
BAGS = ("properties", "attributes")
WHOSE = ("tenant_id", "user_id", "anonymous_id", "session_id", "project_id", "entity_id")
COLUMNS = frozenset((*forms.columns("events"), *forms.NOT_SAID))


class Refused(ValueError):
    """A record that cannot be a row; the text says why."""


def take(body: bytes, rows: Rows, *, lines: bool) -> None:
    """The rows of a body; `lines`: it says that it has one object a line. Raises Malformed."""
    for index, record in records(body, lines=lines):
        try:
            if isinstance(record, Refused):
                raise record
            put(event(record), rows)
        except Refused as error:
            rows.refuse(index, str(error))
        except (TypeError, RecursionError):
            rows.refuse(index, "holds a number or a nesting that is too large")


def records(body: bytes, *, lines: bool) -> Iterator[tuple[int, Any]]:
    """The JSON values of a body, numbered; what is none is a Refused. Raises Malformed."""
    if not lines:
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            if body.count(b"\n", 0, len(body.rstrip())) == 0:
                raise Malformed(f"The body is not JSON: {error}.") from error
        else:
            yield from enumerate(found if isinstance(found, list) else [found])
            return
    for index, line in enumerate(body.split(b"\n")):
        if line.strip():
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                record = Refused("not JSON")
            yield index, record


def event(record: Any) -> Record:
    """The row of one event, its columns by the names that most programs use. Raises Refused."""
    if not isinstance(record, dict):
        raise Refused("not an object")
    row, more = _split(record)
    for bag in BAGS:
        inner = more.pop(bag, None)
        if isinstance(inner, dict):
            more = {**more, **_unsaid(inner, row)}
        elif inner is not None:
            more[bag] = inner
    if not row.get("event_type"):
        raise Refused("no event: name it with `event`")
    return forms.aside(more, COLUMNS) | row


def _split(record: Record) -> tuple[Record, Record]:
    """What fills a column, by the best of its names, and the rest."""
    row: Record = {}
    best: dict[str, tuple[int, str]] = {}
    for key, said in record.items():
        hit = _column(key)
        if hit is None or said is None or said == "" or isinstance(said, (dict, list)):
            continue
        column, rank = hit
        if column not in best or rank < best[column][0]:
            best[column], row[column] = (rank, key), said
    used = {key for _, key in best.values()}
    return row, {key: said for key, said in record.items() if key not in used}


def _unsaid(bag: Record, row: Record) -> Record:
    """What a bag says beside the columns; whose an event is, it may say where the event itself does not."""
    rest: Record = {}
    for key, said in bag.items():
        column = _whose(key)
        if column and column not in row and isinstance(said, (str, int)) and said != "":
            row[column] = said
        else:
            rest[key] = said
    return rest


@lru_cache(maxsize=4096)
def _whose(key: str) -> str:
    return next((name for name in WHOSE if plain(key) == plain(name)), "") if len(key) <= 64 else ""


@lru_cache(maxsize=4096)
def _column(key: str) -> tuple[str, int] | None:
    return forms.events().get(plain(key)) if len(key) <= 64 else None


def check_time(said: Any) -> None:
    """Raises Refused where a time cannot be told from another for lack of a zone."""
    if isinstance(said, bool):
        raise Refused(NO_TIME)
    if not isinstance(said, str) or said.isdigit():
        return
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return
    if moment.tzinfo is None:
        raise Refused("the time carries no time zone: end it with Z or an offset such as +02:00")


def put(row: Record, rows: Rows) -> None:
    """Add an event. One whose time the store will not take is kept for its quarantine. Raises Refused."""
    try:
        check_time(row.get("occurred_at"))
        moment = seconds(row.get("occurred_at"))
        if moment is not None and moment > rows.sender.received / 1e6 + FUTURE.total_seconds():
            raise Refused(AHEAD)
    except Refused:
        rows.set_aside("events", row)
        raise
    rows.add("events", row)


def seconds(said: Any) -> float | None:
    """Seconds since 1970; None where only the store can tell, which reads rarer forms too. Raises Refused."""
    if isinstance(said, (int, float)) or (isinstance(said, str) and said.isdecimal() and said.isascii()):
        return _counted(float(said))
    if not isinstance(said, str):
        return None
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        # All forms that the store reads begin with a digit, or with a weekday as mail and HTTP write it.
        text = said.strip()
        if text and (_is_no_moment(text) or (not text[0].isdigit() and text[3:4] != ",")):
            raise Refused(NO_TIME) from None
        return None


def _is_no_moment(text: str) -> bool:
    """Whether a text is written as a moment of a day, or on a clock, that there is not: 2026-13-45."""
    found = MOMENT.match(text)
    if found is None:
        return False
    try:
        date.fromisoformat(found[1])
    except ValueError:
        return True
    return int(found[2] or 0) > 24 or int(found[3] or 0) > 59


def _counted(number: float) -> float:
    """Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size as the store does."""
    if number < 1e8:
        raise Refused(NO_TIME)
    return number / next((unit for most, unit in ((1e11, 1), (1e14, 1e3), (1e17, 1e6)) if number < most), 1e9)


def answer(rows: Rows) -> bytes:
    """What became of the records."""
    return orjson.dumps(
        {
            "accepted": rows.accepted,
            "rejected": rows.rejected,
            "errors": [{"index": index, "reason": reason} for index, reason in rows.shown],
            "tenant_overridden": rows.moved,
        }
    )
