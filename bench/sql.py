"""Reading a table of a SQL database in pages, as a sync does: rows a second, and the most memory that the
reading process holds, for PostgreSQL, MariaDB and SQLite.

`python -m bench.sql [--rows N]`. Each is a process of its own, with the source's answer written nowhere.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bench.report import Line

ROOT = Path(__file__).resolve().parent.parent
MOST_MEMORY = 300e6
COLUMNS = "(id bigint primary key, event_type varchar(20), user_id varchar(20), org_id varchar(20), "
# The same rows in each database's words: a JSON object, an exact number, a time.
POSTGRES = """create table product_events {columns}
amount numeric(12, 4), properties jsonb, created_at timestamptz);
insert into product_events select n, 'type' || n % 40, 'user' || n % 5000, 'org' || n % 200, n / 7.0,
jsonb_build_object('plan', 'pro', 'size', n % 1000, 'nested', jsonb_build_object('path', '/a/b/' || n % 50)),
'2026-01-01'::timestamptz + n * interval '1 second' from generate_series(1, {rows}) n;
create index on product_events (created_at, id); analyze product_events"""
MARIADB = """create table product_events {columns}
amount decimal(12, 4), properties json, created_at timestamp(6) null);
insert into product_events
select seq, concat('type', seq % 40), concat('user', seq % 5000), concat('org', seq % 200),
seq / 7.0,
json_object('plan', 'pro', 'size', seq % 1000, 'nested', json_object('path', concat('/a/b/', seq % 50))),
'2026-01-01' + interval seq second from seq_1_to_{rows};
create index moved on product_events (created_at, id)"""
SQLITE = """create table product_events {columns} amount real, properties json, created_at text);
insert into product_events with recursive s(n) as (select 1 union all select n + 1 from s where n < {rows})
select n, 'type' || n % 40, 'user' || n % 5000, 'org' || n % 200, n / 7.0,
json_object('plan', 'pro', 'size', n % 1000, 'nested', json_object('path', '/a/b/' || n % 50)),
strftime('%Y-%m-%dT%H:%M:%SZ', '2026-01-01', '+' || n || ' seconds') from s;
create index moved on product_events (created_at, id)"""
READ = """
import json, resource, sys, time
from data.sources.pull import Window
from data.sources.sql import Sql
from data.sources.sql_pull import SqlPull
pull = SqlPull(Sql(kind="sql", name="bench", url=sys.argv[1], relation="product_events", cursor="created_at"))
begun, busy, records, size = time.perf_counter(), time.process_time(), 0, 0
for page in pull.read(Window()):
    records += page.records
    size += len(page.lines)
print(json.dumps({"rows": records, "bytes": size, "seconds": time.perf_counter() - begun,
    "cpu": time.process_time() - busy, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))
"""


def main() -> None:
    """Measure each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows = parser.parse_args().rows
    with served("postgres.sh") as url:
        make(url, POSTGRES, rows)
        measure("PostgreSQL", url, rows)
    with served("mariadb.sh") as url:
        make(url, MARIADB, rows)
        measure("MariaDB", url, rows)
    with tempfile.TemporaryDirectory(prefix="bench-sql-", dir=os.environ.get("BENCH_DIR")) as folder:
        url = f"sqlite:///{folder}/bench.sqlite"
        make(url, SQLITE, rows)
        measure("SQLite", url, rows)


@contextmanager
def served(script: str) -> Iterator[str]:
    """The URL of an empty server, which goes with the benchmark."""
    with subprocess.Popen(
        [ROOT / "scripts" / script, "run", port()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        yield server.stdout.readline().strip()
        server.communicate()


def port() -> str:
    """A port that nobody has."""
    import socket  # noqa: PLC0415  here alone

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def make(url: str, statements: str, rows: int) -> None:
    """Fill a table."""
    engine = sa.create_engine(url)
    text = statements.replace("{columns}", COLUMNS).replace("{rows}", str(rows))
    with engine.connect() as connection:
        for statement in text.split(";\n"):
            for each in statement.split("; "):
                escaped = each if engine.dialect.paramstyle == "qmark" else each.replace("%", "%%")
                connection.exec_driver_sql(escaped)
        connection.commit()
    engine.dispose()


def measure(what: str, url: str, rows: int) -> None:
    """Read the table in a process of its own, and say how that went."""
    run = subprocess.run(
        [sys.executable, "-c", READ, url], cwd=ROOT, check=True, capture_output=True, text=True
    )
    found = json.loads(run.stdout)
    assert found["rows"] == rows, (what, found)
    Line(
        f"read {what}, {rows:,} rows",
        f"{rows / found['seconds']:,.0f} rows/s",
        f"{rows / found['cpu']:,.0f} rows a second of our CPU",
    ).say()
    Line(
        f"memory: read {what}",
        f"{found['memory'] / 1e6:.0f} MB",
        budget="< 300 MB",
        met=found["memory"] < MOST_MEMORY,
    ).say()


if __name__ == "__main__":
    main()
