"""Documents of every form that programs write into Elasticsearch land in the table they belong to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from data.ingest import Wish, ingest, propose

AT = "2026-01-08T14:30:00.250Z"
MOMENT = datetime(2026, 1, 8, 14, 30, 0, 250_000, tzinfo=UTC)
FINER = MOMENT.replace(microsecond=250_123)

ECS = {
    "@timestamp": AT, "ecs": {"version": "8.11"}, "log.level": "error", "message": "down",
    "service": {"name": "api", "environment": "prod"}, "organization.id": "acme", "user": {"id": "u1"},
    "trace.id": "t1", "http": {"response": {"status_code": 503}},
}  # fmt: skip
OTEL_LOG = {
    "@timestamp": "1767882600250.123456", "observed_timestamp": "1767882600251.0", "severity_text": "ERROR",
    "severity_number": 17, "body": {"text": "down"}, "trace_id": "t1", "span_id": "s1",
    "attributes": {"user.id": "u1", "tenant.id": "acme", "http.response.status_code": 503},
    "resource": {"attributes": {"service.name": "api", "host.name": "h1", "deployment.environment.name": "prod"}},
    "scope": {"name": "app.http"}, "data_stream": {"type": "logs", "dataset": "generic.otel", "namespace": "default"},
}  # fmt: skip
OTEL_SPAN = {
    "@timestamp": "1767882600250.123456", "trace_id": "t1", "span_id": "s1", "parent_span_id": "p1", "name": "GET /cart",
    "kind": "Server", "duration": 1_500_000, "status": {"code": "Error"},
    "attributes": {"http.request.method": "GET", "http.response.status_code": 503, "http.route": "/cart", "tenant.id": "acme"},
    "resource": {"attributes": {"service.name": "api", "deployment.environment": "prod", "service.version": "1.2"}},
}  # fmt: skip
STRUCTURED = {
    "@timestamp": AT, "level": "info", "message": "done", "tenant_id": "acme", "user_id": "u1", "workflow_id": "w1",
    "service": "api", "meta": {"workflow_name": "Daily", "status": "success", "duration": "1.2s"},
}  # fmt: skip
APM: dict[str, Any] = {
    "@timestamp": AT, "trace": {"id": "t1"}, "service": {"name": "api", "environment": "prod", "version": "1.2"},
    "labels": {"tenant_id": "acme"}, "event": {"outcome": "failure"}, "agent": {"name": "python"},
}  # fmt: skip
TRANSACTION = APM | {
    "processor": {"event": "transaction"}, "parent": {"id": "p1"}, "span": {"id": "x1"},
    "transaction": {"id": "x1", "name": "GET /cart", "type": "request", "duration": {"us": 1500}},
    "http": {"request": {"method": "GET"}, "response": {"status_code": 503}}, "url": {"path": "/cart"},
}  # fmt: skip
SPAN = APM | {
    "processor": {"event": "span"}, "parent": {"id": "x1"}, "transaction": {"id": "x1"},
    "span": {
        "id": "s1", "name": "SELECT FROM carts", "type": "db", "subtype": "postgresql", "duration": {"us": 250},
        "db": {"type": "sql", "statement": "select 1"},
    },
}  # fmt: skip
ERROR = APM | {
    "processor": {"event": "error"}, "transaction": {"id": "x1", "name": "GET /cart"},
    "error": {
        "id": "e1", "grouping_key": "g1", "grouping_name": "cart is gone", "culprit": "cart.get",
        "exception": [{"type": "KeyError", "message": "cart is gone", "handled": False}],
    },
}  # fmt: skip


def landed(store, folder, document: dict[str, Any], sql: str) -> tuple[str, list[tuple]]:
    """How a document was recognised, and its rows."""
    path = folder / "logs.ndjson"
    path.write_bytes(orjson.dumps(document | {"_id": "d1", "_index": "logs"}) + b"\n")
    proposal = propose(path, None, Wish(), folder / "mappings")
    ingest(store, proposal)
    return proposal.mapping.how, list(store.admin.frame(sql).itertuples(index=False, name=None))


LOGS = "select occurred_at, tenant_id, level, message, service, environment, user_id, trace_id from raw.logs"
SPANS = """select occurred_at, tenant_id, trace_id, span_id, parent_span_id, service, name, kind, duration_ms, status,
    http_method, http_status, environment, release from raw.spans"""


@pytest.mark.parametrize(
    ("document", "sql", "told"),
    [
        (ECS, LOGS, ("ECS", (MOMENT, "acme", "error", "down", "api", "prod", "u1", "t1"))),
        (OTEL_LOG, LOGS, ("OpenTelemetry", (FINER, "acme", "error", "down", "api", "prod", "u1", "t1"))),
        (STRUCTURED, LOGS, ("structured log", (MOMENT, "acme", "info", "done", "api", "", "u1", ""))),
        (
            STRUCTURED,
            "select occurred_at, tenant_id, workflow_id, workflow_name, status, duration_ms from raw.runs",
            ("structured log", (MOMENT, "acme", "w1", "Daily", "success", 1200.0)),
        ),
        (
            OTEL_SPAN, SPANS,
            (
                "OpenTelemetry",
                (FINER, "acme", "t1", "s1", "p1", "api", "GET /cart", "Server", 1.5, "Error", "GET", 503, "prod", "1.2"),
            ),
        ),
        (
            TRANSACTION, SPANS,
            (
                "Elastic APM transactions",
                (MOMENT, "acme", "t1", "x1", "p1", "api", "GET /cart", "request", 1.5, "failure", "GET", 503, "prod", "1.2"),
            ),
        ),
        (
            SPAN, "select span_id, parent_span_id, name, duration_ms, db_system, db_statement from raw.spans",
            ("Elastic APM spans", ("s1", "x1", "SELECT FROM carts", 0.25, "sql", "select 1")),
        ),
        (
            ERROR,
            "select occurred_at, tenant_id, error_id, service, message, fingerprint, endpoint, trace_id from raw.errors",
            ("Elastic APM errors", (MOMENT, "acme", "e1", "api", "cart is gone", "g1", "GET /cart", "t1")),
        ),
    ],
)  # fmt: skip
def test_a_document_lands_where_it_belongs(store, tmp_path, document, sql, told):
    how, row = told
    assert landed(store, tmp_path, document, sql) == (how, [row])


def test_what_has_no_column_is_kept(store, tmp_path):
    sql = "select attributes::json::varchar from raw.logs"
    ((kept,),) = landed(store, tmp_path, ECS, sql)[1]
    assert orjson.loads(kept) == {
        "_id": "d1",
        "_index": "logs",
        "ecs.version": "8.11",
        "http.response.status_code": 503.0,
    }
