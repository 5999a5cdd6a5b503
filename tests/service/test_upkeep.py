"""What the app does by itself."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from data import demo
from service.stores import Stores
from service.upkeep import Upkeep, busy, quiet


@pytest.fixture
def stores(tmp_path):
    stores = Stores(tmp_path)
    yield stores
    stores.close()


def test_the_demo_company_lives_on(stores):
    store = stores.demo()
    demo.fill(store, datetime.now(UTC) - timedelta(hours=6), days=7, scale=0.05)
    before = demo.last_moment(store)
    upkeep = Upkeep(stores)
    upkeep.start()
    deadline = time.monotonic() + 60
    while demo.last_moment(store) <= before and time.monotonic() < deadline:
        time.sleep(0.1)
    upkeep.stop()
    assert demo.last_moment(store) > before


def test_it_is_not_quiet_while_somebody_waits_for_a_page():
    with busy():
        with busy():
            assert not quiet(seconds=0)
        assert not quiet(seconds=0)
    assert quiet(seconds=0)
    assert not quiet(seconds=3600)
