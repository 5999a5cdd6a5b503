"""How long live data take to come, in bins by hand; and vitals by pages, whatever their senders call them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import settings as company
from analytics import web_vitals
from analytics.filters import field
from analytics.query import Query
from analytics.web_vitals import BINS, SQL, nice_width
from data.contract import faults
from tests.analytics.table import rows, window

DAY = window("2026-01-08", "2026-01-09")
BY_PAGE = Query(("p75_lcp_ms", "browser_timings"), by=("page",), order="page")


def events(*attributes: dict[str, object]):
    """Events of one day, each with its attributes."""
    return [
        {"event_id": str(n), "occurred_at": "2026-01-08T10:00:00Z", "attributes": each}
        for n, each in enumerate(attributes)
    ]


@pytest.mark.parametrize("sql", SQL.values(), ids=SQL.keys())
def test_a_statement_with_its_fields_keeps_to_the_door(sql):
    assert faults(sql) == ()


def test_no_two_names_of_a_field_differ_by_case_alone():
    named = {name: each for name, each in vars(company).items() if name.endswith("_FIELDS")}
    assert len(named) > 10
    assert [name for name, each in named.items() if len({key.lower() for key in each}) < len(each)] == []


def test_waits_are_counted_in_bins_of_one_width_and_the_slowest_stand_in_the_last(store):
    waits = [*range(60), *range(40), 9_000]
    store.append(
        "events", events(*({"first_widget_ms": each} for each in waits), {"first_widget_ms": -1}, {})
    )
    found = web_vitals.time_to_first_widget(store, DAY)
    # 98 of 101 took up to 58 ms, so that 30 bins of 2 ms reach that far.
    assert found["start"].tolist() == [float(each) for each in range(0, 60, 2)]
    assert found["count"].tolist() == [4] * 20 + [2] * 9 + [3]
    assert found["open"].tolist() == [False] * 29 + [True]
    assert (set(found["median_ms"]), set(found["p95_ms"])) == ({25.0}, {55.0})


def test_pages_of_too_few_measurements_stand_last_and_are_no_verdict(store):
    """The slowest page of all was measured 19 times; 20 are enough."""
    loads = [
        ("/rare", "BR", 19, {"lcp_ms": 9_000}),
        ("/slow", "DE", 20, {"lcp_ms": 4_001, "inp_ms": 100}),
        ("/so", "DE", 20, {"lcp_ms": 2_000, "inp_ms": 201}),
        ("/fast", "DE", 20, {"lcp_ms": 1_000, "inp_ms": 199, "cls": 0.09}),
        ("/late", "DE", 20, {"socket_connect_ms": 5}),
    ]
    given_rows = [
        {**vitals, "page": page, "country": country}
        for page, country, many, vitals in loads
        for _ in range(many)
    ]
    store.append("events", events(*given_rows))
    found = web_vitals.by_page(store, DAY)
    assert rows(found[["page", "country", "p75_lcp_ms", "browser_timings", "verdict"]]) == [
        ("/slow", "DE", 4001.0, 20, "Poor"),
        ("/so", "DE", 2000.0, 20, "To be improved"),
        ("/fast", "DE", 1000.0, 20, "Good"),
        ("/late", "DE", None, 20, ""),
        ("/rare", "BR", 9000.0, 19, "Too few"),
    ]


def test_one_wait_has_a_bin_and_none_has_none(store):
    assert web_vitals.time_to_first_widget(store, DAY).empty
    store.append("events", events({"first_widget_ms": "12.7"}))
    found = rows(web_vitals.time_to_first_widget(store, DAY))
    assert [row[:2] for row in found if row[1]] == [(12.0, 1)]


@settings(max_examples=200)
@given(most=st.floats(0, 1e9))
def test_a_width_reaches_as_far_as_it_must_and_no_smaller_one_does(most):
    width = nice_width(most, BINS)
    smaller = [each * 10**power for power in range(12) for each in (1, 2, 5) if each * 10**power < width]
    assert width * BINS >= most
    assert all(each * BINS < most for each in smaller)


def test_pages_are_told_and_filtered_by_whatever_their_senders_call_them(store):
    store.append(
        "events",
        events(
            {"page": "/a", "lcp_ms": 1000},
            {"path": "/a", "lcp": 3000},
            {"path": "/b", "metric": "LCP", "value": 500},
            {"page": "/a"},
        ),
    )
    assert [row[:3] for row in rows(BY_PAGE(store, DAY))] == [("/a", 2500.0, 2), ("/b", 500.0, 1)]
    for page, expected in (("/a", [("/a", 2500.0, 2)]), ("/b", [("/b", 500.0, 1)])):
        narrowed = DAY.narrowed(field("page") == page)
        assert [row[:3] for row in rows(BY_PAGE(store, narrowed))] == expected
    # By its own name an attribute is that one alone.
    own = DAY.narrowed(field("attributes.page") == "/a")
    assert [row[:3] for row in rows(BY_PAGE(store, own))] == [("/a", 1000.0, 1)]
    without = DAY.narrowed(~field("page").exists())
    assert BY_PAGE(store, without).empty


def test_a_page_that_only_other_names_know_is_found_by_them(store):
    store.append("events", events({"path": "/a", "lcp_ms": 1}, {"path": "/b", "lcp_ms": 2}))
    assert [row[:3] for row in rows(BY_PAGE(store, DAY.narrowed(field("page") == "/b")))] == [("/b", 2.0, 1)]
