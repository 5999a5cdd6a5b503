"""The collector: log records parsed by one core, what the app takes in, and pages while 5,000 events/s come.

`python -m bench.collector`. The CPU is that of the process that parses, or of the app. Pages with and without
the stream are measured in turns; the stream comes from a process of its own.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

import httpx
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

from analytics.request import Request
from bench.report import Line
from bench.visitor import Spent, Visitor, cpu_seconds, put_demo, visiting
from data.collector import child, spool
from data.places import DEMO, OWN, metadata_url
from scripts.serving import Serving, serving
from service.access import LOCAL
from service.metadata import Metadata
from service.write_keys import WriteKeys
from ui.navigation import Screen, boards

RECORDS = 50_000
LEAST_PER_SECOND = 50_000
EVENTS_PER_SECOND, BATCH = 5_000, 250
TAKEN = 200_000
PHASES, RERUNS, THINK_SECONDS = 2, 20, 0.2
SETTLE_SECONDS = 8
FRESH = multiprocessing.get_context("spawn")


def main() -> None:
    """Measure all three."""
    with tempfile.TemporaryDirectory(prefix="bench-collector-") as folder:
        parsing(Path(folder) / "spool")
        put_demo(Path(folder))
        shutil.copy(Path(folder) / DEMO, Path(folder) / OWN)
        key = write_key(Path(folder))
        with serving(Path(folder)) as app:
            time.sleep(SETTLE_SECONDS)
            taking(app, key)
            pages(app, key)


def request() -> bytes:
    """Log records of one program, with six attributes each."""
    made = ExportLogsServiceRequest()
    group = made.resource_logs.add()
    group.resource.attributes.add(key="service.name").value.string_value = "api"
    scope = group.scope_logs.add()
    for n in range(RECORDS):
        log = scope.log_records.add(time_unix_nano=1_767_882_600_000_000_000 + n, severity_text="INFO")
        log.body.string_value = f"request {n} done"
        log.trace_id, log.span_id = n.to_bytes(16), n.to_bytes(8)
        for key, said in (
            ("http.request.method", "GET"),
            ("http.route", "/api/report"),
            ("tenant.id", "acme"),
        ):
            log.attributes.add(key=key).value.string_value = said
        log.attributes.add(key="user.id").value.string_value = f"u{n % 100}"
        log.attributes.add(key="http.response.status_code").value.int_value = 200
        log.attributes.add(key="attempt").value.int_value = n % 3
    return made.SerializeToString()


def parsing(folder: Path) -> None:
    """From the bytes of a request to its synced spool file, in one thread."""
    body = request()
    spool.recover(folder)
    head = {"route": "logs", "kind": "protobuf", "packing": "", "tenant": None, "content": False}
    taken: list[float] = []
    for turn in range(6):
        written = spool.Spool(folder, time.time)
        begun = time.process_time()
        reply = child.read(head | {"received": turn}, body)
        assert reply.rows
        written.write(reply.rows.sender.source, reply.rows.lines)
        written.sync()
        taken.append(time.process_time() - begun)
        written.turn()
    rate = RECORDS / sorted(taken[1:])[len(taken) // 2 - 1]
    budget, met = f"≥ {LEAST_PER_SECOND:,} a CPU second", rate >= LEAST_PER_SECOND
    Line(
        "OTLP log records, Protobuf, to a synced file", f"{rate:,.0f} a CPU second", budget=budget, met=met
    ).say()
    shutil.rmtree(folder)


def write_key(folder: Path) -> str:
    """A key for all tenants."""
    metadata = Metadata(metadata_url(folder))
    _, text = WriteKeys(metadata).create(LOCAL, "bench", None)
    metadata.close()
    return text


def batch(number: int, size: int = BATCH) -> bytes:
    """Events of now."""
    now = time.time_ns() // 1000
    return json.dumps(
        [
            {"event": "opened", "id": f"{number}-{n}", "time": now, "tenant_id": f"t{n % 50}"}
            | {"user_id": f"u{n % 500}", "properties": {"pages": n % 7, "plan": "pro", "beta": n % 2 == 0}}
            for n in range(size)
        ]
    ).encode()


def taking(app: Serving, key: str) -> None:
    """As many events as the app takes from four clients at once, and how long until all are in the store."""
    bodies = [batch(n, 500) for n in range(TAKEN // 500)]
    before, begun = cpu_seconds(app.pid), time.perf_counter()
    asyncio.run(post_all(app.url, key, bodies))
    answered = time.perf_counter() - begun
    while spool.waiting(app.var / "spool" / "collector").size:
        time.sleep(0.05)
    landed = time.perf_counter() - begun
    cpu = cpu_seconds(app.pid) - before
    said = f"{TAKEN / answered:,.0f} events/s answered, {TAKEN / landed:,.0f}/s landed"
    Line(f"{TAKEN:,} events from four clients", f"{said}, {cpu:.1f} s CPU of the app").say()


async def post_all(url: str, key: str, bodies: list[bytes]) -> None:
    """All bodies, four at a time."""
    left = iter(bodies)
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    async def some(client: httpx.AsyncClient) -> None:
        for body in left:
            while (answer := await client.post(f"{url}/v1/events", content=body)).status_code == 429:
                await asyncio.sleep(0.2)
            assert answer.status_code == 200, answer.text

    async with httpx.AsyncClient(headers=headers, timeout=60) as client:
        await asyncio.gather(*(some(client) for _ in range(4)))


def stream(url: str, key: str, wanted: Event, ended: Event) -> None:
    """Five thousand events a second while they are wanted."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    number, behind = 1_000_000, 0.0
    with httpx.Client(headers=headers, timeout=60) as client:
        while not ended.is_set():
            if not wanted.wait(0.1):
                continue
            begun = time.monotonic()
            answer = client.post(f"{url}/v1/events", content=batch(number))
            assert answer.status_code == 200, answer.text
            number += 1
            behind = max(0.0, behind + time.monotonic() - begun - BATCH / EVENTS_PER_SECOND)
            time.sleep(max(0.0, BATCH / EVENTS_PER_SECOND - (time.monotonic() - begun) - behind))
    print(f"the stream ended {behind:.1f} s behind its pace after {(number - 1_000_000) * BATCH:,} events")


def pages(app: Serving, key: str) -> None:
    """Reruns of the boards, in turns with the stream and without: in one scope, and in scopes never seen."""
    wanted, ended = FRESH.Event(), FRESH.Event()
    sender = FRESH.Process(target=stream, args=(app.url, key, wanted, ended))
    sender.start()
    spent: dict[tuple[bool, bool], list[float]] = {}
    fresh = count(1)
    try:
        for phase in range(2 * PHASES):
            streaming = phase % 2 == 1
            (wanted.set if streaming else wanted.clear)()
            time.sleep(2)
            for unseen in (False, True):
                taken = asyncio.run(clicks(app, fresh if unseen else None))
                spent.setdefault((unseen, streaming), []).extend(taken)
    finally:
        ended.set()
        sender.join()
    assert sender.exitcode == 0
    for unseen, where in ((False, "in a scope seen before"), (True, "in scopes never seen")):
        ours, reference = (Spent(spent[unseen, streaming], 0.0) for streaming in (True, False))
        Line(
            f"pages {where} while {EVENTS_PER_SECOND:,} events/s come",
            f"p50 {ours.p50:.0f} ms, p95 {ours.p95:.0f} ms",
            reference=f"without: p50 {reference.p50:.0f} ms, p95 {reference.p95:.0f} ms",
            ratio=ours.p95 / reference.p95,
        ).say()


async def clicks(app: Serving, fresh: Iterator[int] | None) -> list[float]:
    """One person who looks at every board in turn, at a whole week; `fresh`: at one that nobody has seen."""
    last = datetime.now(UTC).date() - timedelta(days=1)
    screens = [screen for screen in boards() if screen.name != "customer"]
    taken: list[float] = []

    async def click(visitor: Visitor, screen: Screen) -> float:
        minute = "" if fresh is None else "T{:02}:{:02}".format(*divmod(next(fresh), 60))
        view = Request(window=f"{last - timedelta(days=7)}{minute}~{last}{minute}")
        return await visitor.rerun(view, screen.name, screen.title)

    async with visiting(app) as visitor:
        for screen in screens:
            await click(visitor, screen)
        for n in range(RERUNS):
            taken.append(await click(visitor, screens[n % len(screens)]))
            await asyncio.sleep(THINK_SECONDS)
    return taken


if __name__ == "__main__":
    main()
