"""MRR and what becomes of it: every policy by a table counted by hand, and the laws over any changes."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics import mrr, revenue
from analytics.filters import field
from analytics.settings import PAYING
from tests.analytics.table import rows, table, window

# What a subscription pays by its state, and what a tenant of several pays.
STATES = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           status     mrr_usd
    1          acme       -        a1               2026-01-01T00:00:00Z  active     100
    2          acme       -        a2               2026-01-01T00:00:00Z  active     20.5
    3          acme       ada      a3               2026-01-01T00:00:00Z  active     12
    4          late       -        l1               2026-01-01T00:00:00Z  active     50
    5          late       -        l1               2026-01-05T00:00:00Z  Past-Due   50
    6          trial      -        t1               2026-01-01T00:00:00Z  trialing   30
    7          paused     -        p1               2026-01-01T00:00:00Z  active     30
    8          paused     -        p1               2026-01-02T00:00:00Z  paused     30
    9          unpaid     -        u1               2026-01-01T00:00:00Z  unpaid     30
    10         gone       -        g1               2026-01-01T00:00:00Z  active     70
    11         gone       -        g1               2026-01-03T00:00:00Z  canceled   70
    12         plain      -        n1               2026-01-01T00:00:00Z  -          8
    13         free       -        f1               2026-01-01T00:00:00Z  active     0
    14         unknown    -        x1               2026-01-01T00:00:00Z  active     -
    15         -          bob      y1               2026-01-01T00:00:00Z  active     900
    16         acme       -        a1               2026-01-09T00:00:00Z  active     999
"""
WEEK = window("2026-01-02", "2026-01-09")


@pytest.fixture(scope="module")
def states(in_memory):
    store = in_memory()
    store.append("subscriptions", table(STATES))
    return store


def test_what_tenants_pay_at_the_end_of_a_window(states):
    # acme 100 + 20.5 + 12 of Ada's own, late 50 that are past due, plain 8.
    found = rows(mrr.total(states, WEEK))
    assert found == [(Decimal("190.5"), Decimal(2286), Decimal("63.5"), 3, Decimal(50))]


def test_the_end_of_a_window_is_not_in_it(states):
    after = replace(WEEK, end=WEEK.end + timedelta(microseconds=1), now=None)
    assert mrr.total(states, after).iloc[0]["mrr_usd"] == Decimal("1089.5")


def test_what_connectors_earn_sums_up_to_it(states):
    states.append(
        "runs", table("run_id tenant_id occurred_at action_type\n1 acme 2026-01-03T00:00:00Z slack")
    )
    split = revenue.by_connector(states, WEEK)
    assert sum(split["mrr_usd"]) == mrr.total(states, WEEK).iloc[0]["mrr_usd"]


def test_a_state_is_read_in_any_spelling():
    spellings = {
        "active",
        "Active",
        "ACTIVE",
        "past_due",
        "past due",
        "Past Due",
        "Past due",
        "PastDue",
        "pastDue",
        "",
    }
    assert spellings <= set(PAYING)
    assert not {"trialing", "canceled", "unpaid", "paused"} & set(PAYING)


def test_nobody_pays_and_no_mean_is_told(store):
    assert rows(mrr.total(store, WEEK)) == [(0, 0, None, 0, 0)]


# Six tenants through four months; New York is five hours behind, so January ends there at 05:00 UTC.
MOVES = """
    change_id  tenant_id  subscription_id  occurred_at           plan        status     mrr_usd
    1          acme       a1               2025-11-10T12:00:00Z  pro         active     100
    2          acme       a2               2025-11-10T12:00:00Z  addon       active     40
    3          acme       a1               2026-01-10T12:00:00Z  enterprise  active     160
    4          acme       a2               2026-02-10T12:00:00Z  addon       cancelled  0
    5          brisk      b1               2025-12-20T12:00:00Z  pro         active     60
    6          brisk      b1               2026-02-01T03:00:00Z  pro         cancelled  60
    7          brisk      b2               2026-03-05T12:00:00Z  pro         active     45
    8          coral      c1               2026-01-15T12:00:00Z  pro         trialing   80
    9          coral      c1               2026-02-15T12:00:00Z  pro         active     80
    10         dune       d1               2026-01-05T12:00:00Z  pro         active     10
    11         dune       d1               2026-01-25T12:00:00Z  pro         cancelled  0
    12         ember      e1               2025-10-01T12:00:00Z  pro         active     90
    13         ember      e1               2026-01-07T12:00:00Z  pro         cancelled  0
    14         ember      e1               2026-01-20T12:00:00Z  pro         active     70
    15         free       f1               2025-10-01T12:00:00Z  free        active     0
"""
SIGNED_UP = """
    tenant_id  name   created_at
    acme       Acme   2025-11-01T02:00:00Z
    brisk      Brisk  2025-12-20T12:00:00Z
    ember      Ember  2025-10-01T12:00:00Z
"""
QUARTER = window("2026-01-01", "2026-04-01", "America/New_York")


@pytest.fixture(scope="module")
def moves(in_memory):
    store = in_memory()
    store.append("subscriptions", table(MOVES))
    store.append("tenants", table(SIGNED_UP))
    return store


def told(frame, *names: str) -> list[tuple[object, ...]]:
    return rows(frame[list(names)])


def test_movements_by_month(moves):
    found = mrr.by_month(moves, QUARTER)
    names = ("bucket", "start_usd", "new_usd", "expansion_usd", "reactivated_usd", "contraction_usd")
    # January: acme +60, ember 90 -> 0 -> 70 is 20 less, brisk's end falls into it in New York; dune came and went.
    # February: acme loses one of two, coral's trial becomes paid. March: brisk comes back.
    assert told(found, *names, "churned_usd", "net_usd", "end_usd") == [
        ("2026-01-01T00:00-05:00", 290, 0, 60, 0, -20, -60, -20, 270),
        ("2026-02-01T00:00-05:00", 270, 80, 0, 0, -40, 0, 40, 310),
        ("2026-03-01T00:00-05:00", 310, 0, 0, 45, 0, 0, 45, 355),
    ]
    assert told(found, "start_tenants", "new_tenants", "churned_tenants", "nrr", "grr", "logo_churn") == [
        (3, 0, 1, 0.931034, 0.724138, 0.333333),
        (2, 1, 0, 0.851852, 0.851852, 0.0),
        (3, 0, 0, 1.0, 1.0, 0.0),
    ]
    assert found["complete"].tolist() == [True, True, True]


def test_the_same_change_belongs_to_february_in_utc(moves):
    found = mrr.by_month(moves, window("2026-01-01", "2026-03-01"))
    assert told(found, "churned_usd", "churned_tenants") == [(0, 0), (-60, 1)]


def test_months_are_cut_by_the_window(moves):
    found = mrr.by_month(moves, window("2026-01-12", "2026-02-12T12:00"))
    # On the 12th dune still paid and ember did not; in UTC brisk ends in February.
    assert told(
        found, "bucket", "start_usd", "reactivated_usd", "contraction_usd", "churned_usd", "end_usd"
    ) == [
        ("2026-01-01T00:00+00:00", 270, 70, 0, -10, 330),
        ("2026-02-01T00:00+00:00", 330, 0, -40, -60, 230),
    ]
    assert found["complete"].tolist() == [True, False]


def test_what_became_of_the_revenue_over_a_window(moves):
    found = mrr.retention(moves, QUARTER)
    # Only the two ends count: acme 140 -> 160, brisk 60 -> 45, ember 90 -> 70, coral new.
    assert told(
        found, "start_usd", "new_usd", "expansion_usd", "contraction_usd", "churned_usd", "end_usd"
    ) == [(290, 80, 20, -35, 0, 355)]
    # NRR 275 / 290, GRR 255 / 290, quick ratio 100 / 35.
    assert told(found, "nrr", "grr", "logo_churn", "quick_ratio") == [(0.948276, 0.87931, 0.0, 2.857143)]


def test_rates_of_nothing_are_empty(store):
    assert told(mrr.retention(store, QUARTER), "start_usd", "nrr", "grr", "logo_churn", "quick_ratio") == [
        (0, None, None, None, None)
    ]


def test_by_plan_a_tenant_stands_under_its_largest_subscription(moves):
    # acme was on pro (100) beside an add-on, and coral paid nothing before: it stands under its plan at the end.
    found = mrr.by_plan(moves, QUARTER)
    assert told(found, "plan", "start_usd", "new_usd", "expansion_usd", "contraction_usd", "end_usd") == [
        ("pro", 290, 80, 20, -35, 355)
    ]
    after = mrr.by_plan(moves, replace(QUARTER, start=QUARTER.start + timedelta(days=20)))
    assert told(after, "plan", "start_usd", "end_usd") == [("pro", 140, 195), ("enterprise", 200, 160)]


def test_by_cohort_tenants_stand_under_the_month_of_signing_up(moves):
    found = mrr.by_cohort(moves, QUARTER)
    # acme signed up on 31 October in New York; coral has no date, so its first change counts.
    assert told(found, "cohort", "start_usd", "end_usd", "nrr") == [
        ("2025-10", 230, 230, 1.0),
        ("2025-12", 60, 45, 0.75),
        ("2026-01", 0, 80, None),
    ]


def test_who_signed_up_before_there_was_software_stands_under_its_first_change(moves, store):
    store.append("subscriptions", table(MOVES))
    epoch = "tenant_id created_at\nacme 1970-01-01T00:00:00Z\nbrisk 2025-12-20T12:00:00Z"
    store.append("tenants", table(epoch))
    found = mrr.by_cohort(store, QUARTER)
    assert told(found, "cohort", "start_usd") == [
        ("2025-10", 90),
        ("2025-11", 140),
        ("2025-12", 60),
        ("2026-01", 0),
    ]
    assert found["start_usd"].sum() == mrr.retention(moves, QUARTER)["start_usd"].iloc[0]


@pytest.mark.parametrize(
    ("asked", "start", "churned", "end"),
    [
        # brisk cancels 60 and comes back with 45: the change that says so is left out, and ends what it paid.
        (field("status") == "active", 290, 0, 355),
        # Of pro there were acme 100, brisk 60 and ember 90; acme left it for enterprise, ember came back to it.
        (field("plan") == "pro", 250, -100, 195),
        (field("plan_then") == "pro", 250, -100, 195),
        ((field("plan") == "enterprise") | (field("plan") == "addon"), 40, 0, 160),
        # What stays with a subscription leaves out all of it.
        (field("subscription_id") == "a2", 40, -40, 0),
    ],
)
def test_a_filter_asks_what_a_subscription_is_at_a_moment_never_what_it_once_was(
    moves, asked, start, churned, end
):
    scope = replace(QUARTER, where=asked)
    found = mrr.retention(moves, scope)
    assert told(found, "start_usd", "churned_usd", "end_usd") == [(start, churned, end)]
    assert mrr.total(moves, scope)["mrr_usd"].iloc[0] == end
    assert mrr.over_time(moves, scope)["mrr_usd"].iloc[-1] == end


def test_who_moved(moves):
    assert rows(mrr.movers(moves, QUARTER)) == [
        ("coral", "coral", "new", 0, 80, 80),
        ("acme", "Acme", "expansion", 140, 160, 20),
        ("ember", "Ember", "contraction", 90, 70, -20),
        ("brisk", "Brisk", "contraction", 60, 45, -15),
    ]


def test_what_is_paid_at_the_end_of_each_day(moves):
    found = mrr.over_time(moves, window("2026-01-05", "2026-01-15"))
    assert told(found, "bucket", "mrr_usd")[:6:5] == [
        ("2026-01-05T00:00+00:00", 300),
        ("2026-01-10T00:00+00:00", 270),
    ]
    assert (
        found["mrr_usd"].iloc[-1] == mrr.total(moves, window("2026-01-05", "2026-01-15")).iloc[0]["mrr_usd"]
    )


PRICES = ["0", "0.000000001", "10", "19.99", "33.333333333"]
LIVES = ["active", "active", "cancelled", "trialing", "past_due"]


@pytest.fixture(scope="module")
def any_changes():
    """Changes of forty tenants with up to two subscriptions each, several of them on one day."""
    chance = random.Random(7)
    return [
        {
            "change_id": f"{place:03d}",
            "tenant_id": f"tenant {tenant}",
            "subscription_id": f"{tenant}-{chance.randrange(2)}",
            "occurred_at": datetime(2025, 12, 1, tzinfo=UTC) + timedelta(days=chance.randrange(150)),
            "status": chance.choice(LIVES),
            "mrr_usd": chance.choice(PRICES),
            "plan": chance.choice(["pro", "enterprise"]),
        }
        for place, tenant in enumerate(chance.randrange(40) for _ in range(240))
    ]


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_movements_sum_up_to_the_difference_of_mrr(states, any_changes, zone):
    tenants = frozenset(change["tenant_id"] for change in any_changes)
    states.append("subscriptions", any_changes)
    store, scope = states, window("2026-01-10", "2026-04-20", zone, tenants=tenants)
    found, whole = mrr.by_month(store, scope), mrr.retention(store, scope).iloc[0]
    before, after = (paid(any_changes, moment) for moment in (scope.start, scope.end))
    assert (whole["start_usd"], whole["end_usd"]) == (sum(before.values()), sum(after.values()))
    assert sum(found["net_usd"]) == whole["end_usd"] - whole["start_usd"]
    for row in [whole, *found.to_dict("records")]:
        parts = ("new", "expansion", "reactivated", "contraction", "churned")
        assert sum(row[f"{part}_usd"] for part in parts) == row["net_usd"]
        assert row["start_usd"] + row["net_usd"] == row["end_usd"]
    assert found["start_usd"].iloc[1:].tolist() == found["end_usd"].iloc[:-1].tolist()
    for grouped in (mrr.by_plan(store, scope), mrr.by_cohort(store, scope)):
        for name in mrr.ADDITIVE:
            assert sum(grouped[name]) == whole[name]
    moved = mrr.movers(store, scope)
    assert sum(moved["change_usd"]) == whole["net_usd"]
    assert mrr.over_time(store, scope)["mrr_usd"].iloc[-1] == whole["end_usd"]


def paid(changes: list[dict[str, object]], moment: datetime) -> dict[str, Decimal]:
    """What each tenant pays at a moment, read row by row."""
    last: dict[object, dict[str, object]] = {}
    for change in sorted(changes, key=lambda each: (each["occurred_at"], each["change_id"])):
        if change["occurred_at"] < moment:
            last[change["subscription_id"]] = change
    found: dict[str, Decimal] = defaultdict(Decimal)
    for change in last.values():
        if change["status"] in PAYING:
            found[change["tenant_id"]] += Decimal(change["mrr_usd"])
    return found
