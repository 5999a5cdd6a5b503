"""How numbers, moments and spans are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ui import format as say

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (0, "count", "0"),
        (18432, "count", "18,432"),
        (99_999, "count", "99,999"),
        (498_210, "count", "498K"),
        (999_949, "count", "1.00M"),
        (1_254_000, "count", "1.25M"),
        (20_400_000_000, "count", "20.4B"),
        (0.968, "ratio", "96.8%"),
        (1.0, "ratio", "100.0%"),
        (0.191, "points", "+19.1 pt"),
        (-0.066, "points", "-6.6 pt"),
        (0.0371, "chance", "0.037"),
        (0.0, "chance", "< 0.001"),
        (41.2, "usd", "$41.20"),
        (0.0098, "usd", "$0.0098"),
        (0.016, "usd", "$0.016"),
        (-0.0159, "usd", "-$0.0159"),
        (0.3725, "usd", "$0.372"),
        (0.5, "usd", "$0.50"),
        (0.999, "usd", "$1.00"),
        (0.0, "usd", "$0.00"),
        (412.4, "usd", "$412.40"),
        (999.5, "usd", "$1,000"),
        (53_173.42, "usd", "$53,173"),
        (-53_173.42, "usd", "-$53,173"),
        (498_210.4, "usd", "$498K"),
        (0.00042, "usd", "$0.00042"),
        (0.0000421, "usd", "$0.000042"),
        (0.00000012, "usd", "<$0.000001"),
        (412.4, "ms", "412 ms"),
        (2.5, "ms", "2.5 ms"),
        (999.6, "ms", "1.00 s"),
        (2410, "ms", "2.41 s"),
        (59_999, "ms", "1 min"),
        (200_000, "ms", "3 min 20 s"),
        (7_500_000, "ms", "2 h 5 min"),
        (439_200_000, "ms", "5 d 2 h"),
        (3_214_000, "bytes", "3.2 MB"),
        (None, "count", "–"),
        (float("nan"), "ratio", "–"),
    ],
)
def test_a_tile_writes_a_number_in_its_unit(value, unit, written):
    assert say.number(value, unit, compact=True) == written


def test_a_tooltip_writes_every_digit():
    assert say.number(498_210, "count") == "498,210"
    assert say.number(498_210.4, "usd") == "$498,210.40"


@pytest.mark.parametrize(
    ("value", "before", "unit", "written"),
    [
        (18432, 17356, "count", "6.2%"),
        (3000, 4000, "count", "-25.0%"),
        (214, 205, "count", "9"),
        (204, 205, "count", "-1"),
        (2, 2, "count", 0),
        (5, 0, "count", "5"),
        (100_001, 100_000, "count", 0),
        (0.968, 0.977, "ratio", "-0.9 pt"),
        (0.9681, 0.9680, "ratio", 0),
        (2410, 2230, "ms", "180 ms"),
        (41.2, 38.1, "usd", "$3.10"),
        (38.1, 41.2, "usd", "-$3.10"),
        (5, None, "count", None),
        (None, 5, "count", None),
        (float("nan"), 0.9, "ratio", None),
    ],
)
def test_a_change_says_the_share_of_large_counts_and_the_difference_of_the_rest(value, before, unit, written):
    assert say.change(value, before, unit) == written


def test_moments_are_on_the_clock_of_the_page_and_name_the_year_where_it_differs():
    evening = datetime(2026, 11, 21, 20, 23, tzinfo=UTC)
    assert say.moment(evening, "UTC", NOON) == "21 Nov, 20:23"
    assert say.moment(evening, "Asia/Kathmandu", NOON) == "22 Nov, 02:08"
    assert say.moment(datetime(2015, 9, 12, 23, 59, tzinfo=UTC), "UTC", NOON) == "12 Sep 2015, 23:59"


def test_a_span_says_the_day_once():
    assert say.span(NOON, NOON + timedelta(hours=1), "UTC", NOON) == "21 Nov, 12:00 to 13:00"
    assert say.span(NOON, NOON + timedelta(days=1), "UTC", NOON) == "21 Nov, 12:00 to 22 Nov, 12:00"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("2015-09-12~2015-09-12", "12 Sep 2015"),
        ("2015-09-06~2015-09-12", "6 Sep to 12 Sep 2015"),
        ("2003-01-01~2009-01-01", "1 Jan 2003 to 1 Jan 2009"),
        ("2015-09-12T19:42~2015-09-12T20:42", "12 Sep 2015, 19:42 to 20:42"),
        ("2026-11-16T19:42~2026-11-19T04:23", "16 Nov 2026, 19:42 to 19 Nov 2026, 04:23"),
    ],
)
def test_a_window_of_the_address_in_words(address, words):
    assert say.window(address) == words


@pytest.mark.parametrize(
    ("address", "words", "short"),
    [
        ("2026-11-24T13:00~2026-11-24T23:00", "24 Nov, 13:00 to 23:00", "24 Nov"),
        ("2026-11-24T13:00~2026-11-25T23:00", "24 Nov, 13:00 to 25 Nov, 23:00", "24–25 Nov"),
        ("2026-11-28~2026-12-04", "28 Nov to 4 Dec", "28 Nov–4 Dec"),
        ("2025-12-28~2026-01-04", "28 Dec 2025 to 4 Jan", "28 Dec 2025–4 Jan"),
        ("2015-09-06T01:00~2015-09-12T02:00", "6 Sep 2015, 01:00 to 12 Sep 2015, 02:00", "6–12 Sep 2015"),
        ("2015-09-06~2015-09-12", "6 Sep to 12 Sep 2015", "6–12 Sep 2015"),
    ],
)
def test_a_window_compared_with_says_a_year_that_is_not_this_one(address, words, short):
    now = datetime(2026, 12, 31, tzinfo=UTC)
    assert (say.window(address, now), say.days(address, now)) == (words, short)


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=35), "35 seconds ago"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=25), "25 hours ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_an_age_in_one_unit(age, words):
    assert say.ago(age) == words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(minutes=45), "45 min"),
        (timedelta(hours=24), "24 h"),
        (timedelta(days=7), "7 d"),
        (timedelta(days=2, hours=12), "2.5 d"),
    ],
)
def test_how_long_a_window_is(length, words):
    assert say.length(length) == words


def test_a_name_from_the_data_is_shown_and_not_obeyed():
    assert say.plain("**Acme** [x](http://evil) :material/home:") == (
        r"\*\*Acme\*\* \[x\]\(http\://evil\) \:material/home\:"
    )


def test_the_choice_of_tenants_in_a_few_words():
    names = {"a": "Acme Robotics", "b": "Globex"}
    assert say.tenants((), names) == "All tenants"
    assert say.tenants(("a",), names) == "Acme Robotics"
    assert say.tenants(("gone",), names) == "gone"
    assert say.tenants(("a", "b"), names) == "2 tenants"
