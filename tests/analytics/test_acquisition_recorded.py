"""Visitors and visits of recorded data: what stands out there does so here, and pandas counts the same."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import UTC, datetime

import pandas as pd
import pytest

from analytics import acquisition, visitors
from analytics.acquisition import FIRST, LAST
from analytics.query import Query
from analytics.scope import Scope
from analytics.sessions import sessions

SUMMER = Scope(datetime(2018, 7, 1, tzinfo=UTC), datetime(2018, 10, 1, tzinfo=UTC))
HALF_AN_HOUR = pd.Timedelta(minutes=30)


@pytest.fixture(scope="module")
def requests(shared) -> list[dict[str, object]]:
    """Requests of a web server's log, a visitor being an address."""
    with gzip.open(shared / "data/logs/web_logs.json.gz", "rt", encoding="utf-8") as lines:
        told = [json.loads(line) for line in lines if line.strip()]
    return [
        {
            "event_id": str(n),
            "occurred_at": each["utc_time"],
            "event_type": "request",
            "anonymous_id": each["clientip"],
            "attributes": {"agent": each["agent"], "clientip": each["clientip"], "request": each["request"]},
        }
        for n, each in enumerate(told)
    ]


@pytest.fixture(scope="module")
def web(in_memory, requests):
    store = in_memory()
    assert store.append("events", requests).accepted == 14_074
    return store


def test_of_a_thousand_addresses_the_one_that_hammered_the_site_is_suspicious(web):
    found = visitors.suspicious(web, SUMMER)
    assert found[["anonymous_id", "reasons", "events"]].to_numpy().tolist() == [
        ["30.156.16.164", "62 events within a minute; 88 pages in 100 views", 100]
    ]


def test_visits_of_addresses_are_cut_where_pandas_cuts_them(web, requests):
    told = pd.DataFrame(
        {"who": [each["anonymous_id"] for each in requests], "at": [each["occurred_at"] for each in requests]}
    )
    told["at"] = pd.to_datetime(told["at"])
    pause = told.sort_values(["who", "at"]).groupby("who")["at"].diff()
    found = sessions(web, SUMMER)
    assert len(found) == int((pause.isna() | (pause > HALF_AN_HOUR)).sum())
    assert found["events"].sum() == 14_074


@pytest.fixture(scope="module")
def shop(shared) -> pd.DataFrame:
    """Events of a shop's visitors with the channel that they came by; ids follow their order."""
    told = pd.read_csv(shared / "data/events/ecom.csv.gz", parse_dates=["timestamp"])
    return told.sort_values(["user_id", "timestamp"], kind="stable").reset_index(drop=True)


def loaded(store, told: pd.DataFrame, *, with_ids: bool):
    """The shop's events, a purchase being what visitors are won for."""
    rows = pd.DataFrame(
        {
            "event_id": [f"{n:06d}" for n in range(len(told))],
            "occurred_at": told["timestamp"],
            "event_type": told["event"].replace("purchase", "registered"),
            "anonymous_id": told["user_id"],
            "session_id": told["session_id"] if with_ids else "",
            "utm_campaign": told["acquisition_channel"],
        }
    )
    assert store.append("events", rows, timezone="UTC").rejected == 0
    return store


def of_all(told: pd.DataFrame) -> Scope:
    return Scope(
        told["timestamp"].min().tz_localize("UTC"), told["timestamp"].max().tz_localize("UTC") + HALF_AN_HOUR
    )


def test_sessions_of_a_shop_are_its_own_or_cut_where_pandas_cuts_them(in_memory, shop):
    own = loaded(in_memory(), shop, with_ids=True)
    assert len(sessions(own, of_all(shop))) == shop["session_id"].nunique() == 3_605
    cut = loaded(in_memory(), shop, with_ids=False)
    same = shop["user_id"] == shop["user_id"].shift()
    begins = ~same | (shop["timestamp"].diff() > HALF_AN_HOUR)
    begins |= shop["acquisition_channel"] != shop["acquisition_channel"].shift()
    assert len(sessions(cut, of_all(shop))) == int(begins.sum())


def test_first_and_last_touch_of_a_shops_buyers_are_those_that_pandas_finds(in_memory, shop):
    store, scope = loaded(in_memory(), shop, with_ids=True), of_all(shop)
    bought = shop[shop["event"] == "purchase"].groupby("user_id")["timestamp"].min()
    visits = shop.groupby(["user_id", "session_id"]).agg(
        at=("timestamp", "min"), channel=("acquisition_channel", "first")
    )
    visits = visits.reset_index().assign(bought=lambda each: each["user_id"].map(bought))
    led = visits[
        (visits["at"] <= visits["bought"]) & (visits["bought"] - visits["at"] <= pd.Timedelta(days=90))
    ]
    led = led.sort_values(["at", "channel"])
    found = acquisition.attribution(store, scope)
    for model, channels in ((FIRST, led.groupby("user_id").first()), (LAST, led.groupby("user_id").last())):
        of_model = found[(found["model"] == model) & (found["signups"] > 0)]
        told = dict(zip(of_model["campaign"], of_model["signups"], strict=True))
        assert told == Counter(channels["channel"])
    assert Query(("active_users",))(store, scope)["active_users"].iloc[0] == 600
