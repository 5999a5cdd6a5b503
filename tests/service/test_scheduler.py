"""Sources are synced while the app runs: on their own, when asked, and never one at the cost of another."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from data.store import utc_now
from data.sync.state import state_of
from service.scheduler import Scheduler
from service.stores import Stores
from tests.data.sync.shop import Shop, rows

pytestmark = pytest.mark.usefixtures("forked_readers")


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path / "shop.sqlite")
    made.add((1, "login", utc_now() - timedelta(hours=1)))
    return made


@pytest.fixture
def configured(tmp_path, monkeypatch):
    path = tmp_path / "tenantscope.toml"
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(path))
    return path


@pytest.fixture
def stores(tmp_path):
    opened = Stores(tmp_path / "var")
    yield opened
    opened.close()


@pytest.fixture
def scheduler(stores):
    made = Scheduler(stores)
    yield made
    made.stop()


def until(true) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def phase(scheduler: Scheduler, name: str) -> str:
    return next(each.phase for each in scheduler.statuses() if each.settings.name == name)


def synced(scheduler: Scheduler, name: str) -> bool:
    return next(each.synced_at is not None for each in scheduler.statuses() if each.settings.name == name)


def test_what_is_asked_on_demand_is_never_synced(scheduler, configured, stores):
    configured.write_text(
        "[[sources]]\nname = 'traces'\nkind = 'jaeger'\nurl = 'http://127.0.0.1:1'\nevery = '1s'"
    )
    scheduler.start()
    for step in (scheduler.watcher("traces").now, scheduler.watcher("traces").pause):
        step()
        assert phase(scheduler, "traces") == "on demand"
    assert not stores.has_own
    assert not (stores.var / "spool" / "traces").exists()


def test_a_sick_source_delays_nobody_and_says_what_is_wrong(scheduler, stores, configured, shop):
    configured.write_text(shop.toml() + shop.toml("sick", relation="gone"))
    scheduler.start()
    until(lambda: synced(scheduler, "shop") and phase(scheduler, "sick") == "failing")
    assert rows(stores.own()) == [("1", "login")]
    (sick,) = [each for each in scheduler.statuses() if each.settings.name == "sick"]
    assert "no such table" in sick.error
    assert "sick:" not in sick.error
    assert sick.failures >= 1


def test_an_empty_source_makes_no_store(scheduler, stores, configured, shop):
    shop.run("delete from product_events")
    configured.write_text(shop.toml())
    scheduler.start()
    until(lambda: synced(scheduler, "shop"))
    assert not stores.has_own


def test_new_rows_come_when_asked_for_not_while_paused_and_pausing_outlives_the_app(
    scheduler, stores, configured, shop
):
    configured.write_text(shop.toml(every="1h"))
    scheduler.start()
    until(lambda: synced(scheduler, "shop"))
    scheduler.watcher("shop").pause()
    shop.add((2, "logout", utc_now()))
    scheduler.stop()
    later = Scheduler(stores)
    later.start()
    until(lambda: phase(later, "shop") == "paused")
    assert rows(stores.own()) == [("1", "login")]
    later.watcher("shop").now()
    until(lambda: len(rows(stores.own())) == 2)
    until(lambda: not state_of(stores.own(), "shop").paused)
    later.stop()


def test_a_changed_configuration_is_followed_and_a_broken_one_is_said(scheduler, stores, configured, shop):
    configured.write_text(shop.toml(enabled="false").replace("'false'", "false"))
    scheduler.start()
    assert phase(scheduler, "shop") == "off"
    configured.write_text("[[sources]]\nname = 'shop'\n")
    scheduler.look()
    assert "has no `kind`" in scheduler.error
    assert scheduler.error.endswith("It stays as it was.")
    assert not scheduler.unreadable
    assert [each.settings.name for each in scheduler.statuses()] == ["shop"]
    configured.write_text(shop.toml())
    os.utime(configured, ns=(1, 1))
    scheduler.look()
    assert scheduler.error == ""
    until(lambda: synced(scheduler, "shop"))
    assert rows(stores.own()) == [("1", "login")]


def test_a_broken_source_stops_none_of_the_others(scheduler, stores, configured, shop):
    broken = shop.toml("till", url="sqlite:///${TILL_THAT_IS_NOT_SET}")
    configured.write_text(broken + shop.toml())
    scheduler.start()
    until(lambda: synced(scheduler, "shop"))
    assert [each.settings.name for each in scheduler.statuses()] == ["shop"]
    assert "TILL_THAT_IS_NOT_SET, which is not set." in scheduler.error
    assert not scheduler.unreadable
    assert rows(stores.own()) == [("1", "login")]


def test_a_file_that_is_no_configuration_changes_nothing(scheduler, configured, shop):
    configured.write_text(shop.toml())
    scheduler.look()
    kept = scheduler.watcher("shop")
    configured.write_text("[[sources")
    scheduler.look()
    assert scheduler.unreadable
    assert "is not TOML" in scheduler.error
    assert scheduler.watcher("shop") is kept


def test_counting_against_the_source_is_done_when_asked(scheduler, stores, configured, shop):
    configured.write_text(shop.toml(every="1h"))
    scheduler.start()
    until(lambda: synced(scheduler, "shop"))
    shop.add((2, "late", utc_now() - timedelta(hours=30)), (3, "oldest", utc_now() - timedelta(days=4)))
    before = state_of(stores.own(), "shop").reconciled_at
    scheduler.watcher("shop").now(again=True)
    until(lambda: state_of(stores.own(), "shop").reconciled_at != before)
    assert {name for name, _ in rows(stores.own())} == {"1", "2", "3"}
