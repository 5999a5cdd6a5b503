"""Back up a store while it is used, and put a backup in its place: `python -m data.backup --help`."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path

import duckdb

from data import migrations, owner, places
from data.store import NewerSchema, StoreError, open_store, utc_now


def restore(backup: Path, store: Path, now: datetime) -> Path | None:
    """Put a backup in the store's place; the store that was there is kept, and its new path returned."""
    if not backup.exists():
        raise StoreError(f"There is no file {backup}. Name a backup made by `python -m data.backup FILE`.")
    _require_store(backup)
    kept = None
    if store.exists():
        open_store(store).close()  # says so where another process has it, and folds the log into the file
        kept = store.with_name(f"{store.stem}.before-restore-{now:%Y%m%dT%H%M%S}{store.suffix}")
        store.rename(kept)
    store.parent.mkdir(parents=True, exist_ok=True)
    arriving = store.with_name(f"{store.name}.arriving")
    arriving.write_bytes(b"")
    with backup.open("rb") as source, arriving.open("wb") as target:
        while chunk := source.read(1 << 22):
            target.write(chunk)
        target.flush()
        os.fsync(target.fileno())
    arriving.rename(store)
    return kept


def _require_store(path: Path) -> None:
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise StoreError(f"{path.name} is not a store: {str(error).splitlines()[0]}") from error
    try:
        found = migrations.version(connection)
    finally:
        connection.close()
    if found == 0:
        raise StoreError(f"{path.name} is a DuckDB file, but not a store of this product.")
    if found > migrations.CURRENT:
        raise NewerSchema(path, found, migrations.CURRENT)


def main(arguments: list[str] | None = None) -> int:
    """Back up or restore from a terminal."""
    parser = argparse.ArgumentParser(
        prog="python -m data.backup", description="Back up the store, or put a backup in its place."
    )
    parser.add_argument(
        "file", type=Path, help="the backup's file: new when backing up, existing with --restore"
    )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="put FILE in the store's place; what was there is kept beside it",
    )
    parser.add_argument(
        "--store", type=Path, default=places.var() / places.OWN, help="the store (default: %(default)s)"
    )
    given = parser.parse_args(arguments)
    try:
        print(_restore(given.file, given.store) if given.restore else _backup(given.file, given.store))
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _backup(target: Path, path: Path) -> str:
    if not path.exists():
        raise StoreError(
            f"There is no store {path} yet: nothing to back up. Load a file first, or name one with --store."
        )
    running = owner.read(path)
    if running is not None:
        return str(
            owner.ask(running, "POST", "/internal/backup", {"target": str(target.absolute())}, timeout=600)[
                "sentence"
            ]
        )
    store = open_store(path)
    try:
        store.admin.backup(target)
    finally:
        store.close()
    return f"Backed up to {target} ({target.stat().st_size / 1e6:,.1f} MB)."


def _restore(backup: Path, path: Path) -> str:
    kept = restore(backup, path, utc_now())
    return f"Restored {path} from {backup.name}." + (
        f" What was there is kept as {kept.name}." if kept else ""
    )


if __name__ == "__main__":
    raise SystemExit(main())
