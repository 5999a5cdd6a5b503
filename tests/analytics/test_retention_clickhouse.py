"""Retention of random journeys, and of a shop's real events, against ClickHouse's own `retention`."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pandas as pd
import pytest

from analytics.query import Query
from analytics.retention import RetentionSpec, retention, retention_people
from analytics.scope import Scope
from analytics.steps import Step
from tests.analytics.journeys import Journeys
from tests.analytics.table import at

DAYS = 10


def clickhouse(frame: pd.DataFrame, start: str, folder, *, events: tuple[str, str]) -> list[int]:
    """How many did the first event on a day, and how many of them the second so many days later, both in one list."""
    chdb = pytest.importorskip("chdb")
    file = folder / "rows.csv"
    frame[["tenant_id", "person", "event_type", "day"]].to_csv(file, index=False, header=False)
    later = ", ".join(f"event_type = '{events[1]}' and day = {day}" for day in range(1, DAYS))
    sums = ", ".join(f"sum(r[{place}])" for place in range(1, DAYS + 1))
    answer = chdb.query(
        f"select {sums} from (select retention(event_type = '{events[0]}' and day = 0, {later}) as r"
        f" from file('{file}', CSV, 'tenant_id String, person String, event_type String, day Int32')"
        " group by tenant_id, person)",
        "CSV",
    )
    return [int(cell) for cell in str(answer).strip().split(",")]


def ours(store, start: str, *, events: tuple[str, str]) -> list[int]:
    """The first cohort of as many daily periods."""
    spec = RetentionSpec(Step(events[0]), Step(events[1]), "day", DAYS, mode="recurring")
    scope = Scope(at(start), at(start) + timedelta(days=1), now=at(start) + timedelta(days=DAYS))
    return retention(store, scope, spec)["actors"].tolist()


@pytest.mark.heavy
@pytest.mark.parametrize("seed", [2, 4, 6])  # those have no aliases, which ClickHouse would not know
def test_random_journeys(seed, in_memory, tmp_path):
    journeys, store = Journeys.drawn(seed), in_memory()
    journeys.land(store)
    frame = pd.DataFrame(journeys.events)
    frame["person"] = frame["user_id"].where(frame["user_id"] != "", frame["anonymous_id"])
    frame = frame[frame["person"] != ""]
    for start in ("2026-02-20", "2026-03-01", "2026-03-09"):
        frame["day"] = (frame["occurred_at"].dt.floor("D") - pd.Timestamp(at(start))).dt.days
        expected = clickhouse(frame, start, tmp_path, events=("open", "buy"))
        assert ours(store, start, events=("open", "buy")) == expected


@pytest.fixture(scope="module")
def shop(shared, in_memory):
    """A shop's events, and the store that has them."""
    opened = in_memory()
    with gzip.open(shared / "data" / "events" / "ecom.csv.gz") as file:
        frame = pd.read_csv(file, dtype="str")
    frame = frame.rename(columns={"event": "event_type", "timestamp": "occurred_at"}).assign(tenant_id="shop")
    assert opened.append("events", frame, timezone="UTC").rejected == 0
    frame["occurred_at"] = pd.to_datetime(frame["occurred_at"], utc=True)
    return opened, frame.assign(person=frame["user_id"])


@pytest.mark.heavy
def test_a_shops_customers(shop, tmp_path):
    store, frame = shop
    first = frame["occurred_at"].min().floor("D")
    for days in (0, 3, 7):
        start = first + timedelta(days=days)
        frame["day"] = (frame["occurred_at"].dt.floor("D") - start).dt.days
        expected = clickhouse(frame, "", tmp_path, events=("catalog", "purchase"))
        found = ours(store, f"{start:%Y-%m-%d}", events=("catalog", "purchase"))
        assert found == expected
        assert found[0] > 0


def test_all_customers_of_a_shop_are_of_one_cohort_and_its_people_are_those_that_bought(shop):
    store, frame = shop
    first, last = frame["occurred_at"].min(), frame["occurred_at"].max()
    ever = Scope(first.to_pydatetime(), (last + timedelta(microseconds=1)).to_pydatetime())
    spec = RetentionSpec(Step(None), Step("purchase"), "month", 12)
    found = retention(store, ever, spec)
    assert (
        found[found["period"] == 0]["actors"].sum()
        == Query(("active_users",))(store, ever)["active_users"][0]
        == 600
    )
    months = frame["occurred_at"].dt.tz_convert(None).dt.to_period("M")
    starts = frame.assign(month=months).groupby("user_id")["month"].min()
    bought = frame.assign(month=months)[frame["event_type"] == "purchase"]
    expected = {user for user, month in zip(bought["user_id"], bought["month"], strict=True)
                if starts[user] == months.min() and month == months.min() + 1}  # fmt: skip
    people = retention_people(store, ever, spec, ever.start, 1)
    assert set(people["unit"]) == expected
    assert len(people) == len(expected)
