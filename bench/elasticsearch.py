"""How many documents a second leave Elasticsearch as lines, on one core, against a real node.

Beside the source stands its own floor: the same pages asked by the official client and parsed, nothing made
of them; and both without the socket, on answers that came already. Processor time is counted, so that other
programs matter little.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import orjson
from elasticsearch import Elasticsearch as Client
from elasticsearch import OrjsonSerializer
from elasticsearch.helpers import parallel_bulk

from bench.report import Line
from data.places import ROOT
from data.sources import elastic_hits
from data.sources.elasticsearch import Elasticsearch
from data.sources.pull import Window
from tests.services.served import free_port

MANY, PAGE, INDEX = 100_000, 5_000, "bench"
BUDGET = 35_000  # documents a second of processor time
BEGIN = datetime(2026, 2, 1, tzinfo=UTC)
ALL = Window(BEGIN, BEGIN + timedelta(days=60))
SORT = [{"@timestamp": {"order": "asc", "format": "strict_date_optional_time_nanos"}}, {"_shard_doc": "asc"}]


def document(n: int) -> dict[str, Any]:
    """A log line in Elastic's schema, of about 550 bytes."""
    random = Random(n)  # noqa: S311
    at = (BEGIN + timedelta(milliseconds=n * 37)).isoformat(timespec="milliseconds")
    return {
        "@timestamp": at,
        "log": {"level": random.choice(["info", "warn", "error"]), "logger": "app.http"},
        "message": f"request handled for customer {n} in region eu-central with status ok",
        "service": {"name": "api", "environment": "prod"},
        "host": {"name": f"node-{n % 7}"},
        "organization": {"id": f"t{n % 60}"},
        "user": {"id": f"u{n % 900}"},
        "trace": {"id": f"{random.getrandbits(128):032x}"},
        "span": {"id": f"{random.getrandbits(64):016x}"},
        "http": {"response": {"status_code": 200 + n % 3}, "request": {"method": "GET"}},
        "event": {"duration": random.randrange(10**9)},
        "labels": {"plan": "pro", "team": "x"},
    }


@contextmanager
def node(line: str = "8") -> Iterator[str]:
    """A real node for a while."""
    script = str(ROOT / "scripts" / "elasticsearch.sh")
    subprocess.run([script, "find", line], check=True, stdout=subprocess.DEVNULL)
    started = subprocess.Popen(
        [script, "run", line, free_port()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert started.stdout is not None
    yield started.stdout.readline().strip()
    started.communicate()


def fill(url: str) -> None:
    """Documents in two shards."""
    strings = {"strings": {"match_mapping_type": "string", "mapping": {"type": "keyword"}}}
    mappings = {"dynamic_templates": [strings], "properties": {"@timestamp": {"type": "date"}}}
    with Client(url, request_timeout=120) as client:
        client.indices.create(index=INDEX, settings={"number_of_shards": 2}, mappings=mappings)
        actions = ({"_index": INDEX, "_id": str(n), "_source": document(n)} for n in range(MANY))
        for ok, answer in parallel_bulk(client, actions, thread_count=2, chunk_size=2000):
            assert ok, answer
        client.indices.refresh(index=INDEX)


def floor(url: str) -> int:
    """The same pages asked by the official client and parsed by orjson, and nothing made of them."""
    serializers = {
        "application/json": OrjsonSerializer(),
        "application/vnd.elasticsearch+json": OrjsonSerializer(),
    }
    many, after = 0, {}
    with Client(url, serializers=serializers, request_timeout=120) as client:
        point = client.open_point_in_time(index=INDEX, keep_alive="5m")["id"]
        while True:
            page = client.search(
                pit={"id": point, "keep_alive": "5m"}, sort=SORT, size=PAGE, track_total_hits=False, **after
            )
            hits = page["hits"]["hits"]
            if not hits:
                break
            many, after, point = many + len(hits), {"search_after": hits[-1]["sort"]}, page["pit_id"]
        client.close_point_in_time(id=point)
    return many


def source(url: str) -> int:
    """Every document as a line, by the source."""
    pull = Elasticsearch(kind="elasticsearch", name="bench", url=(url,), index=(INDEX,), page=PAGE).open()
    many = sum(page.records for page in pull.read(ALL))
    pull.close()
    return many


def answers(url: str) -> list[bytes]:
    """Four pages as they come from the socket."""
    pages: list[bytes] = []
    with Client(url, request_timeout=120) as client:
        for n in range(4):
            found = client.search(index=INDEX, sort=SORT[:1], size=PAGE, from_=n * 1000)
            pages.append(orjson.dumps(found.body))
    return pages


def cut(pages: list[bytes]) -> int:
    """Lines of answers that came already: what is our work alone."""
    before = elastic_hits.before_ids((INDEX,), "auto")
    many = 0
    for body in pages:
        hits = elastic_hits.read(body, PAGE)
        assert hits is not None
        many += len(hits)
        b"".join(hits.lines(before))
    return many


def parsed(pages: list[bytes]) -> int:
    """The floor of that: the answers parsed, and nothing made of them."""
    return sum(len(orjson.loads(body)["hits"]["hits"]) for body in pages)


def speed(work: Callable[[], int]) -> float:
    """Documents a second of processor time, the best of three."""
    best = 0.0
    for _ in range(3):
        spent = time.process_time()
        many = work()
        best = max(best, many / (time.process_time() - spent))
    return best


def main() -> None:
    """Measure against a node of our own."""
    with node() as url:
        fill(url)
        pages = answers(url)
        cut(pages)  # compiles
        size = sum(map(len, pages)) // (PAGE * len(pages))
        source(url)
        began = time.perf_counter()
        took = source(url) / (time.perf_counter() - began)
        pairs = {
            f"Elasticsearch: documents of {size} bytes into lines": (lambda: source(url), lambda: floor(url)),
            "Elasticsearch: without the socket": (lambda: cut(pages), lambda: parsed(pages)),
        }
        for n, (what, (ours, reference)) in enumerate(pairs.items()):
            found, least = speed(ours), speed(reference)
            Line(
                what,
                f"{found:,.0f} docs/CPU s" + (f" ({took:,.0f}/s elapsed)" if n == 0 else ""),
                f"{least:,.0f} docs/CPU s",
                least / found,
                f"{BUDGET:,} docs/CPU s" if n == 0 else "",
                found >= BUDGET if n == 0 else None,
            ).say()


if __name__ == "__main__":
    main()
