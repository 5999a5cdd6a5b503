"""ClickHouse in this process, with the same generated events: what our answers and times are put beside."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pandas as pd
from chdb.session import Session

COLUMNS = "tenant_id, user_id, anonymous_id, event_type, occurred_at"
TABLE = """create table events (
    tenant_id LowCardinality(String), user_id String, anonymous_id String, event_type LowCardinality(String),
    occurred_at DateTime64(6, 'UTC')
) engine = MergeTree order by occurred_at"""


class ClickHouse:
    """A ClickHouse with the events of a generated file, kept beside it so that it is filled once."""

    def __init__(self, file: Path) -> None:
        folder = file.with_suffix(".clickhouse")
        if not (folder / "filled").exists():
            _fill(folder, file)
        self._session = Session(str(folder))
        self.ask("set max_threads = 2")

    def ask(self, sql: str) -> pd.DataFrame:
        """The answer of a query."""
        return self._session.query(sql, "DataFrame")

    def close(self) -> None:
        """Let go of the folder."""
        self._session.close()


def _fill(folder: Path, file: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    rows = folder.with_suffix(".parquet")
    with duckdb.connect(file, read_only=True) as connection:
        connection.execute(f"copy (select {COLUMNS} from raw.events) to '{rows}' (format parquet)")
    session = Session(str(folder))
    session.query(TABLE)
    session.query(f"insert into events select {COLUMNS} from file('{rows}', Parquet)")
    session.query("optimize table events final")
    session.close()
    rows.unlink()
    (folder / "filled").touch()
