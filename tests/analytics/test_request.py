"""What an address may ask for, and what becomes of nonsense in it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.filters import field
from analytics.request import Request, compared_scope, custom_window, custom_window_text
from analytics.scope import Scope
from analytics.search import SearchError
from tests.analytics.table import table

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


def test_the_default_leaves_the_address_clean():
    assert Request().text() == ""
    assert Request.parse("") == Request()


def test_the_text_names_only_what_differs():
    request = Request(tenants=("acme",), window="7d")
    assert request.text() == '{"version":1,"tenants":["acme"],"window":"7d"}'


@given(
    st.builds(
        Request,
        tenants=st.lists(st.text(min_size=1, max_size=20), max_size=5).map(tuple),
        window=st.sampled_from(
            [
                "15m",
                "24h",
                "month",
                "last_month",
                "2026-11-16T19:42~2026-11-19T04:23",
                "2026-11-16~2026-11-16",
            ]
        ),
        timezone=st.sampled_from(["UTC", "Asia/Kathmandu"]),
        where=st.sampled_from([None, (field("attributes.plan") == "pro") & ~field("user_id").exists()]),
        search=st.text(max_size=40),
        syntax=st.sampled_from(["kql", "lucene"]),
        compare=st.one_of(
            st.booleans(), st.sampled_from(["2026-11-01~2026-11-07", "2026-11-01T10:00~2026-11-01T11:00"])
        ),
        demo=st.booleans(),
        role=st.sampled_from(["", "customer-success"]),
    )
)
def test_the_text_leads_back(request_made):
    assert Request.parse(request_made.text()) == request_made


@given(st.text(max_size=200))
def test_no_text_is_an_exception(text):
    assert isinstance(Request.parse(text), Request)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "null",
        "[]",
        "{}",
        "[" * 4000,
        '{"version":1,"where":' + '{"op":"not","part":' * 180 + "1" + "}" * 181,
        '{"version":2}',
        '{"version":1,"limit":5}',
        '{"version":1,"tenants":"acme"}',
        '{"version":1,"tenants":[7]}',
        '{"version":1,"tenants":[""]}',
        '{"version":1,"tenants":[["a"]]}',
        '{"version":1,"window":"1y"}',
        '{"version":1,"window":7}',
        '{"version":1,"window":"2026-01-02~2026-01-01"}',
        '{"version":1,"window":"2026-01-01T10:00~2026-01-01T10:00"}',
        '{"version":1,"window":"2026-01-01T10:00Z~2026-01-01T11:00Z"}',
        '{"version":1,"window":"2026-13-01~2026-14-01"}',
        '{"version":1,"window":"9999-12-31~9999-12-31"}',
        '{"version":1,"window":"0001-01-01~0001-01-02"}',
        '{"version":1,"window":"0001-01-01~0001-01-02","timezone":"Asia/Tokyo"}',
        '{"version":1,"timezone":"Mars/Olympus"}',
        '{"version":1,"timezone":"../../etc/passwd"}',
        '{"version":1,"compare":1}',
        '{"version":1,"compare":"7d"}',
        '{"version":1,"compare":"2026-01-02~2026-01-01"}',
        '{"version":1,"search":7}',
        '{"version":1,"search":null}',
        '{"version":1,"search":"\\ud800"}',
        '{"version":1,"syntax":"sql"}',
        '{"version":1,"syntax":["kql"]}',
        '{"version":1,"demo":"yes"}',
        '{"version":1,"role":7}',
        '{"version":1,"role":"<b>"}',
        '{"version":1,"where":{"version":1,"op":"drop","field":"a"}}',
        '{"version":1,"window":"7d","x":"' + "x" * 4096 + '"}',
    ],
)
def test_nonsense_is_the_default(text):
    assert Request.parse(text) == Request()


def test_a_text_longer_than_an_address_is_the_default():
    long = Request(tenants=tuple(f"tenant_{n}" for n in range(500)))
    assert len(long.text()) > 4096
    assert Request.parse(long.text()) == Request()


WINDOWS = """
    window                              timezone          now               start             end
    15m                                 UTC               2026-03-15T12:00  2026-03-15T11:45  2026-03-15T12:00
    24h                                 Asia/Kathmandu    2026-03-15T12:00  2026-03-14T12:00  2026-03-15T12:00
    30d                                 UTC               2026-03-15T12:00  2026-02-13T12:00  2026-03-15T12:00
    month                               UTC               2026-03-15T12:00  2026-03-01T00:00  2026-03-15T12:00
    # It is April in Berlin already.
    month                               Europe/Berlin     2026-03-31T22:30  2026-03-31T22:00  2026-03-31T22:30
    # On the stroke of the new month nothing of it has passed: the month that has just ended.
    month                               UTC               2026-04-01T00:00  2026-03-01T00:00  2026-04-01T00:00
    # The whole month before that one.
    last_month                          UTC               2026-03-15T12:00  2026-02-01T00:00  2026-03-01T00:00
    last_month                          Europe/Berlin     2026-03-31T22:30  2026-02-28T23:00  2026-03-31T22:00
    last_month                          UTC               2026-04-01T00:00  2026-02-01T00:00  2026-03-01T00:00
    2026-11-16T19:42~2026-11-19T04:23   UTC               2026-03-15T12:00  2026-11-16T19:42  2026-11-19T04:23
    2026-11-16T19:42~2026-11-19T04:23   Asia/Kathmandu    2026-03-15T12:00  2026-11-16T13:57  2026-11-18T22:38
    # Days are whole, the last one included.
    2026-03-08~2026-03-08               America/New_York  2026-03-15T12:00  2026-03-08T05:00  2026-03-09T04:00
    2015-09-12~2015-09-12               UTC               2026-03-15T12:00  2015-09-12T00:00  2015-09-13T00:00
"""


@pytest.mark.parametrize("row", table(WINDOWS), ids=lambda row: f"{row['window']} {row['timezone']}")
def test_the_window(row):
    request = Request(window=row["window"], timezone=row["timezone"])
    found = request.window_at(datetime.fromisoformat(row["now"]).replace(tzinfo=UTC))
    assert [instant.isoformat() for instant in found] == [
        f"{row[edge]}:00+00:00" for edge in ("start", "end")
    ]


def test_a_window_that_the_clocks_turn_around_is_refused():
    # 02:30 does not exist in New York that night and means 03:30, which is after 03:10.
    with pytest.raises(ValueError, match="must end after it starts"):
        Request(window="2026-03-08T02:30~2026-03-08T03:10", timezone="America/New_York")


def test_two_instants_make_a_window():
    start, end = datetime(2026, 1, 8, 14, 30, tzinfo=UTC), datetime(2026, 1, 9, 14, 30, 5, tzinfo=UTC)
    text = custom_window_text(start, end, "Asia/Kathmandu")
    assert text == "2026-01-08T20:15~2026-01-09T20:15:05"
    assert custom_window(text, "Asia/Kathmandu") == (start, end)


def test_an_address_of_a_time_before_searches_is_read_as_it_was():
    assert Request.parse('{"version":1,"window":"7d","compare":false}') == Request(window="7d", compare=False)


def test_the_search_is_a_filter_beside_the_others_on_the_clock_of_the_request():
    failed = field("status") == "failed"
    request = Request(where=failed, search="time:>=now/d", timezone="America/New_York")
    midnight = datetime(2026, 3, 15, 4, tzinfo=UTC)
    assert request.filter_at(NOW) == failed & (field("occurred_at") >= midnight)
    assert Request(search="level:(a b)", syntax="lucene").filter_at(NOW) == field("level").isin(["a", "b"])


def test_a_search_for_everything_is_no_filter():
    for search in ("", "  ", "*", "*:*"):
        assert Request(search=search).filter_at(NOW) is None
        assert Request(where=field("a") == 1, search=search).filter_at(NOW) == (field("a") == 1)


def test_a_search_that_cannot_be_read_stays_in_the_address_and_is_no_filter():
    request = Request.parse(Request(search="status:").text())
    assert request.search == "status:"
    with pytest.raises(SearchError, match="a value after 'status:'"):
        request.filter_at(NOW)


def test_what_a_page_is_compared_with():
    scope = Scope(datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 3, 15, tzinfo=UTC), now=NOW)
    assert compared_scope(Request(compare=False), scope) is None
    assert compared_scope(Request(), scope) == scope.previous()
    other = compared_scope(Request(compare="2026-01-05~2026-01-06", timezone="Asia/Kathmandu"), scope)
    assert other == Scope(
        datetime(2026, 1, 4, 18, 15, tzinfo=UTC), datetime(2026, 1, 6, 18, 15, tzinfo=UTC), now=NOW
    )


def test_what_a_page_lets_one_choose_is_part_of_the_address():
    request = Request(choices=(("goal_event", "bought"), ("experiment", "price")))
    assert json.loads(request.text()) == {
        "version": 1,
        "choices": {"experiment": "price", "goal_event": "bought"},
    }
    assert Request.parse(request.text()) == request
    assert (request.choice("experiment"), request.choice("colour")) == ("price", "")
    assert Request(choices=(("experiment", ""),)).text() == ""


@pytest.mark.parametrize(
    "choices", ["[]", '"x"', '{"Experiment":"x"}', '{"experiment":7}', '{"experiment":"\\ud800"}']
)
def test_a_choice_is_a_text_with_a_plain_name(choices):
    assert Request.read(f'{{"version":1,"choices":{choices}}}') is None
