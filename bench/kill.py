"""A load killed fifty times at random moments and taken up again: no row lost, none twice, no half batch.

`python -m bench.kill [--kills N]`
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from bench.report import Line

ROOT = Path(__file__).resolve().parent.parent
RECORDS = 60_000
BATCH = 400_000
LOAD = """
import sys
from pathlib import Path
from data import ingest
from data.sources import lines, opening
from data.store import open_store
lines.BATCH = opening.PIECE = int(sys.argv[3])
store = open_store(sys.argv[1])
print("ready", flush=True)
ingest.ingest(store, ingest.propose(Path(sys.argv[2]), None, ingest.Wish()))
store.close()
"""


def main() -> None:
    """Kill, count, take up again; at the end the store holds what the file holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    asked = parser.parse_args()
    chance = random.Random(7)  # noqa: S311  moments, not secrets
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bench-kill-") as folder:
        file, store = Path(folder) / "runs.ndjson", Path(folder) / "store.duckdb"
        good = write(file)
        for _ in range(asked.kills):
            load(file, store, kill_after=chance.random() * 2)
            check(store, whole=False, good=good)
        load(file, store, kill_after=None)
        check(store, whole=True, good=good)
    seconds = time.perf_counter() - begun
    Line(
        f"kill -9 during a load, {asked.kills} times",
        f"{seconds:.0f} s",
        budget="nothing lost, nothing twice",
        met=True,
    ).say()


def write(file: Path) -> int:
    """A file of log lines that carry a run, one in a hundred broken; gives how many are whole."""
    with file.open("w", encoding="utf-8") as out:
        for n in range(RECORDS):
            record = {
                "timestamp": 1767882600000 + n,
                "level": "info",
                "message": f"run {n}",
                "tenant_id": "acme",
            }
            record |= {"workflow_id": f"w{n % 50}", "meta": {"duration": "1.2s", "status": "success"}}
            out.write("oops\n" if n % 100 == 0 else json.dumps(record) + "\n")
    return RECORDS - RECORDS // 100


def load(file: Path, store: Path, *, kill_after: float | None) -> None:
    """Load the file in a process of its own, and kill it so many seconds after it has begun."""
    command = [sys.executable, "-c", LOAD, str(store), str(file), str(BATCH)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        if kill_after is None:
            assert process.wait() == 0
            return
        time.sleep(kill_after)
        os.kill(process.pid, signal.SIGKILL)


def check(store: Path, *, whole: bool, good: int) -> None:
    """Both rows of every line or none, each once; the ledger's counts are the tables'."""
    with duckdb.connect(str(store)) as connection:
        (logs, ids, runs), (rows,) = (
            connection.execute(sql).fetchone() or ()
            for sql in (
                "select count(*), count(distinct log_id), (select count(*) from raw.runs) from raw.logs",
                "select coalesce(sum(rows), 0)::bigint from control.loads",
            )
        )
    assert logs == ids == runs == rows, (logs, ids, runs, rows)
    assert logs == good or not whole, (logs, good)


if __name__ == "__main__":
    main()
