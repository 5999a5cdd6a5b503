"""Back up a store while it is used, and put a backup in its place: `python -m data.backup --help`.

A backup is one DuckDB file: the rows, and in its schema `beside` the metadata and the mappings as they were.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from data import beside, migrations, owner, places
from data.store import NewerSchema, Store, StoreError, StoreTaken, open_store, utc_now

ELSEWHERE = (
    " TENANTSCOPE_METADATA names a database server, and what lies there is not part of it: "
    "use `pg_dump` and `pg_restore` for annotations, boards and searches."
)


@dataclass(frozen=True)
class Restored:
    """What a restore put back beside the rows, and where it left what it found."""

    files: beside.Files
    kept: tuple[Path, ...]


def back_up(store: Store, var: Path, target: Path) -> str:
    """A consistent copy in a new file, while others read and write; says what is in it."""
    before = beside.mappings(var)

    def files() -> beside.Files:
        # A mapping that changed while the rows were copied may hold for none of them.
        unchanged = {name: text for name, text in beside.mappings(var).items() if before.get(name) == text}
        return beside.metadata(var) | unchanged

    held = store.admin.backup(target, files)
    sentence = f"Backed up to {target} ({target.stat().st_size / 1e6:,.1f} MB){_with(held)}."
    return sentence + (ELSEWHERE if places.metadata_file(var) is None else "")


def restore(backup: Path, store: Path, now: datetime) -> Restored:
    """Put what a backup holds in its places; what was there is kept beside it."""
    if not backup.exists():
        raise StoreError(f"There is no file {backup}. Name a backup made by `python -m data.backup FILE`.")
    running = owner.read(store)
    if running is not None:
        raise StoreTaken(store, running.pid)
    files = _read(backup)
    if store.exists():
        open_store(store).close()  # says so where another process has it, and folds the log into the file
    store.parent.mkdir(parents=True, exist_ok=True)
    arriving = store.with_name(f"{store.name}.arriving")
    _copy(backup, arriving)
    kept = beside.set_aside(store, now)
    arriving.rename(store)
    others = () if files is None else beside.put_back(files, store.parent, now)
    return Restored(files or {}, (*filter(None, (kept,)), *others))


def _read(path: Path) -> beside.Files | None:
    """What a backup holds beside the rows; None where it was made of rows alone. Refuses any other file."""
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        raise StoreError(f"{path.name} is not a store: {str(error).splitlines()[0]}") from error
    try:
        found = migrations.version(connection)
        files = migrations.files_beside(connection)
    finally:
        connection.close()
    if found == 0:
        raise StoreError(f"{path.name} is a DuckDB file, but not a store of this product.")
    if found > migrations.CURRENT:
        raise NewerSchema(path, found, migrations.CURRENT)
    beside.check(files or ())
    return files


def _copy(backup: Path, target: Path) -> None:
    """The rows of a backup, as a store's file."""
    target.write_bytes(b"")
    with backup.open("rb") as source, target.open("wb") as copy:
        while chunk := source.read(1 << 22):
            copy.write(chunk)
        copy.flush()
        os.fsync(copy.fileno())
    connection = duckdb.connect(str(target))
    try:
        migrations.drop_beside(connection)
    finally:
        connection.close()


def main(arguments: list[str] | None = None) -> int:
    """Back up or restore from a terminal."""
    parser = argparse.ArgumentParser(
        prog="python -m data.backup",
        description="Back up rows, metadata and mappings into one file, or put a backup in their places.",
    )
    parser.add_argument(
        "file", type=Path, help="the backup's file: new when backing up, existing with --restore"
    )
    parser.add_argument(
        "--restore",
        action="store_true",
        help="put what FILE holds in its places; what was there is kept beside it",
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
        raise StoreError(_no_rows(path))
    running = owner.read(path)
    if running is not None:
        return str(
            owner.ask(running, "POST", "/internal/backup", {"target": str(target.absolute())}, timeout=600)[
                "sentence"
            ]
        )
    store = open_store(path)
    try:
        return back_up(store, path.parent, target)
    finally:
        store.close()


def _no_rows(path: Path) -> str:
    told = f"There is no store {path} yet: no rows to back up. Load a file first, or name one with --store."
    written = places.metadata_file(path.parent)
    if written is None or not written.exists():
        return told
    return f"{told} What people wrote lies in {written.name}: stop the app and copy that file."


def _restore(backup: Path, path: Path) -> str:
    done = restore(backup, path, utc_now())
    told = f"Restored {path} from {backup.name}{_with(done.files)}."
    if done.kept:
        told += f" What was there is kept as {', '.join(each.name for each in done.kept)}."
    return told + (ELSEWHERE if places.metadata_file(path.parent) is None else "")


def _with(files: beside.Files) -> str:
    """The part of a sentence that names what is there beside the rows."""
    mappings = sum(name != places.METADATA for name in files)
    told = ["the metadata"] if places.METADATA in files else []
    told += [f"{mappings} mapping{'' if mappings == 1 else 's'}"] if mappings else []
    return f", with {' and '.join(told)}" if told else ", rows alone"


if __name__ == "__main__":
    raise SystemExit(main())
