"""Whatever kills a sync, no row is lost, none comes twice, and the next sync goes on."""

from __future__ import annotations

import contextlib
import shutil
from datetime import timedelta

import pytest

from data.store import open_store
from data.sync import state
from tests.data.process import FRESH
from tests.data.sync import process
from tests.data.sync.shop import NOW, Clock, Shop, engine_of, rows

pytestmark = pytest.mark.heavy
ROWS, SIZE = 400, 20
ALL = sorted((str(n), "login") for n in range(ROWS))


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "shop.sqlite")
    made.add(*[(n, "login", NOW - timedelta(minutes=3 * n + 1)) for n in range(ROWS)])
    return made


def killed_after(folder, records: int) -> None:
    """Sync until so many records have come in, then kill -9."""
    ours, theirs = FRESH.Pipe()
    child = FRESH.Process(target=process.sync, args=(folder, SIZE, NOW, theirs))
    child.start()
    theirs.close()
    with contextlib.suppress(EOFError):
        while ours.recv() < records:
            pass
    child.kill()
    child.join()


def finished(shop, folder):
    clock = Clock()
    store = open_store(folder / "store.duckdb", clock=clock)
    engine = engine_of(shop, store, clock, folder, page=SIZE)
    engine.sync()
    engine.reader.close()
    found, reached = rows(store), state.state_of(store, "shop")
    counted = int(store.admin.tables().set_index("name").loc["events", "rows"])
    store.close()
    return found, reached, counted


def test_kill_at_any_moment_loses_nothing_and_doubles_nothing(shop, tmp_path):
    for records in (1, 90, 200):
        killed_after(tmp_path, records)
    found, reached, counted = finished(shop, tmp_path)
    assert (found, counted) == (ALL, ROWS)
    assert reached.has_history


@pytest.mark.parametrize("kept", [0.0, 0.5, 0.98])
def test_a_log_that_a_power_cut_shortened_takes_mark_and_rows_back_together(shop, tmp_path, kept):
    killed_after(tmp_path, 200)
    log = tmp_path / "store.duckdb.wal"
    content = log.read_bytes()
    log.write_bytes(content[: int(len(content) * kept)])
    opened = open_store(tmp_path / "store.duckdb", clock=Clock())
    reached = state.state_of(opened, "shop")
    held = {name for name, _ in rows(opened)}
    opened.close()
    if reached.floor_at is not None:
        # What the state says is in is in.
        due = {str(n) for n in range(ROWS) if NOW - timedelta(minutes=3 * n + 1) >= reached.floor_at}
        assert due <= held
    shutil.rmtree(tmp_path / "spool", ignore_errors=True)
    found, _, counted = finished(shop, tmp_path)
    assert (found, counted) == (ALL, ROWS)
