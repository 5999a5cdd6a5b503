"""Measures of reliability: log lines, spans, exceptions. A request is a span of kind 'server'."""

from __future__ import annotations

from analytics.aggregates import PERSON, count, distinct, mean, per_hour, percentile, ratio, share
from analytics.model import Source
from analytics.thresholds import Thresholds

ERROR_LEVELS = "'error', 'fatal', 'critical', 'alert', 'emergency', 'panic', 'severe'"
ERROR_LINE = f"lower(r.level) in ({ERROR_LEVELS})"
REQUEST = "r.kind = 'server'"
SERVER_ERROR = f"{REQUEST} and (r.http_status >= 500 or (r.http_status is null and r.status = 'error'))"

SOURCES = (
    Source("logs", "Log lines", "logs", "Lines of logs.", ("log_id",)),
    Source("spans", "Spans", "spans", "Operations of traces.", ("trace_id", "span_id")),
    Source("errors", "Exceptions", "errors", "Exceptions and error reports.", ("error_id",)),
)

MEASURES = (
    count("log_lines", "Log lines", "Lines of logs.", "logs"),
    count("errors", "Errors", "Log lines of level error or worse.", "logs", ERROR_LINE, good="down"),
    count(
        "warnings",
        "Warnings",
        "Log lines of level warning.",
        "logs",
        "lower(r.level) in ('warn', 'warning')",
        good="down",
    ),
    per_hour(
        "errors_per_hour",
        "Errors an hour",
        "Log lines of level error or worse, by the hours of the window.",
        "errors",
        good="down",
        thresholds=Thresholds(good=10, bad=10, less=True),
    ),
    ratio(
        "error_line_rate",
        "Share of error lines",
        "Log lines of level error or worse / log lines.",
        "errors",
        "log_lines",
        good="down",
    ),
    distinct(
        "log_services",
        "Services with logs",
        "Different services that wrote a line.",
        "logs",
        "nullif(r.service, '')",
    ),
    count("spans", "Spans", "Operations of traces.", "spans"),
    distinct("traces", "Traces", "Different traces.", "spans", "nullif(r.trace_id, '')"),
    count("requests", "Requests", "Spans of kind server.", "spans", REQUEST, good="up"),
    count(
        "request_errors",
        "Failed requests",
        "Requests that ended in a server error.",
        "spans",
        SERVER_ERROR,
        good="down",
    ),
    ratio(
        "request_error_rate",
        "Request error rate",
        "Requests that ended in a server error / requests.",
        "request_errors",
        "requests",
        good="down",
        thresholds=Thresholds(good=0.005, bad=0.01),
    ),
    mean(
        "avg_request_ms",
        "Average request",
        "Mean duration of a request.",
        "spans",
        "r.duration_ms",
        "ms",
        condition=REQUEST,
        good="down",
    ),
    percentile(
        "p50_request_ms",
        "Median request",
        "Half of the requests took no longer.",
        "spans",
        "r.duration_ms",
        "ms",
        0.5,
        condition=REQUEST,
    ),
    percentile(
        "p95_request_ms",
        "p95 request",
        "95 of 100 requests took no longer.",
        "spans",
        "r.duration_ms",
        "ms",
        0.95,
        condition=REQUEST,
    ),
    percentile(
        "p99_request_ms",
        "p99 request",
        "99 of 100 requests took no longer.",
        "spans",
        "r.duration_ms",
        "ms",
        0.99,
        condition=REQUEST,
    ),
    share("request_share", "Share of requests", "The group's requests / all requests.", "requests"),
    count("exceptions", "Exceptions", "Exceptions and error reports.", "errors", good="down"),
    count(
        "unhandled",
        "Unhandled exceptions",
        "Exceptions that nothing handled.",
        "errors",
        "r.handled = false",
        good="down",
    ),
    distinct(
        "exception_groups",
        "Kinds of exceptions",
        "Different fingerprints of exceptions.",
        "errors",
        "nullif(r.fingerprint, '')",
        good="down",
    ),
    distinct(
        "exception_users",
        "People hit",
        "Different people whom an exception hit.",
        "errors",
        PERSON,
        good="down",
    ),
    distinct(
        "exception_tenants",
        "Tenants hit",
        "Different tenants whom an exception hit.",
        "errors",
        "nullif(r.tenant_id, '')",
        good="down",
    ),
    ratio(
        "requests_per_execution",
        "Requests an execution",
        "Requests / executions.",
        "requests",
        "executions",
        unit="number",
    ),
)
