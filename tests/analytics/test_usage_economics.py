"""What tenants pay, cost and leave, by tables added up by hand; parts of a shared line are exactly the line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import usage_economics
from analytics.filters import field
from analytics.usage_closed import due
from tests import stores
from tests.analytics.table import rows, table, window
from tests.examples import examples

# April has 30 days: a day of 90 a month is 3.
SUBSCRIPTIONS = """
    change_id  tenant_id  user_id  subscription_id  occurred_at           status     mrr_usd
    1          acme       -        a                2026-01-01T00:00:00Z  active     90
    2          acme       -        a                2026-04-11T00:00:00Z  active     120
    3          acme       ada      own              2026-04-21T00:00:00Z  active     30
    4          beta       -        b                2026-01-01T00:00:00Z  active     60
    5          beta       -        b                2026-04-16T00:00:00Z  cancelled  60
    6          trial      -        t                2026-01-01T00:00:00Z  trialing   500
"""
RUNS = """
    run_id  tenant_id  occurred_at           duration_ms
    1       acme       2026-04-02T00:00:00Z  600
    2       beta       2026-04-02T00:00:00Z  200
    3       -          2026-04-02T00:00:00Z  200
    4       acme       2026-05-02T00:00:00Z  100000
"""
COSTS = """
    cost_id  tenant_id  occurred_at           category   amount_usd
    1        -          2026-04-10T00:00:00Z  compute    100
    2        -          2026-04-30T23:59:59Z  storage    0.000000001
    3        acme       2026-04-10T00:00:00Z  database   4
    4        -          2026-04-10T00:00:00Z  marketing  1000
    5        -          2026-04-10T00:00:00Z  ai         1000
    6        -          2026-05-01T00:00:00Z  compute    7
"""
CALLS = """
    call_id  tenant_id  occurred_at           cost_usd
    1        acme       2026-04-10T00:00:00Z  1.5
    2        acme       2026-04-10T00:00:00Z  -
    3        -          2026-04-10T00:00:00Z  0.25
"""
APRIL = window("2026-04-01", "2026-05-01")


@pytest.fixture(scope="module")
def april(in_memory):
    store = in_memory()
    for name, text in (
        ("subscriptions", SUBSCRIPTIONS),
        ("runs", RUNS),
        ("costs", COSTS),
        ("llm_calls", CALLS),
    ):
        store.append(name, table(text))
    store.append("tenants", table("tenant_id name plan\nacme Acme pro"))
    return store


def test_what_each_tenant_paid_and_cost(april):
    found = usage_economics.unit_economics(april, APRIL)
    # acme pays 10 days of 3, 20 of 4 and 10 of 1 = 120, and ran 6 of 10 parts: 60. Rounded down, its parts of the
    # smallest line come to nothing, and the last by name, beta, has it.
    assert rows(
        found[["tenant_id", "revenue_usd", "ai_cost_usd", "own_usd", "shared_usd", "margin_usd"]]
    ) == [
        ("beta", Decimal(30), Decimal(0), Decimal(0), Decimal("20.000000001"), Decimal("9.999999999")),
        ("acme", Decimal(120), Decimal("1.5"), Decimal(4), Decimal(60), Decimal("54.5")),
        ("", Decimal(0), Decimal("0.25"), Decimal(0), Decimal(20), Decimal("-20.25")),
    ]
    assert rows(found[["tenant", "plan", "time_share", "margin_rate"]]) == [
        ("beta", "", 0.2, round(9.999999999 / 30, 6)),
        ("Acme", "pro", 0.6, round(54.5 / 120, 6)),
        ("no tenant", "", 0.2, None),
    ]


def test_a_part_of_a_month_earns_its_part(april):
    found = usage_economics.unit_economics(april, window("2026-04-09", "2026-04-13"))
    # Two days of 3 and two of 4; four days of 2.
    assert rows(found[found["tenant_id"] != ""][["tenant_id", "revenue_usd"]].sort_values("tenant_id")) == [
        ("acme", Decimal(14)),
        ("beta", Decimal(8)),
    ]


def test_where_every_cost_line_names_its_tenant_nothing_is_shared_and_all_is_counted(in_memory):
    store = in_memory()
    store.append("tenants", table("tenant_id name\nacme Acme\nbeta Beta"))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    store.append(
        "costs", table("cost_id tenant_id occurred_at category amount_usd\n1 acme 2026-04-10 database 4")
    )
    names = ["tenant_id", "own_usd", "shared_usd", "margin_usd"]
    assert rows(usage_economics.unit_economics(store, APRIL)[names]) == [
        ("beta", Decimal(0), Decimal(0), Decimal(30)),
        ("acme", Decimal(4), Decimal(0), Decimal(116)),
    ]
    lines = due(store, replace(APRIL, now=datetime(2026, 5, 2, tzinfo=UTC)), "finance")
    assert rows(
        lines.loc[lines["month"] == "2026-04", ["tenant_id", "revenue_usd", "infrastructure_usd"]]
    ) == [
        ("acme", Decimal(120), Decimal(4)),
        ("beta", Decimal(30), Decimal(0)),
    ]
    # Of a month in which nobody told what anything cost nothing is known.
    march = usage_economics.unit_economics(store, window("2026-03-01", "2026-04-01"))
    assert march["margin_usd"].isna().all()


def test_who_sees_one_tenant_sees_no_shared_costs_and_so_no_margin(april):
    own = frozenset({"acme"})
    found = usage_economics.unit_economics(april.view(own), replace(APRIL, tenants=own))
    assert rows(found[["tenant_id", "revenue_usd", "own_usd", "shared_usd", "time_share", "margin_usd"]]) == [
        ("acme", Decimal(120), Decimal(4), None, None, None)
    ]
    filtered = usage_economics.unit_economics(april, replace(APRIL, where=field("tenant.plan") == "pro"))
    assert rows(filtered[["tenant_id", "shared_usd"]]) == [("acme", None)]


AMOUNTS = st.lists(st.tuples(st.integers(1, 60), st.decimals(0, 900, places=9)), min_size=1, max_size=6)
SPENT = st.lists(
    st.tuples(st.sampled_from(("a", "b", "c", "")), st.integers(1, 60), st.integers(1, 10**9)), max_size=10
)


def day(number: int) -> datetime:
    return datetime.fromordinal(datetime(2026, 3, 31).toordinal() + number).replace(tzinfo=UTC)


@given(AMOUNTS, SPENT)
@settings(max_examples=examples(15), deadline=None)
def test_shared_parts_add_up_to_the_lines(amounts, spent):
    with stores.in_memory() as store:
        costs = [
            {"cost_id": str(n), "occurred_at": day(at), "category": "compute", "amount_usd": str(usd)}
            for n, (at, usd) in enumerate(amounts)
        ]
        runs = [
            {"run_id": str(n), "tenant_id": whose, "occurred_at": day(at), "duration_ms": us / 1000}
            for n, (whose, at, us) in enumerate(spent)
        ]
        store.append("costs", costs)
        if runs:
            store.append("runs", runs)
        found = usage_economics.unit_economics(store, window("2026-04-01", "2026-06-01"))
        whole = sum((usd for _, usd in amounts), Decimal(0))
        shared = [value for value in found["shared_usd"] if value is not None]
        assert sum(shared, Decimal(0)) == whole
