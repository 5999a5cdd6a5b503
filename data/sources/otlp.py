"""OpenTelemetry's own JSON (OTLP) -> one record a log record, a span or a data point, attributes by their
names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from data.sources.fields import text_of
from data.sources.lines import Batch, Reject
from data.sources.parquet import of_texts

SIGNS = (
    "resourceLogs",
    "resourceSpans",
    "resourceMetrics",
    "resource_logs",
    "resource_spans",
    "resource_metrics",
)
_KINDS: dict[object, str] = {1: "internal", 2: "server", 3: "client", 4: "producer", 5: "consumer"}
_STATUS: dict[object, str] = {1: "ok", 2: "error"}


def is_otlp(record: object) -> bool:
    """Whether a JSON value is an export request of OpenTelemetry."""
    return isinstance(record, dict) and any(sign in record for sign in SIGNS)


def batches(requests: Iterable[Batch]) -> Iterator[Batch]:
    """The records inside export requests, numbered from 1 over the file."""
    number = 1
    for batch in requests:
        rejects: list[Reject] = list(batch.rejects)
        texts: list[str] = []
        for n in range(len(batch.records.starts)):
            text = text_of(batch.records, n)
            if not text.strip():
                continue
            try:
                texts += [json.dumps(record) for record in unpack(json.loads(text))]
            except (ValueError, TypeError, KeyError, AttributeError):
                rejects.append((int(batch.records.numbers[n]), "not an OpenTelemetry export request", text))
        unpacked = of_texts(pa.array(texts, pa.string()), number)
        number += len(texts)
        yield Batch(unpacked.records, tuple(rejects), len(texts) + len(rejects))


def unpack(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The records of one export request."""
    for group in _of(request, "resourceLogs", "resource_logs"):
        for scope in _of(group, "scopeLogs", "scope_logs"):
            for log in _of(scope, "logRecords", "log_records"):
                yield _around(group, scope) | _log(log)
    for group in _of(request, "resourceSpans", "resource_spans"):
        for scope in _of(group, "scopeSpans", "scope_spans"):
            for span in _of(scope, "spans", "spans"):
                yield _around(group, scope) | _span(span)
    for group in _of(request, "resourceMetrics", "resource_metrics"):
        for scope in _of(group, "scopeMetrics", "scope_metrics"):
            for metric in _of(scope, "metrics", "metrics"):
                for point in _points(metric):
                    yield _around(group, scope) | point


def _of(form: dict[str, Any], camel: str, snake: str) -> list[Any]:
    return form.get(camel) or form.get(snake) or []


def _around(group: dict[str, Any], scope: dict[str, Any]) -> dict[str, Any]:
    resource = _named(group.get("resource", {}).get("attributes"))
    found = {f"resource.{key}": value for key, value in resource.items()}
    inner = scope.get("scope", {})
    return found | {f"scope.{key}": inner[key] for key in ("name", "version") if inner.get(key)}


def _log(log: dict[str, Any]) -> dict[str, Any]:
    body = _value(log.get("body"))
    said = (
        {"body": body}
        if isinstance(body, (str, int, float, bool))
        else {"body": json.dumps(body)}
        if body
        else {}
    )
    return _named(log.get("attributes")) | {
        "time_unix_nano": _time(log.get("timeUnixNano")) or _time(log.get("observedTimeUnixNano")),
        "severity_text": log.get("severityText") or _severity(log.get("severityNumber")),
        "severity_number": log.get("severityNumber"),
        "event_name": log.get("eventName"),
        "trace_id": str(log.get("traceId", "")).lower(),
        "span_id": str(log.get("spanId", "")).lower(),
        **said,
    }


def _span(span: dict[str, Any]) -> dict[str, Any]:
    start, stop = _time(span.get("startTimeUnixNano")), _time(span.get("endTimeUnixNano"))
    kind, status = span.get("kind"), span.get("status", {}).get("code")
    return _named(span.get("attributes")) | {
        "start_time_unix_nano": start,
        "duration_ns": str(int(stop) - int(start)) if start and stop else None,
        "trace_id": str(span.get("traceId", "")).lower(),
        "span_id": str(span.get("spanId", "")).lower(),
        "parent_span_id": str(span.get("parentSpanId", "")).lower(),
        "name": span.get("name"),
        "kind": _KINDS.get(kind, str(kind or "").removeprefix("SPAN_KIND_").lower()),
        "status.code": _STATUS.get(status, str(status or "").removeprefix("STATUS_CODE_").lower()),
        "status.message": span.get("status", {}).get("message"),
        "events": [
            {"name": event.get("name"), **_named(event.get("attributes"))} for event in span.get("events", [])
        ]
        or None,
    }


def _points(metric: dict[str, Any]) -> Iterator[dict[str, Any]]:
    base = {"metric": metric.get("name"), "unit": metric.get("unit")}
    for form, usual in (
        ("sum", "counter"),
        ("gauge", "gauge"),
        ("histogram", "histogram"),
        ("summary", "gauge"),
    ):
        data = metric.get(form, {})
        # A sum that can fall is read like a gauge.
        kind = "gauge" if form == "sum" and not data.get("isMonotonic", False) else usual
        for point in data.get("dataPoints", []):
            common = (
                base
                | _named(point.get("attributes"))
                | {"time_unix_nano": _time(point.get("timeUnixNano")), "metric_kind": kind}
            )
            if form == "histogram":
                yield from _buckets(common, point)
            else:
                yield common | {
                    "value": float(point.get("asDouble", point.get("asInt", point.get("sum", 0))))
                }


def _buckets(common: dict[str, Any], point: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A histogram as its cumulative counts, a row a bound."""
    total = 0
    bounds = [*map(str, point.get("explicitBounds", [])), "+Inf"]
    for bound, count in zip(bounds, point.get("bucketCounts", []), strict=False):
        total += int(count)
        yield common | {"le": bound, "value": float(total)}


def _time(said: object) -> str | None:
    return str(said) if said not in (None, "", 0, "0") else None


def _severity(number: object) -> str | None:
    names = ("trace", "debug", "info", "warn", "error", "fatal")
    return names[min((int(number) - 1) // 4, 5)] if isinstance(number, int) and number > 0 else None


def _named(attributes: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {pair["key"]: _value(pair.get("value")) for pair in attributes or []}


def _value(value: dict[str, Any] | None) -> Any:
    """A plain value of OTLP's tagged one; 64-bit integers are texts there."""
    if not value:
        return None
    if "intValue" in value:
        return int(value["intValue"])
    if "arrayValue" in value:
        return [_value(each) for each in value["arrayValue"].get("values", [])]
    if "kvlistValue" in value:
        return _named(value["kvlistValue"].get("values"))
    return next(
        (value[key] for key in ("stringValue", "boolValue", "doubleValue", "bytesValue") if key in value),
        None,
    )
