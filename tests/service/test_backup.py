"""A backup is one file with rows, metadata and mappings, and a restore puts all of it back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import service.backup
from analytics.scope import Scope
from data import backup, owner
from data.admin import Admin
from data.backup import main, restore
from data.ingest import Wish, ingest, propose
from data.mapping import saved
from data.places import metadata_url
from data.store import StoreError, StoreTaken
from service.access import LOCAL
from service.annotations import Annotations
from service.metadata import Metadata
from service.saved import Search, Shelf
from service.stores import Stores
from tests.data.sources.kinds import GOOD, OTHER, lines

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
YEAR = Scope(NOW - timedelta(days=365), NOW, now=NOW)
EVERYTHING = (["slow", "up"], ["Release 4.2"], ["Slow"], ["app"])


@pytest.fixture(autouse=True)
def _default_database(monkeypatch):
    monkeypatch.delenv("TENANTSCOPE_METADATA", raising=False)


@pytest.fixture
def var(tmp_path) -> Path:
    """A folder as somebody who used the app leaves it: two rows, an annotation, a search, a mapping."""
    folder = tmp_path / "var"
    file = tmp_path / "app.ndjson"
    file.write_bytes(lines(GOOD, OTHER))
    stores, metadata = Stores(folder, clock=lambda: NOW), Metadata(metadata_url(folder))
    ingest(stores.create_own(), propose(file, "app.ndjson", Wish(), folder / "mappings"))
    Annotations(metadata).add(LOCAL, kind="release", text="Release 4.2", start=NOW - timedelta(days=2))
    Shelf(metadata).save(LOCAL, Search("Slow", "duration_ms > 5000"))
    stores.close()
    metadata.close()
    return folder


def held(folder: Path) -> tuple[list[str], list[str], list[str], list[str]]:
    """The messages of the rows, the texts of the annotations, one's own searches, the sources with a mapping."""
    stores, metadata = Stores(folder, clock=lambda: NOW), Metadata(metadata_url(folder))
    store = stores.own()
    rows = store.frame(YEAR, "select message from logs order by 1")["message"].tolist() if store else []
    annotations = [each.text for each in Annotations(metadata).between(LOCAL, YEAR)]
    searches = [each.title for each in Shelf(metadata).all(LOCAL, "search") if each.owner == LOCAL.name]
    mappings = sorted(path.stem for path in (folder / "mappings").glob("*.toml"))
    stores.close()
    metadata.close()
    return rows, annotations, searches, mappings


def said(capsys, *arguments: object) -> str:
    assert main([*map(str, arguments)]) == 0
    return capsys.readouterr().out.strip()


def test_a_restore_elsewhere_brings_everything_back(var, tmp_path, capsys):
    assert held(var) == EVERYTHING
    target, elsewhere = tmp_path / "backup.duckdb", tmp_path / "elsewhere" / "tenantscope.duckdb"
    told = said(capsys, target, "--store", var / "tenantscope.duckdb")
    assert told.endswith("MB), with the metadata and 1 mapping.")
    assert [path.name for path in tmp_path.glob("backup*")] == ["backup.duckdb"]
    told = said(capsys, target, "--restore", "--store", elsewhere)
    assert told == f"Restored {elsewhere} from backup.duckdb, with the metadata and 1 mapping."
    assert held(elsewhere.parent) == EVERYTHING
    assert saved(elsewhere.parent / "mappings", "app") == saved(var / "mappings", "app")


def test_a_restore_over_what_is_there_keeps_it_beside(var, tmp_path, capsys):
    target, store = tmp_path / "backup.duckdb", var / "tenantscope.duckdb"
    said(capsys, target, "--store", store)
    metadata = Metadata(metadata_url(var))
    for each in Annotations(metadata).between(LOCAL, YEAR):
        Annotations(metadata).remove(LOCAL, each.id)
    metadata.close()
    (var / "mappings" / "later.toml").write_text("# of a source that came after the backup")
    done = restore(target, store, NOW)
    assert [path.name for path in done.kept] == [
        "tenantscope.before-restore-20260301T120000.duckdb",
        "mappings.before-restore-20260301T120000",
        "metadata.before-restore-20260301T120000.sqlite",
    ]
    assert held(var) == EVERYTHING
    assert sorted(path.name for path in done.kept[1].iterdir()) == ["app.toml", "later.toml"]
    before = Metadata(f"sqlite:///{done.kept[2]}")
    assert Annotations(before).between(LOCAL, YEAR) == ()
    assert Shelf(before).all(LOCAL, "search") != ()
    before.close()


def test_the_running_app_backs_up_what_it_has_open_and_has_not_written_out(var, tmp_path, capsys):
    stores, metadata = Stores(var, clock=lambda: NOW), Metadata(metadata_url(var))
    stores.own().append("events", [{"event_id": "e", "occurred_at": NOW - timedelta(days=1)}])
    Annotations(metadata).add(LOCAL, kind="note", text="in the log only", start=NOW - timedelta(days=1))
    assert (var / "metadata.sqlite-wal").stat().st_size > 0
    client = TestClient(Starlette(routes=service.backup.routes(stores)))
    target = tmp_path / "backup.duckdb"
    answer = client.post("/backup", json={"target": str(target)})
    assert answer.json()["sentence"].endswith("MB), with the metadata and 1 mapping.")
    again = client.post("/backup", json={"target": str(target)})
    assert (again.status_code, "exists already" in again.json()["error"]) == (409, True)
    stores.close()
    metadata.close()
    restore(target, tmp_path / "elsewhere" / "tenantscope.duckdb", NOW)
    rows, annotations, *_ = held(tmp_path / "elsewhere")
    assert (rows, annotations) == (["slow", "up"], ["Release 4.2", "in the log only"])


def test_nothing_is_restored_under_a_running_app(var, tmp_path, capsys):
    store = var / "tenantscope.duckdb"
    said(capsys, tmp_path / "backup.duckdb", "--store", store)
    owner.write(store, "http://127.0.0.1:1")
    with pytest.raises(StoreTaken, match=f"in use by process {os.getpid()}"):
        restore(tmp_path / "backup.duckdb", store, NOW)
    owner.remove(store)
    assert sorted(path.name for path in var.iterdir() if "before-restore" in path.name) == []


def test_rows_alone_leave_metadata_and_mappings_as_they_are(var, tmp_path, capsys):
    stores = Stores(var, clock=lambda: NOW)
    stores.own().admin.backup(tmp_path / "rows.duckdb")
    stores.close()
    told = said(capsys, tmp_path / "rows.duckdb", "--restore", "--store", var / "tenantscope.duckdb")
    assert "from rows.duckdb, rows alone. What was there is kept as tenantscope.before-restore-" in told
    assert held(var) == EVERYTHING


@dataclass
class LoadedMeanwhile:
    """The admin of a store of which other loads change the mappings just before its rows are copied."""

    admin: Admin
    mappings: Path

    def backup(self, target, beside):
        (self.mappings / "app.toml").write_text("# by another load")
        (self.mappings / "new.toml").write_text("# of a load that began later")
        return self.admin.backup(target, beside)


def test_a_mapping_that_changes_while_rows_are_copied_is_left_out(var, tmp_path):
    stores = Stores(var, clock=lambda: NOW)
    busy = SimpleNamespace(admin=LoadedMeanwhile(stores.own().admin, var / "mappings"))
    told = backup.back_up(busy, var, tmp_path / "backup.duckdb")
    stores.close()
    assert told.endswith("MB), with the metadata.")


@pytest.mark.parametrize(
    "name", ["../escape.toml", "mappings/../../escape.toml", "mappings/a.py", "/etc/x.toml", "mappings/"]
)
def test_a_backup_that_names_other_places_is_refused_before_anything_changes(var, tmp_path, capsys, name):
    target, store = tmp_path / "backup.duckdb", var / "tenantscope.duckdb"
    said(capsys, target, "--store", store)
    with duckdb.connect(str(target)) as connection:
        connection.execute("insert into beside.files values ($name, 'x'::blob)", {"name": name})
    with pytest.raises(StoreError, match="none of this product does"):
        restore(target, store, NOW)
    assert [path.name for path in var.iterdir() if "before-restore" in path.name] == []
    assert held(var) == EVERYTHING


def test_what_a_restored_store_held_beside_its_rows_is_not_in_it(var, tmp_path, capsys):
    elsewhere = tmp_path / "elsewhere" / "tenantscope.duckdb"
    said(capsys, tmp_path / "backup.duckdb", "--store", var / "tenantscope.duckdb")
    said(capsys, tmp_path / "backup.duckdb", "--restore", "--store", elsewhere)
    with duckdb.connect(str(elsewhere), read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
    assert schemas == [("control",), ("raw",)]


def test_metadata_in_a_server_are_said_to_be_backed_up_there(var, tmp_path, capsys, monkeypatch):
    target, store = tmp_path / "backup.duckdb", var / "tenantscope.duckdb"
    monkeypatch.setenv("TENANTSCOPE_METADATA", "postgresql://me:hunter2@db/app")
    told = said(capsys, target, "--store", store)
    assert ", with 1 mapping." in told
    assert "use `pg_dump` and `pg_restore`" in told
    assert "hunter2" not in told
    monkeypatch.delenv("TENANTSCOPE_METADATA")
    said(capsys, tmp_path / "whole.duckdb", "--store", store)
    monkeypatch.setenv("TENANTSCOPE_METADATA", "postgresql://me:hunter2@db/app")
    told = said(capsys, tmp_path / "whole.duckdb", "--restore", "--store", store)
    assert "use `pg_dump` and `pg_restore`" in told
    assert "metadata.before-restore" not in told


def test_metadata_in_another_file_are_backed_up_from_there(var, tmp_path, capsys, monkeypatch):
    other = tmp_path / "other" / "people.sqlite"
    monkeypatch.setenv("TENANTSCOPE_METADATA", f"sqlite:///{other}")
    metadata = Metadata(metadata_url(var))
    Annotations(metadata).add(LOCAL, kind="note", text="elsewhere", start=NOW - timedelta(days=1))
    metadata.close()
    said(capsys, tmp_path / "backup.duckdb", "--store", var / "tenantscope.duckdb")
    other.unlink()
    said(capsys, tmp_path / "backup.duckdb", "--restore", "--store", var / "tenantscope.duckdb")
    assert held(var)[1] == ["elsewhere"]


def test_without_rows_it_says_where_the_metadata_lie(var, capsys):
    command = [str(var / "new.duckdb"), "--store", str(var / "none.duckdb")]
    assert main(command) == 1
    refusal = capsys.readouterr().err
    assert "no rows to back up" in refusal
    assert "What people wrote lies in metadata.sqlite: stop the app and copy that file." in refusal
    (var / "metadata.sqlite").unlink()
    assert main(command) == 1
    assert "What people wrote" not in capsys.readouterr().err


def test_metadata_that_cannot_be_read_stop_a_backup_that_would_lack_them(var, tmp_path, capsys):
    (var / "metadata.sqlite").write_text("this is no database, and long enough for the engine to look at it")
    assert main([str(tmp_path / "backup.duckdb"), "--store", str(var / "tenantscope.duckdb")]) == 1
    assert "metadata.sqlite cannot be read: file is not a database" in capsys.readouterr().err
    assert list(tmp_path.glob("backup*")) == []
