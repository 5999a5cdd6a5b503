"""What a load puts where, and that neither a second load nor a death of the process changes what is in."""

from __future__ import annotations

import json
import random
import threading
import time
from contextlib import suppress
from datetime import datetime

import pytest

from data import ingest as ingesting
from data.ingest import Wish, ingest, propose
from data.mapping import Origin
from data.sources import ahead, opening
from data.sources import lines as reading_lines
from data.store import open_store
from tests.data import process
from tests.data.process import FRESH
from tests.data.sources.kinds import GOOD, OTHER, RUN, THIRD, lines, renamed


def load(store, path, **said):
    return ingest(store, propose(path, None, Wish(**said), path.parent / "mappings"))


def small_batches(monkeypatch, size: int) -> None:
    """Read files in small pieces, so that a small file is many batches."""
    monkeypatch.setattr(reading_lines, "BATCH", size)
    monkeypatch.setattr(opening, "PIECE", size)


def rows(store, sql: str) -> list[tuple]:
    return list(store.admin.frame(sql).itertuples(index=False, name=None))


def attributes(store, table: str) -> list[dict]:
    """The attributes of a table's rows, the fewest first."""
    return sorted(
        (json.loads(text) for (text,) in rows(store, f"select attributes::json::varchar from raw.{table}")),
        key=len,
    )


def test_a_log_line_that_carries_a_run_becomes_both(store, tmp_path):
    path = tmp_path / "api.ndjson"
    extra = json.loads(RUN) | {"region": "eu", "n": 5, "tags": ["a"]}
    path.write_bytes(lines(RUN, json.dumps(extra, separators=(",", ":"))))

    load(store, path)

    extras = {"region": "eu", "n": 5.0}
    run = "select tenant_id, user_id, workflow_id, workflow_name, action_type, status, duration_ms from raw.runs"
    assert (
        rows(store, run)
        == [("tenant_acme", "user_123", "wf_456", "Daily Sales Report", "slack_message", "success", 1200.0)]
        * 2
    )
    log = "select epoch(occurred_at), level, message, user_id, service from raw.logs"
    assert (
        rows(store, log)
        == [(1767882600.0, "info", "Workflow executed successfully", "user_123", "ipaas-api")] * 2
    )
    of_run = {"service": "ipaas-api"}
    assert attributes(store, "runs") == [of_run, of_run | extras]
    of_log = {
        "workflow_id": "wf_456", "meta.workflow_name": "Daily Sales Report", "meta.action_type": "slack_message",
        "meta.duration": "1.2s", "meta.status": "success",
    }  # fmt: skip
    assert attributes(store, "logs") == [of_log, of_log | extras]
    assert rows(store, "select lists::varchar from raw.runs where lists is not null") == [('{"tags":["a"]}',)]
    keys = "select key, type, rows from control.keys where table_name = 'runs' order by key"
    assert rows(store, keys) == [
        ("n", "DOUBLE", 1),
        ("region", "VARCHAR", 1),
        ("service", "VARCHAR", 2),
        ("tags", "LIST", 1),
    ]


def test_lines_that_name_a_workflow_but_end_no_run_are_counted_in_the_sentence(store, tmp_path, monkeypatch):
    small_batches(monkeypatch, 500)
    path = tmp_path / "api.ndjson"
    started, silent = (
        RUN.replace('"status":"success"', '"status":"running"'),
        RUN.replace(',"status":"success"', ""),
    )
    path.write_bytes(lines(RUN, started, RUN, silent, GOOD, started.replace("2026-01-08T", "soon "), started))
    said = load(store, path).sentence
    assert rows(store, "select count(*) from raw.runs") == [(2,)]
    assert rows(store, "select count(*) from raw.logs") == [(6,)]
    assert (
        "3 lines name a workflow but no finished status (success, failed, cancelled, timeout): they became logs only."
        in said
    )


def test_a_file_whose_runs_all_ended_says_nothing_of_unfinished_ones(store, tmp_path):
    path = tmp_path / "api.ndjson"
    path.write_bytes(lines(RUN, GOOD))
    assert "finished status" not in load(store, path).sentence


def test_equal_lines_are_rows_of_their_own_and_a_grown_file_adds_only_the_new(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD, GOOD, OTHER))
    assert load(store, path).counts.rows == 3

    path.write_bytes(lines(GOOD, GOOD, OTHER, GOOD, THIRD))
    grown = load(store, path)

    assert (grown.counts.rows, grown.counts.duplicates) == (2, 3)
    ids = [
        log_id
        for (log_id,) in rows(store, "select log_id from raw.logs where message = 'up' order by log_id")
    ]
    assert ids == [ids[0], f"{ids[0]}~2", f"{ids[0]}~3"]


def test_equal_lines_are_told_apart_across_batches(store, tmp_path, monkeypatch):
    small_batches(monkeypatch, 500)
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(*[GOOD, OTHER] * 20))
    assert load(store, path).counts.rows == 40
    assert load(store, path).counts.rows == 0
    assert rows(store, "select count(distinct log_id) from raw.logs") == [(40,)]


def test_a_renamed_copy_of_a_source_s_file_adds_nothing(store, tmp_path):
    for name in ("app.log.1", "app-2026-01-08.ndjson"):
        (tmp_path / name).write_bytes(lines(GOOD, OTHER))
        outcome = load(store, tmp_path / name)
    assert outcome.counts.duplicates == 2


def test_a_new_mapping_of_a_known_source_takes_the_old_rows_place(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(renamed(GOOD, team="red"), renamed(OTHER, team="blue")))
    load(store, path)

    outcome = load(store, path, columns=(("tenant_id", Origin("team")),))

    assert rows(store, "select tenant_id from raw.logs order by 1") == [("blue",), ("red",)]
    assert outcome.counts.rows == 0
    assert "2 lines were there already and took the new mapping." in outcome.sentence
    # The mapping was kept: the next file of the source needs no word.
    assert load(store, path).counts.duplicates == 2
    assert rows(store, "select tenant_id from raw.logs order by 1") == [("blue",), ("red",)]


@pytest.mark.parametrize(
    "content", [b"", b"timestamp,event\n", lines(renamed(GOOD, timestamp="2099-01-01T00:00:00Z"))]
)
def test_a_file_of_which_nothing_went_in_keeps_no_mapping(store, tmp_path, content):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD))
    load(store, path)
    kept = (tmp_path / "mappings" / "app.toml").read_text()
    for name in ("app.ndjson.1", "new.ndjson"):
        (tmp_path / name).write_bytes(content)
        load(store, tmp_path / name)
    assert [each.name for each in (tmp_path / "mappings").iterdir()] == ["app.toml"]
    assert (tmp_path / "mappings" / "app.toml").read_text() == kept


def test_another_kind_of_file_under_a_known_source_is_recognised_anew(store, tmp_path):
    events = '{"timestamp":"2026-01-08T14:30:00Z","event":"login","event_id":"1","page":"/","user_id":"u1"}'
    for text in (events, RUN):
        (tmp_path / "stdin").write_bytes(lines(text))
        load(store, tmp_path / "stdin")
    counts = "select (select count(*) from raw.events), (select count(*) from raw.runs)"
    assert rows(store, counts) == [(1, 1)]


def test_a_known_source_keeps_its_mapping_where_no_line_ended_a_run(store, tmp_path):
    path = tmp_path / "api.ndjson"
    for text in (RUN, renamed(RUN, meta={})):
        path.write_bytes(lines(text))
        load(store, path)
    assert [rule.table for rule in propose(path, None, Wish(), tmp_path / "mappings").mapping.rules] == [
        "logs",
        "runs",
    ]


def test_keys_that_the_engine_cannot_tell_apart_are_attributes(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD[:-1] + ',"":3,"A":1,"a":2,"b":4}'))
    load(store, path)
    assert attributes(store, "logs") == [{"": 3, "A": 1, "a": 2, "b": 4}]


def test_blanks_around_a_cell_are_not_part_of_it(store, tmp_path):
    path = tmp_path / "shop.csv"
    path.write_text("timestamp,event,user_id,n\n2026-01-08T14:30:00Z , login,u1 , 5\n")
    load(store, path)
    assert rows(store, "select event_type, user_id from raw.events") == [("login", "u1")]
    assert attributes(store, "events") == [{"n": 5}]


def test_attributes_keep_the_kind_of_each_value(store, tmp_path):
    path = tmp_path / "app.ndjson"
    values = [1, 2.5, 3, "four", True, None, 2**60, [1, {"a": 2}], {}]
    path.write_bytes(lines(*(renamed(GOOD, v=value, message=str(n)) for n, value in enumerate(values))))
    load(store, path)
    found = rows(
        store, "select attributes.v::json::varchar as v, lists::varchar as l from raw.logs order by message"
    )
    assert [json.loads(v) if isinstance(v, str) else None for v, _ in found] == [
        1.0,
        2.5,
        3.0,
        "four",
        True,
        None,
        str(2**60),
        None,
        None,
    ]
    assert [lists for _, lists in found if isinstance(lists, str)] == ['{"v":[1, {"a": 2}]}', '{"v":{}}']
    kinds = "select type, rows from control.keys where key = 'v' order by type"
    assert rows(store, kinds) == [("BOOLEAN", 1), ("DOUBLE", 3), ("LIST", 2), ("VARCHAR", 2)]


def test_properties_of_our_own_names_are_attributes_without_the_word(store, tmp_path):
    path = tmp_path / "events.ndjson"
    path.write_bytes(
        lines(
            '{"occurred_at":"2026-01-08T14:30:00Z","event_id":"1","event_type":"login","properties":{"plan":"pro","a.b":1}}'
        )
    )
    load(store, path)
    assert rows(store, "select event_id, attributes::json::varchar from raw.events") == [
        ("1", '{"a.b":1.0,"plan":"pro"}')
    ]


def test_a_quarantined_line_keeps_file_line_reason_and_text(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD, "", "oops", OTHER, renamed(GOOD, timestamp="soon")))
    load(store, path)
    kept = rows(store, "select name, line, reason, text from control.quarantine order by line")
    assert kept == [
        ("app.ndjson", 3, "not JSON", "oops"),
        ("app.ndjson", 5, "timestamp is not a time", renamed(GOOD, timestamp="soon")),
    ]


def test_a_file_that_grows_while_it_is_read_gives_its_whole_lines(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD) + OTHER[:30].encode())
    proposal = propose(path, None, Wish())
    proposal.source.read()
    batches = proposal.source.read()
    with path.open("ab") as file:
        file.write(OTHER[30:].encode() + b"\n")
    assert [batch.lines for batch in batches] == [1]
    assert load(store, path).counts.rows == 2


def test_a_load_can_be_stopped_and_taken_up_again(store, tmp_path, monkeypatch):
    small_batches(monkeypatch, 4000)
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(*(renamed(GOOD, message=f"line {n}") for n in range(400))))

    stopped = ingest(store, propose(path, None, Wish()), cancelled=lambda: True)

    assert stopped.state == "cancelled"
    assert 0 < stopped.counts.rows < 400
    assert "The load was stopped" in stopped.sentence
    rest = load(store, path)
    assert rest.counts.rows == 400 - stopped.counts.rows


def test_pages_read_while_a_load_runs(store, february, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(
        lines(
            *(
                renamed(GOOD, timestamp=f"2026-02-{1 + n % 28:02}T10:00:00Z", message=f"line {n}")
                for n in range(20_000)
            )
        )
    )
    seen: list[int] = []
    done = threading.Event()

    def read():
        while not done.is_set():
            seen.append(int(store.frame(february, "select count(*) as n from logs").n[0]))

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    load(store, path)
    done.set()
    for reader in readers:
        reader.join()
    assert set(seen) <= {0, 20_000}
    assert int(store.frame(february, "select count(*) as n from logs").n[0]) == 20_000


@pytest.mark.loop
@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(1, 5))])
def test_kill_loses_no_committed_batch_and_leaves_no_half_one(tmp_path, seed):
    chance = random.Random(seed)
    path, file = tmp_path / "app.ndjson", tmp_path / "store.duckdb"
    texts = [renamed(RUN, message=f"line {n}") if n % 50 else "oops" for n in range(8_000)]
    path.write_bytes(lines(*texts))
    ours, theirs = FRESH.Pipe(duplex=False)
    child = FRESH.Process(target=process.load, args=(file, path, 150_000, theirs))
    child.start()
    theirs.close()
    told = 0
    with suppress(EOFError):  # it had loaded all
        while told <= 8_000 * chance.random():
            told = ours.recv()
        time.sleep(chance.random() * 0.1)
    child.kill()
    child.join()

    store = open_store(file)
    ((lines_in, rows_in, bad),) = rows(store, "select lines, rows, quarantined from control.loads")
    assert lines_in >= told
    assert rows_in + bad == lines_in
    assert rows(
        store,
        "select (select count(*) from raw.logs), (select count(*) from raw.runs), (select count(*) from control.quarantine)",
    ) == [(rows_in, rows_in, bad)]
    load(store, path)
    good = sum(text != "oops" for text in texts)
    assert rows(store, "select count(*), count(distinct log_id) from raw.logs") == [(good, good)]
    assert rows(store, "select count(*), count(distinct run_id) from raw.runs") == [(good, good)]
    store.close()


def test_a_failed_batch_leaves_the_load_marked(store, tmp_path, monkeypatch):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD))
    proposal = propose(path, None, Wish())

    def broken(*_):
        raise ingesting.SourceError("The disk went away.")

    monkeypatch.setattr(ahead, "read", broken)
    with pytest.raises(ingesting.SourceError, match="The disk went away"):
        ingest(store, proposal)
    assert rows(store, "select state, sentence from control.loads") == [("failed", "The disk went away.")]


def test_when_it_was(store, tmp_path):
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(GOOD, THIRD))
    outcome = load(store, path)
    assert (outcome.first_at, outcome.last_at) == (datetime(2026, 1, 8, 14, 30), datetime(2026, 1, 8, 14, 32))
