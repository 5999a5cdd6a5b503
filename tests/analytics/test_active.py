"""Active people: counted by hand, and against a count of every day and window by itself."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from analytics import active
from analytics.zones import zone
from tests.analytics.table import at, rows, table, window

EVENTS = """
    event_id  tenant_id  user_id  anonymous_id  occurred_at           event_type
    1         acme       ann      -             2026-01-01T10:00:00Z  opened
    2         acme       ann      -             2026-01-03T10:00:00Z  opened
    # Ann before she signed in.
    3         acme       -        v1            2026-01-03T09:00:00Z  opened
    4         acme       bob      -             2026-01-03T23:59:59Z  opened
    5         globex     ann      -             2026-01-04T00:00:00Z  signed_up
    6         acme       -        -             2026-01-04T10:00:00Z  opened
    7         acme       bob      -             2026-02-01T10:00:00Z  SignedUp
    8         acme       cid      -             2026-02-02T10:00:00Z  opened
"""
IDENTITIES = """
    tenant_id  alias  person_id
    acme       v1     ann
"""


@pytest.fixture(scope="module")
def events(in_memory):
    store = in_memory()
    store.append("events", table(EVENTS))
    store.append("identities", table(IDENTITIES))
    return store


def test_people_of_a_day_and_of_the_week_and_the_month_up_to_it(events):
    found = active.over_time(events, window("2026-01-03", "2026-01-12"))
    assert rows(found[["bucket", "dau", "wau", "mau"]]) == [
        ("2026-01-03T00:00+00:00", 2, 2, 2),
        ("2026-01-04T00:00+00:00", 1, 3, 3),
        ("2026-01-05T00:00+00:00", 0, 3, 3),
        ("2026-01-06T00:00+00:00", 0, 3, 3),
        ("2026-01-07T00:00+00:00", 0, 3, 3),
        ("2026-01-08T00:00+00:00", 0, 3, 3),
        ("2026-01-09T00:00+00:00", 0, 3, 3),
        # Both were last seen seven days ago, so they are no longer of the week.
        ("2026-01-10T00:00+00:00", 0, 1, 3),
        ("2026-01-11T00:00+00:00", 0, 0, 3),
    ]
    assert found["dau_of_mau"].round(4).tolist()[:2] == [1.0, 0.3333]


def test_who_is_signed_in_counts_apart_from_visitors(in_memory):
    store = in_memory()
    more = """
    9         acme       -        v2            2026-01-03T12:00:00Z  opened
    10        acme       -        v1            2026-01-04T12:00:00Z  opened
    """
    store.append("events", table(EVENTS + more.strip("\n")))
    store.append("identities", table(IDENTITIES))
    asked = window("2026-01-03", "2026-01-05")
    # With visitors v2 is one more on the 3rd, and Ann is there on the 4th by a visit before she signed in.
    for question, expected in (
        (active.over_time, [(3, 3, 3), (2, 4, 4)]),
        (active.signed_in, [(2, 2, 2), (1, 3, 3)]),
    ):
        found = question(store, asked)
        assert list(found[["dau", "wau", "mau"]].itertuples(index=False, name=None)) == expected
    assert active.signed_in(store, asked)["dau_of_mau"].round(4).tolist() == [1.0, 0.3333]


def test_a_month_is_thirty_days(events):
    found = active.over_time(events, window("2026-02-01", "2026-02-04"))
    # On 1 February Ann and Bob of 3 January are thirty days old with it, on the 2nd only Bob's newer day counts.
    assert rows(found[["dau", "wau", "mau"]]) == [(1, 1, 3), (1, 2, 3), (0, 2, 2)]


def test_days_lie_on_the_scopes_clock(events):
    found = active.over_time(events, window("2026-01-03", "2026-01-05", "Asia/Tokyo"))
    # In Tokyo the third ends at 15:00 UTC, so Bob's evening is the fourth.
    assert found["dau"].tolist() == [1, 2]


def test_growth_is_told_with_what_it_is_of(events):
    found = active.growth(events, window("2026-02-02", "2026-02-03"))
    names = [
        "signups_30d",
        "signups_30d_before",
        "signups_month",
        "active_7d",
        "active_7d_before",
        "active_week",
    ]
    assert rows(found[names]) == [(2, 0, None, 2, 0, None)]
    later = active.growth(events, window("2026-01-14", "2026-01-15"))
    assert rows(later[["active_7d", "active_7d_before", "active_week"]]) == [(0, 3, -1.0)]


@pytest.mark.parametrize(
    ("counts", "place"),
    [
        pytest.param([0, 0, 4, 5, 3, 4], 2, id="the first day with any"),
        pytest.param([0, 1, 0, 20, 30, 25, 20], 3, id="one of few people is none"),
        pytest.param(
            [4, 5, 3, 4], 1 - 2 * active.MONTH, id="there may be more before the first that was read"
        ),
        pytest.param([0, 0, 0], 1 - 2 * active.MONTH, id="nobody at all"),
    ],
)
def test_growth_is_out_of_days_that_count_as_usual(counts, place):
    assert active.first_day(pd.Series(counts)) == place


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York"])
def test_every_number_is_that_of_its_window_counted_by_itself(events, timezone):
    chance = random.Random(timezone)
    began = datetime(2026, 2, 1, tzinfo=UTC)
    told = [
        (began + timedelta(hours=chance.randrange(24 * 90)), f"{timezone} {int(chance.triangular(0, 30, 4))}")
        for _ in range(300)
    ]
    made = [
        {"event_id": f"{timezone}{n}", "tenant_id": timezone, "user_id": who, "occurred_at": when}
        for n, (when, who) in enumerate(told)
    ]
    events.append("events", made)
    # Both clocks change within these days.
    scope = window("2026-03-05", "2026-04-05", timezone, tenants=frozenset({timezone}))
    local = [(when.astimezone(zone(timezone)).date(), who) for when, who in told]
    found = active.over_time(events, scope)
    assert len(found) == 31
    for row in found.itertuples():
        for days, number in ((1, row.dau), (7, row.wau), (30, row.mau)):
            first = row.bucket.date() - timedelta(days=days - 1)
            assert number == len({who for day, who in local if first <= day <= row.bucket.date()})


CHANGES = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           plan        status
    1          acme       -        a                2025-01-01T00:00:00Z  free        active
    2          acme       -        a                2026-01-02T00:00:00Z  pro         active
    3          acme       bob      b                2026-01-02T00:00:00Z  plus        active
    4          acme       ann      c                2026-01-01T00:00:00Z  plus        active
    5          acme       v1       c                2026-01-02T00:00:00Z  plus        cancelled
    6          acme       -        a                2026-01-09T00:00:00Z  enterprise  active
"""


def test_a_persons_own_plan_wins_over_the_tenants(in_memory):
    store = in_memory()
    store.append("events", table(EVENTS))
    store.append("identities", table(IDENTITIES))
    store.append("subscriptions", table(CHANGES))
    store.append("tenants", [{"tenant_id": "globex", "plan": "trial"}])
    found = active.by_plan(store, window("2026-01-01", "2026-01-05"))
    # Ann's own has ended, so hers is acme's plan by then; Ann of globex is another.
    assert rows(found) == [("plus", 1, 0.333333), ("pro", 1, 0.333333), ("trial", 1, 0.333333)]


def test_nothing_is_compared_with_days_before_the_first(in_memory):
    store = in_memory()
    days = [at("2026-01-01T12:00") + timedelta(days=day) for day in range(20)]
    store.append(
        "events",
        [
            {
                "event_id": str(n),
                "tenant_id": "acme",
                "user_id": "ann",
                "occurred_at": day,
                "event_type": "signup",
            }
            for n, day in enumerate(days)
        ],
    )
    found = active.growth(store, window("2026-01-12", "2026-01-17"))
    # The week before the week up to the 14th begins on the 1st; of a whole month before nothing is known.
    assert rows(found[["active_week", "signups_week", "active_month"]]) == [
        (None, None, None),
        (None, None, None),
        (0.0, 0.0, None),
        (0.0, 0.0, None),
        (0.0, 0.0, None),
    ]
    latest = rows(active.latest_growth(store, window("2026-01-12", "2026-01-17")))
    assert latest == [
        ("Signups", "7 days", 7, 7, 0.0),
        ("Signups", "30 days", 16, 0, None),
        ("Users and visitors", "7 days", 1, 1, 0.0),
        ("Users and visitors", "30 days", 1, 0, None),
    ]
