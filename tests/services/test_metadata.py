"""The metadata's database, the same on SQLite and on PostgreSQL: layout, transactions, freshness, refusals."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, delete, insert, inspect, select
from sqlalchemy.exc import IntegrityError

import service
from analytics.scope import Scope
from service.access import LOCAL
from service.annotations import SUBJECT, Annotations, table
from service.metadata import MIGRATIONS, Metadata, NewerMetadata, schema, versions
from service.saved import Shelf
from tests.services.conftest import NOW

LAYOUTS = Path(__file__).with_name("layouts")
HEAD = ScriptDirectory(str(MIGRATIONS)).get_current_head()
WEEK = Scope(NOW - timedelta(days=7), NOW, now=NOW)
NOTE = {
    "id": "n1",
    "demo": False,
    "tenant": "",
    "kind": "note",
    "text": "x",
    "start_at": NOW - timedelta(days=1),
    "end_at": None,
    "author": "local",
    "created_at": NOW,
}


def count(connection) -> int:
    return len(connection.execute(select(table)).all())


def layout(url: str) -> str | None:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    engine.dispose()
    return found


def run(url: str, *statements: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_the_migrations_make_what_the_code_reads_and_writes(opened, url):
    opened().prepare()
    for module in pkgutil.iter_modules(service.__path__):
        importlib.import_module(f"service.{module.name}")
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, schema) == []
        assert set(connection.execute(select(versions.c.subject)).scalars()) == set(schema.tables) - {
            "versions"
        }
    engine.dispose()


def test_layouts_are_numbered_without_a_gap():
    revisions = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert revisions[::-1] == [f"{n:04}" for n in range(1, len(revisions) + 1)]


@pytest.mark.parametrize("older", sorted({path.stem for path in LAYOUTS.iterdir()}))
def test_metadata_of_every_older_layout_are_read_today(opened, url, older):
    script = LAYOUTS / older / f"{url.partition(':')[0].partition('+')[0]}.sql"
    run(url, *filter(str.strip, script.read_text(encoding="utf-8").split(";\n")))
    metadata = opened()
    (note,) = Annotations(metadata).between(LOCAL, WEEK)
    assert note.to_dict() == {
        "version": 1,
        "id": "9f2c61d04be7a853",
        "kind": "outage",
        "text": "Payments down",
        "start": "2026-02-27T08:30:00+00:00",
        "end": "2026-02-27T09:15:00+00:00",
        "tenant": "acme",
        "author": "local",
        "created_at": "2026-02-27T10:00:00.250000+00:00",
    }
    (search,) = [each for each in Shelf(metadata).all(LOCAL, "search") if each.owner == "local"]
    assert search.read().to_dict() == {
        "version": 1,
        "title": "Slow",
        "text": "duration_ms > 5000",
        "syntax": "kql",
    }
    assert layout(url) == ScriptDirectory(str(MIGRATIONS)).get_current_head()


def test_there_is_a_fixture_of_every_layout_but_todays_at_least():
    revisions = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]
    assert {"0001", *revisions[1:]} <= {path.stem for path in LAYOUTS.iterdir()}


def with_step(folder: Path, statements: str) -> Path:
    """Our migrations and one more, as the next release would bring it."""
    later = folder / "migrations"
    shutil.copytree(MIGRATIONS, later, ignore=shutil.ignore_patterns("__pycache__"))
    (later / "versions" / "9999_next.py").write_text(
        "from alembic import op\n"
        f"revision, down_revision = '9999', '{HEAD}'\n"
        f"def upgrade():\n    {statements}\n"
    )
    return later


CREATE = "op.execute('create table things (id varchar)')"


def test_a_newer_layout_is_refused_untouched(opened, url, tmp_path):
    opened(migrations=with_step(tmp_path, CREATE)).prepare()
    with pytest.raises(NewerMetadata, match=f"has layout 9999; this release knows up to {HEAD}") as refusal:
        opened().prepare()
    advice = "data.backup --restore FILE" if url.startswith("sqlite") else "pg_restore"
    assert advice in str(refusal.value)
    assert layout(url) == "9999"


def test_an_older_layout_is_led_on_after_a_copy_and_keeps_its_rows(opened, url, tmp_path):
    first = opened()
    Annotations(first).add(LOCAL, kind="note", text="kept", start=NOW - timedelta(hours=1))
    later = opened(migrations=with_step(tmp_path, CREATE))
    assert [each.text for each in Annotations(later).between(LOCAL, WEEK)] == ["kept"]
    assert layout(url) == "9999"
    if later.file:
        kept = later.file.with_name(f"metadata.layout-{HEAD}.sqlite")
        assert layout(f"sqlite:///{kept}") == HEAD


def test_a_step_that_fails_leaves_the_layout_before_it(opened, url, tmp_path):
    failing = f"{CREATE}; op.execute('insert into nowhere values (1)')"
    with pytest.raises(Exception, match="nowhere"):
        opened(migrations=with_step(tmp_path, failing)).prepare()
    assert layout(url) == HEAD
    engine = create_engine(url)
    assert "things" not in inspect(engine).get_table_names()
    engine.dispose()
    opened().prepare()


def test_a_write_that_fails_changes_nothing_and_is_no_change(opened):
    metadata = opened(fresh_seconds=0)
    reads = []
    metadata.read(SUBJECT, lambda connection: reads.append(count(connection)))
    with pytest.raises(IntegrityError), metadata.write(SUBJECT) as connection:
        connection.execute(insert(table), [NOTE, NOTE])
    metadata.read(SUBJECT, lambda connection: reads.append(count(connection)))
    assert reads == [0]
    assert opened().read(SUBJECT, count) == 0


def test_rows_are_read_again_only_after_a_change(metadata):
    reads = []

    def load(connection):
        reads.append(count(connection))
        return reads[-1]

    assert [metadata.read(SUBJECT, load) for _ in range(3)] == [0, 0, 0]
    with metadata.write(SUBJECT) as connection:
        connection.execute(insert(table).values(NOTE))
    assert [metadata.read(SUBJECT, load) for _ in range(3)] == [1, 1, 1]
    with metadata.write("saved"):
        pass
    assert metadata.read(SUBJECT, load) == 1
    assert reads == [0, 1]


def test_what_another_process_writes_is_seen(opened):
    here, there = opened(fresh_seconds=0), opened(fresh_seconds=1e9)
    assert here.read(SUBJECT, count) == 0
    with there.write(SUBJECT) as connection:
        connection.execute(insert(table).values(NOTE))
    assert [here.read(SUBJECT, count), there.read(SUBJECT, count)] == [1, 1]
    with here.write(SUBJECT) as connection:
        connection.execute(delete(table))
    assert there.read(SUBJECT, count) == 1  # until it looks again
    assert opened().read(SUBJECT, count) == 0


def test_a_subject_that_no_migration_made_cannot_be_written(metadata):
    with pytest.raises(LookupError, match="'colours'"), metadata.write("colours"):
        pass


def test_eight_threads_read_while_four_write(opened):
    metadata = opened(fresh_seconds=0)
    faults: list[object] = []
    stop = threading.Event()

    def read() -> None:
        last = 0
        while not stop.is_set():
            try:
                found = metadata.read(SUBJECT, count)
            except Exception as error:  # noqa: BLE001
                faults.append(error)
                return
            if found % 2 or found < last:  # two rows a transaction, and none is ever removed
                faults.append((last, found))
            last = found

    def write(writer: int) -> None:
        for n in range(10):
            with metadata.write(SUBJECT) as connection:
                for twin in "ab":
                    connection.execute(insert(table).values(NOTE | {"id": f"{writer}-{n}-{twin}"}))
            mine = metadata.read(
                SUBJECT, lambda connection: len(connection.execute(select(table.c.id)).all())
            )
            if mine < 2 * (n + 1):
                faults.append((writer, n, mine))

    readers = [threading.Thread(target=read) for _ in range(8)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in (*readers, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert faults == []
    assert metadata.read(SUBJECT, count) == 80


def test_four_processes_that_start_at_once_make_one_layout(url):
    held = [Metadata(url) for _ in range(4)]
    faults = []

    def start(metadata: Metadata) -> None:
        try:
            metadata.prepare()
        except Exception as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=start, args=(metadata,)) for metadata in held]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for metadata in held:
        metadata.close()
    assert faults == []
    assert layout(url) == HEAD
