"""Loading NDJSON through everything (quarantine, ids, attributes, ledger) against DuckDB's own reading
into one table.

`python -m bench.load [--lines N]`. Both sides are whole processes on fresh files, timed from start to exit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from analytics.sql import blocks
from bench.report import Line

ROOT = Path(__file__).resolve().parent.parent
SQL = blocks(__file__)
MOST_MEMORY = 2.5e9
REFERENCE = """
import sys, duckdb
with duckdb.connect(sys.argv[1]) as connection:
    connection.execute(sys.argv[2], {"file": sys.argv[3]})
"""


@dataclass(frozen=True)
class Case:
    """A form of record, and the share of DuckDB's own speed that loading it must reach."""

    name: str
    what: str
    tables: tuple[str, ...]
    budget: float


CASES = (
    Case("logs", "load, a line is a row, all keys mapped", ("logs",), 0.5),
    Case("runs", "load, a line is two rows with attributes", ("logs", "runs"), 0.2),
)


@dataclass(frozen=True)
class Run:
    """A process that has ended: how long it took, and the most memory it held."""

    seconds: float
    bytes: int


def main() -> None:
    """Measure every case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=5_000_000)
    parser.add_argument("--turns", type=int, default=1, help="how often each side runs; the quickest counts")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-load-", dir=os.environ.get("BENCH_DIR")) as folder:
        warm(Path(folder))
        for case in CASES:
            measure(case, asked.lines, asked.turns, Path(folder))


def warm(folder: Path) -> None:
    """Compile what is compiled once in a checkout's life."""
    file = generate("runs", 1000, folder)
    ours(file, folder / "warm.duckdb")
    file.unlink()


def measure(case: Case, lines: int, turns: int, folder: Path) -> None:
    """Both sides in turns, the rows compared, the ratio said."""
    file = generate(case.name, lines, folder)
    here, reference = [], []
    for turn in range(turns):
        store, plain = folder / f"{case.name}{turn}.duckdb", folder / f"{case.name}{turn}.plain"
        reference.append(
            run([sys.executable, "-c", REFERENCE, str(plain), SQL[f"read_{case.name}"], str(file)])
        )
        here.append(ours(file, store))
        check(case, file, lines, store, plain)
        store.unlink()
        plain.unlink()
    best, known = min(each.seconds for each in here), min(each.seconds for each in reference)
    memory = max(each.bytes for each in here)
    Line(
        case.what,
        f"{lines / best:,.0f} lines/s",
        f"{lines / known:,.0f} (read_ndjson)",
        ratio=known / best,
        budget=f">= {case.budget}",
        met=known / best >= case.budget,
    ).say()
    Line(f"memory: {case.what}", f"{memory / 1e9:.2f} GB", budget="< 2.5 GB", met=memory < MOST_MEMORY).say()
    file.unlink()


def generate(name: str, lines: int, folder: Path) -> Path:
    """A file of so many records, the same every time."""
    file = folder / f"{name}.ndjson"
    with duckdb.connect() as connection:
        form = "format csv, header false, quote '', escape '', delimiter '\x01'"
        text = f"copy ({SQL[name]}) to '{file}' ({form})"
        connection.execute(text.replace("$lines", str(lines)))
    return file


def ours(file: Path, store: Path) -> Run:
    """The command that people use."""
    return run([sys.executable, "-m", "data.load", str(file), "--store", str(store)])


def run(command: list[str]) -> Run:
    """Run a command to its end; it must succeed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Run(time.perf_counter() - begun, usage.ru_maxrss * 1024)


def check(case: Case, file: Path, lines: int, store: Path, plain: Path) -> None:
    """Every line is a row or in quarantine, and as many rows as DuckDB itself could read are in each
    table.
    """
    with duckdb.connect(str(plain), read_only=True) as connection:
        readable = connection.execute(
            f"select count(*) from {case.name} where timestamp is not null"
        ).fetchone()
    with duckdb.connect(str(store), read_only=True) as connection:
        rows = [connection.execute(f"select count(*) from raw.{table}").fetchone() for table in case.tables]
        bad = connection.execute("select count(*) from control.quarantine").fetchone()
    assert readable
    assert bad
    assert rows == [readable] * len(case.tables), (file.name, rows, readable)
    assert readable[0] + bad[0] == lines, (file.name, readable, bad, lines)


if __name__ == "__main__":
    main()
