"""What is pulled from, and how it goes, is for admins; each step asks again."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from data.store import utc_now
from service import pulled
from service.access import NotAllowed, Principal
from service.house import House
from tests.data.sync.shop import Shop

pytestmark = pytest.mark.usefixtures("forked_readers")

ADMIN, GUEST = Principal("local", admin=True), Principal("guest")


@pytest.fixture
def house(tmp_path, monkeypatch):
    shop = Shop(tmp_path / "shop.sqlite")
    shop.add((1, "login", utc_now() - timedelta(hours=1)), (2, "logout", utc_now() - timedelta(minutes=3)))
    shop.run("create table nothing_yet (id integer, created_at text)")
    path = tmp_path / "tenantscope.toml"
    path.write_text(shop.toml() + shop.toml("empty", relation="nothing_yet"))
    monkeypatch.setenv("TENANTSCOPE_CONFIG", str(path))
    opened = House.over(tmp_path / "var")
    yield opened
    opened.close()


def test_trying_a_source_shows_what_its_records_would_become_and_loads_nothing(house):
    house.scheduler.look()
    found = pulled.tried(ADMIN, house, "shop")
    assert {field.path: field.target for field in found.preview.fields}["org_id"] == "events.tenant_id"
    assert list(found.preview.rows["events"]["event_id"]) == ["2", "1"]
    assert pulled.tried(ADMIN, house, "empty").preview is None


def test_the_newest_record_is_told_by_when_it_happened(house):
    house.scheduler.look()
    end = time.monotonic() + 60
    while not (found := pulled.listed(ADMIN, house)[0]).rows:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert utc_now() - found.newest_at > timedelta(minutes=3)


@pytest.mark.parametrize(
    "step",
    [
        lambda house: pulled.listed(GUEST, house),
        lambda house: pulled.sync(GUEST, house, "shop"),
        lambda house: pulled.pause(GUEST, house, "shop"),
        lambda house: pulled.tried(GUEST, house, "shop"),
    ],
)
def test_nobody_but_an_admin_sees_or_moves_a_source(house, step):
    house.scheduler.look()
    with pytest.raises(NotAllowed):
        step(house)
