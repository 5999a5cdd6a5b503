"""Upgrades, and what they follow: rows by hand in, counts by hand out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics import upgrades
from analytics.filters import field
from analytics.view import NotFilterable
from tests.analytics.table import at, rows, table, window

CHANGES = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           plan        status     mrr_usd
    # From nothing to something, then more seats of the same plan, then a larger plan.
    1          acme       -        a1               2026-01-01T00:00:00Z  free        active     0
    2          acme       -        a1               2026-01-10T00:00:00Z  pro         active     50
    3          acme       -        a1               2026-01-12T00:00:00Z  pro         active     70
    4          acme       -        a1               2026-01-14T00:00:00Z  enterprise  active     300
    # One subscription ends as another begins: one change of the tenant.
    5          brisk      -        b1               2026-01-01T00:00:00Z  pro         active     50
    6          brisk      -        b1               2026-01-11T00:00:00Z  pro         cancelled  0
    7          brisk      -        b2               2026-01-11T00:00:00Z  enterprise  active     300
    # Who begins with a plan that pays is new, who comes back is back, and who pays less moved down.
    8          coral      -        c1               2026-01-11T00:00:00Z  pro         active     50
    9          dune       -        d1               2026-01-01T00:00:00Z  pro         active     50
    10         dune       -        d1               2026-01-05T00:00:00Z  pro         cancelled  0
    11         dune       -        d1               2026-01-11T00:00:00Z  pro         active     50
    12         dune       -        d1               2026-01-12T00:00:00Z  basic       active     20
    # A trial that becomes paid, and a tenant that was there long before it paid.
    13         ember      -        e1               2026-01-01T00:00:00Z  pro         trialing   50
    14         ember      -        e1               2026-01-11T00:00:00Z  pro         active     50
    15         frost      -        f1               2026-01-11T00:00:00Z  pro         active     50
    # A plan of one's own, bought under the name that leads to Ann.
    16         acme       ann@x    p1               2026-01-11T00:00:00Z  plus        active     9
    17         acme       bob      p2               2026-01-11T00:00:00Z  plus        trialing   9
"""
TENANTS = """
    tenant_id  created_at
    frost      2025-12-01T00:00:00Z
    coral      2026-01-11T00:00:00Z
    grove      2025-12-01T00:00:00Z
    later      2026-01-12T00:00:00Z
"""
IDENTITIES = "tenant_id alias person_id\nacme ann@x ann"
UPGRADED = """
    event_id  tenant_id  user_id  occurred_at           event_type
    u1        hazel      hal      2026-01-11T00:00:00Z  plan_upgraded
    u2        -          ivy      2026-01-11T00:00:00Z  upgraded
    # The same upgrade, told by an event too.
    u3        frost      fay      2026-01-11T00:05:00Z  PlanUpgraded
"""
DAYS = window("2026-01-10", "2026-01-20")


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    store.append("subscriptions", table(CHANGES))
    store.append("tenants", table(TENANTS))
    store.append("identities", table(IDENTITIES))
    store.append("events", table(UPGRADED))
    return store


def test_who_upgraded_when(company):
    found = upgrades.upgraded(company, DAYS)
    assert [(row[0], row[1], row[2][:10]) for row in rows(found)] == [
        ("", "ivy", "2026-01-11"),
        ("acme", "", "2026-01-10"),
        ("acme", "", "2026-01-14"),
        ("acme", "ann", "2026-01-11"),
        ("brisk", "", "2026-01-11"),
        ("ember", "", "2026-01-11"),
        ("frost", "", "2026-01-11"),
        ("frost", "", "2026-01-11"),
        ("hazel", "", "2026-01-11"),
    ]


def test_each_counts_once(company):
    # ivy, acme, Ann, brisk, ember, frost, hazel.
    assert rows(upgrades.count(company, DAYS)) == [(7,)]
    assert rows(upgrades.count(company, replace(DAYS, start=at("2026-01-12")))) == [(1,)]
    by_day = upgrades.over_time(company, replace(DAYS, end=at("2026-01-20"), now=None))
    assert by_day.groupby(by_day["bucket"].dt.day)["upgrades"].sum().tolist()[:5] == [1, 6, 0, 0, 1]


def test_who_was_free_and_began_to_pay(company):
    # Free on the 10th: acme and ember (a trial), frost and grove (no subscription). dune was gone, later not there.
    assert rows(upgrades.free_to_paid(company, DAYS)) == [(0.75, 4, 3)]
    assert rows(upgrades.free_to_paid(company, window("2025-01-01", "2025-02-01"))) == [(None, 0, 0)]


def test_a_filter_that_leaves_out_subscriptions_makes_nobody_free(company):
    for where in (field("person.person_id") == "ann", field("attributes.size") > 3):
        with pytest.raises(NotFilterable):
            upgrades.free_to_paid(company, replace(DAYS, where=where))
    # frost and grove are the ones in December.
    old = replace(DAYS, where=field("tenant.created_at") < "2026-01-01")
    assert rows(upgrades.free_to_paid(company, old)) == [(0.5, 2, 1)]


HITS = """
    event_id  tenant_id  user_id  occurred_at           event_type
    # Exactly seven days before, and a microsecond more.
    1         exact      -        2026-02-03T12:00:00Z  plan_limit_reached
    2         missed     -        2026-02-03T11:59:59Z  plan_limit_reached
    # Of two hits the later one counts.
    3         twice      -        2026-01-01T00:00:00Z  limitReached
    4         twice      -        2026-02-08T00:00:00Z  quota_exceeded
    # Before the hit is no answer to it.
    5         early      -        2026-02-11T00:00:00Z  plan_limit_reached
    # The one who hit it bought a plan of their own; another's does not count.
    6         own        ann      2026-02-08T00:00:00Z  plan_limit_reached
    7         others     bob      2026-02-02T00:00:00Z  plan_limit_reached
    8         waiting    -        2026-02-12T00:00:00Z  plan_limit_reached
    9         -          zoe      2026-02-02T00:00:00Z  plan_limit_reached
    10        -          -        2026-02-02T00:00:00Z  plan_limit_reached
    11        exact      -        2026-02-10T12:00:00Z  plan_upgraded
    12        missed     -        2026-02-10T12:00:00Z  plan_upgraded
    13        twice      -        2026-02-10T12:00:00Z  plan_upgraded
    14        early      -        2026-02-10T12:00:00Z  plan_upgraded
    15        -          zoe      2026-02-05T12:00:00Z  plan_upgraded
"""
OWN = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           plan  status  mrr_usd
    1          own        ann      p1               2026-02-10T00:00:00Z  plus  active  9
    2          others     cid      p2               2026-02-03T00:00:00Z  plus  active  9
"""


def test_who_upgraded_within_seven_days_of_a_limit(store):
    store.append("events", table(HITS))
    store.append("subscriptions", table(OWN))
    scope = window("2026-01-01", "2026-02-15")
    # exact, twice, own and zoe did; early and waiting still may; missed and others did not.
    assert rows(upgrades.after_limit(store, scope)) == [(8, 9, 4, 2, 0.666667, 6, 72.0)]
    # A week later nobody may any more; the upgrades after the window count as long as they are known.
    later = replace(scope, end=at("2026-02-09"), now=at("2026-03-01"))
    assert rows(upgrades.after_limit(store, later))[0][:6] == (6, 7, 4, 0, 0.666667, 6)
    assert rows(upgrades.after_limit(store, window("2026-03-01", "2026-03-02"))) == [
        (0, 0, 0, 0, None, 0, None)
    ]


def test_what_goes_with_upgrading(store):
    """Forty people: of the twenty who tried a template fifteen upgraded, of the others one in twenty."""
    begun, day = at("2026-01-01"), timedelta(days=1)
    events, changes = [], []
    for place in range(44):
        who, signed = f"u{place:02d}", begun + place * day / 24
        told = [("signed_up", signed), ("opened", signed + day)]
        if place % 2 == 0:
            told.append(("template_used", signed + 13 * day))
        if place == 1:
            # Too late to be of the first days.
            told.append(("template_used", signed + 14 * day))
        bought = {40: 13.9, 41: 44.0}.get(place, 20.0 if place in (1, *range(0, 30, 2)) else None)
        if place == 42:
            # Signed up a day too late: 44 days are not over.
            told = [(kind, moment + 60 * day) for kind, moment in told]
        events += [
            {
                "event_id": f"{who}{kind}",
                "tenant_id": who,
                "user_id": who,
                "event_type": kind,
                "occurred_at": moment,
            }
            for kind, moment in told
        ]
        if bought is not None:
            changes.append(
                {"change_id": who, "tenant_id": who, "user_id": who, "subscription_id": who, "plan": "plus"}
                | {"status": "active", "mrr_usd": 9, "occurred_at": signed + bought * day}
            )
    store.append("events", events)
    store.append("subscriptions", changes)
    found = upgrades.drivers(store, window("2026-01-01", "2026-03-01", now=at("2026-03-10")))
    # Everybody opened the app, so nobody is left to compare with.
    assert rows(found[["feature", "used", "others", "difference", "verdict"]].iloc[1:]) == [
        ("opened", 42, 0, None, "too few people")
    ]
    found = found.iloc[:1]
    # u40 upgraded before its first days were over and is out, u42 is too new; u41 upgraded too late to count.
    assert rows(
        found[["feature", "used", "used_rate", "others", "others_rate", "difference", "verdict"]]
    ) == [("template_used", 20, 0.75, 22, 0.045455, 0.704545, "more often")]
    low, high = found.iloc[0][["low", "high"]]
    assert 0.4 < low < found.iloc[0]["difference"] < high < 0.9
