"""Reading everything, and the jobs: for sync, services and the commands, never for a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pandas as pd

from data import closing, migrations
from data.frames import to_frame
from data.landing import Landing
from data.resort import Resorted, resort
from data.store import StoreError

if TYPE_CHECKING:
    from data.duck import DuckStore


class Admin:
    """Everything in the store, of all tenants, and what changes it as a whole."""

    def __init__(self, store: DuckStore) -> None:
        self._store = store

    def frame(self, sql: str, **values: object) -> pd.DataFrame:
        """Rows of any SQL over the `raw` and `control` schemas, times in UTC."""
        return to_frame(self._store.read(sql, values), "UTC")

    def landing(self, source: str, *, mutable: bool = False) -> Landing:
        """A way in for batches of one source; `mutable` sources replace their rows by key."""
        return Landing(self._store, source, mutable=mutable)

    def learn(self) -> None:
        """Let answers see what was landed without being learnt."""
        self._store.learn()

    def tables(self) -> pd.DataFrame:
        """What each table holds: name, version, rows, tenantless, first_at, last_at."""
        return self.frame("select * from control.tables order by rows desc, name")

    def loads(self, limit: int = 1000) -> pd.DataFrame:
        """The ledger, newest first."""
        return self.frame(
            "select * from control.loads order by started_at desc, load_id limit $limit", limit=limit
        )

    def quarantine(self, limit: int = 1000, load_id: str | None = None) -> pd.DataFrame:
        """What could not be read, newest first: source, file, line, reason, text, and the `value` that the
        reason is of, where the text is JSON.
        """
        return self.frame(
            """select *, case when json_valid(text) then coalesce(
                json_extract_string(text, '/' || field),
                json_extract_string(text, '/' || replace(field, '.', '/'))
            ) end as value
            from (
                select *, regexp_extract(reason, '^(.+?) (is|carries) ', 1) as field
                from control.quarantine
            )
            where $load_id is null or load_id = $load_id
            order by quarantined_at desc, name, line limit $limit""",
            limit=limit,
            load_id=load_id,
        )

    def quarantined(self) -> int:
        """How many lines and records are in quarantine."""
        return int(self.frame("select count(*) as lines from control.quarantine")["lines"][0])

    def storage(self) -> pd.DataFrame:
        """Bytes by table: table_name, rows, bytes."""
        held = self.tables()[["name", "rows"]].rename(columns={"name": "table_name"})
        size = self.frame("select block_size from pragma_database_size() limit 1")
        block = int(size["block_size"].iloc[0]) if len(size) else 0
        held["bytes"] = [self._blocks(name) * block for name in held["table_name"]]
        return held

    def _blocks(self, table: str) -> int:
        """Blocks of a table on disk; rows that are only in the write-ahead log have none yet."""
        found = self.frame(
            "select count(distinct block_id) as blocks from pragma_storage_info($table) where block_id >= 0",
            table=f"raw.{table}",
        )
        return int(found["blocks"].iloc[0])

    def close_months(self, lines: pd.DataFrame) -> int:
        """Keep lines of closed billing months that are not there yet; how many those were."""
        return closing.keep(self._store, lines)

    def resort(self, now: datetime) -> list[Resorted]:
        """Put closed weeks that changed in (tenant_id, occurred_at) order."""
        return resort(self._store, now)

    def checkpoint(self) -> bool:
        """Write the log into the file; False where somebody is writing, who will do it later."""
        return self._store.checkpoint()

    def backup(
        self, target: Path, beside: Callable[[], Mapping[str, bytes]] | None = None
    ) -> Mapping[str, bytes]:
        """A consistent copy in a new file, while others read and write, with the files given for it."""
        if target.exists():
            raise StoreError(f"{target} exists already. Name a new file, so that no backup is overwritten.")
        if not target.parent.is_dir():
            raise StoreError(
                f"There is no folder {target.parent}. Make it, or name a file in one that is there."
            )
        # Under its name there is a whole backup or none.
        part = target.with_name(f"{target.name}.part")
        part.unlink(missing_ok=True)
        try:
            held = migrations.backup(self._store.cursor(), part, beside)
            part.rename(target)
        except (duckdb.IOException, OSError) as error:
            raise StoreError(f"{target} cannot be written: {str(error).splitlines()[0]}") from error
        finally:
            part.unlink(missing_ok=True)
        return held
