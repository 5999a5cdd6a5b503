"""The collector in the running app: OpenTelemetry's own exporters send to it, and it is killed while they do."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.context import get_current
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

from data import demo
from data.collector import spool
from data.places import DEMO, OWN
from data.store import open_store
from scripts.serving import serving
from service.access import LOCAL
from service.metadata import Metadata
from service.write_keys import WriteKeys

pytestmark = pytest.mark.heavy
RESOURCE = Resource({"service.name": "shop", "service.version": "1.2", "tenant.id": "acme"})


@pytest.fixture
def var(tmp_path) -> Path:
    """A folder with a very small demo company, so that the app makes none."""
    store = open_store(tmp_path / DEMO)
    demo.fill(store, datetime.now(UTC), days=2, scale=0.02)
    store.close()
    return tmp_path


@pytest.fixture
def key(var) -> str:
    """A write key for all tenants."""
    metadata = Metadata(f"sqlite:///{var}/metadata.sqlite")
    _, text = WriteKeys(metadata).create(LOCAL, "test", None)
    metadata.close()
    return text


def until(true, what: str) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def landed(var: Path) -> bool:
    return (var / OWN).exists() and not spool.waiting(var / "spool" / "collector").size


def rows(var: Path, sql: str) -> list[tuple]:
    """What the store holds, once the app is gone."""
    store = open_store(var / OWN)
    found = [tuple(row) for row in store.admin.frame(sql).itertuples(index=False)]
    store.close()
    return found


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip])
def test_what_opentelemetry_s_own_exporters_send_is_in_the_store(var, key, compression):
    with serving(var) as app:
        said = {"headers": {"authorization": f"Bearer {key}"}, "compression": compression}
        with_all_signals(app.url, said)
        until(lambda: landed(var), "landed")
    assert rows(var, "select name, kind, status, service, release, tenant_id from raw.spans order by occurred_at") == [
        ("GET /pay", "server", "error", "shop", "1.2", "acme"),
        ("chat gpt-4o", "client", "", "shop", "1.2", "acme"),
    ]  # fmt: skip
    call = "select provider, model, input_tokens::int, output_tokens::int, cost_usd::varchar, tenant_id from raw.llm_calls"
    assert rows(var, call) == [("openai", "gpt-4o", 1000, 10, "0.002600000", "acme")]
    assert rows(var, "select type, message, endpoint, tenant_id from raw.errors order by endpoint") == [
        ("ZeroDivisionError", "division by zero", "", "acme"),
        ("ValueError", "no card", "/pay", "acme"),
    ]
    logs = "select level, message, service, tenant_id, trace_id <> '' from raw.logs order by occurred_at"
    assert rows(var, logs) == [
        ("warn", "low on stock: 3", "shop", "acme", True),
        ("error", "broken", "shop", "acme", True),
    ]
    assert rows(var, "select distinct kind, value from raw.metrics where name = 'orders'") == [
        ("counter", 2.0)
    ]
    # The reader collects once more when it is shut down.
    le = "select distinct attributes.le::varchar, value from raw.metrics where name = 'took' and attributes.le::varchar in ('5', '10', '+Inf') order by value, 1 desc"
    assert rows(var, le) == [("5", 1.0), ("10", 2.0), ("+Inf", 2.0)]


def with_all_signals(url: str, said: dict[str, object]) -> None:
    """A program that serves one request: a trace, two log lines, a counter and a histogram."""
    tracing, logging_, metering = TracerProvider(resource=RESOURCE), LoggerProvider(resource=RESOURCE), None
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url}/v1/traces", **said)))
    logging_.add_log_record_processor(BatchLogRecordProcessor(OTLPLogExporter(f"{url}/v1/logs", **said)))
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(f"{url}/v1/metrics", **said), 3_600_000)
    metering = MeterProvider([reader], resource=RESOURCE)
    program = logging_.get_logger("shop")
    tracer = tracing.get_tracer("shop")
    try:
        with tracer.start_as_current_span("GET /pay", kind=SpanKind.SERVER) as span:
            span.set_attribute("http.route", "/pay")
            program.emit(record("low on stock: 3", SeverityNumber.WARN, "warn"))
            with tracer.start_as_current_span("chat gpt-4o", kind=SpanKind.CLIENT) as call:
                call.set_attributes({"gen_ai.operation.name": "chat", "gen_ai.system": "openai"})
                call.set_attributes({"gen_ai.request.model": "gpt-4o", "gen_ai.usage.input_tokens": 1000})
                call.set_attribute("gen_ai.usage.output_tokens", 10)
            raised = {"exception.type": "ZeroDivisionError", "exception.message": "division by zero"}
            program.emit(record("broken", SeverityNumber.ERROR, "error", raised))
            raise ValueError("no card")
    except ValueError:
        pass
    meter = metering.get_meter("shop")
    meter.create_counter("orders").add(2)
    took = meter.create_histogram("took", unit="ms")
    took.record(4)
    took.record(7)
    for provider in (tracing, logging_, metering):
        assert provider.force_flush()
        provider.shutdown()


def record(body: str, number: SeverityNumber, text: str, attributes: dict | None = None) -> LogRecord:
    """A log record of now, in the span of now."""
    return LogRecord(
        timestamp=time.time_ns(),
        context=get_current(),
        severity_number=number,
        severity_text=text,
        body=body,
        attributes=attributes,
    )


BATCH, SENDERS = 200, 3


class Senders:
    """Programs that send batch after batch, and remember which were acknowledged."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.acknowledged: list[str] = []
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(SENDERS)]

    def __iter__(self) -> Iterator[threading.Thread]:
        return iter(self.threads)

    def run(self, sender: int) -> None:
        headers = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        with httpx.Client(headers=headers) as client:
            number = 0
            while not self.stopped.is_set():
                name, number = f"{sender}-{number}", number + 1
                batch = [
                    {"event": "sent", "id": f"{name}-{n}", "time": "2026-02-03T10:00:00Z"}
                    for n in range(BATCH)
                ]
                try:
                    answer = client.post(f"{self.url}/v1/events", content=json.dumps(batch))
                except httpx.HTTPError:
                    return
                if answer.status_code == 200 and answer.json()["accepted"] == BATCH:
                    self.acknowledged.append(name)


def child_of(pid: int) -> int:
    """The parsing process of an app."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            lines = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
            command = status.with_name("cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if lines.get("PPid", "").strip() == str(pid) and "data.collector.child" in command:
            return int(status.parent.name)
    raise AssertionError("no parsing process")


def sent_until_killed(var: Path, key: str) -> list[str]:
    """The batches that an app acknowledged before it was killed, while others were on their way."""
    with serving(var) as app:
        senders = Senders(app.url, key)
        for thread in senders:
            thread.start()
        until(lambda: len(senders.acknowledged) >= 12, "acknowledged")
        child = child_of(app.pid)
        os.kill(app.pid, signal.SIGKILL)
        senders.stopped.set()
        for thread in senders:
            thread.join()
        until(lambda: not Path(f"/proc/{child}").exists(), "the parsing process ends with the app")
    return senders.acknowledged


def test_what_was_acknowledged_outlives_a_kill_of_the_app(var, key):
    acknowledged: list[str] = []
    for _ in range(3):
        # Names repeat from life to life, so what was through before and never answered is sent again.
        acknowledged += sent_until_killed(var, key)
    with serving(var):
        until(lambda: landed(var), "landed")
    (counted,) = rows(var, "select count(*)::int, count(distinct event_id)::int from raw.events")
    assert counted[0] == counted[1]
    found = dict(
        rows(var, "select regexp_replace(event_id, '-\\d+$', ''), count(*)::int from raw.events group by 1")
    )
    assert {name: found.get(name) for name in acknowledged} == dict.fromkeys(acknowledged, BATCH)
    assert set(found.values()) == {BATCH}
