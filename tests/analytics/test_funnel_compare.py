"""Segments, windows, and what goes with converting, of made-up people with known numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.funnel import Exclusion, FunnelSpec, Step, funnel_waiting
from analytics.funnel_compare import funnel_correlation, funnel_segments, funnel_windows
from analytics.funnel_windows import FunnelWindows
from tests.analytics.table import at, rows, window

SPEC = FunnelSpec((Step("signup"), Step("buy")), window=timedelta(days=2))
WEEK = window("2026-01-05", "2026-01-12", now=at("2026-01-20"))


@pytest.fixture(scope="module")
def store(in_memory):
    """Of 60 people of plan a 30 buy, of 40 of b 8; of who buys 27 of a and 3 of b had looked at the tour."""
    found = []

    def person(number, plan, *, buys, tour):
        known = {"tenant_id": "acme", "user_id": f"{plan}{number}", "attributes": {"plan": plan}}
        found.append({**known, "event_type": "signup", "occurred_at": at("2026-01-06")})
        if tour:
            found.append({**known, "event_type": "tour", "occurred_at": at("2026-01-06T01:00")})
        if buys:
            found.append({**known, "event_type": "buy", "occurred_at": at("2026-01-07")})
            found.append({**known, "event_type": "thanks", "occurred_at": at("2026-01-07T01:00")})

    for number in range(60):
        person(number, "a", buys=number < 30, tour=number < 27 or number >= 57)
    for number in range(40):
        person(number, "b", buys=number < 8, tour=number < 3)
    opened = in_memory()
    opened.append("events", found)
    # Somebody else's: the source goes on.
    goes_on = {"tenant_id": "globex", "user_id": "zoe", "event_type": "seen"}
    opened.append("events", [{**goes_on, "occurred_at": at("2026-01-19T23:00")}])
    return opened


def test_segments_against_all_others(store):
    """50% of 60 against 20% of 40: z = 3.04 with the pooled share of 38%."""
    frame = funnel_segments(store, WEEK, FunnelSpec(SPEC.steps, breakdown="attributes.plan"))
    assert rows(frame[["breakdown", "entered", "converted", "conversion", "difference"]]) == [
        ("a", 60, 30, 0.5, 0.3),
        ("b", 40, 8, 0.2, -0.3),
    ]
    assert frame["p_value"].tolist() == pytest.approx([2 * 0.0024640] * 2, rel=2e-3)
    assert (frame["low"] * frame["high"] > 0).all()


def test_segments_against_one_of_them(store):
    spec = FunnelSpec(SPEC.steps, breakdown="attributes.plan")
    frame = funnel_segments(store, WEEK, spec, control="a")
    assert rows(frame[["breakdown", "p_value"]])[0] == ("a", None)
    assert frame["p_value"].tolist()[1] == pytest.approx(0.0024640, rel=2e-3)


def test_nobody_is_tested_against_themselves(in_memory):
    """Of 4 people of x 2 convert there; 2 of them are of y as well, and only the other 2 of y are not of x."""
    store = in_memory()
    deeds = [("ann", "x", 1), ("bob", "x", 1), ("cid", "x", 0), ("dan", "x", 0)]
    deeds += [("ann", "y", 1), ("cid", "y", 0), ("eve", "y", 1), ("fay", "y", 0)]
    named = [(who, plan, event) for who, plan, buys in deeds for event in ("signup", "buy")[: 1 + buys]]
    store.append(
        "events",
        [
            {
                "tenant_id": "acme",
                "user_id": who,
                "event_type": event,
                "attributes": {"plan": plan},
                "occurred_at": at("2026-01-06" if event == "signup" else "2026-01-07"),
            }
            for who, plan, event in named
        ],
    )
    spec = replace(SPEC, breakdown="attributes.plan", attribution="all_events")
    for control in (None, "y"):
        frame = funnel_segments(store, WEEK, spec, control=control)
        assert rows(frame[["breakdown", "entered", "converted", "difference"]])[0] == ("x", 4, 2, 0.0)
    # With eve alone to y's own, x does better by half.
    store.append(
        "events",
        [
            {**deed, "tenant_id": "acme", "event_type": "signup", "occurred_at": at("2026-01-06")}
            for deed in (
                {"user_id": "gus", "attributes": {"plan": "y"}},
                {"user_id": "hal", "attributes": {"plan": "y"}},
            )
        ],
    )
    told = funnel_segments(store, WEEK, spec)
    assert rows(told[["breakdown", "entered", "converted", "difference"]]) == [
        ("y", 6, 2, round(2 / 6 - 1 / 2, 6)),
        ("x", 4, 2, 0.25),
    ]


def test_windows_beside_each_other(store):
    frame = funnel_windows(store, WEEK, SPEC, (timedelta(hours=2), timedelta(days=2)))
    assert rows(frame[["step", "count"]]) == [(1, 100), (2, 0), (1, 100), (2, 38)]


def test_the_rows_of_the_longest_window_answer_for_all_of_them(store):
    """As each window asked by itself, for every order."""
    for order in ("ordered", "strict", "unordered"):
        spec = replace(SPEC, order=order, exclusions=(Exclusion("tour", 1, 2),))
        windows = (timedelta(minutes=30), timedelta(hours=2), timedelta(days=2))
        found = funnel_windows(store, WEEK, spec, windows)
        alone = [funnel_waiting(store, WEEK, replace(spec, window=window)) for window in windows]
        assert rows(found.drop(columns="window")) == [row for frame in alone for row in rows(frame)]


def test_windows_as_a_question_say_who_still_may(store):
    """Half a day after the 7th began all 38 had bought; of two days the other 62 have a half left."""
    early = window("2026-01-05", "2026-01-12", now=at("2026-01-07T12:00"))
    question = FunnelWindows(SPEC, (timedelta(days=2), timedelta(hours=12)))
    frame = question(store, early)
    assert rows(frame[["window", "name", "count", "may", "left"]]) == [
        ("12 hours", "signup", 100, 0, 0),
        ("12 hours", "buy", 0, 0, 100),
        ("2 days", "signup", 100, 0, 0),
        ("2 days", "buy", 38, 62, 0),
    ]
    assert len(question.people(-2, "2 days", waiting=True)(store, early)) == 62
    assert len(question.people(-2, "12 hours", waiting=False)(store, early)) == 100


def test_nothing_and_too_many_windows_are_refused():
    for windows in ((), [timedelta(days=n) for n in range(1, 9)], [timedelta(0)]):
        with pytest.raises(ValueError, match="window"):
            FunnelWindows(SPEC, tuple(windows))


def test_what_goes_with_converting(store):
    """30 of 33 with the tour bought and 8 of 67 without; what happens after buying does not count."""
    frame = funnel_correlation(store, WEEK, SPEC, fields=("attributes.plan",))
    assert rows(frame) == [
        ("event", "tour", 30, 3, round(31 * 60 / (4 * 9), 6), False),
        ("attributes.plan", "a", 30, 30, round(31 * 33 / (31 * 9), 6), False),
        ("attributes.plan", "b", 8, 32, round(9 * 31 / (33 * 31), 6), False),
    ]


def test_who_still_may_convert_is_left_out(store):
    early = window("2026-01-05", "2026-01-12", now=at("2026-01-07T12:00"))
    frame = funnel_correlation(store, early, SPEC, fields=("attributes.plan",))
    assert rows(frame) == [
        ("event", "tour", 30, 0, round(31 * 1 / (1 * 9), 6), True),
        ("attributes.plan", "a", 30, 0, round(31 * 1 / (1 * 9), 6), True),
    ]


def test_where_nobody_converts_nothing_goes_with_converting(store):
    nobody = FunnelSpec((Step("signup"), Step("never")), window=timedelta(days=2))
    assert funnel_correlation(store, WEEK, nobody, fields=("attributes.plan",)).empty


def test_a_segment_needs_a_breakdown(store):
    with pytest.raises(ValueError, match="give the funnel one"):
        funnel_segments(store, WEEK, SPEC)
