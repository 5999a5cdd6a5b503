"""How long customers stay, who was lost and why: counted by hand."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest

from analytics import lifetimes, losses, segments
from analytics.forms import BadForm
from analytics.losses import LossRate
from analytics.stays import LostOf, Stays, StaysAt
from tests.analytics.table import rows, table, window

TENANTS = """
    tenant_id  name   owner  created_at            contract   seats  sold.by
    kept       Kept   mira   2026-01-01T00:00:00Z  yearly     1      web
    lost       Lost   ken    2026-01-01T00:00:00Z  monthly    2      web
    back       Back   ken    2026-01-01T00:00:00Z  monthly    3      web
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
    found = lifetimes.lived(company, UNTIL).drop(columns=["began", "months"]).sort_values("tenant_id")
    assert rows(found) == [
        ("back", "pro", "2026 Q1", 30.0, True),
        # Without a subscription it is use that counts, up to the newest row of all, of 4 March.
        ("busy", "no plan", "2026 Q1", 27.999988, False),
        ("kept", "free", "2026 Q1", 69.0, False),
        ("lost", "pro", "2026 Q1", 60.0, True),
        ("silent", "no plan", "2026 Q1", 30.0, True),
        ("undated", "pro", "2026 Q1", 29.0, False),
    ]


@pytest.mark.parametrize(
    ("began", "ended", "months"),
    [
        ("2026-01-31T08:00", "2026-02-28T08:00", 1),
        ("2026-01-31T08:00", "2026-03-15T20:00", 1.5),
        ("2026-01-31T08:00", "2026-03-31T08:00", 2),
        ("2024-02-29", "2025-02-28", 12),
        ("2014-01-01", "2020-01-01", 72),
        ("2026-02-01", "2026-02-15", 0.5),
        ("2026-03-28T12:00", "2026-04-28T12:00", 1),
        ("2026-03-28T12:00", "2026-03-28T12:00", 0),
    ],
)
def test_a_month_is_over_at_the_same_day_and_hour(began, ended, months):
    first, last = (pd.Series(pd.to_datetime([each]).tz_localize("Europe/Berlin")) for each in (began, ended))
    assert lifetimes.in_months(first, last).tolist() == pytest.approx([months], abs=1e-12)


def test_too_few_customers_are_counted_and_draw_no_curve(company):
    found = StaysAt()(company, UNTIL)
    assert found["share"].isna().all()
    assert rows(found[found["segment"] == "pro"]) == [("pro", 1, None, 2, None, None)]
    assert "Too few to tell, with less than 10 customers: free, no plan, pro." in found.attrs["notes"]


def test_what_share_of_each_segment_was_lost(company):
    found = LostOf("attributes.contract")(company, UNTIL)
    assert rows(found[["segment", "customers", "lost", "rate", "median_months"]]) == [
        # Three have no row in `tenants`.
        ("not told", 3, 1, round(1 / 3, 6), None),
        ("monthly", 2, 2, 1.0, None),
        ("yearly", 1, 0, 0.0, None),
    ]
    # One stayed January's 30 days of 31, the other all of it, February and a day of March.
    monthly = found[found["segment"] == "monthly"].iloc[0]
    assert monthly["stayed_months"] == pytest.approx(30 / 31 + 2 + 1 / 31)
    assert monthly["a_month"] == pytest.approx(2 / 3)
    # Wilson's interval of nothing of one.
    assert found[["low", "high"]].iloc[2].round(4).tolist() == [0.0, 0.7935]
    assert found.attrs["notes"][0] == "6 customers, 3 of them lost (50.0%)."
    owners = LostOf("owner")(company, UNTIL)
    assert rows(owners[["segment", "customers", "lost"]]) == [
        ("not told", 3, 1),
        ("ken", 2, 2),
        ("mira", 1, 0),
    ]


def test_fields_that_tell_tenants_apart_can_be_chosen(company):
    assert rows(segments.fields(company, UNTIL)) == [
        ("contract", 2, 3, "monthly"),
        ("seats", 3, 3, "1"),
        ("sold.by", 1, 3, "web"),
    ]
    for nothing in ("", "colour", "attributes."):
        with pytest.raises(BadForm, match="customers have no"):
            LostOf(nothing)


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
    found = Stays()(many, window("2026-04-01", "2026-05-01")).set_index(["segment", "age_weeks"])
    pro = found.loc["pro"]["share"].dropna()
    assert pro.loc[[0, 1, 2, 3, 10]].round(6).tolist() == [1.0, 1.0, 0.916667, 0.833333, 0.416667]
    assert pro.index[-1] == 11
    assert found.loc["free"]["share"].tolist() == [1.0] * 18
    assert found.loc[("pro", 2), ["low", "high"]].round(3).tolist() == [0.539, 0.988]


def test_what_is_said_of_the_segments(many):
    until = window("2026-04-01", "2026-05-01")
    notes = Stays()(many, until).attrs["notes"]
    assert notes[0] == "24 customers, 11 of them lost (45.8%)."
    assert notes[-1].startswith("The groups differ by more than chance (log-rank: chi2 = ")
    after = StaysAt()(many, until).set_index(["segment", "age_months"])
    # A month after 1 January are 31 days, three are 90.
    assert after.loc[("pro", 1), ["share", "share_of"]].tolist() == [0.75, 9]
    assert after.loc[("pro", 3), "share_of"] == 4
    assert pd.isna(after.loc[("pro", 3), "share"])
    assert after.loc[("free", 3), "share"] == 1.0
    half = LostOf()(many, until).set_index("segment")["median_months"]
    # Half are left after 60 days, which are a month, February, and a day of March.
    assert half["pro"] == pytest.approx(2 + 1 / 31)
    assert pd.isna(half["free"])


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
    march = window("2026-03-01", "2026-04-01")
    by_plan = LossRate()(company, march)
    assert rows(by_plan[["segment", "rate", "rate_of", "gone"]]) == [("pro", 0.25, 4, 1)]
    by_owner = LossRate("owner")(company, march)
    assert rows(by_owner[["segment", "rate", "rate_of", "gone"]]) == [
        ("ken", 0.5, 2, 1), ("mira", 0.0, 1, 0), ("not told", 0.0, 1, 0),
    ]  # fmt: skip


def test_a_share_of_fewer_than_five_is_told_in_numbers_and_not_drawn(store):
    """Of March: of five on pro one is lost, and the only one on enterprise; 100 % would flatten the others."""
    plans = {"a": "enterprise", "b": "pro", "c": "pro", "d": "pro", "e": "pro", "f": "pro"}
    changes = "change_id tenant_id subscription_id occurred_at plan status mrr_usd\n"
    begun = [f"{n}1 {n} {n} 2026-01-01T00:00:00Z {plan} active 10" for n, plan in plans.items()]
    ended = [f"{n}2 {n} {n} 2026-03-10T00:00:00Z {plans[n]} cancelled 0" for n in ("a", "b")]
    store.append("subscriptions", table(changes + "\n".join([*begun, *ended])))
    found = LossRate()(store, window("2026-03-01", "2026-04-01"))
    assert rows(found[["segment", "rate", "gone", "rate_of"]]) == [
        ("enterprise", 1, 1, 1),
        ("pro", 0.2, 1, 5),
    ]
    assert found["drawn"].fillna(-1).tolist() == [-1, 0.2]
    assert found.attrs["notes"] == (
        "Lost in March: enterprise 1 of 1, pro 1 of 5.",
        "Not drawn, as fewer than 5 paid: enterprise in March 1 of 1.",
    )


def test_an_empty_store_has_no_lives_and_no_losses(store):
    for question in (
        Stays(),
        Stays("cohort"),
        StaysAt(),
        LostOf("region"),
        LossRate(),
        losses.lost,
        losses.reasons,
    ):
        assert rows(question(store, UNTIL)) == []
