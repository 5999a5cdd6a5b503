"""The file itself: sorted weeks, backups, older and newer layouts, and one owner at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from analytics.filters import field
from analytics.scope import Scope
from data import backup, migrations, owner
from data.landing import Arrival
from data.store import DiskFull, NewerSchema, Receipt, StoreError, StoreTaken, open_store
from tests.data import process
from tests.data.conftest import NOW, tuples
from tests.data.process import FRESH

LAYOUTS = Path(__file__).with_name("layouts")
FEBRUARY = Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC), now=NOW)
ROWS = [
    {
        "occurred_at": datetime(2026, 2, 1, tzinfo=UTC) + timedelta(hours=n),
        "event_id": str(n),
        "tenant_id": f"t{n % 3}",
        "properties": {"n": n},
    }
    for n in range(600)
]
SUMS = 'select tenant_id, count(*) as n, sum("attributes.n") as total from events group by 1 order by 1'


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "store.duckdb"


def opened(path: Path):
    return open_store(path, clock=lambda: NOW)


def test_closed_weeks_are_sorted_by_tenant_once_and_no_answer_changes(path):
    store = opened(path)
    store.append("events", ROWS)
    before, version = tuples(store.frame(FEBRUARY, SUMS)), store.versions(["events"])
    weeks = store.admin.resort(NOW)
    assert [(week.table, week.week.date().isoformat(), week.rows) for week in weeks] == [
        ("events", "2026-01-26", 24),
        ("events", "2026-02-02", 168),
        ("events", "2026-02-09", 168),
        ("events", "2026-02-16", 168),
    ]
    order = tuples(
        store.admin.frame(
            "select tenant_id from raw.events where occurred_at >= '2026-02-02' and occurred_at < '2026-02-09' order by rowid"
        )
    )
    assert order == sorted(order)
    assert tuples(store.frame(FEBRUARY, SUMS)) == before
    assert store.versions(["events"]) == version
    assert store.admin.resort(NOW) == []
    late = ROWS[0] | {"event_id": "late", "occurred_at": datetime(2026, 2, 3, tzinfo=UTC)}
    store.append("events", [late])
    assert [week.rows for week in store.admin.resort(NOW)] == [169]
    assert store.append("events", [*ROWS, late]) == Receipt(0, 601, 0)
    store.close()


def test_a_backup_is_made_while_others_write_and_restores_whole(path, tmp_path):
    store = opened(path)
    store.append("events", ROWS[:300])
    stop = threading.Event()

    def write() -> None:
        for n in range(300, 600):
            if stop.is_set():
                return
            store.append("events", [ROWS[n]])

    writer = threading.Thread(target=write)
    writer.start()
    try:
        store.admin.backup(tmp_path / "copy.duckdb")
    finally:
        stop.set()
        writer.join()
    store.append("events", ROWS)
    store.close()
    (kept,) = backup.restore(tmp_path / "copy.duckdb", path, NOW).kept
    restored = opened(path)
    held = tuples(restored.admin.frame("select count(*), count(distinct event_id) from raw.events"))[0]
    assert 300 <= held[0] == held[1] <= 600
    assert (
        held[0] == tuples(restored.admin.frame("select rows from control.tables where name = 'events'"))[0][0]
    )
    assert restored.append("events", ROWS) == Receipt(600 - held[0], held[0], 0)
    assert restored.frame(FEBRUARY, 'select sum("attributes.n") as n from events')["n"][0] == sum(range(600))
    restored.close()
    before = opened(kept)
    assert tuples(before.admin.frame("select count(*) from raw.events")) == [(600,)]
    before.close()


def test_the_log_is_folded_into_the_file_after_rows_arrived(path):
    store = opened(path)
    store.append("identities", [{"tenant_id": "acme", "alias": "a", "person_id": "p"}])
    store.append("events", ROWS)
    assert store.admin.checkpoint()
    assert not path.with_name(f"{path.name}.wal").exists()
    store.close()


def test_a_backup_overwrites_nothing_and_a_restore_takes_no_strange_file(path, tmp_path):
    store = opened(path)
    with pytest.raises(StoreError, match="exists already"):
        store.admin.backup(path)
    with pytest.raises(StoreError, match="There is no folder"):
        store.admin.backup(tmp_path / "nowhere" / "copy.duckdb")
    store.close()
    duckdb.connect(str(tmp_path / "other.duckdb")).close()
    (tmp_path / "text.duckdb").write_text("no database")
    for name, words in (
        ("other", "not a store of this product"),
        ("text", "is not a store"),
        ("none", "There is no file"),
    ):
        with pytest.raises(StoreError, match=words):
            backup.restore(tmp_path / f"{name}.duckdb", path, NOW)
    assert path.exists()


@pytest.mark.parametrize("layout", sorted(LAYOUTS.glob("*.sql")), ids=lambda file: file.stem)
def test_a_file_of_every_older_layout_is_led_to_todays_after_a_backup(path, layout):
    old = duckdb.connect(str(path))
    old.execute(layout.read_text())
    old.close()
    store = opened(path)
    assert tuples(store.frame(FEBRUARY, 'select event_id, "attributes.plan" as plan from events')) == [
        ("e1", "pro")
    ]
    assert store.append("events", ROWS[:5]) == Receipt(5, 0, 0)
    fresh = open_store("duckdb://:memory:")
    described = "select schema_name, table_name, column_name, data_type, is_nullable from duckdb_columns() where schema_name in ('raw', 'control') order by all"
    assert tuples(store.admin.frame(described)) == tuples(fresh.admin.frame(described))
    assert tuples(store.admin.frame("select name from control.tables order by 1")) == tuples(
        fresh.admin.frame("select name from control.tables order by 1")
    )
    store.close()
    kept = duckdb.connect(str(path.with_name(f"store.layout-{int(layout.stem)}.duckdb")), read_only=True)
    assert migrations.version(kept) == int(layout.stem)
    kept.close()


def test_samples_of_an_older_layout_are_known_when_they_come_again(path):
    old = duckdb.connect(str(path))
    old.execute((LAYOUTS / "0003.sql").read_text())
    old.close()
    store = opened(path)
    sample = {"occurred_at": "2026-02-01T00:00:00Z", "name": "queue", "service": "worker"}
    labelled = sample | {"value": 3, "labels": {"shard": 2, "pod": "a"}}
    assert store.append("metrics", [labelled, sample | {"value": 4}]) == Receipt(0, 2, 0)
    store.close()


def test_what_was_refused_before_is_known_by_its_key(path):
    old = duckdb.connect(str(path))
    old.execute((LAYOUTS / "0004.sql").read_text())
    old.close()
    store = opened(path)
    assert tuples(store.admin.frame("select key from control.quarantine")) == [("d1",)]
    assert store.admin.frame("select * from control.sync_hours").empty
    store.close()


def test_there_is_a_fixture_of_every_layout_but_todays():
    assert [int(file.stem) for file in sorted(LAYOUTS.glob("*.sql"))] == list(range(1, migrations.CURRENT))


def test_a_file_of_a_newer_release_is_refused_untouched(path):
    opened(path).close()
    newer = duckdb.connect(str(path))
    newer.execute("update control.schema_version set version = 99")
    newer.close()
    with pytest.raises(NewerSchema, match="layout 99; this release knows up to"):
        opened(path)
    assert migrations.version(duckdb.connect(str(path), read_only=True)) == 99


def test_a_disk_that_fills_while_rows_are_written_is_said_and_none_of_them_is_in(path):
    opened(path).close()
    store = opened(path)
    path.with_name(f"{path.name}.wal").symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        store.append("events", ROWS[:5])
    assert tuples(store.admin.frame("select count(*) from raw.events")) == [(0,)]
    store.close()


@pytest.fixture
def taken(path):
    """A process that has the store open."""
    ours, theirs = FRESH.Pipe()
    holder = FRESH.Process(target=process.hold, args=(path, theirs))
    holder.start()
    # With our copy of its end closed, a process that dies is seen as one, and nobody waits for it.
    theirs.close()
    assert ours.recv() == "open"
    yield holder
    ours.send("enough")
    holder.join()


def test_a_second_process_is_told_who_has_the_file_and_what_to_do(path, taken):
    with pytest.raises(StoreTaken) as refusal:
        opened(path)
    assert refusal.value.pid == taken.pid
    assert f"in use by process {taken.pid}" in str(refusal.value)
    assert "python -m data.load FILE" in str(refusal.value)


def test_a_command_that_finds_the_file_taken_says_so_without_a_stack_trace(path, taken, tmp_path):
    command = [sys.executable, "-m", "data.backup", str(tmp_path / "copy.duckdb"), "--store", str(path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert f"in use by process {taken.pid}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_owner_file_is_for_this_user_only_and_forgets_the_dead(path):
    written = owner.write(path, "http://127.0.0.1:8501")
    assert owner.read(path) == written
    assert owner.path_for(path).stat().st_mode & 0o777 == 0o600
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    owner.path_for(path).write_text(f'{{"pid": {dead.pid}, "url": "http://127.0.0.1:1", "token": "t"}}')
    assert owner.read(path) is None
    owner.remove(path)
    assert owner.read(path) is None


def test_a_load_that_a_dying_process_left_open_says_so_at_the_next_start(path):
    store = opened(path)
    with store.admin.landing("web") as landing:
        landing.open("l1", "web.ndjson")
    store.close()
    again = opened(path)
    state, sentence = tuples(again.admin.frame("select state, sentence from control.loads"))[0]
    assert state == "interrupted"
    assert "Load it again" in sentence
    again.close()


def test_eight_threads_read_right_numbers_while_rows_arrive(path):
    store = opened(path)
    store.append("events", ROWS[:60])
    wrong: list[object] = []
    stop = threading.Event()

    def read(tenant: str) -> None:
        scope = Scope(FEBRUARY.start, FEBRUARY.end, tenants=frozenset({tenant}), now=NOW)
        last = 0
        while not stop.is_set():
            found = tuples(
                store.frame(scope, "select min(tenant_id), max(tenant_id), count(*) as n from events")
            )[0]
            if found[:2] != (tenant, tenant) or found[2] < last:
                wrong.append(found)
            last = found[2]

    readers = [threading.Thread(target=read, args=(f"t{n % 3}",)) for n in range(8)]
    for reader in readers:
        reader.start()
    for start in range(60, 600, 30):
        store.append("events", ROWS[start : start + 30])
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert tuples(store.frame(FEBRUARY, SUMS)) == [
        (f"t{n}", 200, float(sum(range(n, 600, 3)))) for n in range(3)
    ]
    store.close()


def test_a_failed_batch_leaves_nothing_behind(path):
    store = opened(path)
    with store.admin.landing("web") as landing:
        stage = "create or replace temp table {} as select timestamp '2026-02-01' as occurred_at, {} as {}"
        landing.cursor.execute(stage.format("good", "'x'", "event_id"))
        landing.cursor.execute(stage.format("bad", "null::varchar", "run_id, 'no number' as duration_ms"))
        with pytest.raises(duckdb.Error):
            landing.commit([Arrival("events", "good"), Arrival("runs", "bad")])
        assert tuples(store.admin.frame("select count(*) from raw.events")) == [(0,)]
        assert landing.commit([Arrival("events", "good")]) == [Receipt(1, 0, 0)]
    assert tuples(store.admin.frame("select version, rows from control.tables where name = 'events'")) == [
        (1, 1)
    ]
    store.close()


def test_without_room_on_the_disk_writing_stops_and_reading_goes_on(path, monkeypatch):
    store = opened(path)
    store.append("events", ROWS[:3])
    monkeypatch.setattr("data.limits.LEAST_FREE", 1.1)  # no disk has that much
    with pytest.raises(StoreError, match="make room and load again"):
        store.append("events", ROWS)
    assert tuples(store.frame(FEBRUARY, "select count(*) from events")) == [(3,)]
    assert tuples(
        store.frame(
            Scope(FEBRUARY.start, FEBRUARY.end, where=field("tenant_id") == "t1"),
            "select count(*) from events",
        )
    ) == [(1,)]
    store.close()
