"""Loads inside the app: previewed, one after another, watched and stopped."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

import service.loading
from data.mapping import MappingError, Origin
from service.loading import Job, Loading, LoadRequest, Wish
from service.stores import Stores
from tests.data.sources.kinds import GOOD, OTHER, THIRD, lines, renamed


@pytest.fixture
def loading(tmp_path):
    stores = Stores(tmp_path / "var", clock=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    opened = Loading(stores)
    yield opened
    opened.close()
    stores.close()


def ended(loading: Loading, job_id: str) -> Job:
    until = time.monotonic() + 60
    while not loading.job(job_id).ended:
        assert time.monotonic() < until
        time.sleep(0.01)
    return loading.job(job_id)


def test_a_preview_shows_fields_rows_and_what_is_wrong_and_loads_nothing(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lines(GOOD, "oops", OTHER))
    shown = loading.preview(path, "app.ndjson")
    assert (
        shown.sentence
        == "app.ndjson is NDJSON, and its lines become rows of logs (guessed from its names: please check)."
    )
    assert [(field.path, field.target) for field in shown.fields] == [
        ("timestamp", "logs.occurred_at"), ("level", "logs.level"), ("message", "logs.message"), ("tenant_id", "logs.tenant_id"),
    ]  # fmt: skip
    assert list(shown.rows["logs"].message) == ["up", "slow"]
    assert shown.rejects == ((2, "not JSON", "oops"),)
    assert not loading.stores.has_own


def test_a_preview_says_what_must_be_named_first(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lines(renamed(GOOD, timestamp="2026-01-08 14:30:00")))
    shown = loading.preview(path, "app.ndjson")
    assert "carry no time zone" in shown.problems[0]
    named = loading.preview(path, "app.ndjson", wish=Wish(timezone="UTC"))
    assert named.problems == ()
    assert named.rows["logs"].occurred_at[0] == datetime(2026, 1, 8, 14, 30)


def test_loads_run_one_after_another_and_the_first_makes_the_own_store(loading, tmp_path):
    jobs = []
    for n, text in enumerate((GOOD, OTHER, THIRD)):
        path = tmp_path / f"upload{n}"
        path.write_bytes(lines(text))
        jobs.append(loading.start(LoadRequest(path, f"app.ndjson.{n}", remove=True)))
    states = [ended(loading, job) for job in jobs]
    assert [(job.state, job.counts.rows, job.counts.lines) for job in states] == [("done", 1, 1)] * 3
    assert states[0].first_at == datetime(2026, 1, 8, 14, 30, tzinfo=UTC)
    assert [job.id for job in loading.jobs()] == jobs[::-1]
    assert loading.stores.own().admin.frame("select count(distinct source) as n from raw.logs").n[0] == 1
    assert not (tmp_path / "upload0").exists()


def test_a_refused_file_says_why_and_makes_no_store(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(b"May 4 12:00:01 web-1 sshd[12]: session opened\n" * 3)
    job = ended(loading, loading.start(LoadRequest(path, "syslog")))
    assert (job.state, job.counts.rows) == ("refused", 0)
    assert job.error.startswith("syslog is neither JSON")
    assert not loading.stores.has_own


def test_a_load_that_waits_can_be_stopped(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lines(*(renamed(GOOD, message=f"line {n}") for n in range(50_000))))
    first, second = (loading.start(LoadRequest(path, name)) for name in ("one.ndjson", "two.ndjson"))
    loading.cancel(second)
    assert ended(loading, first).counts.rows == 50_000
    assert ended(loading, second).state == "cancelled"


def test_no_load_is_forgotten_before_it_has_ended(loading, tmp_path, monkeypatch):
    monkeypatch.setattr(service.loading, "KEPT", 2)
    path = tmp_path / "app.ndjson"
    path.write_bytes(lines(*(renamed(GOOD, message=f"line {n}") for n in range(20_000))))
    jobs = [loading.start(LoadRequest(path)) for _ in range(5)]
    assert len(loading.jobs()) == 5
    loading.cancel(jobs[-1])
    assert ended(loading, jobs[-1]).state == "cancelled"
    last = loading.start(LoadRequest(path))
    assert [job.id for job in loading.jobs()] == [last, *jobs[:2:-1]]
    assert ended(loading, last).counts.duplicates == 20_000


def test_a_wish_is_kept_for_the_next_file_of_the_source(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lines(renamed(GOOD, team="red")))
    ended(
        loading,
        loading.start(LoadRequest(path, "app.ndjson", Wish(columns=(("tenant_id", Origin("team")),)))),
    )
    assert loading.preview(path, "app.ndjson").mapping.rules[0].columns["tenant_id"] == Origin("team")


def test_an_impossible_wish_is_refused(loading, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(lines(GOOD))
    with pytest.raises(MappingError, match="has no column 'colour'"):
        loading.preview(path, wish=Wish(columns=(("colour", Origin("team")),)))
