"""OTLP in Protobuf -> the records that `otlp` makes, read field by field: ten times faster than by way of
JSON.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from data.sources.otlp import (
    DELTA,
    KINDS,
    NO_VALUE,
    POINT,
    STATUS,
    Record,
    around,
    beside,
    buckets,
    exponential,
    log_record,
    metric_kind,
    span_record,
)

FORMS = {
    "exponential_histogram": "exponentialHistogram",
    "histogram": "histogram",
    "sum": "sum",
    "gauge": "gauge",
    "summary": "summary",
}


def logs(body: bytes) -> Iterator[Record]:
    """The log records of a request."""
    for group in ExportLogsServiceRequest.FromString(body).resource_logs:
        resource = named(group.resource.attributes)
        for scope in group.scope_logs:
            place = _place(resource, scope.scope)
            for log in scope.log_records:
                yield log_record(
                    place,
                    named(log.attributes),
                    when=log.time_unix_nano or log.observed_time_unix_nano or None,
                    text=log.severity_text,
                    number=log.severity_number,
                    event=log.event_name,
                    trace=log.trace_id.hex(),
                    span=log.span_id.hex(),
                    body=log.body.string_value or value(log.body),
                )


def spans(body: bytes) -> Iterator[Record]:
    """The spans of a request."""
    for group in ExportTraceServiceRequest.FromString(body).resource_spans:
        resource = named(group.resource.attributes)
        for scope in group.scope_spans:
            place = _place(resource, scope.scope)
            for span in scope.spans:
                yield span_record(
                    place,
                    named(span.attributes),
                    begin=span.start_time_unix_nano or None,
                    end=span.end_time_unix_nano,
                    trace=span.trace_id.hex(),
                    span=span.span_id.hex(),
                    parent=span.parent_span_id.hex(),
                    state=span.trace_state,
                    name=span.name,
                    kind=_word(span.kind, KINDS),
                    status=_word(span.status.code, STATUS),
                    message=span.status.message,
                    events=[_event(event) for event in span.events],
                    links=[_link(link) for link in span.links],
                )


def points(body: bytes) -> Iterator[Record]:
    """The samples of a request."""
    for group in ExportMetricsServiceRequest.FromString(body).resource_metrics:
        resource = named(group.resource.attributes)
        for scope in group.scope_metrics:
            place = _place(resource, scope.scope)
            for metric in scope.metrics:
                yield from _metric(place, metric)


def _metric(place: Record, metric: Any) -> Iterator[Record]:
    chosen = metric.WhichOneof("data")
    if chosen is None:
        return
    data, form = getattr(metric, chosen), FORMS[chosen]
    about = {"metric": metric.name, "unit": metric.unit} | metric_kind(
        form,
        monotonic=form == "sum" and data.is_monotonic,
        delta=form not in ("gauge", "summary") and data.aggregation_temporality == DELTA,
    )
    for point in data.data_points:
        if point.flags & NO_VALUE:
            continue
        labels = place | beside(named(point.attributes), POINT)
        common = labels | about | {"time_unix_nano": point.time_unix_nano or None}
        if form == "histogram":
            yield from buckets(common, point.explicit_bounds, point.bucket_counts)
        elif form == "exponentialHistogram":
            negative, positive = (
                (side.offset, list(side.bucket_counts)) for side in (point.negative, point.positive)
            )
            yield from buckets(common, *exponential(point.scale, negative, point.zero_count, positive))
        elif form == "summary":
            yield common | {"value": float(point.sum)}
        else:
            number = point.as_int if point.WhichOneof("value") == "as_int" else point.as_double
            yield common | {"value": float(number)}


def named(attributes: Iterable[Any]) -> Record:
    """Attributes by their keys."""
    # Most are texts, which are told without asking for their kind.
    return {pair.key: (said := pair.value).string_value or value(said) for pair in attributes}


def value(tagged: Any) -> Any:
    """A plain value of a tagged one; bytes as JSON has them."""
    kind = tagged.WhichOneof("value")
    if kind is None:
        return None
    if kind == "array_value":
        return [value(each) for each in tagged.array_value.values]
    if kind == "kvlist_value":
        return named(tagged.kvlist_value.values)
    found = getattr(tagged, kind)
    return b64encode(found).decode() if kind == "bytes_value" else found


def _place(resource: Record, scope: Any) -> Record:
    return around(resource, scope.name, scope.version, named(scope.attributes))


def _event(event: Any) -> Record:
    return named(event.attributes) | {"name": event.name, "time_unix_nano": event.time_unix_nano}


def _link(link: Any) -> Record:
    return named(link.attributes) | {"trace_id": link.trace_id.hex(), "span_id": link.span_id.hex()}


def _word(said: int, words: tuple[str, ...]) -> str:
    return words[said] if said < len(words) else str(said)
