"""Visitors by hand: what makes one look automated, in its own words, and the trail of one of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics import visitors
from analytics.filters import field
from analytics.scope import Scope
from analytics.settings import SUSPICION
from analytics.visitors import SQL, judged, network, own_name, reasons
from data.contract import faults
from tests.analytics.table import rows, table

DAY = Scope(datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC))
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0"


@pytest.mark.parametrize("sql", SQL.values(), ids=SQL.keys())
def test_a_statement_with_its_fields_keeps_to_the_door(sql):
    assert faults(sql) == ()


def way(who: str, pages: list[str], seconds: list[float], ip: str = "", agent: str = BROWSER):
    """One visitor's page views, so many seconds after ten."""
    return [
        {
            "event_id": f"{who}{n:03d}",
            "occurred_at": datetime(2026, 1, 8, 10, tzinfo=UTC) + timedelta(seconds=second),
            "anonymous_id": who,
            "attributes": {"page": page, "ip": ip, "user_agent": agent},
        }
        for n, (page, second) in enumerate(zip(pages, seconds, strict=True))
    ]


def every(step: float, count: int) -> list[float]:
    return [n * step for n in range(count)]


UNEVEN = [n * 60 + (n % 3) * 25 for n in range(40)]
ITEMS = [f"/item/{n}" for n in range(1, 31)]
ROUND = ["/c", "/a", "/d", "/b"] * 10


def found(store, scope=DAY):
    return [(row[0], row[1], row[2]) for row in rows(visitors.suspicious(store, scope))]


def test_a_crawl_is_told_by_breadth_order_and_rhythm(store):
    store.append("events", way("crawler", ITEMS, every(30, 30)))
    assert found(store) == [
        (
            "crawler",
            70,
            "30 pages in 30 views; 29 of 29 steps in order; every 30.0 s",
        )
    ]


def test_a_rate_alone_is_not_enough_and_with_a_rhythm_it_is(store):
    burst = [n * 60 + (n % 2) * 40 for n in range(10)] + every(1.0, 25)
    store.append("events", way("fast", ["/a", "/b"] * 17 + ["/a"], sorted(burst)))
    store.append("events", way("machine", ROUND, every(0.5, 40)))
    store.append("events", way("person", ROUND, UNEVEN))
    assert found(store) == [("machine", 50, "40 events within a minute; every 0.5 s")]


def test_who_says_it_is_a_program_is_believed_however_little_it_does(store):
    store.append("events", way("tool", ["/"], [0], agent="python-requests/2.32"))
    store.append("events", way("phone", ["/"], [0], agent="Mozilla/5.0 (Linux; Android 12; CUBOT NOTE 20)"))
    assert found(store) == [("tool", 50, "calls itself python-requests/2.32")]


def test_visitors_of_one_address_range_give_each_other_away(store):
    for n in range(3):
        store.append("events", way(f"v{n}", ROUND, every(7.5, 40), ip=f"203.0.113.{n}"))
    assert found(store) == [(f"v{n}", 40, "every 7.5 s; 3 such in its range") for n in range(3)]
    # An office behind one range is none while its people go about as people do.
    store.append("events", way("colleague", ROUND, UNEVEN, ip="203.0.113.9"))
    assert "colleague" not in [row[0] for row in found(store)]


def test_the_numbers_of_a_visitor_stand_beside_the_reasons(store):
    store.append("events", way("crawler", ITEMS, every(30, 30), ip="2001:db8:1:2::3"))
    assert rows(visitors.suspicious(store, DAY))[0][3:] == (
        30, 3, 30, "2001:db8:1::/48", "2026-01-08T10:00+00:00", "2026-01-08T10:14+00:00",
    )  # fmt: skip


def test_limits_are_settings(store):
    store.append("events", way("person", ROUND, UNEVEN))
    assert judged(store, DAY, SUSPICION).empty
    strict = judged(store, DAY, replace(SUSPICION, a_minute=2, listed=25))
    assert rows(strict)[0][1:3] == (25, "2 events within a minute")


@pytest.mark.parametrize(
    ("pages", "steps"),
    [
        (ITEMS[:15], "14 of 14"),
        ([f"/item/{n}" for n in range(15, 0, -1)], "14 of 14"),
        ([f"/item-{n:02d}.html" for n in range(15)], "14 of 14"),
        ([f"/{letter}" for letter in "abcdefghijklmno"], "14 of 14"),
        ([f"/{letter}" for letter in "gbkaocmdhfnjeil"], None),
        (["/a", "/b", "/c"] * 5, None),
    ],
    ids=["numbers", "downwards", "padded", "letters", "no order", "three pages in turns"],
)
def test_an_order_is_one_of_numbers_or_of_letters(store, pages, steps):
    store.append("events", way("v", pages, UNEVEN[:15]))
    ways = store.frame(DAY, SQL["ways"], fewest_events=15, agents="bot").to_dict("records")
    said = [reason.says for reason in reasons(ways[0], SUSPICION) if "in order" in reason.says]
    assert said == ([] if steps is None else [f"{steps} steps in order"])


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (compatible; HarvestBot/2.1; +https://harvest.example/bot)", "HarvestBot/2.1"),
        ("curl/8.9.1", "curl/8.9.1"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0 Safari/537.36",
            "HeadlessChrome/140.0",
        ),
        ("Scrapy/" + "2" * 60, "Scrapy/" + "2" * 33 + "…"),
        (BROWSER, None),
        ("", None),
    ],
)
def test_a_program_is_called_what_it_calls_itself(agent, name):
    assert own_name(agent, SUSPICION.agents) == name


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        (" 10.0.0.1 ", "10.0.0.0/24"),
        ("not an address", ""),
        ("", ""),
    ],
)
def test_the_range_of_an_address(address, expected):
    assert network(address) == expected


EVENTS = """
    event_id  occurred_at           tenant_id  anonymous_id  user_id  event_type    page      campaign
    1         2026-01-08T10:00:00Z  -          a1            -        page_viewed   /         spring
    2         2026-01-08T10:00:30Z  -          a1            -        page_viewed   /pricing  -
    3         2026-01-08T10:05:30Z  acme       a1            ann      registered    -         -
    4         2026-01-08T12:00:00Z  acme       -             ann      app_opened    /home     -
    5         2026-01-08T12:00:00Z  acme       -             bob      app_opened    /home     -
    6         2026-01-08T10:00:10Z  -          a2            -        page_viewed   /         -
    7         2026-01-09T10:00:10Z  acme       -             ann      app_opened    /home     -
"""
OF_ANN = [
    ("2026-01-08T10:00+00:00", None, 1, "page_viewed", "/", "spring", "ann"),
    ("2026-01-08T10:00+00:00", 30_000.0, 1, "page_viewed", "/pricing", "", "ann"),
    ("2026-01-08T10:05+00:00", 300_000.0, 1, "registered", "", "", "ann"),
    ("2026-01-08T12:00+00:00", 6_870_000.0, 2, "app_opened", "/home", "", "ann"),
]


def test_the_trail_of_a_visitor_goes_on_after_the_signup(store):
    store.append("events", table(EVENTS))
    store.append("identities", [{"tenant_id": "acme", "alias": "a1", "person_id": "ann"}])
    # A click on the visitor narrows the page to its id; without one, who did most is followed.
    narrowed = replace(DAY, where=(field("anonymous_id") == "a1") & (field("attributes.page") != "/none"))
    assert rows(visitors.trail(store, narrowed)) == OF_ANN
    assert rows(visitors.trail(store, DAY)) == OF_ANN
    other = visitors.trail(store, replace(DAY, where=field("anonymous_id") == "a2"))
    assert other["visitor"].tolist() == ["a2"]


def test_a_trail_stays_within_the_tenant(store):
    store.append("events", table(EVENTS))
    own = replace(DAY, tenants=frozenset({"globex"}), where=field("anonymous_id") == "a1")
    assert visitors.trail(store.view(frozenset({"globex"})), own).empty


def test_a_long_trail_says_that_it_is_cut(store):
    store.append("events", way("v", ["/"] * 1_001, every(1, 1_001)))
    cut = visitors.trail(store, DAY)
    assert len(cut) == 1_000
    assert "The first 1000 events are shown" in cut.attrs["notes"][0]
