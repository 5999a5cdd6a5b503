"""Requests of OpenTelemetry -> rows: logs, spans, samples, and beside them AI calls and errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from data.collector import ai, failures
from data.collector.bodies import Malformed
from data.collector.forms import opentelemetry
from data.collector.rows import Rows
from data.sources import otlp, otlp_proto
from data.sources.otlp import Record

_Readers = tuple[Callable[[dict[str, Any]], Iterator[Record]], Callable[[bytes], Iterator[Record]]]
READERS: dict[str, _Readers] = {
    "logs": (otlp.logs, otlp_proto.logs),
    "traces": (otlp.spans, otlp_proto.spans),
    "metrics": (otlp.points, otlp_proto.points),
}
_CALL = ("tenant_id", "user_id", "request_id", "trace_id", "duration_ms", "occurred_at")
_CARRIED = ("service", "environment", "release", "span_id")


def take(signal: str, body: bytes, rows: Rows, *, json: bool) -> None:
    """The rows of a request. Raises Malformed where it is none."""
    from_json, from_proto = READERS[signal]
    try:
        records = from_json(_object(body)) if json else from_proto(body)
        for index, record in enumerate(records):
            if not rows.sender.content:
                record = ai.without_content(record)  # noqa: PLW2901  what is left out is seen by nobody after
            TAKEN[signal](index, record, rows)
    except Malformed:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Malformed(
            f"The body is no export request of OpenTelemetry ({type(error).__name__})."
        ) from error
    except Exception as error:
        if type(error).__name__ != "DecodeError":
            raise
        raise Malformed("The body is no export request of OpenTelemetry in Protobuf.") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"The body is not JSON: {error}.") from error
    if not isinstance(found, dict):
        raise Malformed("The body is JSON, but no export request: it must be an object.")
    return found


def _log(_index: int, record: Record, rows: Rows) -> None:
    row = rows.add("logs", opentelemetry("otel_log").row(record))
    if error := failures.of_log(row):
        rows.beside("errors", error)


def _span(index: int, record: Record, rows: Rows) -> None:
    if not record["trace_id"] or not record["span_id"]:
        rows.refuse(index, "a span needs trace_id and span_id")
        return
    call, events = ai.call_of(record), record["events"]
    named = {key: said for key, said in record.items() if key.startswith(("gen_ai.", "llm."))} if call else {}
    row = rows.add("spans", opentelemetry("otel_span").row(record))
    if call is not None:
        place = {name: row[name] for name in (*_CALL, *_CARRIED) if name in row}
        # The calls of one trace are what one question took, unless its spans say which request they are of.
        place.setdefault("request_id", row["trace_id"])
        rows.beside("llm_calls", named | place | call)
    for error in failures.of_span(row, events or []):
        rows.beside("errors", error)


def _sample(index: int, record: Record, rows: Rows) -> None:
    value = record["value"]
    if value != value or value in (float("inf"), float("-inf")):  # noqa: PLR0124  NaN differs from itself
        rows.refuse(index, "a sample needs a finite value")
        return
    rows.add("metrics", opentelemetry("otel_metric").row(record))


TAKEN: dict[str, Callable[[int, Record, Rows], None]] = {"logs": _log, "traces": _span, "metrics": _sample}
_ANSWERS: dict[str, tuple[type[Any], type[Any], str]] = {
    "logs": (ExportLogsServiceResponse, ExportLogsPartialSuccess, "rejected_log_records"),
    "traces": (ExportTraceServiceResponse, ExportTracePartialSuccess, "rejected_spans"),
    "metrics": (ExportMetricsServiceResponse, ExportMetricsPartialSuccess, "rejected_data_points"),
}
_CAMEL = {"logs": "rejectedLogRecords", "traces": "rejectedSpans", "metrics": "rejectedDataPoints"}


def answer(signal: str, rows: Rows, *, json: bool) -> bytes:
    """The Export…ServiceResponse: empty where all of it was taken as it was sent."""
    warning = rows.warning()
    if json:
        partial = {_CAMEL[signal]: str(rows.rejected), "errorMessage": warning}
        return orjson.dumps({"partialSuccess": partial} if warning else {})
    response, partial_success, field = _ANSWERS[signal]
    if not warning:
        return response().SerializeToString()
    partial = partial_success(error_message=warning, **{field: rows.rejected})
    return response(partial_success=partial).SerializeToString()
