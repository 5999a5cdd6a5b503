"""Elasticsearch into the store: counts agree on both sides, whatever comes late, changes, goes or breaks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from data.sources.elasticsearch import Elasticsearch
from data.sources.refusal import SourceError
from data.store import open_store
from data.sync import state
from data.sync.engine import Engine
from data.sync.reader import Reader
from tests.services.elasticsearch.conftest import REAL

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def document(at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "@timestamp": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "log": {"level": "info"},
        "message": "up",
        "organization": {"id": "acme"},
    } | more


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(tmp_path, clock):
    opened = open_store(tmp_path / "store.duckdb", clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def engines(tmp_path, store, clock):
    """Makes engines, and ends what they started."""
    made: list[Engine] = []

    def make(server: Any, index: str | list[str], name: str = "logs", **said: Any) -> Engine:
        settings = Elasticsearch(
            **{"kind": "elasticsearch", "name": name, "url": server.url, "index": index, "page": 100} | said
        )
        reader = Reader(settings, tmp_path / "spool" / name)
        made.append(Engine(settings, reader, lambda: store, tmp_path / "mappings", clock))
        return made[-1]

    yield make
    for engine in made:
        engine.reader.close()


def rows(store, columns: str = "log_id, message", table: str = "logs") -> list[tuple]:
    found = store.admin.frame(f"select {columns} from raw.{table} order by all")
    return list(found.itertuples(index=False, name=None))


AGREE = "the source and the store agree."


@pytest.mark.parametrize("server", ["double", "opensearch", *REAL], indirect=True)
def test_a_second_sync_adds_nothing_and_then_what_is_new(server, index, engines, store, clock):
    server.load(index, [(f"{n:03}", document(NOW - timedelta(minutes=n))) for n in range(1, 251)])
    engine = engines(server, index)
    assert engine.sync().counts.rows == 250
    assert state.state_of(store, "logs").has_history
    clock.now += timedelta(minutes=1)
    assert engine.sync().counts.rows == 0
    server.load(index, [("new", document(clock.now))])
    assert engine.sync().counts.rows == 1
    assert [id_ for id_, _ in rows(store)] == [*(f"{n:03}" for n in range(1, 251)), "new"]
    assert engine.reconcile().sentence.endswith(AGREE)


@pytest.mark.parametrize("server", ["double", *REAL], indirect=True)
def test_a_document_that_is_mended_comes_in_when_counted_and_one_without_a_time_is_said(
    server, index, engines, store
):
    at = document(NOW - timedelta(hours=3))["@timestamp"]
    server.load(index, [("good", {"@timestamp": at, "outcome": "success"}), ("lost", {"outcome": "success"})])
    server.load(index, [("bad", {"@timestamp": at, "outcome": "zzz"})])
    engine = engines(server, index, table="runs", map={"status": "outcome"}, tenant="acme")
    stays_out = "1 record has no time or no id, so it stays out."
    assert engine.sync().sentence.endswith(stays_out)
    assert "1 hour still differs, as records of them could not be read" in engine.reconcile().sentence
    assert store.admin.quarantine()["key"].tolist() == ["bad"]
    server.load(index, [("bad", {"@timestamp": at, "outcome": "success"})])
    assert "1 row added, 1 of them from quarantine" in engine.reconcile().sentence
    assert engine.reconcile().sentence.endswith(f"what has a time is the same there and here. {stays_out}")
    assert rows(store, "run_id", "runs") == [("bad",), ("good",)]
    assert store.admin.quarantined() == 0


@pytest.mark.parametrize("server", ["double", *REAL], indirect=True)
def test_the_field_that_is_named_as_time_is_when_documents_happened(server, index, engines, store):
    at = NOW - timedelta(hours=3)
    server.load(index, [("1", {"happened": {"at": document(at)["@timestamp"]}, "message": "up"})])
    engine = engines(server, index, time="happened.at", table="logs")
    engine.sync()
    assert rows(store, "log_id, occurred_at") == [("1", at)]
    assert engine.reconcile().sentence.endswith(AGREE)


def test_late_and_deleted_documents_are_found_by_counting(real, index, engines, store):
    real.load(index, [(str(n), document(NOW - timedelta(hours=n))) for n in range(1, 9)])
    engine = engines(real, index)
    engine.sync()
    real.load(index, [("late", document(NOW - timedelta(hours=3)))])
    with real.client() as client:
        client.delete(index=index, id="5", refresh=True)
    engine.sync()
    assert len(rows(store)) == 8
    synced = engine.reconcile()
    assert [id_ for id_, _ in rows(store)] == ["1", "2", "3", "4", "6", "7", "8", "late"]
    assert "1 row added, 1 removed" in synced.sentence
    assert engine.reconcile().sentence.endswith(AGREE)


def test_a_changed_document_is_replaced_also_where_it_moves_to_another_week(
    real, index, engines, store, clock
):
    when = {"created": NOW - timedelta(days=20), "updated": NOW - timedelta(days=20)}

    def changed(at: datetime, message: str) -> dict[str, Any]:
        stamps = {"event": {"ingested": document(clock.now)["@timestamp"]}}
        return document(at, message=message, **stamps)

    clock.now = NOW - timedelta(days=20)
    real.load(index, [("1", changed(when["created"], "draft")), ("2", changed(when["created"], "other"))])
    clock.now = NOW
    engine = engines(real, index)
    assert "New ones are found by event.ingested." in engine.reader.check()
    engine.sync()
    assert rows(store) == [("1", "draft"), ("2", "other")]
    clock.now += timedelta(minutes=1)
    real.load(index, [("1", changed(NOW - timedelta(days=9), "final"))])
    engine.sync()
    assert rows(store, "log_id, message, occurred_at") == [
        ("1", "final", NOW - timedelta(days=9)),
        ("2", "other", NOW - timedelta(days=20)),
    ]


def test_documents_without_the_cursor_are_read_by_their_time(real, index, engines, store, clock):
    ingested = {"event": {"ingested": document(NOW - timedelta(minutes=1))["@timestamp"]}}
    real.load(index, [("1", document(NOW - timedelta(hours=4), **ingested))])
    real.load(index, [("2", document(NOW - timedelta(hours=3)))])
    engine = engines(real, index)
    assert engine.sync().counts.rows == 2
    clock.now += timedelta(minutes=2)
    real.load(index, [("3", document(NOW + timedelta(minutes=1)))])
    assert engine.sync().counts.rows == 1
    assert engine.reconcile().sentence.endswith(AGREE)


def test_documents_of_several_indices_with_one_id_are_several(real, index, engines, store):
    for part in ("a", "b"):
        real.load(f"{index}-{part}", [("1", document(NOW - timedelta(hours=2), message=part))])
    engine = engines(real, f"{index}-*")
    engine.sync()
    assert rows(store) == [(f"{index}-a/1", "a"), (f"{index}-b/1", "b")]
    assert engine.reconcile().sentence.endswith(AGREE)


def test_nested_and_dotted_fields_are_one_form_and_a_clash_loses_nothing(real, index, engines, store):
    with real.client() as client:
        client.indices.create(
            index=index, mappings={"properties": {"@timestamp": {"type": "date"}}, "dynamic": False}
        )
    at = NOW - timedelta(hours=2)
    real.load(
        index,
        [
            ("1", document(at) | {"a": 1, "a.b": 2}),
            ("2", document(at) | {"a.b": 1, "a": {"b": 2}}),
            ("3", {"@timestamp": document(at)["@timestamp"], "log.level": "warn", "message": "dotted"}),
            ("4", document(at) | {"big": 123456789012345678901234567890}),
        ],
    )
    engines(real, index).sync()
    found = store.admin.frame(
        """select log_id, level, attributes."a"::varchar as a, attributes."a.b"::varchar as ab,
        attributes."big"::varchar as big from raw.logs order by log_id"""
    ).fillna("")
    assert list(found.itertuples(index=False, name=None)) == [
        ("1", "info", "1.0", "2.0", ""),
        ("2", "info", "", "2.0", ""),
        ("3", "warn", "", "", ""),
        ("4", "info", "", "", "123456789012345678901234567890"),
    ]


def test_a_time_that_is_a_date_here_and_a_text_there_is_named(real, index, engines):
    with real.client() as client:
        client.indices.create(
            index=f"{index}-text", mappings={"properties": {"@timestamp": {"type": "text"}}}
        )
    real.load(f"{index}-date", [("1", document(NOW - timedelta(hours=1)))])
    real.load(f"{index}-text", [("1", document(NOW - timedelta(hours=1)))])
    engine = engines(real, f"{index}-*")
    for ask in (engine.reader.check, engine.sync):
        with pytest.raises(SourceError) as caught:
            ask()
        assert f"text in {index}-text" in str(caught.value)
        assert f"Leave {index}-text out of `index`" in str(caught.value)


def test_other_fields_at_odds_are_named_and_loaded(real, index, engines, store):
    real.load(f"{index}-a", [("1", document(NOW - timedelta(hours=1), code=5))])
    real.load(f"{index}-b", [("1", document(NOW - timedelta(hours=1), code="five"))])
    engine = engines(real, f"{index}-*")
    said = engine.reader.check()
    assert f"Of several kinds: code is long in {index}-a and text in {index}-b" in said
    engine.sync()
    codes = store.admin.frame("""select attributes."code"::varchar as code from raw.logs order by log_id""")
    assert codes["code"].tolist() == ["5.0", "five"]


def test_dates_with_and_without_nanoseconds_are_in_one_order(real, index, engines, store):
    with real.client() as client:
        for part, kind in (("ms", "date"), ("ns", "date_nanos")):
            client.indices.create(
                index=f"{index}-{part}", mappings={"properties": {"@timestamp": {"type": kind}}}
            )
    at = NOW - timedelta(hours=4)
    for part in ("ms", "ns"):
        real.load(f"{index}-{part}", [(str(n), document(at + timedelta(minutes=n))) for n in range(150)])
    engine = engines(real, f"{index}-*")
    assert engine.sync().counts.rows == 300
    assert engine.reconcile().sentence.endswith(AGREE)


def test_an_index_without_the_time_says_which_dates_there_are(real, index, engines):
    real.load(index, [("1", {"created": "2026-03-01T00:00:00Z", "message": "x"})])
    engine = engines(real, index)
    for ask in (engine.reader.check, engine.sync):
        with pytest.raises(SourceError, match="Date fields are created: name one as `time`"):
            ask()


def test_an_index_without_documents_is_no_error(real, index, engines):
    with real.client() as client:
        client.indices.create(index=index)
    engine = engines(real, index)
    assert "There are none yet." in engine.reader.check()
    assert engine.sync().sentence == "The source has no records yet."


def test_an_index_that_keeps_no_documents_says_so(real, index, engines):
    with real.client() as client:
        client.indices.create(
            index=index,
            mappings={"_source": {"enabled": False}, "properties": {"@timestamp": {"type": "date"}}},
        )
    real.load(index, [("1", document(NOW - timedelta(hours=1)))])
    with pytest.raises(SourceError, match="Leave that index out of `index`"):
        engines(real, index).sync()
