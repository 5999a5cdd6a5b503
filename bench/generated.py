"""A store of millions of made-up rows, kept in var/bench so that it is made once."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.sql import parse_blocks
from data.duck import DuckStore, connect
from data.places import var

ROOT = Path(__file__).resolve().parent.parent
FOLDER = var() / "bench"
SQL = Path(__file__).parent / "sql" / "generate.sql"
END = datetime(2026, 1, 5, tzinfo=UTC)
# Rows a day; 180 days of runs and model calls make 20 million rows, and so do those of events.
BOARD = {"runs": 88_889, "llm_calls": 22_223}
EVERYTHING = BOARD | {
    "events": 111_112,
    "logs": 22_223,
    "spans": 22_223,
    "metrics": 11_520,
    "errors": 2_223,
    "costs": 480,
}
LOOKUPS = ("tenants", "people", "identities")
DAYS, BIG_DAYS = 180, 900


def clock() -> datetime:
    """The moment at which the generated history ends."""
    return END


def generated(days: int = DAYS, rates: Mapping[str, int] = BOARD) -> Path:
    """The file with that many days of rows, made if it is not there."""
    text = SQL.read_text(encoding="utf-8") + (ROOT / "data/schema.sql").read_text(encoding="utf-8")
    kind = f"{days}-days-of-{len(rates)}-tables"
    path = FOLDER / f"{kind}-{hashlib.sha256(f'{rates}{text}'.encode()).hexdigest()[:12]}.duckdb"
    if path.exists():
        return path
    for stale in FOLDER.glob(f"{kind}-*"):
        # Beside a file lies what another engine made of it.
        shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    opened(draft).close()
    begun = time.monotonic()
    fill(draft, days, rates)
    draft.rename(path)
    print(
        f"made {days} days of rows in {time.monotonic() - begun:.0f} s, {path.stat().st_size / 1e6:,.0f} MB"
    )
    return path


def resorted(path: Path) -> Path:
    """A copy of a generated file after the weekly re-sort, made if it is not there."""
    found = path.with_name(f"{path.stem}-sorted.duckdb")
    if not found.exists():
        draft = found.with_suffix(".draft")
        shutil.copy(path, draft)
        store = opened(draft)
        store.admin.resort(END)
        store.admin.checkpoint()
        store.close()
        draft.rename(found)
    return found


def fill(path: Path, days: int, rates: Mapping[str, int]) -> None:
    """Insert every row, a month at a time so that memory stays small."""
    sql = parse_blocks(SQL.read_text(encoding="utf-8"))
    connection = connect(path)
    connection.execute("set TimeZone = 'UTC'")
    first = {"first_us": round((END - timedelta(days=days)).timestamp() * 1e6)}
    for table in LOOKUPS if rates == EVERYTHING else ("tenants",):
        connection.execute(sql[table])
    if rates == EVERYTHING:
        connection.execute(sql["subscriptions"], first)
    for table, rate in rates.items():
        values = first | {"step_us": 86_400_000_000 // rate}
        for begin in range(0, days, 30):
            rows = {"from_row": begin * rate, "to_row": min(begin + 30, days) * rate}
            connection.execute(sql[table], values | rows)
    connection.execute(sql["count"])
    connection.execute(sql["keys"])
    connection.execute("checkpoint")
    connection.close()


def opened(path: Path) -> DuckStore:
    """The store of a generated file, with its clock at the end of the history."""
    return DuckStore(path, clock=clock, memory_limit=None, threads=None)
