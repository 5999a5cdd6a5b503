"""OpenTelemetry -> one record a log record, a span or a sample, attributes by their names.

What such a record is made of stands here once; its own JSON (OTLP/JSON) is read here too, Protobuf in
`otlp_proto`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson
import pyarrow as pa

from data.sources.fields import text_of
from data.sources.lines import Batch, Reject
from data.sources.parquet import of_texts

Record = dict[str, Any]

SIGNS = (
    "resourceLogs",
    "resourceSpans",
    "resourceMetrics",
    "resource_logs",
    "resource_spans",
    "resource_metrics",
)
KINDS = ("", "internal", "server", "client", "producer", "consumer")
STATUS = ("", "ok", "error")
SEVERITIES = ("trace", "debug", "info", "warn", "error", "fatal")
DELTA = 1
NO_VALUE = 1  # the flag of a point that only says that its series has ended
# What a record says of itself; attributes of these names are kept beside it under `attributes.`.
LOG = frozenset(
    ("time_unix_nano", "severity_text", "severity_number", "event_name", "trace_id", "span_id", "body")
)
SPAN = frozenset(
    ("start_time_unix_nano", "duration_ns", "trace_id", "span_id", "parent_span_id", "trace_state", "name")
) | {"kind", "status.code", "status.message", "events", "links"}
POINT = frozenset(("metric", "unit", "time_unix_nano", "metric_kind", "temporality", "value"))


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
                texts += [orjson.dumps(record).decode() for record in unpack(json.loads(text))]
            except (ValueError, TypeError, KeyError, AttributeError):
                rejects.append((int(batch.records.numbers[n]), "not an OpenTelemetry export request", text))
        unpacked = of_texts(pa.array(texts, pa.string()), number)
        number += len(texts)
        yield Batch(unpacked.records, tuple(rejects), len(texts) + len(rejects))


def unpack(request: Mapping[str, Any]) -> Iterator[Record]:
    """The records of one export request, whatever it is of."""
    yield from logs(request)
    yield from spans(request)
    yield from points(request)


def logs(request: Mapping[str, Any]) -> Iterator[Record]:
    """The log records of a request in JSON."""
    for place, scope in _scopes(request, "resourceLogs", "scopeLogs"):
        for log in _of(scope, "logRecords"):
            yield log_record(
                place,
                named(log.get("attributes")),
                when=_time(log.get("timeUnixNano")) or _time(log.get("observedTimeUnixNano")),
                text=log.get("severityText"),
                number=log.get("severityNumber"),
                event=log.get("eventName"),
                trace=str(log.get("traceId") or "").lower(),
                span=str(log.get("spanId") or "").lower(),
                body=value(log.get("body")),
            )


def spans(request: Mapping[str, Any]) -> Iterator[Record]:
    """The spans of a request in JSON."""
    for place, scope in _scopes(request, "resourceSpans", "scopeSpans"):
        for span in _of(scope, "spans"):
            status = span.get("status") or {}
            yield span_record(
                place,
                named(span.get("attributes")),
                begin=_time(span.get("startTimeUnixNano")),
                end=_time(span.get("endTimeUnixNano")),
                trace=str(span.get("traceId") or "").lower(),
                span=str(span.get("spanId") or "").lower(),
                parent=str(span.get("parentSpanId") or "").lower(),
                state=span.get("traceState"),
                name=span.get("name"),
                kind=_word(span.get("kind"), KINDS, "SPAN_KIND_"),
                status=_word(status.get("code"), STATUS, "STATUS_CODE_"),
                message=status.get("message"),
                events=[_event(event) for event in span.get("events") or ()],
                links=[_link(link) for link in span.get("links") or ()],
            )


def points(request: Mapping[str, Any]) -> Iterator[Record]:
    """The samples of a request in JSON."""
    for place, scope in _scopes(request, "resourceMetrics", "scopeMetrics"):
        for metric in _of(scope, "metrics"):
            for form in ("sum", "gauge", "histogram", "exponentialHistogram", "summary"):
                data = metric.get(form) or {}
                temporality = data.get("aggregationTemporality")
                about = {"metric": metric.get("name"), "unit": metric.get("unit")} | metric_kind(
                    form,
                    monotonic=bool(data.get("isMonotonic")),
                    delta=temporality in (DELTA, "AGGREGATION_TEMPORALITY_DELTA"),
                )
                for point in data.get("dataPoints") or ():
                    labels = place | beside(named(point.get("attributes")), POINT)
                    common = labels | about | {"time_unix_nano": _time(point.get("timeUnixNano"))}
                    yield from _samples(form, common, point)


def _samples(form: str, common: Record, point: Mapping[str, Any]) -> Iterator[Record]:
    if int(point.get("flags") or 0) & NO_VALUE:
        return
    if form == "histogram":
        counts = [int(count) for count in point.get("bucketCounts") or ()]
        yield from buckets(common, [float(each) for each in point.get("explicitBounds") or ()], counts)
    elif form == "exponentialHistogram":
        sides = (point.get("negative") or {}, point.get("positive") or {})
        negative, positive = (
            (int(side.get("offset") or 0), [int(count) for count in side.get("bucketCounts") or ()])
            for side in sides
        )
        scale, zero = int(point.get("scale") or 0), int(point.get("zeroCount") or 0)
        yield from buckets(common, *exponential(scale, negative, zero, positive))
    else:
        yield common | {"value": float(point.get("asDouble", point.get("asInt", point.get("sum", 0))))}


def log_record(
    place: Record,
    attributes: Record,
    *,
    when: int | str | None,
    text: str | None,
    number: Any,
    event: str | None,
    trace: str,
    span: str,
    body: Any,
) -> Record:
    """What a log record says."""
    return {
        **place,
        **beside(attributes, LOG),
        "time_unix_nano": when,
        "severity_text": text or severity(number),
        "severity_number": number or None,
        "event_name": event or None,
        "trace_id": trace,
        "span_id": span,
        "body": orjson.dumps(body).decode() if isinstance(body, (dict, list)) else body,
    }


def span_record(
    place: Record,
    attributes: Record,
    *,
    begin: int | str | None,
    end: int | str | None,
    trace: str,
    span: str,
    parent: str,
    state: str | None,
    name: str | None,
    kind: str,
    status: str,
    message: str | None,
    events: list[Record],
    links: list[Record],
) -> Record:
    """What a span says."""
    return {
        **place,
        **beside(attributes, SPAN),
        "start_time_unix_nano": begin,
        "duration_ns": str(int(end) - int(begin)) if begin and end else None,
        "trace_id": trace,
        "span_id": span,
        "parent_span_id": parent,
        "trace_state": state or None,
        "name": name,
        "kind": kind,
        "status.code": status,
        "status.message": message or None,
        "events": events or None,
        "links": links or None,
    }


def metric_kind(form: str, *, monotonic: bool, delta: bool) -> Record:
    """What kind of series a metric is; a sum that can fall is read like a gauge, and what a sum of changes
    counts is said, as it begins anew with every sample.
    """
    usual = {"histogram": "histogram", "exponentialHistogram": "histogram", "sum": "counter"}
    kind = "gauge" if form == "sum" and not monotonic else usual.get(form, "gauge")
    return {"metric_kind": kind, "temporality": "delta" if delta else None}


def buckets(common: Record, bounds: Iterable[float], counts: Iterable[int]) -> Iterator[Record]:
    """A histogram as its cumulative counts, a row a bound; the last is without one."""
    total = 0
    for bound, count in zip([*map(_bound, bounds), "+Inf"], counts, strict=False):
        total += count
        yield common | {"le": bound, "value": float(total)}


def exponential(
    scale: int, negative: tuple[int, list[int]], zero: int, positive: tuple[int, list[int]]
) -> tuple[list[float], list[int]]:
    """Bounds and counts of an exponential histogram, as one with explicit bounds has them."""
    base = 2.0 ** (2.0**-scale)
    below = [(-_power(base, negative[0] + n), count) for n, count in enumerate(negative[1])]
    above = [(_power(base, positive[0] + n + 1), count) for n, count in enumerate(positive[1])]
    sides = [*reversed(below), (0.0, zero), *above]
    return [bound for bound, _ in sides], [*(count for _, count in sides), 0]


def _power(base: float, exponent: int) -> float:
    try:
        return base**exponent
    except OverflowError:
        return math.inf


def _bound(bound: float) -> str:
    """A bound as Prometheus writes it: the same however it was sent."""
    return "+Inf" if math.isinf(bound) else f"{bound:.12g}"


def beside(attributes: Record, own: frozenset[str]) -> Record:
    """Attributes that take no name of the record's own."""
    if own.isdisjoint(attributes):
        return attributes
    return {f"attributes.{key}" if key in own else key: each for key, each in attributes.items()}


def around(resource: Record, name: str | None, version: str | None, scope: Record) -> Record:
    """What every record of a resource and a scope has."""
    said = {"scope.name": name, "scope.version": version}
    return (
        {f"resource.{key}": each for key, each in resource.items()}
        | {f"scope.{key}": each for key, each in scope.items()}
        | {key: each for key, each in said.items() if each}
    )


def severity(number: Any) -> str | None:
    """The word of a severity that came without one."""
    return SEVERITIES[min((number - 1) // 4, 5)] if isinstance(number, int) and number > 0 else None


def named(attributes: Iterable[Mapping[str, Any]] | None) -> Record:
    """Attributes by their keys."""
    return {pair["key"]: value(pair.get("value")) for pair in attributes or ()}


def value(tagged: Mapping[str, Any] | None) -> Any:
    """A plain value of OTLP's tagged one; 64-bit integers are texts there."""
    if not tagged:
        return None
    if "intValue" in tagged:
        return int(tagged["intValue"])
    if "doubleValue" in tagged:
        return float(tagged["doubleValue"])
    if "arrayValue" in tagged:
        return [value(each) for each in tagged["arrayValue"].get("values") or ()]
    if "kvlistValue" in tagged:
        return named(tagged["kvlistValue"].get("values"))
    return next((tagged[key] for key in ("stringValue", "boolValue", "bytesValue") if key in tagged), None)


def _scopes(request: Mapping[str, Any], outer: str, inner: str) -> Iterator[tuple[Record, Mapping[str, Any]]]:
    for group in _of(request, outer):
        resource = named((group.get("resource") or {}).get("attributes"))
        for scope in _of(group, inner):
            said = scope.get("scope") or {}
            place = around(resource, said.get("name"), said.get("version"), named(said.get("attributes")))
            yield place, scope


def _of(form: Mapping[str, Any], camel: str) -> list[Any]:
    """A list of JSON under its name, or as Protobuf's own files write it."""
    snake = "".join(f"_{sign.lower()}" if sign.isupper() else sign for sign in camel)
    return form.get(camel) or form.get(snake) or []


def _event(event: Mapping[str, Any]) -> Record:
    said = {"name": event.get("name"), "time_unix_nano": _time(event.get("timeUnixNano"))}
    return named(event.get("attributes")) | said


def _link(link: Mapping[str, Any]) -> Record:
    ids = {key: str(link.get(name) or "").lower() for key, name in _LINK_IDS}
    return named(link.get("attributes")) | ids


_LINK_IDS = (("trace_id", "traceId"), ("span_id", "spanId"))


def _time(said: object) -> str | None:
    return str(said) if said not in (None, "", 0, "0") else None


def _word(said: Any, words: tuple[str, ...], prefix: str) -> str:
    """The word of an enumeration, which JSON writes as its number or its name."""
    if isinstance(said, int) and not isinstance(said, bool):
        return words[said] if 0 <= said < len(words) else str(said)
    word = str(said or "").removeprefix(prefix).lower()
    return "" if word in ("unset", "unspecified") else word
