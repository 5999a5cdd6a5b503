"""A source is read so that nothing is lost and nothing comes twice: new rows, history, late, changed and
deleted ones.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from data import limits
from data import mapping as mappings
from data.mapping import Mapping, Origin, Rule
from data.sources.refusal import SourceError
from data.store import DiskFull
from data.sync import state
from data.sync.engine import Stopped
from tests.data.sync.shop import NOW, engine_of, rows

pytestmark = pytest.mark.usefixtures("forked_readers")


def test_history_comes_in_whole_and_the_mark_stands_at_its_end(shop, store, clock, engine):
    shop.add(*[(n, "login", NOW - timedelta(hours=n)) for n in range(1, 8)])
    synced = engine.sync()
    assert rows(store) == [(str(n), "login") for n in range(1, 8)]
    assert synced.counts.rows == 7
    reached = state.state_of(store, "shop")
    assert (reached.mark_at, reached.floor_at, reached.has_history) == (NOW, NOW - timedelta(days=90), True)


def test_a_second_sync_brings_what_is_new_and_nothing_twice(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(minutes=1)))
    engine.sync()
    clock.now += timedelta(minutes=1)
    shop.add((2, "logout", NOW + timedelta(seconds=30)))
    assert engine.sync().counts.rows == 1
    assert rows(store) == [("1", "login"), ("2", "logout")]


def test_a_late_row_inside_the_overlap_is_picked_up(shop, store, clock, engine):
    shop.add((1, "login", NOW))
    engine.sync()
    clock.now += timedelta(minutes=1)
    shop.add((2, "late", NOW - timedelta(minutes=4)))
    engine.sync()
    assert rows(store) == [("1", "login"), ("2", "late")]


def test_a_row_later_than_the_overlap_is_found_by_counting(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=30)), (2, "login", NOW))
    engine.sync()
    shop.add((3, "late", NOW - timedelta(hours=29)))
    engine.sync()
    assert len(rows(store)) == 2
    assert engine.reconcile().counts.rows == 1
    assert rows(store) == [("1", "login"), ("2", "login"), ("3", "late")]
    assert engine.reconcile().sentence.endswith("the source and the store agree.")


def test_a_deleted_row_goes_but_history_that_the_source_dropped_stays(shop, store, clock, engine):
    shop.add(*[(n, "login", NOW - timedelta(hours=n, minutes=1)) for n in (1, 2, 3, 4)])
    shop.add((5, "logout", NOW - timedelta(hours=2, minutes=30)))
    engine.sync()
    shop.run("delete from product_events where id in (4, 5)")
    engine.reconcile()
    assert rows(store) == [("1", "login"), ("2", "login"), ("3", "login"), ("4", "login")]


def test_an_hour_of_which_nothing_is_left_is_emptied(shop, store, clock, engine):
    shop.add(*[(n, "login", NOW - timedelta(hours=n, minutes=1)) for n in (1, 2, 3, 4)])
    engine.sync()
    shop.run("delete from product_events where id = 2")
    assert "1 removed" in engine.reconcile().sentence
    assert rows(store) == [("1", "login"), ("3", "login"), ("4", "login")]


def test_a_changed_row_of_a_mutable_source_is_replaced_wherever_it_lies(shop, store, clock, tmp_path):
    shop.add((1, "draft", NOW - timedelta(days=20)))
    changing = engine_of(shop, store, clock, tmp_path, mutable=True)
    changing.sync()
    clock.now += timedelta(minutes=1)
    shop.run(
        f"update product_events set event_type = 'final', created_at = '{NOW:%Y-%m-%d %H:%M:%S.%f}' where id = 1"
    )
    changing.sync()
    changing.reader.close()
    assert rows(store) == [("1", "final")]


def test_what_cannot_be_read_is_in_quarantine_and_counted(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=1)))
    shop.run("insert into product_events values (2, 'odd', 'u', 'acme', '2026-03-01 10:00:00 broken')")
    synced = engine.sync()
    assert (synced.counts.rows, synced.counts.quarantined) == (1, 1)
    assert store.admin.quarantine()["reason"].tolist() == ["created_at is not a time"]


def test_a_source_that_is_not_there_says_so(shop, store, clock, tmp_path):
    gone = engine_of(shop, store, clock, tmp_path, relation="nothing")
    with pytest.raises(SourceError, match="no such table"):
        gone.sync()
    gone.reader.close()


def test_a_clock_that_jumps_back_loses_nothing_and_doubles_nothing(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(minutes=1)))
    engine.sync()
    clock.now -= timedelta(days=1)
    shop.add((2, "logout", NOW - timedelta(seconds=30)))
    engine.sync()
    assert state.state_of(store, "shop").mark_at == NOW
    clock.now = NOW + timedelta(minutes=1)
    engine.sync()
    assert rows(store) == [("1", "login"), ("2", "logout")]


def test_rows_of_the_future_come_in_when_their_time_has_come(shop, store, clock, engine):
    shop.add((1, "login", NOW), (2, "planned", NOW + timedelta(hours=2)))
    engine.sync()
    assert rows(store) == [("1", "login")]
    clock.now = NOW + timedelta(hours=2)
    engine.sync()
    assert rows(store) == [("1", "login"), ("2", "planned")]


def test_on_a_full_disk_nothing_moves_and_later_all_comes_in(shop, store, clock, engine, monkeypatch):
    shop.add((1, "login", NOW - timedelta(hours=1)))
    engine.sync()
    before = state.state_of(store, "shop")
    shop.add((2, "logout", NOW))
    with monkeypatch.context() as full:
        full.setattr(limits, "free_bytes", lambda path: (1, False))
        with pytest.raises(DiskFull):
            engine.sync()
    assert (state.state_of(store, "shop"), rows(store)) == (before, [("1", "login")])
    engine.sync()
    assert rows(store) == [("1", "login"), ("2", "logout")]


def test_a_spool_without_room_is_said_and_later_all_comes_in(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=1)))
    engine.reader.check()
    (engine.reader.spool / "00000001.ndjson").symlink_to("/dev/full")
    with pytest.raises(SourceError, match="The disk is full where records wait for the store"):
        engine.sync()
    engine.sync()
    assert rows(store) == [("1", "login")]


def test_a_sync_that_is_stopped_goes_on_where_it_was(shop, store, clock, engine, monkeypatch):
    monkeypatch.setattr("data.sync.plan.FIRST", 1)
    monkeypatch.setattr("data.sync.plan.LARGEST", 1)
    shop.add(*[(n, "login", NOW - timedelta(hours=n)) for n in range(1, 6)])
    engine.cancelled = lambda: len(rows(store)) == 2
    with pytest.raises(Stopped):
        engine.sync()
    assert rows(store) == [("1", "login"), ("2", "login")]  # the newest are there first
    engine.cancelled = lambda: False
    assert engine.sync().counts.rows == 3


def test_a_new_mapping_is_of_history_too(shop, store, clock, engine, tmp_path):
    shop.add((1, "login", NOW - timedelta(days=3)))
    engine.sync()
    engine.reader.close()
    mapped = engine_of(shop, store, clock, tmp_path, map={"tenant_id": "user_id"})
    mapped.sync()
    mapped.reader.close()
    found = store.admin.frame("select event_id, tenant_id from raw.events")
    assert list(found.itertuples(index=False, name=None)) == [("1", "u1")]


def test_a_source_without_a_cursor_is_read_whole_every_time(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW), (2, "logout", NOW))
    whole = engine_of(shop, store, clock, tmp_path, cursor=None)
    assert [whole.sync().counts.rows, whole.sync().counts.rows] == [2, 0]
    whole.reader.close()
    assert rows(store) == [("1", "login"), ("2", "logout")]


def test_a_changed_record_that_is_no_run_any_more_loses_its_run(shop, store, clock, tmp_path):
    log = Rule("logs", {"occurred_at": Origin("created_at"), "message": Origin("event_type")})
    run = Rule(
        "runs", {"occurred_at": Origin("created_at"), "status": Origin("event_type")}, needs=("status",)
    )
    mappings.save(tmp_path / "mappings", Mapping("shop", (log, run), timezone="UTC"))
    shop.add((1, "success", NOW - timedelta(minutes=1)), (2, "success", NOW - timedelta(minutes=2)))
    changing = engine_of(shop, store, clock, tmp_path, mutable=True)
    changing.sync()
    shop.run("update product_events set event_type = '' where id = 1")
    changing.sync()
    changing.reader.close()
    assert store.admin.frame("select run_id from raw.runs")["run_id"].tolist() == ["2"]
    assert sorted(store.admin.frame("select message from raw.logs")["message"]) == ["", "success"]


def test_what_is_new_has_one_row_a_day_in_the_ledger(shop, store, clock, engine):
    for n in range(3):
        clock.now = NOW + timedelta(hours=8 * n)
        shop.add((n, "login", clock.now))
        engine.sync()
    loads = store.admin.loads()[["name", "rows", "state"]]
    assert sorted(loads.itertuples(index=False, name=None)) == [
        ("new records, 2026-03-01", 2, "done"),
        ("new records, 2026-03-02", 1, "done"),
    ]


def test_records_that_become_something_else_are_not_there_twice(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW - timedelta(days=3)))
    for table in ("logs", "events"):
        mapped = engine_of(shop, store, clock, tmp_path, table=table)
        mapped.sync()
        mapped.reader.close()
    held = store.admin.tables().set_index("name")["rows"]
    assert (held["logs"], held["events"]) == (0, 1)


def test_what_is_taken_out_of_the_configuration_holds_no_more(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW - timedelta(days=3)), (2, "logout", NOW - timedelta(days=2)))
    wrong = engine_of(shop, store, clock, tmp_path, table="runs", map={"duration_ms": "event_type"})
    assert wrong.sync().counts.quarantined == 2
    wrong.reader.close()
    right = engine_of(shop, store, clock, tmp_path, table="runs")
    assert right.sync().counts.rows == 2
    right.reader.close()
    assert store.admin.quarantine().empty


def test_a_record_that_cannot_be_read_is_refused_once_however_often_it_comes(shop, store, clock, engine):
    shop.add((1, "login", NOW - timedelta(hours=3)))
    shop.run("insert into product_events values (2, 'odd', 'u', 'acme', '2026-03-01 10:00:00 broken')")
    engine.sync()
    engine.reader.close()
    for _ in range(2):
        again = engine_of(shop, store, clock, engine.folder.parent)
        again.sync()
        again.reconcile()
        assert "1 hour still differs, as records of them could not be read" in again.reconcile().sentence
        again.reader.close()
    assert store.admin.quarantine()[["source", "name", "line"]].values.tolist() == [["shop", "shop", 0]]


def test_a_field_that_no_record_has_is_said(shop, store, clock, tmp_path):
    shop.add((1, "login", NOW))
    misspelt = engine_of(shop, store, clock, tmp_path, map={"tenant_id": "orgid"})
    misspelt.sync()
    misspelt.reader.close()
    assert misspelt.notes == ("None of the first 1 records has a field orgid.",)
