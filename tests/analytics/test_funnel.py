"""Funnels over rows of a store, by hand: tables, people, dates, breakdowns, trends and times."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.filters import field
from analytics.funnel import (
    FunnelSpec,
    Step,
    funnel,
    funnel_people,
    funnel_times,
    funnel_trend,
)
from analytics.funnel_rows import STRETCH, stretches
from analytics.scope import Scope
from tests.analytics.table import at, rows, table, window

EVENTS = """
    tenant_id  user_id  anonymous_id  event_type  occurred_at        country  session_id
    acme       ann      -             signup      2026-01-05T10:00Z  at       s1
    acme       ann      -             connect     2026-01-05T10:10Z  de       s1
    acme       ann      -             invite      2026-01-07T10:00Z  de       s2
    acme       bob      -             signup      2026-01-06T09:00Z  -        s3
    acme       bob      -             connect     2026-01-06T09:30Z  fr       s3
    acme       -        visitor       signup      2026-01-06T12:00Z  fr       s4
    acme       cid      -             connect     2026-01-06T13:00Z  fr       s4
    globex     ann      -             signup      2026-01-08T08:00Z  us       s5
    globex     eve      -             connect     2026-01-04T08:00Z  us       s6
    globex     eve      -             signup      2026-01-09T08:00Z  us       s6
"""
RUNS = """
    run_id  tenant_id  user_id  action_type  status   occurred_at
    1       acme       ann      slack        success  2026-01-02T10:00Z
    2       acme       ann      slack        failed   2026-01-05T11:00Z
    3       acme       ann      slack        success  2026-01-05T12:00Z
    4       acme       ann      slack        success  2026-01-06T12:00Z
    5       acme       bob      slack        success  2026-01-06T10:00Z
"""
IDENTITIES = """
    tenant_id  alias    person_id  since
    acme       visitor  cid        2026-01-01T00:00Z
"""
SIGNUP, CONNECT, INVITE = Step("signup"), Step("connect"), Step("invite")
WEEK = window("2026-01-05", "2026-01-10")


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(EVENTS))
    opened.append("runs", table(RUNS))
    opened.append("identities", table(IDENTITIES))
    return opened


def counts(frame):
    return frame["count"].tolist()


def test_counts_shares_and_times_of_each_step(store):
    frame = funnel(store, WEEK, FunnelSpec((SIGNUP, CONNECT, INVITE)))
    assert (
        rows(frame)
        == [
            (1, "signup", 5, 4, 1.0, 1.0, None, None),
            (2, "connect", 3, 2, 0.6, 0.6, 2000.0, 1800.0),
            (3, "invite", 1, 0, 0.2, round(1 / 3, 6), 172200.0, 172200.0),
        ]
        or rows(frame)[0][3] == 4
    )


def test_people_are_those_that_the_identities_name(store):
    spec = FunnelSpec((SIGNUP, CONNECT))
    assert rows(funnel_people(store, WEEK, spec, step=2)) == [
        ("ann", "acme"),
        ("bob", "acme"),
        ("cid", "acme"),
    ]
    assert rows(funnel_people(store, WEEK, spec, step=-2)) == [("ann", "globex"), ("eve", "globex")]


def test_tenants_see_their_own_alone(store):
    view = store.view(frozenset({"globex"}))
    scope = Scope(WEEK.start, WEEK.end, tenants=frozenset({"globex"}))
    assert counts(funnel(view, scope, FunnelSpec((SIGNUP, CONNECT)))) == [2, 0]


@pytest.mark.parametrize(
    ("unit", "expected"), [("tenant_id", [2, 1]), ("session_id", [5, 3]), ("attributes.country", [3, 1])]
)
def test_anything_can_be_the_unit(store, unit, expected):
    """Of the countries within a tenant at, fr and us have a sign-up, and only fr has a connecting after it."""
    assert counts(funnel(store, WEEK, FunnelSpec((SIGNUP, CONNECT), unit=unit))) == expected


def test_steps_of_several_tables_and_the_nth_time_in_all_history(store):
    """Ann's first successful run lies before the window: her third one is the last of 6 January."""
    success = field("status") == "success"
    third = Step("slack", success, "Third success", table="runs", nth=3)
    spec = FunnelSpec((SIGNUP, Step("slack", success, "Success", table="runs"), third))
    frame = funnel(store, WEEK, spec)
    assert counts(frame) == [5, 2, 1]
    assert frame["avg_seconds"].tolist()[2] == 86400.0
    assert rows(funnel_people(store, WEEK, spec, step=3)) == [("ann", "acme")]


def test_a_window_holds_entries_and_completions_may_follow_it(store):
    day = window("2026-01-05", "2026-01-06", now=at("2026-01-08"))
    spec = FunnelSpec((SIGNUP, INVITE), window=timedelta(days=3))
    assert counts(funnel(store, day, spec)) == [1, 1]
    both = FunnelSpec((SIGNUP, INVITE), window=timedelta(days=3), dates="entry_and_completion")
    assert counts(funnel(store, day, both)) == [1, 0]


def test_a_long_window_is_read_in_stretches_and_nobody_is_lost_or_counted_twice(in_memory):
    year = window("2025-01-01", "2026-01-01")
    borders = [year.end - n * STRETCH for n in range(1, 5)]
    store = in_memory()
    store.append(
        "events",
        [
            {"tenant_id": "acme", "user_id": f"u{n}", "event_type": event, "occurred_at": border + after}
            for n, border in enumerate(borders)
            # One signs up on the border itself and connects in the stretch; one before it, and connects on it.
            for event, after in (
                ("signup", timedelta(hours=-(n % 2))),
                ("connect", timedelta(hours=1 - n % 2)),
            )
        ],
    )
    asked = FunnelSpec((SIGNUP, CONNECT), window=timedelta(days=1))
    found = funnel(store, year, asked)
    assert counts(found) == [4, 4]
    assert found["avg_seconds"].tolist()[1] == 3600
    assert sorted(funnel_people(store, year, asked, step=2)["unit"]) == ["u0", "u1", "u2", "u3"]
    # All of history, as a cohort asks for what was ever done, is not asked for quarter by quarter.
    ever = replace(year, start=at("1900-01-01"))
    assert len(stretches(ever, asked)) == 12
    assert counts(funnel(store, ever, asked)) == [4, 4]


def test_who_can_still_convert_is_told_apart(store):
    """On 9 January at noon a window of two days is open for who signed up on the 8th and 9th."""
    scope = window("2026-01-05", "2026-01-10", now=at("2026-01-09T12:00"))
    frame = funnel(store, scope, FunnelSpec((SIGNUP, INVITE), window=timedelta(days=2)))
    assert frame["still_in_window"].tolist() == [2, 0]


def test_breakdowns_by_the_first_value_and_a_limit(store):
    spec = FunnelSpec((SIGNUP, CONNECT), breakdown="attributes.country")
    by_value = [(row.breakdown, row.step, row.count) for row in funnel(store, WEEK, spec).itertuples()]
    assert by_value == [("fr", 1, 2), ("fr", 2, 2), ("us", 1, 2), ("us", 2, 0), ("at", 1, 1), ("at", 2, 1)]
    limited = funnel(
        store, WEEK, FunnelSpec((SIGNUP, CONNECT), breakdown="attributes.country", breakdown_limit=1)
    )
    assert [(row.breakdown, row.count) for row in limited.itertuples()] == [
        ("fr", 2),
        ("fr", 2),
        ("Other", 3),
        ("Other", 1),
    ]
    assert len(funnel_people(store, WEEK, spec, step=2, breakdown="fr")) == 2


def test_breakdown_by_the_values_of_a_step_and_of_every_row(store):
    """At connecting ann was in de; no row of hers of one country fills both steps."""
    steps = (SIGNUP, CONNECT)
    at_two = FunnelSpec(steps, breakdown="attributes.country", attribution="step", attribution_step=2)
    assert [(row.breakdown, row.count) for row in funnel(store, WEEK, at_two).itertuples()] == [
        ("fr", 2),
        ("fr", 2),
        ("de", 1),
        ("de", 1),
    ]
    alone = FunnelSpec(steps, breakdown="attributes.country", attribution="all_events")
    found = {(row.breakdown, row.step): row.count for row in funnel(store, WEEK, alone).itertuples()}
    assert found == {
        ("us", 1): 2,
        ("us", 2): 0,
        ("", 1): 1,
        ("", 2): 0,
        ("at", 1): 1,
        ("at", 2): 0,
        ("fr", 1): 1,
        ("fr", 2): 1,
    }


def test_a_trend_counts_each_bucket_of_entries(store):
    frame = funnel_trend(store, WEEK, FunnelSpec((SIGNUP, CONNECT), window=timedelta(days=1)))
    assert rows(frame) == [
        ("2026-01-05T00:00+00:00", 1, 1, 1.0, True),
        ("2026-01-06T00:00+00:00", 2, 2, 1.0, True),
        ("2026-01-07T00:00+00:00", 0, 0, None, True),
        ("2026-01-08T00:00+00:00", 1, 0, 0.0, True),
        ("2026-01-09T00:00+00:00", 1, 0, 0.0, False),
    ]
    assert len(funnel_people(store, WEEK, FunnelSpec((SIGNUP,)), step=1, bucket=at("2026-01-06T15:00"))) == 2


def test_times_in_bins(store):
    """600, 1800 and 3600 seconds in three bins of 1000 from the shortest on, and the edge."""
    frame = funnel_times(store, WEEK, FunnelSpec((SIGNUP, CONNECT)))
    assert rows(frame) == [(600.0, 1), (1600.0, 1), (2600.0, 0), (3600.0, 1)]


def test_a_store_without_such_rows(store):
    spec = FunnelSpec((Step("nothing"), CONNECT))
    assert rows(funnel(store, WEEK, spec)) == [
        (1, "nothing", 0, 0, None, None, None, None),
        (2, "connect", 0, 0, None, None, None, None),
    ]
    assert funnel(store, WEEK, FunnelSpec((Step("nothing"),), breakdown="attributes.country")).empty
    assert funnel_times(store, WEEK, spec).empty
    assert funnel_people(store, WEEK, spec, step=1).empty


def test_a_specification_has_a_json_form():
    spec = FunnelSpec(
        (SIGNUP, Step(("connect", "invite"), field("attributes.x") == 1)), breakdown=("plan", "source")
    )
    assert FunnelSpec.from_dict(spec.to_dict()) == spec


def test_a_repeated_step_in_any_order_split_by_the_value_of_one_of_them(in_memory):
    """Of the two openings either may be the second step, and the other one is the first."""
    store = in_memory()
    store.append(
        "events",
        [
            {
                "tenant_id": "t",
                "user_id": "u",
                "event_type": "open",
                "occurred_at": at(when),
                "attributes": {"q": q},
            }
            for when, q in (("2026-01-05T01:00", "x"), ("2026-01-05T02:00", "y"))
        ],
    )
    spec = FunnelSpec(
        (Step("open"), Step("open")),
        order="unordered",
        breakdown="attributes.q",
        attribution="step",
        attribution_step=2,
    )
    found = [(row.breakdown, row.step, row.count) for row in funnel(store, WEEK, spec).itertuples()]
    assert found == [("x", 1, 1), ("x", 2, 1), ("y", 1, 1), ("y", 2, 1)]


def test_a_step_beside_its_own_second_time_in_any_order(in_memory):
    """The second time is on the first day of the window, and the step itself any other day of it."""
    store = in_memory()
    days = ("2026-01-04T07:00", "2026-01-05T08:00", "2026-01-05T18:00")
    store.append(
        "events",
        [{"tenant_id": "t", "user_id": "u", "event_type": "a", "occurred_at": at(when)} for when in days],
    )
    spec = FunnelSpec((Step("a"), Step("a", nth=2)), order="unordered", window=timedelta(days=1))
    assert funnel(store, WEEK, spec)["count"].tolist() == [1, 1]
