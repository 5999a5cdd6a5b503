"""The store: where rows live, and the only way to them.

`open_store` takes a URL and gives a `Store`. A store is itself a view of all tenants; `store.view(tenants)`
is what a person gets. Reading everything is `store.admin`, for jobs alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pandas as pd
import pyarrow as pa

from analytics.scope import Tenants
from analytics.view import View

if TYPE_CHECKING:
    from data.admin import Admin

Clock = Callable[[], datetime]
Rows = pd.DataFrame | pa.Table | Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Receipt:
    """What became of the rows that were handed over."""

    accepted: int
    duplicates: int
    rejected: int

    def __add__(self, other: Receipt) -> Receipt:
        return Receipt(
            self.accepted + other.accepted, self.duplicates + other.duplicates, self.rejected + other.rejected
        )


class StoreError(Exception):
    """Something about the store that a person can mend; the text says how."""


class StoreTaken(StoreError):
    """Another process owns the store's file."""

    def __init__(self, path: Path, pid: int | None) -> None:
        self.path, self.pid = path, pid
        owner = f"process {pid}" if pid else "another process"
        stop = f"stop it (Ctrl-C where it runs, or `kill {pid}`)" if pid else "stop it"
        super().__init__(
            f"{path.name} is in use by {owner}, and one process at a time owns the store. If that is the "
            "running app, `python -m data.load FILE` hands files to it; "
            f"for anything else {stop} and try again."
        )


class NewerSchema(StoreError):
    """The file was written by a newer release."""

    def __init__(self, path: Path, found: int, known: int) -> None:
        super().__init__(
            f"{path.name} has layout {found}; this release knows up to {known}. Install the release that "
            "wrote it, or restore a backup made before the upgrade: `python -m data.backup --restore FILE`."
        )


class DiskFull(StoreError):
    """Less than a twentieth of the disk is free."""

    def __init__(self, path: Path, free: int) -> None:
        super().__init__(
            f"Only {free / 1e9:,.1f} GB are free on the disk of {path.name}, under 5 %. Loading stops so "
            "that reading goes on; make room and load again, what is in stays in."
        )


class Reopened(StoreError):
    """The engine failed and the file was opened anew; nothing of the batch went in."""

    def __init__(self) -> None:
        super().__init__(
            "The store had to be reopened; nothing of this batch went in. Hand the batch over again."
        )


class Store(View, Protocol):
    """Rows in, scoped frames out."""

    def append(self, table: str, rows: Rows, source: str = "api", timezone: str | None = None) -> Receipt:
        """Add rows to a table; what is there already is dropped, what cannot be read goes to quarantine.

        `rows` is a DataFrame, an Arrow table or a list of dicts. Columns that the table lacks, and the keys
        of `attributes` / `properties` / `labels`, become attributes. Times without a zone need `timezone`.
        """
        ...

    def view(self, tenants: Tenants) -> View:
        """The store as these tenants see it; any wider scope is refused."""
        ...

    def versions(self, tables: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """The version of each table; it grows whenever the table changes."""
        ...

    def look_after(self, owners: Mapping[str, str]) -> None:
        """Say who looks after tenants, by their ids: this goes before what the data say, and is not kept."""
        ...

    @property
    def admin(self) -> Admin:
        """Reading everything, and the jobs. Never handed to a page."""
        ...

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        ...


def utc_now() -> datetime:
    """The clock on the wall, in UTC."""
    return datetime.now(UTC)


def open_store(
    url: str | Path, *, clock: Clock = utc_now, memory_limit: int | None = None, threads: int | None = None
) -> Store:
    """Open a store, make it if it is not there, and bring an older file up to date (after a backup).

    `url`: `duckdb:///relative.duckdb`, `duckdb:////absolute.duckdb`, `duckdb://:memory:` or a bare path.
    Raises StoreTaken, NewerSchema.
    """
    from data.duck import DuckStore  # noqa: PLC0415  the engine imports this module's types

    return DuckStore(path_of(url), clock=clock, memory_limit=memory_limit, threads=threads)


def path_of(url: str | Path) -> Path | None:
    """The file that a store URL names; None is memory."""
    if isinstance(url, Path):
        return url
    if "://" not in url:
        return None if url == ":memory:" else Path(url)
    scheme, _, rest = url.partition("://")
    if scheme != "duckdb":
        raise StoreError(
            f"{scheme}:// is not a store this release can open. Use duckdb:///file.duckdb or a path."
        )
    return None if rest == ":memory:" else Path(rest.removeprefix("/"))
