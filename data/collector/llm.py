"""`POST /v1/llm` -> rows of `llm_calls`: answers of AI providers as they are, whole or streamed."""

from __future__ import annotations

from typing import Any

from data.collector import events, forms
from data.collector.bodies import LINES, STREAM
from data.collector.events import Refused
from data.collector.rows import Rows
from data.sources import ai_answers
from data.sources.ai_answers import NoAnswer
from data.sources.otlp import Record
from data.tables import FUTURE

# What a sender says of an answer that stays as it is, in headers of these names.
HEADERS = {
    "x-tenantscope-tenant": "tenant_id",
    "x-tenantscope-user": "user_id",
    "x-tenantscope-feature": "feature",
    "x-tenantscope-tool": "tool",
    "x-tenantscope-command": "command",
    "x-tenantscope-operation": "operation",
    "x-tenantscope-request": "request_id",
    "x-tenantscope-trace": "trace_id",
    "x-tenantscope-provider": "provider",
    "x-tenantscope-model": "model",
    "x-tenantscope-tier": "service_tier",
    "x-tenantscope-time": "occurred_at",
    "x-tenantscope-duration-ms": "duration_ms",
    "x-tenantscope-cost-usd": "cost_usd",
}
LONGEST = 500
READ_OFF = ("provider", "operation", "service_tier")
COLUMNS = frozenset((*forms.columns("llm_calls"), *forms.NOT_SAID))


def take(body: bytes, rows: Rows, *, kind: str, said: Record) -> None:
    """The calls of a body. What an envelope says goes before what the headers say. Raises Malformed."""
    text = b"\n".join(ai_answers.events_of(body)) if kind == STREAM else body
    documents = [record for _, record in events.records(text, lines=kind in (LINES, STREAM))]
    for index, call in ai_answers.calls(documents):
        try:
            if isinstance(call, NoAnswer):
                raise Refused(str(call))
            _put(call, rows, said)
        except Refused as error:
            rows.refuse(index, str(error))
        except (TypeError, RecursionError):
            rows.refuse(index, "holds a number or a nesting that is too large")


def _put(call: Record, rows: Rows, said: Record) -> None:
    # What is read off an answer itself, whoever sent it knows better.
    row = call | said | {key: told for key, told in call.items() if key not in READ_OFF}
    events.check_time(row.get("occurred_at"))
    seconds = events.seconds(row.get("occurred_at"))
    if seconds is not None:
        if seconds > rows.sender.received / 1e6 + FUTURE.total_seconds():
            raise Refused(events.AHEAD)
        row["occurred_at"] = round(seconds * 1e6)
    own = {key: told for key, told in row.items() if key in COLUMNS}
    rows.add("llm_calls", forms.aside({key: row[key] for key in row.keys() - COLUMNS}, COLUMNS) | own)


def headers(found: Any) -> Record:
    """What the headers of a request say of its calls."""
    return {
        column: said[:LONGEST] for name, column in HEADERS.items() if (said := found.get(name, "").strip())
    }
