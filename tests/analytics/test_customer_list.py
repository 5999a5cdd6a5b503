"""The list of customers: each column by hand, on a small company; no risk is said where no model says one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from analytics.customer_list import CustomerList
from analytics.filters import field
from analytics.scope import ALL_TENANTS, Scope
from analytics.view import NotFilterable
from tests.analytics.table import at

NOW = at("2026-03-01")
SCOPE = Scope(NOW - timedelta(days=7), NOW)


@pytest.fixture(scope="module")
def company(in_memory):
    """Big pays and runs every day but the last three; small pays nothing and did one thing; known has no row."""
    store = in_memory()
    store.append(
        "tenants",
        [
            {"tenant_id": "big", "name": "Big", "owner": "mira", "plan": "pro"},
            {"tenant_id": "small", "name": "Small", "owner": "tom", "plan": "free"},
            {"tenant_id": "known", "name": "Known", "created_at": NOW - timedelta(days=3)},
        ],
    )
    store.append(
        "runs",
        [
            {"run_id": f"{day}", "tenant_id": "big", "status": "success"}
            | {"occurred_at": NOW - timedelta(days=day, hours=-1)}
            for day in range(4, 41)
        ],
    )
    event = {"event_id": "1", "event_type": "opened", "tenant_id": "small", "user_id": "ann"}
    store.append("events", [event | {"occurred_at": NOW - timedelta(hours=2)}])
    store.append(
        "subscriptions",
        [
            {"change_id": "1", "subscription_id": "s", "tenant_id": "big", "plan": "pro", "status": "active"}
            | {"mrr_usd": "49.90", "occurred_at": NOW - timedelta(days=40)}
            | {"renews_at": NOW + timedelta(days=12, hours=5)},
            # A plan that one person of it pays for herself renews sooner, and says nothing of the contract.
            {"change_id": "2", "subscription_id": "p", "tenant_id": "big", "plan": "plus", "status": "active"}
            | {"mrr_usd": 0.1, "user_id": "ann", "occurred_at": NOW - timedelta(days=40)}
            | {"renews_at": NOW + timedelta(days=3)},
        ],
    )
    return store


@pytest.fixture(scope="module")
def frame(company):
    return CustomerList()(company.view(ALL_TENANTS), SCOPE).set_index("tenant_id")


def test_every_tenant_is_listed_who_pays_most_first(frame):
    assert [*frame.index] == ["big", "known", "small"]


def test_what_it_pays_and_when_that_renews(frame):
    assert frame[["standing", "plan", "owner"]].to_dict("index") == {
        "big": {"standing": "paying", "plan": "pro", "owner": "mira"},
        "known": {"standing": "none", "plan": "", "owner": ""},
        "small": {"standing": "none", "plan": "free", "owner": "tom"},
    }
    assert frame["mrr_usd"].tolist() == [Decimal("50.00"), Decimal(0), Decimal(0)]
    assert frame["renewal_days"].fillna(-1).tolist() == [12, -1, -1]


def test_whom_outreach_names_as_the_owner_goes_before_the_data(company):
    """Nobody was named beside the call of Big, so its owner stays."""
    company.look_after({"small": "ida", "known": "ida"})
    found = CustomerList()(company.view(ALL_TENANTS), SCOPE)
    company.look_after({})
    assert dict(zip(found["tenant_id"], found["owner"], strict=True)) == {
        "big": "mira",
        "known": "ida",
        "small": "ida",
    }


def test_use_is_a_number_a_day_the_newest_last(frame):
    assert frame["daily_use"]["big"] == (1,) * 25 + (0,) * 3
    assert frame["daily_use"]["small"] == (0,) * 27 + (1,)
    assert frame["daily_use"]["known"] == (0,) * 28


def test_days_silent_are_whole_days_since_its_last_use(frame):
    assert frame["silent_days"].tolist() == [3, 2, 0]


def test_a_tenant_of_a_few_days_has_no_health_and_without_a_model_nobody_has_a_risk(frame):
    assert frame["score"].isna().tolist() == [True, True, True]
    assert frame[["probability", "at_risk_usd"]].isna().all(axis=None)


def test_who_is_gone_has_no_health_and_who_is_late_with_a_payment_is_past_due(store):
    """All three ran every day of ten weeks, so each would be well."""
    names = ("gone", "late", "well")
    store.append("tenants", [{"tenant_id": name, "created_at": NOW - timedelta(days=90)} for name in names])
    store.append(
        "runs",
        [
            {"run_id": f"{name}{day}", "tenant_id": name, "status": "success"}
            | {"occurred_at": NOW - timedelta(days=day, hours=-1)}
            for name in names
            for day in range(1, 71)
        ],
    )
    held = {"plan": "pro", "status": "active", "mrr_usd": 30, "occurred_at": NOW - timedelta(days=60)}
    later = {"gone": ("cancelled", 0, 2), "late": ("past_due", 30, 5)}
    store.append(
        "subscriptions",
        [
            *(held | {"change_id": name, "subscription_id": name, "tenant_id": name} for name in names),
            *(
                {"change_id": f"{name}2", "subscription_id": name, "tenant_id": name, "plan": "pro"}
                | {"status": status, "mrr_usd": usd, "occurred_at": NOW - timedelta(days=days)}
                for name, (status, usd, days) in later.items()
            ),
        ],
    )
    found = CustomerList()(store.view(ALL_TENANTS), SCOPE).set_index("tenant_id")
    assert found["standing"].to_dict() == {
        "late": "past due since 24 Feb",
        "well": "paying",
        "gone": "gone",
    }
    assert found.loc["gone", ["score", "change"]].isna().all()
    assert found.loc[["late", "well"], "score"].notna().all()


@pytest.mark.parametrize("where", [field("status") == "success", ~(field("event_type") == "opened")])
def test_what_rows_are_is_no_filter_of_customers(company, where):
    with pytest.raises(NotFilterable, match="the list of customers cannot be filtered by"):
        CustomerList()(company.view(ALL_TENANTS), replace(SCOPE, where=where))


def test_what_tenants_are_chooses_among_them(company):
    found = CustomerList()(company.view(ALL_TENANTS), replace(SCOPE, where=field("tenant.owner") == "mira"))
    assert found["tenant_id"].tolist() == ["big"]
    assert found["mrr_usd"].tolist() == [Decimal("50.00")]
