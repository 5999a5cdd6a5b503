"""Funnels as questions: intervals, times in milliseconds, who is stuck, JSON forms."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from analytics.activation import RetainedFunnel, day_x_active
from analytics.criteria_found import InFunnel
from analytics.during import During
from analytics.funnel import FunnelSpec, Step
from analytics.funnel_questions import FunnelQuestion, FunnelStuck, FunnelTimes, FunnelTrend, wilson
from analytics.funnel_windows import FunnelWindows
from analytics.registry import question_form, question_of
from tests.analytics.table import at, rows, table, window

EVENTS = """
    tenant_id  user_id  event_type  occurred_at
    acme       ann      registered  2026-01-05T10:00Z
    acme       ann      connect     2026-01-05T10:00:30Z
    acme       ann      opened      2026-01-06T11:00Z
    acme       ann      opened      2026-01-13T11:00Z
    acme       bob      registered  2026-01-06T09:00Z
    acme       bob      connect     2026-01-07T09:00Z
    acme       cid      registered  2026-01-20T09:00Z
"""
# Somebody else's rows, hour by hour: the source goes on.
SOURCE = "\n".join(
    ["tenant_id user_id event_type occurred_at"]
    + [f"globex zoe seen {at('2026-01-05') + n * timedelta(hours=1):%FT%TZ}" for n in range(28 * 24)]
)
SPEC = FunnelSpec((Step("registered"), Step("connect")), window=timedelta(days=2))
MONTH = window("2026-01-01", "2026-02-01", now=at("2026-01-20T21:00"))


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(EVENTS))
    opened.append("events", table(SOURCE))
    return opened


@pytest.fixture(scope="module")
def stopped(in_memory):
    """The same, but the source ends with the registration of cid, on the 20th at nine."""
    opened = in_memory()
    opened.append("events", table(EVENTS))
    return opened


def test_steps_with_intervals_and_who_left(store):
    """Wilson's interval of 2 of 3 is 20.8% to 93.9%; cid has a day and a half left."""
    frame = FunnelQuestion(SPEC)(store, MONTH)
    assert rows(frame[["step", "count", "may", "left"]]) == [(1, 3, 0, 0), (2, 2, 1, 0)]
    assert rows(frame[["low", "high"]].round(3)) == [(0.439, 1.0), (0.208, 0.939)]
    assert frame["median_ms"].tolist()[1] == (30_000 + 86_400_000) / 2


def test_the_interval_of_nothing_is_nothing():
    assert np.isnan(wilson(np.array([0.0]), np.array([0.0]))).all()


def test_who_is_stuck_and_for_how_long(store):
    assert rows(FunnelStuck(SPEC)(store, MONTH)) == [
        (
            "registered",
            "connect",
            "cid",
            "cid",
            "acme",
            "acme",
            "2026-01-20T09:00+00:00",
            12 * 3_600_000.0,
            True,
        )
    ]


def test_who_came_back_after_completing(store):
    """Ann was there again eight days after; bob, who completed on the 7th, was not, and cannot any more."""
    frame = RetainedFunnel(SPEC, after_days=7, within_days=3)(store, MONTH)
    assert rows(frame[["name", "count", "may", "left"]]) == [
        ("registered", 3, 0, 0),
        ("connect", 2, 1, 0),
        ("Back after 7 days", 1, 0, 1),
    ]


@pytest.mark.parametrize(
    ("now", "dates", "may"),
    [
        ("2026-01-20T21:00", "entry", ["cid"]),
        ("2026-01-22T08:59", "entry", ["cid"]),
        ("2026-01-22T09:00", "entry", []),
        ("2026-01-20T21:00", "entry_and_completion", ["cid"]),
        ("2026-02-01T00:00", "entry_and_completion", []),
    ],
)
def test_who_still_may_is_apart_from_who_left_and_is_listed_apart(store, now, dates, may):
    """Cid registered on the 20th at nine and has two days."""
    asked, scope = FunnelQuestion(replace(SPEC, dates=dates)), replace(MONTH, now=at(now))
    bar = asked(store, scope).set_index("step").loc[2]
    waiting, left = (asked.people(-2, waiting=each)(store, scope)["unit"].tolist() for each in (True, False))
    assert (waiting, left) == (may, [] if may else ["cid"])
    assert (bar["may"], bar["left"]) == (len(waiting), len(left))


def test_nobody_still_may_where_all_of_it_lies_in_a_window_that_is_over(store):
    asked = FunnelQuestion(replace(SPEC, dates="entry_and_completion"))
    scope = window("2026-01-01", "2026-01-21", now=at("2026-01-21T00:00"))
    assert rows(asked(store, scope)[["may", "left"]]) == [(0, 0), (0, 1)]
    assert not len(asked.people(-2, waiting=True)(store, scope))


@pytest.mark.parametrize("now", ["2026-01-20T10:59", "2026-01-22T09:00", "2026-01-30T00:00"])
@pytest.mark.parametrize("dates", ["entry", "entry_and_completion"])
def test_where_the_source_is_late_who_still_may_is_told_as_of_its_newest_row(stopped, now, dates):
    """Cid's two days are over by the clock on the 22nd; whether they connected is unknown since the 20th."""
    asked, scope = FunnelQuestion(replace(SPEC, dates=dates)), window("2026-01-01", "2026-01-30", now=at(now))
    waiting, left = (
        asked.people(-2, waiting=each)(stopped, scope)["unit"].tolist() for each in (True, False)
    )
    assert (waiting, left) == (["cid"], [])
    assert rows(asked(stopped, scope)[["may", "left"]]) == [(0, 0), (1, 0)]
    assert rows(FunnelWindows(SPEC, (SPEC.window,))(stopped, scope)[["may", "left"]]) == [(0, 0), (1, 0)]
    assert FunnelStuck(SPEC)(stopped, scope)["in_window"].tolist() == [True]
    assert InFunnel(SPEC, -2, During(end=at("2026-01-30")), waiting=True).people(stopped, scope, "person")[
        "unit"
    ].tolist() == ["cid"]


def test_where_the_source_is_late_a_week_that_may_still_grow_is_not_complete(stopped, store):
    scope = replace(MONTH, now=at("2026-01-31"))
    told = [FunnelTrend(SPEC, grain="week")(each, scope) for each in (stopped, store)]
    complete = [dict(rows(each[["bucket", "complete"]])) for each in told]
    assert [each["2026-01-19T00:00+00:00"] for each in complete] == [False, True]
    assert [each["2026-01-05T00:00+00:00"] for each in complete] == [True, True]


def test_where_the_source_is_late_nobody_has_stayed_away_yet(stopped, store):
    """Bob may be back up to the 17th, ann was; who connects on the 20th could be back up to the 30th."""
    asked, scope = RetainedFunnel(SPEC, after_days=7, within_days=14), replace(MONTH, now=at("2026-01-31"))
    assert [rows(asked(each, scope)[["may", "left"]])[2] for each in (stopped, store)] == [(1, 0), (0, 1)]


def test_who_sees_some_tenants_alone_is_told_by_the_clock(stopped):
    """A quiet tenant is no late source, and what others' rows say is not for them to see."""
    scope = replace(MONTH, now=at("2026-01-30"), tenants=frozenset({"acme"}))
    asked = FunnelQuestion(SPEC)
    assert rows(asked(stopped, scope)[["may", "left"]]) == [(0, 0), (1, 0)]
    assert rows(asked(stopped.view(frozenset({"acme"})), scope)[["may", "left"]]) == [(0, 0), (0, 1)]


LIMITED = FunnelSpec(
    (
        Step("registered"),
        Step("connect", within=timedelta(days=3)),
        Step("opened", within=timedelta(days=3)),
    ),
    window=timedelta(days=30),
)


@pytest.mark.parametrize(
    ("now", "connect", "opened"),
    [
        ("2026-01-10T08:59", ("", ""), ("bob", "")),
        ("2026-01-10T09:00", ("", ""), ("", "bob")),
        ("2026-01-23T08:59", ("cid", ""), ("", "bob")),
        ("2026-01-23T09:00", ("", "cid"), ("", "bob")),
    ],
)
@pytest.mark.parametrize("order", ["ordered", "strict"])
def test_who_has_no_time_for_the_next_step_has_left_though_the_window_is_open(
    store, now, connect, opened, order
):
    """Bob connected on the 7th at nine, cid registered on the 20th; each has three days and the window thirty."""
    spec, scope = replace(LIMITED, order=order), window("2026-01-06", "2026-02-01", now=at(now))
    asked = FunnelQuestion(spec)
    bars = asked(store, scope).set_index("step")
    for step, (may, left) in ((2, connect), (3, opened)):
        lists = [asked.people(-step, waiting=each)(store, scope)["unit"].tolist() for each in (True, False)]
        assert lists == [may.split(), left.split()]
        assert rows(bars.loc[[step], ["may", "left"]]) == [(len(lists[0]), len(lists[1]))]
    stuck = FunnelStuck(spec)(store, scope)
    assert sorted(stuck.loc[stuck["in_window"], "unit"]) == sorted([*connect[0].split(), *opened[0].split()])
    compared = FunnelWindows(spec, (timedelta(days=30),))(store, scope)
    assert rows(compared[["may", "left"]]) == rows(bars[["may", "left"]])


@pytest.mark.parametrize(("now", "may", "left"), [("09T10:59", "ann", ""), ("09T11:00", "", "ann")])
def test_without_an_order_the_time_for_the_next_step_runs_from_the_last_completion(store, now, may, left):
    """Ann opened on the 6th at eleven, her first step here, and has three days for a second."""
    asked = FunnelQuestion(replace(LIMITED, order="unordered"))
    scope = window("2026-01-06", "2026-02-01", now=at(f"2026-01-{now}"))
    lists = [asked.people(-2, waiting=each)(store, scope)["unit"].tolist() for each in (True, False)]
    assert lists == [may.split(), left.split()]


def test_who_still_may_come_back_is_listed_apart(store):
    """Bob completed it on the 7th and may be back up to the 17th."""
    asked, scope = RetainedFunnel(SPEC, after_days=7, within_days=3), replace(MONTH, now=at("2026-01-16"))
    bar = asked(store, scope).set_index("step").loc[3]
    waiting, left = (asked.people(-3, waiting=each)(store, scope)["unit"].tolist() for each in (True, False))
    assert (waiting, left, bar["may"], bar["left"]) == (["bob"], [], 1, 0)


@pytest.mark.parametrize(
    ("step", "who"), [(1, "ann bob cid"), (2, "ann bob"), (-2, "cid"), (3, "ann"), (-3, "bob")]
)
def test_the_people_of_each_bar_are_as_many_as_it_counts(store, step, who):
    """Those who came back afterwards are the last bar; those who completed and did not have left before it."""
    asked = RetainedFunnel(SPEC, after_days=7, within_days=3)
    found = asked.people(step)(store, MONTH)["unit"].tolist()
    bar = asked(store, MONTH).set_index("step").loc[abs(step)]
    assert (found, len(found)) == (who.split(), bar["count"] if step > 0 else bar["may"] + bar["left"])


def test_the_people_of_a_value_of_a_breakdown(store):
    by_person = FunnelQuestion(replace(SPEC, breakdown=("tenant_id", "user_id")))
    assert by_person.people(2, ("acme", "bob"))(store, MONTH)["unit"].tolist() == ["bob"]
    assert not len(by_person.people(-2, ("acme", "bob"))(store, MONTH))


def test_who_is_active_some_days_after_signing_up(store):
    """Ann came on the first day after, and so did bob; on the third nobody did."""
    frame = day_x_active(store, MONTH)
    assert rows(frame)[:3] == [(1, 2, 2, 1.0), (3, 2, 0, 0.0), (7, 2, 0, 0.0)]


def test_a_trend_carries_what_its_rate_is_of(store):
    frame = FunnelTrend(SPEC, grain="week")(store, MONTH)
    assert rows(frame[["entered", "converted", "conversion_of"]])[1:4] == [(2, 2, 2), (0, 0, 0), (1, 0, 1)]


@pytest.mark.parametrize(
    "question",
    [FunnelQuestion(SPEC), FunnelTrend(SPEC, grain="week"), FunnelTimes(SPEC, bins=4), FunnelStuck(SPEC, 1),
     RetainedFunnel(SPEC, back="opened"), RetainedFunnel(SPEC).people(-3, waiting=True), FunnelQuestion(SPEC).people(-2, waiting=False)],
)  # fmt: skip
def test_a_question_has_a_json_form(question):
    assert question_of(question_form(question)) == question
