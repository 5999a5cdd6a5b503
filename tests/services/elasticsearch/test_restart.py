"""A node that is killed while it is read, and begun again, costs time and no document."""

from __future__ import annotations

import shlex
import signal
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from os import kill

import pytest

from data.sources.elasticsearch import Elasticsearch
from data.store import open_store
from data.sync.engine import Engine
from data.sync.reader import Reader
from tests.conftest import ROOT
from tests.services.elasticsearch.conftest import Server
from tests.services.served import NOT_INSTALLED, free_port

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
MANY = 6000


class Mortal:
    """A real node that can be killed, and begun again with its documents."""

    def __init__(self, server: Server, pid: int) -> None:
        self.server, self.pid = server, pid
        self.again: subprocess.Popen | None = None

    def searches(self) -> int:
        """How many searches it has answered."""
        with self.server.client() as client:
            return client.nodes.stats(metric="indices")["nodes"].popitem()[1]["indices"]["search"][
                "query_total"
            ]

    def die_and_rise(self) -> None:
        command = subprocess.check_output(["ps", "-ww", "-o", "args=", "-p", str(self.pid)], text=True)
        kill(self.pid, signal.SIGKILL)
        self.again = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL)


@pytest.fixture
def mortal():
    script = [ROOT / "scripts" / "elasticsearch.sh", "run", "8", free_port()]
    started = subprocess.Popen(
        script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    url = started.stdout.readline().strip()
    if not url:
        _, said = started.communicate()
        assert started.returncode == NOT_INSTALLED, said
        pytest.skip(said)
    node = Mortal(Server(url), int(started.stdout.readline().split()[1]))
    yield node
    if node.again is not None:
        node.again.kill()
        node.again.wait()
    started.communicate()


@pytest.mark.heavy
def test_a_node_that_dies_in_the_middle_loses_and_doubles_nothing(mortal, tmp_path):
    at = NOW - timedelta(hours=20)
    # Ten documents of every moment, so that the break is among documents of one moment.
    mortal.server.load(
        "logs",
        [
            (
                f"{n:04}",
                {
                    "@timestamp": (at + timedelta(seconds=60 * (n // 10))).isoformat(),
                    "message": "up",
                    "level": "info",
                },
            )
            for n in range(MANY)
        ],
    )
    store = open_store(tmp_path / "store.duckdb", clock=lambda: NOW)
    settings = Elasticsearch(
        kind="elasticsearch",
        name="logs",
        url=mortal.server.url,
        index="logs",
        page=100,
        retries=15,
        timeout="10s",
    )
    reader = Reader(settings, tmp_path / "spool")
    engine = Engine(settings, reader, lambda: store, tmp_path / "mappings", lambda: NOW)
    rows_then: list[int] = []

    def kill_in_the_middle() -> None:
        before = mortal.searches()
        while mortal.searches() < before + 12:
            time.sleep(0.01)
        rows_then.append(int(store.admin.frame("select count(*) as n from raw.logs")["n"][0]))
        mortal.die_and_rise()

    assert "6,000 documents" in reader.check()
    death = threading.Thread(target=kill_in_the_middle)
    death.start()
    counts = engine.sync().counts
    death.join()
    assert mortal.again is not None
    assert rows_then == [0]
    assert (counts.records, counts.rows, counts.known) == (MANY, MANY, 0)
    assert engine.reconcile().sentence.endswith("the source and the store agree.")
    with mortal.server.client() as client:
        assert (
            client.count(index="logs")["count"]
            == store.admin.frame("select count(*) as n from raw.logs")["n"][0]
        )
    reader.close()
    store.close()
