"""How long customers stay, who was lost and why: counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analytics import lifetimes, losses
from tests.analytics.table import rows, table, window

TENANTS = """
    tenant_id  name   owner  created_at
    kept       Kept   mira   2026-01-01T00:00:00Z
    lost       Lost   ken    2026-01-01T00:00:00Z
    back       Back   ken    2026-01-01T00:00:00Z
"""
CHANGES = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           plan  status     mrr_usd  reason
    1          kept       -        k1               2026-01-11T00:00:00Z  free  active     0        -
    2          kept       -        k1               2026-02-01T00:00:00Z  pro   active     40       -
    3          lost       -        l1               2026-01-01T00:00:00Z  pro   active     50       -
    4          lost       -        l1               2026-03-02T00:00:00Z  pro   cancelled  0        expensive
    # One's own plan ends with the tenant's.
    5          lost       ann      l2               2026-01-01T00:00:00Z  plus  active     9        -
    6          lost       ann      l2               2026-03-02T00:00:00Z  plus  cancelled  0        -
    7          back       -        b1               2026-01-01T00:00:00Z  pro   active     20       -
    8          back       -        b1               2026-01-31T00:00:00Z  pro   cancelled  0        -
    9          back       -        b1               2026-02-10T00:00:00Z  pro   active     20       -
    10         undated    -        u1               2026-02-10T00:00:00Z  pro   active     30       -
    11         kept       bob      k2               2026-02-01T00:00:00Z  plus  active     9        -
"""
RUNS = """
    run_id  tenant_id  occurred_at           status
    1       lost       2026-03-01T23:00:00Z  failed
    2       lost       2026-02-02T00:00:00Z  timeout
    3       lost       2026-02-01T23:59:59Z  failed
    4       lost       2026-03-01T22:00:00Z  success
    5       silent     2026-01-05T00:00:00Z  success
    6       silent     2026-02-04T00:00:00Z  success
    7       busy       2026-02-04T00:00:01Z  success
    8       busy       2026-03-04T00:00:00Z  success
"""
UNTIL = window("2026-01-15", "2026-03-11")


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    store.append("tenants", table(TENANTS))
    store.append("subscriptions", table(CHANGES))
    store.append("runs", table(RUNS))
    return store


def test_a_life_lasts_from_signing_up_to_the_first_loss(company):
    found = lifetimes.lived(company, UNTIL).drop(columns="began").sort_values("tenant_id")
    assert rows(found) == [
        ("back", "pro", "2026 Q1", 30.0, True),
        # Without a subscription it is use that counts, up to the newest row of all, of 4 March.
        ("busy", "no plan", "2026 Q1", 27.999988, False),
        ("kept", "free", "2026 Q1", 69.0, False),
        ("lost", "pro", "2026 Q1", 60.0, True),
        ("silent", "no plan", "2026 Q1", 30.0, True),
        ("undated", "pro", "2026 Q1", 29.0, False),
    ]


def test_too_few_customers_are_counted_and_draw_no_curve(company):
    found = lifetimes.at_ages(company, UNTIL)
    assert found["share"].isna().all()
    assert found[found["first_plan"] == "pro"][
        ["customers", "lost", "age_days", "share_of"]
    ].to_numpy().tolist() == [[3, 2, 30, 2]]
    assert "Too few to tell, with less than 10 customers: free, no plan, pro." in found.attrs["notes"]


@pytest.fixture(scope="module")
def many(in_memory):
    """Of twelve tenants on pro one is lost every ten days, of twelve on free none."""
    store = in_memory()
    began = pd.Timestamp("2026-01-01", tz="UTC")
    changes = [
        {"change_id": f"{plan}{n}", "tenant_id": f"{plan}{n}", "subscription_id": "s", "occurred_at": began}
        | {"plan": plan, "status": "active", "mrr_usd": 1}
        for plan in ("pro", "free")
        for n in range(12)
    ]
    changes += [
        each | {"change_id": f"{n} ended", "occurred_at": began + pd.Timedelta(days=10 * (n + 1))}
        | {"status": "cancelled", "mrr_usd": 0}
        for n, each in enumerate(changes[:12])
    ]  # fmt: skip
    store.append("subscriptions", changes)
    return store


def test_a_curve_falls_with_each_loss_and_ends_where_few_are_left(many):
    found = lifetimes.by_plan(many, window("2026-04-01", "2026-05-01")).set_index(["first_plan", "age_weeks"])
    pro = found.loc["pro"]["share"].dropna()
    assert pro.loc[[0, 1, 2, 3, 10]].round(6).tolist() == [1.0, 1.0, 0.916667, 0.833333, 0.416667]
    assert pro.index[-1] == 11
    assert found.loc["free"]["share"].tolist() == [1.0] * 18
    assert found.loc[("pro", 2), ["low", "high"]].round(3).tolist() == [0.539, 0.988]


def test_what_is_said_of_the_groups(many):
    notes = lifetimes.by_plan(many, window("2026-04-01", "2026-05-01")).attrs["notes"]
    assert notes[0] == "24 customers, 11 of them lost."
    assert notes[-1].startswith("The groups differ by more than chance (log-rank: chi2 = ")
    of_days = lifetimes.at_ages(many, window("2026-04-01", "2026-05-01")).set_index(
        ["first_plan", "age_days"]
    )
    assert of_days.loc[("pro", 30), ["share", "share_of", "median_days"]].tolist() == [0.75, 10, 60.0]


def test_who_was_lost_and_how_it_had_fared(company):
    found = losses.lost(company, UNTIL)
    assert rows(found[[column.name for column in losses.lost.columns]]) == [
        ("lost", "Lost", "ken", "2026-03-02T00:00+00:00", "pro", Decimal(59), 60, "expensive",
         "2026-03-01T23:00+00:00", 3, 2),
        ("back", "Back", "ken", "2026-01-31T00:00+00:00", "pro", Decimal(20), 30, "not stated", None, 0, 0),
    ]  # fmt: skip
    assert rows(losses.reasons(company, UNTIL)) == [
        ("expensive", 1, Decimal(59)),
        ("not stated", 1, Decimal(20)),
    ]


def test_what_share_was_lost_a_month(company):
    found = losses.by_month(company, window("2026-02-01", "2026-04-01"))
    assert rows(found[["bucket", "what", "rate", "rate_of", "gone"]]) == [
        ("2026-02-01T00:00+00:00", "Tenants", 0.0, 1, 0),
        ("2026-02-01T00:00+00:00", "MRR", 0.0, 59, 0),
        ("2026-02-01T00:00+00:00", "People", 0.0, 1, 0),
        ("2026-03-01T00:00+00:00", "Tenants", 0.25, 4, 1),
        ("2026-03-01T00:00+00:00", "MRR", round(59 / 158, 6), 158, 59),
        ("2026-03-01T00:00+00:00", "People", 0.5, 2, 1),
    ]
    by_plan = losses.by_plan(company, window("2026-03-01", "2026-04-01"))
    assert rows(by_plan[["plan", "rate", "rate_of", "gone"]]) == [("pro", 0.25, 4, 1)]


def test_an_empty_store_has_no_lives_and_no_losses(store):
    for question in (lifetimes.by_plan, lifetimes.by_cohort, lifetimes.at_ages, losses.lost, losses.reasons):
        assert rows(question(store, UNTIL)) == []
