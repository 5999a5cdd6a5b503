"""What a search must know of fields: their other names, and which are times, prose or quantities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from analytics.filters import ANY_TEXT

# As Elastic Common Schema, OpenTelemetry and people call our columns.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "@timestamp": "occurred_at",
        "timestamp": "occurred_at",
        "time": "occurred_at",
        "event.ingested": "received_at",
        "tenant": "tenant_id",
        "tenant.id": "tenant_id",
        "organization.id": "tenant_id",
        "user": "user_id",
        "user.id": "user_id",
        "enduser.id": "user_id",
        "session.id": "session_id",
        "event": "event_type",
        "event.name": "event_type",
        "event.action": "event_type",
        "workflow": "workflow_name",
        "workflow.id": "workflow_id",
        "workflow.name": "workflow_name",
        "duration": "duration_ms",
        "log.level": "level",
        "severity": "level",
        "severity_text": "level",
        "log.logger": "logger",
        "service.name": "service",
        "service.environment": "environment",
        "service.version": "release",
        "deployment.environment": "environment",
        "deployment.environment.name": "environment",
        "env": "environment",
        "host.name": "host",
        "trace.id": "trace_id",
        "traceId": "trace_id",
        "span.id": "span_id",
        "spanId": "span_id",
        "parent.id": "parent_span_id",
        "http.request.id": "request_id",
        "http.method": "http_method",
        "http.request.method": "http_method",
        "http.route": "http_route",
        "http.status": "http_status",
        "http.status_code": "http_status",
        "http.response.status_code": "http_status",
        "db.system": "db_system",
        "db.system.name": "db_system",
        "db.statement": "db_statement",
        "db.query.text": "db_statement",
        "rpc.method": "rpc_method",
        "error.type": "error_type",
        "error.code": "error_code",
        "error.message": "error_message",
        "error.stack_trace": "stacktrace",
        "exception.type": "error_type",
        "exception.message": "error_message",
        "exception.stacktrace": "stacktrace",
        "gen_ai.provider.name": "provider",
        "gen_ai.system": "provider",
        "gen_ai.request.model": "model",
        "gen_ai.response.model": "model",
        "gen_ai.operation.name": "operation",
        "gen_ai.tool.name": "tool",
        "gen_ai.usage.input_tokens": "input_tokens",
        "gen_ai.usage.output_tokens": "output_tokens",
    }
)

TIMES = frozenset(
    "occurred_at received_at created_at since renews_at trial_ends_at replaced_at "
    "tenant.created_at person.created_at".split()
)

# Prose, in which a search looks for words in any case; all other fields are compared whole, case and all.
PROSE = frozenset({ANY_TEXT, "message", "error_message", "stacktrace", "db_statement"})

_MS = {
    unit: milliseconds
    for units, milliseconds in (
        ("ns", "0.000001"),
        ("us µs μs", "0.001"),
        ("ms", "1"),
        ("s sec secs second seconds", "1000"),
        ("m min mins minute minutes", "60000"),
        ("h hr hrs hour hours", "3600000"),
        ("d day days", "86400000"),
    )
    for unit in units.split()
}
_BYTES = {
    unit: size
    for units, size in (
        ("b byte bytes", "1"),
        ("kb", "1000"),
        ("mb", "1000000"),
        ("gb", "1000000000"),
        ("tb", "1000000000000"),
        ("kib", "1024"),
        ("mib", "1048576"),
        ("gib", "1073741824"),
    )
    for unit in units.split()
}
UNITS: Mapping[str, Mapping[str, str]] = MappingProxyType({"ms": _MS, "bytes": _BYTES})


def unit_of(name: str) -> tuple[str, str] | None:
    """What a field is measured in, by its name: the kind of its units, and one unit of the field in them."""
    last = name.rpartition(".")[2]
    if last.endswith("_ms"):
        return "ms", "1"
    if last.endswith(("_seconds", "_secs")):
        return "ms", "1000"
    if last == "bytes" or last.endswith("_bytes"):
        return "bytes", "1"
    return None
