"""What an online shop's visitors did, asked for the funnel and the paths that were published of them."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import pytest

from analytics.funnel import FunnelSpec, funnel
from analytics.paths import EXIT, Paths
from analytics.query import Query
from analytics.scope import Scope
from analytics.steps import Step
from data.store import open_store
from tests.published.loading import loaded

JULY = datetime(2024, 7, 1, tzinfo=UTC)
SEEN = Scope(JULY - timedelta(days=182), JULY, now=JULY)


@pytest.fixture(scope="module")
def shop(published, tmp_path_factory):
    """31,106 events of 600 people in 3,605 sessions."""
    folder = tmp_path_factory.mktemp("ecom")
    path = folder / "tenantscope.duckdb"
    file = folder / "ecom.csv"
    file.write_bytes(gzip.decompress((published / "retentioneering/datasets/ecom.csv.gz").read_bytes()))
    loaded(path, file, "events", "occurred_at=timestamp", "event_type=event", "tenant_id='shop'")
    store = open_store(path)
    yield store
    store.close()


@pytest.mark.heavy
def test_the_sessions_of_a_shop_that_come_to_a_purchase(shop):
    steps = (Step("cart"), Step("shipping_details"), Step("purchase"))
    spec = FunnelSpec(steps, unit="session_id", window=timedelta(days=1))
    sessions = Query(("sessions",))(shop, SEEN)["sessions"].iloc[0]
    counts = funnel(shop, SEEN, spec)["count"]
    assert (sessions, counts.tolist()) == (3605, [1022, 512, 173])
    assert (counts / sessions).round(3).tolist() == [0.283, 0.142, 0.048]


@pytest.mark.heavy
def test_the_sessions_of_a_shop_that_end_with_their_first_payment_error(shop):
    links = Paths(Step("payment_error"), steps=2)(shop, SEEN).set_index("target")
    ended = links.loc[EXIT]
    assert (ended["sittings"], ended["share_of"], round(ended["share"], 2)) == (13, 95, 0.14)
