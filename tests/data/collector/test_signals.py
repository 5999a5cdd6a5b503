"""OpenTelemetry on the wire: JSON and Protobuf make the same rows; AI calls and errors stand beside them."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from analytics.llm_cost import PRICE_VERSION
from data.collector.failures import fingerprint
from tests.data.collector.sending import land, send
from tests.data.conftest import tuples

REQUESTS = {
    "logs": ExportLogsServiceRequest,
    "traces": ExportTraceServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
T0 = 1_770_112_800_000_000_000  # 2026-02-03 10:00:00 UTC
TRACE, SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"


def binary(form):
    """Ids as Protobuf's own JSON has them, so that its library can read the examples."""
    if isinstance(form, list):
        return [binary(each) for each in form]
    if not isinstance(form, dict):
        return form
    ids = ("traceId", "spanId", "parentSpanId")
    return {
        key: b64encode(bytes.fromhex(each)).decode() if key in ids else binary(each)
        for key, each in form.items()
    }


def protobuf(signal, form):
    return ParseDict(binary(form), REQUESTS[signal]()).SerializeToString()


def named(attributes):
    def tagged(value):
        if isinstance(value, bool):
            return {"boolValue": value}
        if isinstance(value, int):
            return {"intValue": str(value)}
        return {"doubleValue": value} if isinstance(value, float) else {"stringValue": value}

    return [{"key": key, "value": tagged(value)} for key, value in attributes.items()]


def logs(*records, resource=None):
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": named(resource or {})},
                "scopeLogs": [{"scope": {"name": "lib", "attributes": named({"kind": "test"})}, "logRecords": list(records)}],
            }
        ]
    }  # fmt: skip


def log(body="up", **more):
    return {"timeUnixNano": str(T0), "severityNumber": 17, "body": {"stringValue": body}, **more}


def spans(*records, resource=None):
    return {
        "resourceSpans": [
            {"resource": {"attributes": named(resource or {})}, "scopeSpans": [{"spans": list(records)}]}
        ]
    }


def span(attributes=None, **more):
    return {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "chat gpt-4o",
        "kind": 3,
        "startTimeUnixNano": str(T0),
        "endTimeUnixNano": str(T0 + 1_500_000_000),
        "attributes": named(attributes or {}),
        **more,
    }


@pytest.mark.parametrize("name", ["logs", "trace", "metrics", "events"])
def test_opentelemetry_s_own_examples_are_the_same_rows_in_json_and_in_protobuf(shared, name):
    signal = {"trace": "traces", "metrics": "metrics"}.get(name, "logs")
    form = json.loads((shared / f"data/otlp/{name}.json").read_text())
    as_json, as_protobuf = send(signal, form), send(signal, protobuf(signal, form), kind="protobuf")
    assert (as_json.status, as_protobuf.status) == (200, 200)
    assert (as_json.body, as_protobuf.body) == (b"{}", b"")
    for table in as_json.lines | as_protobuf.lines:
        mine, theirs = ([comparable(row) for row in each.rows(table)] for each in (as_json, as_protobuf))
        assert mine == theirs != []


def comparable(row):
    """A 64-bit integer is a text in JSON; the hash of a content holds it as it came."""
    return {key: str(said) for key, said in row.items() if key != "log_id"}


def test_a_log_record_is_a_row_with_what_its_resource_and_scope_say():
    record = log(
        traceId=TRACE.upper(), spanId=SPAN.upper(), attributes=named({"user.id": "u1", "body": "x", "n": 2})
    )
    sent = send("logs", logs(record, resource={"service.name": "api", "tenant.id": "acme", "region": "eu"}))
    (row,) = sent.rows("logs")
    assert row.pop("log_id")
    assert row.pop("received_at")
    assert row == {
        "occurred_at": str(T0),
        "tenant_id": "acme",
        "level": "error",
        "message": "up",
        "logger": "lib",
        "service": "api",
        "user_id": "u1",
        "trace_id": TRACE,
        "span_id": SPAN,
        "resource.region": "eu",
        "scope.kind": "test",
        "attributes.body": "x",
        "n": 2,
        "severity_number": 17,
    }  # fmt: skip


def test_a_retry_has_the_same_ids_and_two_equal_lines_have_two():
    first, retry = (send("logs", logs(log(), log(), log("down"))).rows("logs") for _ in range(2))
    ids = [row["log_id"] for row in first]
    assert ids == [row["log_id"] for row in retry]
    assert len(set(ids)) == 3


def test_the_key_s_tenant_stands_above_the_record_s_and_the_sender_is_told():
    form = logs(log(attributes=named({"tenant.id": "globex"})))
    for kind, body in (("json", form), ("protobuf", protobuf("logs", form))):
        sent = send("logs", body, tenant="acme", kind=kind)
        assert [row["tenant_id"] for row in sent.rows("logs")] == ["acme"]
        assert sent.source == "collector:acme"
    told = ExportLogsServiceResponse.FromString(sent.body).partial_success
    assert told.rejected_log_records == 0
    assert (
        told.error_message == "1 named another tenant than the write key's, and are the write key's tenant's."
    )


def test_a_span_without_ids_is_refused_and_the_rest_is_taken():
    form = spans(span(), span(spanId=""))
    sent = send("traces", protobuf("traces", form), kind="protobuf")
    assert len(sent.rows("spans")) == 1
    told = ExportTraceServiceResponse.FromString(sent.body).partial_success
    assert (told.rejected_spans, told.error_message) == (1, "1 refused: a span needs trace_id and span_id.")
    assert send("traces", form).said == {
        "partialSuccess": {"rejectedSpans": "1", "errorMessage": "1 refused: a span needs trace_id and span_id."}
    }  # fmt: skip


OLD = {"gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o", "gen_ai.usage.prompt_tokens": 1000}
NEW = {"gen_ai.provider.name": "openai", "gen_ai.response.model": "gpt-4o", "gen_ai.operation.name": "chat"}


@pytest.mark.parametrize(
    ("attributes", "tokens", "cost"),
    [
        # gpt-4o: 2.50 a million in, 1.25 from the cache, 10 out.
        (OLD | {"gen_ai.usage.completion_tokens": 10}, (1000, 0, 10, None), "0.002600000"),
        (
            NEW
            | {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 10}
            | {"gen_ai.usage.cache_read.input_tokens": 400, "gen_ai.usage.reasoning.output_tokens": 4},
            (600, 400, 10, 4),
            "0.002100000",
        ),
        # A sender that counts the cached ones apart: they are not taken off twice.
        (
            NEW
            | {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 10}
            | {"gen_ai.usage.cache_read.input_tokens": 400},
            (100, 400, 10, None),
            "0.000850000",
        ),
        # The sender's total tells: 1000 + 400 + 10.
        (
            NEW
            | {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.output_tokens": 10}
            | {"gen_ai.usage.cache_read.input_tokens": 400, "gen_ai.usage.total_tokens": 1410},
            (1000, 400, 10, None),
            "0.003100000",
        ),
        (
            {"llm.model_name": "gpt-4o", "llm.provider": "openai", "openinference.span.kind": "LLM"}
            | {"llm.token_count.prompt": 1000, "llm.token_count.completion": 10}
            | {"llm.token_count.prompt_details.cache_read": 400},
            (600, 400, 10, None),
            "0.002100000",
        ),
    ],
    ids=["old names", "new names", "cached apart", "cached apart by the total", "OpenInference"],
)
def test_a_call_of_a_model_is_a_span_and_a_priced_call(store, tmp_path, attributes, tokens, cost):
    sent = send("traces", spans(span(attributes | {"tenant.id": "acme", "user.id": "u1"})))
    assert [row["name"] for row in sent.rows("spans")] == ["chat gpt-4o"]
    (call,) = sent.rows("llm_calls")
    names = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
    assert tuple(call.get(name) for name in names) == tokens
    assert {name: call[name] for name in ("provider", "model", "tenant_id", "user_id", "status", "duration_ms")} == {
        "provider": "openai", "model": "gpt-4o", "tenant_id": "acme", "user_id": "u1", "status": "success",
        "duration_ms": 1500.0,
    }  # fmt: skip
    assert (call["call_id"], call["trace_id"]) == (f"{TRACE}-{SPAN}", TRACE)
    land(store, tmp_path, sent)
    held = store.admin.frame("select cost_usd::varchar as usd, price_version from raw.llm_calls")
    assert tuples(held) == [(cost, PRICE_VERSION)]


def test_a_model_without_a_price_has_no_cost(store, tmp_path):
    land(store, tmp_path, send("traces", spans(span(OLD | {"gen_ai.request.model": "quarry-9"}))))
    held = store.admin.frame("select model, cost_usd, price_version from raw.llm_calls")
    assert tuples(held) == [("quarry-9", None, "")]


@pytest.mark.parametrize(("said", "request_of"), [({}, TRACE), ({"request.id": "q1"}, "q1")])
def test_the_calls_of_a_trace_are_one_question_s_unless_they_say_whose(said, request_of):
    (call,) = send("traces", spans(span(OLD | said))).rows("llm_calls")
    assert call["request_id"] == request_of


@pytest.mark.parametrize("kind", ["AGENT", "CHAIN", "TOOL"])
def test_a_span_that_only_holds_calls_is_none_though_it_names_a_model(kind):
    sent = send("traces", spans(span(OLD | {"openinference.span.kind": kind})))
    assert sent.rows("llm_calls") == []


@pytest.mark.parametrize("operation", ["invoke_agent", "execute_tool", "create_agent", "invoke_workflow"])
def test_what_an_agent_used_is_not_counted_beside_its_calls(operation):
    sent = send("traces", spans(span(OLD | {"gen_ai.operation.name": operation})))
    assert sent.rows("llm_calls") == []


SAID = "what a person said"


def test_what_was_said_to_a_model_is_dropped_unless_it_is_to_be_kept():
    attributes = OLD | {
        "gen_ai.input.messages": SAID,
        "gen_ai.prompt.0.content": SAID,
        "gen_ai.system_instructions": SAID,
        "llm.input_messages.0.message.content": SAID,
        "gen_ai.request.temperature": 0.5,
    }
    said = {"name": "gen_ai.user.message", "timeUnixNano": str(T0), "attributes": named({"content": SAID})}
    called = spans(span(attributes, events=[said]))
    chosen = logs(log(SAID, eventName="gen_ai.choice", attributes=named({"gen_ai.system": "openai"})))
    for signal, form in (("traces", called), ("logs", chosen)):
        for kind, body in (("json", form), ("protobuf", protobuf(signal, form))):
            lines = send(signal, body, kind=kind).lines
            assert SAID.encode() not in b"".join(line for table in lines.values() for line in table)
            kept = send(signal, body, kind=kind, content=True).lines
            assert SAID.encode() in b"".join(line for table in kept.values() for line in table)
    assert send("traces", called).rows("llm_calls")[0]["gen_ai.request.temperature"] == 0.5


STACK = 'Traceback (most recent call last):\n  File "app.py", line 12, in main\n    pay()\n  File "pay.py", line 7, in pay\nValueError: no card 4711'
RAISED = {"exception.type": "ValueError", "exception.message": "no card 4711", "exception.stacktrace": STACK}


def test_an_exception_of_a_span_is_an_error():
    event = {
        "name": "exception",
        "timeUnixNano": str(T0 + 5),
        "attributes": named(RAISED | {"exception.escaped": "True"}),
    }
    attributes = {"http.route": "/pay", "tenant.id": "acme", "user.id": "u1"}
    place = {"service.name": "shop", "service.version": "1.2", "deployment.environment": "live"}
    sent = send("traces", spans(span(attributes, events=[event], status={"code": 2}), resource=place))
    assert sent.rows("spans")[0]["status"] == "error"
    (error,) = sent.rows("errors")
    assert error.pop("received_at")
    assert error == {
        "error_id": f"{TRACE}-{SPAN}-0",
        "occurred_at": str(T0 + 5),
        "tenant_id": "acme",
        "service": "shop",
        "release": "1.2",
        "environment": "live",
        "type": "ValueError",
        "message": "no card 4711",
        "stacktrace": STACK,
        "handled": False,
        "fingerprint": fingerprint("ValueError", "", STACK),
        "endpoint": "/pay",
        "user_id": "u1",
        "trace_id": TRACE,
        "span_id": SPAN,
    }


def test_an_exception_of_a_log_record_is_an_error_of_the_same_id():
    sent = send(
        "logs", logs(log("payment failed", attributes=named(RAISED)), resource={"service.name": "shop"})
    )
    (line,), (error,) = sent.rows("logs"), sent.rows("errors")
    assert error["error_id"] == line["log_id"]
    assert (error["type"], error["message"], error["service"]) == ("ValueError", "no card 4711", "shop")


def test_errors_of_one_cause_have_one_fingerprint():
    moved = STACK.replace("line 7", "line 9").replace("4711", "12")
    assert fingerprint("ValueError", "no card 4711", STACK) == fingerprint("ValueError", "no card 12", moved)
    assert fingerprint("ValueError", "no card 4711", "") == fingerprint("ValueError", "no card 12", "")
    assert fingerprint("ValueError", "x", STACK) != fingerprint(
        "ValueError", "x", STACK.replace("pay.py", "tax.py")
    )
    java = "java.lang.Error: x\n\tat shop.Pay.now(Pay.java:7)\n\tat shop.Main.main(Main.java:1)"
    assert fingerprint("E", "x", java) == fingerprint("E", "x", java.replace("Main.java:1", "Main.java:5"))


def metrics(**form):
    metric = {"name": "took", "unit": "ms", **form}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


def samples(form):
    found = []
    for kind, body in (("json", form), ("protobuf", protobuf("metrics", form))):
        rows = send("metrics", body, kind=kind).rows("metrics")
        found.append([(row["kind"], row.get("le"), row["value"]) for row in rows])
    assert found[0] == found[1]
    return found[0]


def test_a_histogram_is_its_cumulative_buckets():
    point = {
        "timeUnixNano": str(T0),
        "explicitBounds": [5, 10.5],
        "bucketCounts": ["1", "0", "2"],
        "count": "3",
    }
    assert samples(metrics(histogram={"dataPoints": [point]})) == [
        ("histogram", "5", 1), ("histogram", "10.5", 1), ("histogram", "+Inf", 3),
    ]  # fmt: skip


def test_an_exponential_histogram_is_its_cumulative_buckets():
    point = {
        "timeUnixNano": str(T0), "scale": 0, "zeroCount": "1", "count": "7",
        "positive": {"offset": 1, "bucketCounts": ["2", "3"]}, "negative": {"offset": 0, "bucketCounts": ["1"]},
    }  # fmt: skip
    # Scale 0: bounds are powers of 2; (-2, -1], 0, (2, 4], (4, 8].
    assert samples(metrics(exponentialHistogram={"dataPoints": [point]})) == [
        ("histogram", "-1", 1), ("histogram", "0", 2), ("histogram", "4", 4), ("histogram", "8", 7), ("histogram", "+Inf", 7),
    ]  # fmt: skip


def test_a_sample_without_a_value_is_none():
    empty = {"timeUnixNano": str(T0), "flags": 1, "asInt": "0"}
    assert samples(metrics(gauge={"dataPoints": [empty, {"timeUnixNano": str(T0), "asInt": "7"}]})) == [
        ("gauge", None, 7)
    ]
    strange = {"timeUnixNano": str(T0), "asDouble": "NaN"}
    sent = send("metrics", metrics(gauge={"dataPoints": [strange]}))
    assert sent.said["partialSuccess"]["rejectedDataPoints"] == "1"


@pytest.mark.parametrize(
    ("kind", "body"),
    [("protobuf", b"\x0a\x99"), ("protobuf", b"not protobuf"), ("json", b"[]"), ("json", b"{"), ("json", b'{"resourceLogs":7}'),
     ("json", b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[7]}]}]}')],
)  # fmt: skip
def test_a_body_that_is_no_request_is_refused_whole(kind, body):
    sent = send("logs", body, kind=kind)
    assert (sent.status, sent.lines) == (400, {})
