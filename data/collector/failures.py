"""Exceptions that spans and log records tell of, as rows of `errors`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from data.sources.otlp import Record

_SAID = ("exception.type", "exception.message", "exception.stacktrace", "exception.escaped")
_WHERE = ("service", "environment", "release", "user_id", "trace_id", "tenant_id")
_FRAME = re.compile(r'^\s*(File "[^"]+"|at ).*$', re.MULTILINE)
_VARIES = re.compile(r"0x[0-9a-fA-F]+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|\d+|'[^']*'|\"[^\"]*\"")


def of_span(row: Record, events: list[Record]) -> Iterator[Record]:
    """The exceptions among a span's events, as its row places them."""
    for number, event in enumerate(events):
        if event.get("name") != "exception" and "exception.type" not in event:
            continue
        attributes = {
            key: said for key, said in event.items() if key not in (*_SAID, "name", "time_unix_nano")
        }
        yield {
            **{f"event.{key}": said for key, said in attributes.items()},
            **_error(event, row),
            "error_id": f"{row['trace_id']}-{row['span_id']}-{number}",
            "occurred_at": event.get("time_unix_nano") or row.get("occurred_at"),
            "endpoint": row.get("http_route") or row.get("name"),
            "span_id": row["span_id"],
        }


def of_log(row: Record) -> Record | None:
    """The exception that a log record tells of, as its row places it; None where it tells of none."""
    if not (row.get("exception.type") or row.get("exception.message")):
        return None
    found = _error(row, row) | {"error_id": row["log_id"], "occurred_at": row["occurred_at"]}
    more = {"message": found["message"] or row.get("message"), "endpoint": row.get("http.route")}
    return found | more | {"logger": row.get("logger"), "level": row.get("level")}


def _error(said: Record, row: Record) -> Record:
    kind, message, trace, escaped = (said.get(name) for name in _SAID)
    return {
        **{name: row[name] for name in _WHERE if name in row},
        "type": kind,
        "message": message,
        "stacktrace": trace,
        "handled": None if escaped is None else escaped in (False, "false", "False"),
        "fingerprint": fingerprint(str(kind or ""), str(message or ""), str(trace or "")),
    }


def fingerprint(kind: str, message: str, trace: str) -> str:
    """What errors of one cause share: the type, and the place that raised it; without a stack trace the
    message without what varies in it.
    """
    frames = [found[0] for found in _FRAME.finditer(trace)]
    # Python names the innermost call last, others name it first.
    place: Any = (frames[-1] if frames[0].lstrip().startswith("File") else frames[0]) if frames else message
    return blake2b(
        f"{kind}|{_VARIES.sub('?', place) if not frames else _place(place)}".encode(), digest_size=8
    ).hexdigest()


def _place(frame: str) -> str:
    """A frame without its line, which moves with every release."""
    return re.sub(r"(line |:)\d+(:\d+)?", "", frame).strip()
