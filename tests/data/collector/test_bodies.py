"""Bodies: packed, cut, and made to fill the memory; and the spool that a crash left."""

from __future__ import annotations

import gc
import gzip
import json
import time
import zlib
from pathlib import Path

import pytest

from data.collector import bodies, child, spool
from tests.data.collector.sending import send

EVENT = json.dumps({"event": "a", "time": "2026-02-03T10:00:00Z"}).encode()


@pytest.mark.parametrize(("pack", "name"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_a_packed_body_is_unpacked(pack, name):
    assert send("events", pack(EVENT), packing=name).said["accepted"] == 1


# Named: packed bytes say when they were packed, and two processes must collect the same tests.
@pytest.mark.parametrize(
    "body",
    [gzip.compress(EVENT)[:-9], b"\x1f\x8bnonsense", EVENT, gzip.compress(EVENT) + b"more"],
    ids=["cut", "no gzip", "not packed", "more behind it"],
)
def test_a_cut_or_damaged_body_is_refused(body):
    assert send("events", body, packing="gzip").status == 400


def test_a_body_that_unpacks_to_more_than_is_taken_is_refused_early():
    bomb = gzip.compress(bytes(bodies.MOST + 1))
    assert len(bomb) < 100_000
    assert send("events", bomb, packing="gzip").status == 413
    twice = gzip.compress(gzip.compress(bytes(bodies.MOST + 1)))
    assert send("events", twice, packing="gzip").status == 400


def test_a_body_of_very_many_empty_values_is_refused_unread():
    assert send("events", b"[" + b"{}," * bodies.VALUES + b"{}]").status == 413
    assert send("logs", b"[" * (bodies.VALUES + 1)).status == 413


@pytest.fixture
def alone():
    """Nothing of the test's own tools runs beside a collection, where an alarm would be swallowed."""
    held = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = held


# An alarm that rings in a destructor is swallowed there, and rings again: the warning of it is no fault.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("alone")
def test_a_body_that_takes_too_long_is_given_up(monkeypatch):
    monkeypatch.setattr(child, "MOST_SECONDS", 0.05)
    for kind, body in (
        ("protobuf", b"\x0a\x00" * 2_000_000),
        ("json", b'{"resourceLogs":[' + b"{}," * 900_000 + b"{}]}"),
    ):
        sent = send("logs", body, kind=kind)
        assert (sent.status, sent.lines) == (413, {})


def test_a_body_nested_very_deeply_is_refused():
    deep = b'{"event":"a","x":' + b"[" * 5000 + b"]" * 5000 + b"}"
    assert send("events", deep).status == 400


@pytest.mark.parametrize(
    ("route", "content_type", "kind"),
    [
        ("logs", "application/x-protobuf", "protobuf"),
        ("logs", "Application/JSON; charset=utf-8", "json"),
        ("logs", "text/plain", None),
        ("logs", "application/x-ndjson", None),
        ("events", "application/x-ndjson", "lines"),
        ("events", "text/plain", "json"),
        ("events", "application/x-protobuf", None),
        ("events", "", None),
        ("batch", "application/json", "json"),
        ("batch", "application/x-ndjson", None),
    ],
)
def test_each_route_takes_its_types(route, content_type, kind):
    assert bodies.kind_of(route, content_type) == kind


def write(folder: Path, *sources: str) -> Path:
    """An open file of the spool, as a process leaves it when it is killed."""
    spool.recover(folder)
    written = spool.Spool(folder, time.time)
    for source in sources:
        written.write(source, {"events": [b'{"event_id":"1"}', b'{"event_id":"2"}']})
    written.sync()
    (path,) = folder.glob("*.open")
    return path


def test_what_a_killed_process_left_is_whole_up_to_its_last_whole_block(tmp_path):
    path = write(tmp_path, "a", "b", "c")
    path.write_bytes(path.read_bytes()[:-5])
    spool.recover(tmp_path)
    (ready,) = spool.waiting(tmp_path).ready
    assert [(each.source, each.lines.count(b"\n")) for each in spool.blocks(ready)] == [("a", 2), ("b", 2)]


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_wherever_a_file_is_cut_no_half_of_a_block_is_taken(tmp_path, cut):
    path = write(tmp_path, "a")
    path.write_bytes(path.read_bytes()[:-cut])
    spool.recover(tmp_path)
    assert spool.waiting(tmp_path).ready == ()


def test_garbage_after_the_last_block_is_cut_off(tmp_path):
    path = write(tmp_path, "a")
    with path.open("ab") as file:
        file.write(b"\0\n\xff{}\n" * 3)
    spool.recover(tmp_path)
    (ready,) = spool.waiting(tmp_path).ready
    assert [each.source for each in spool.blocks(ready)] == ["a"]


def test_what_waits_is_known_by_its_size_and_age(tmp_path):
    path = write(tmp_path, "a")
    waiting = spool.waiting(tmp_path)
    assert waiting.ready == ()
    assert waiting.size == path.stat().st_size > 0
    assert waiting.age(waiting.since + 7) == 7
