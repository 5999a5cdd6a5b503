"""What lies beside the store's file and belongs into its backup: the app's metadata and the mappings."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path, PurePosixPath

from data.places import MAPPINGS, METADATA, metadata_file
from data.store import StoreError

# By the names that they have in a backup.
Files = Mapping[str, bytes]


def mappings(var: Path) -> dict[str, bytes]:
    """The saved mappings as they are now."""
    found: dict[str, bytes] = {}
    for path in sorted((var / MAPPINGS).glob("*.toml")):
        # A load takes its source's mapping away and puts it back when it is through.
        with suppress(FileNotFoundError):
            found[f"{MAPPINGS}/{path.name}"] = path.read_bytes()
    return found


def metadata(var: Path) -> dict[str, bytes]:
    """The metadata as they are now, where they are a file."""
    path = metadata_file(var)
    if path is None or not path.exists():
        return {}
    try:
        return {METADATA: snapshot(path)}
    except sqlite3.Error as error:
        raise StoreError(
            f"{path.name} cannot be read: {error}. Restore an earlier backup, or move it away to back up "
            "rows and mappings alone."
        ) from error


def snapshot(database: Path) -> bytes:
    """A SQLite file as it is at one moment, what is only in its log included."""
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(":memory:")) as copy:
        source.backup(copy)
        return copy.serialize()


def check(names: Iterable[str]) -> None:
    """Refuses a backup that would write to any other place than those it was made of."""
    for name in names:
        folder, _, file = name.partition("/")
        mapping = folder == MAPPINGS and PurePosixPath(file).name == file and file.endswith(".toml")
        if name != METADATA and not mapping:
            raise StoreError("This backup holds files that none of this product does. Nothing was put back.")


def put_back(files: Files, var: Path, now: datetime) -> tuple[Path, ...]:
    """Put the files of a backup in their places; what was there is kept, and its new paths returned."""
    kept = [set_aside(var / MAPPINGS, now)]
    for name, content in files.items():
        if name != METADATA:
            _write(var / name, content)
    path = metadata_file(var)
    if METADATA in files and path is not None:
        kept.append(set_aside(path, now))
        _write(path, files[METADATA])
    return tuple(each for each in kept if each is not None)


def set_aside(path: Path, now: datetime) -> Path | None:
    """Make room for what is restored: the new path of what was there."""
    if not path.exists():
        return None
    kept = path.with_name(f"{path.stem}.before-restore-{now:%Y%m%dT%H%M%S}{path.suffix}")
    path.rename(kept)
    # The log of a SQLite file belongs to it alone: another file must not find it.
    for part in ("-wal", "-shm"):
        with suppress(FileNotFoundError):
            path.with_name(path.name + part).rename(kept.with_name(kept.name + part))
    return kept


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arriving = path.with_name(f"{path.name}.arriving")
    with arriving.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    arriving.rename(path)
