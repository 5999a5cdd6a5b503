"""What is billed: every figure by a table counted by hand, and sums that are exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import usage
from analytics.filters import field
from analytics.view import NotFilterable
from service import export
from tests import stores
from tests.analytics.table import rows, table, window
from tests.examples import examples

TENANTS = """
    tenant_id  name   plan  billing_day  timezone
    acme       Acme   pro   15           America/New_York
    beta       Beta   free  -            -
    idle       Idle   free  1            UTC
"""
# In the month from 15 March in New York, which begins at 04:00 in UTC.
RUNS = """
    run_id  tenant_id  occurred_at                  user_id  duration_ms
    r1      acme       2026-03-15T03:59:59.999999Z  ada      1000     # the last microsecond of the month before
    r2      acme       2026-03-15T04:00:00Z         ada      1500.5
    r3      acme       2026-04-15T03:59:59Z         bob      -
    r4      acme       2026-04-15T04:00:00Z         cyd      7        # the month after
    r5      beta       2026-03-31T23:59:59Z         ada      0.25
    r6      gamma      2026-03-02T00:00:00Z         -        3        # known by its rows alone
    r7      -          2026-03-20T00:00:00Z         eve      99       # of no tenant, on no invoice
"""
EVENTS = """
    event_id  tenant_id  occurred_at           user_id    event_type
    e1        acme       2026-03-20T00:00:00Z  ada        message_ingested
    e2        acme       2026-03-20T00:00:00Z  ada@work   message_ingested
    e3        acme       2026-03-21T00:00:00Z  dan        opened
    e4        beta       2026-03-20T00:00:00Z  -          message_ingested
"""
CALLS = """
    call_id  tenant_id  occurred_at           user_id  input_tokens  cache_read_tokens  output_tokens  cost_usd
    c1       acme       2026-03-20T00:00:00Z  ada      10            5                  7              0.000000001
    c2       acme       2026-03-20T00:00:00Z  fay      -             -                  -              0.1
    c3       acme       2026-03-20T00:00:00Z  fay      3             -                  -              -
"""
MAY = datetime(2026, 5, 1, tzinfo=UTC)
SPRING = window("2026-03-01", "2026-05-01")


def cells(text: str) -> list[dict[str, object]]:
    """The table without what is said behind its lines."""
    return table("\n".join(line.partition("#")[0] for line in text.splitlines() if line.strip()))


@pytest.fixture(scope="module")
def spring(in_memory):
    store = in_memory()
    for name, text in (("tenants", TENANTS), ("runs", RUNS), ("events", EVENTS), ("llm_calls", CALLS)):
        store.append(name, cells(text))
    store.append("identities", table("tenant_id alias person_id\nacme ada@work ada"))
    return store


def test_each_tenant_is_billed_by_its_own_day_and_clock(spring):
    found = usage.billing(spring, SPRING, "2026-03")
    figures = found[["tenant_id", *(column.name for column in usage.FIGURES)]]
    # messages, executions, seconds, tokens, cost, without a price, people: ada (by two names), bob, dan, fay
    assert rows(figures) == [
        ("acme", 2, 2, 1.5005, 25, Decimal("0.100000001"), 1, 4),
        ("beta", 1, 1, 0.00025, 0, Decimal(0), 0, 1),
        ("gamma", 0, 1, 0.003, 0, Decimal(0), 0, 0),
    ]
    assert rows(found[["tenant_id", "starts_at", "ends_at"]])[:2] == [
        ("acme", "2026-03-15T04:00+00:00", "2026-04-15T04:00+00:00"),
        ("beta", "2026-03-01T00:00+00:00", "2026-04-01T00:00+00:00"),
    ]


def test_what_has_not_happened_by_now_is_not_billed(spring):
    found = usage.billing(spring, replace(SPRING, now=datetime(2026, 3, 15, 4, 0, 1, tzinfo=UTC)), "2026-03")
    assert dict(zip(found["tenant_id"], found["executions"], strict=True))["acme"] == 1


def test_a_tenant_sees_its_own_bill(spring):
    own = frozenset({"beta"})
    found = usage.billing(spring.view(own), replace(SPRING, tenants=own), "2026-03")
    assert found["tenant_id"].tolist() == ["beta"]


def test_a_window_shows_the_months_that_it_touches_newest_first(spring):
    found = usage.months(spring, window("2026-03-14", "2026-03-16"))
    assert rows(found[["tenant_id", "month", "executions"]]) == [
        ("acme", "2026-03", 1),  # the window is over by then, and with it the present
        ("beta", "2026-03", 0),
        ("idle", "2026-03", 0),
        ("gamma", "2026-03", 1),
        ("acme", "2026-02", 1),
    ]


def test_whole_calendar_months_ask_for_the_billing_months_of_their_names(spring):
    march = replace(window("2026-03-01", "2026-04-01"), now=datetime(2026, 4, 20, tzinfo=UTC))
    found = usage.months(spring, march)
    # Acme's month of that name goes on to 15 April; the one before is not asked for.
    assert rows(found[["tenant_id", "month", "executions"]]) == [
        ("acme", "2026-03", 2),
        ("beta", "2026-03", 1),
        ("gamma", "2026-03", 1),
    ]
    in_all = usage.total(spring, march)[["tenants", "months", "messages", "executions", "execution_seconds"]]
    assert rows(in_all) == [(3, 1, 3, 4, 1.50375)]
    # A day more, and it is a stretch of time that touches months of two names.
    longer = usage.total(spring, replace(march, end=datetime(2026, 4, 2, tzinfo=UTC)))
    assert rows(longer[["tenants", "months", "executions"]]) == [(4, 3, 5)]


def test_a_month_that_is_over_is_listed_where_something_was_used_or_paid(in_memory):
    store = in_memory()
    store.append("tenants", table("tenant_id name\npays Pays\ncancelled Cancelled\nruns Runs"))
    store.append("runs", table("run_id tenant_id occurred_at\n1 runs 2026-03-02T00:00:00Z"))
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  occurred_at           status     mrr_usd  plan
            1          pays       a                2026-01-01T00:00:00Z  active     50       pro
            2          cancelled  b                2026-01-01T00:00:00Z  active     50       pro
            3          cancelled  b                2026-02-01T00:00:00Z  cancelled  0        pro
        """),
    )
    over = usage.months(store, replace(window("2026-03-01", "2026-04-01"), now=MAY))
    assert rows(over[["tenant_id", "executions"]]) == [("pays", 0), ("runs", 1)]
    # What is going on may still be used, and what has not begun is nothing yet.
    going_on = usage.months(
        store, replace(window("2026-03-01", "2026-05-01"), now=datetime(2026, 3, 9, tzinfo=UTC))
    )
    assert rows(going_on[["tenant_id", "month"]]) == [
        ("cancelled", "2026-03"), ("pays", "2026-03"), ("runs", "2026-03"),
    ]  # fmt: skip


def test_a_bill_has_no_filter_but_that_of_tenants(spring):
    with pytest.raises(NotFilterable, match="billing cannot be filtered by status"):
        usage.billing(spring, replace(SPRING, where=field("status") == "failed"), "2026-03")
    of_pro = usage.billing(spring, replace(SPRING, where=field("tenant.plan") == "pro"), "2026-03")
    assert of_pro["tenant_id"].tolist() == ["acme"]


def test_an_invoice_run_reads_exact_numbers(spring):
    frame = usage.billing(spring, SPRING, "2026-03")
    lines = export.csv(frame, usage.BILLED).decode().splitlines()
    assert lines[0] == (
        "Tenant id,Tenant,Plan,Billing month,From,Until,Messages,Executions,Execution seconds,AI tokens,"
        "AI cost (USD),Calls without a price,Active users"
    )
    assert lines[1] == (
        "acme,Acme,pro,2026-03,2026-03-15 04:00:00+00:00,2026-04-15 04:00:00+00:00,2,2,1.5005,25,0.100000001,1,4"
    )
    assert lines[3].split(",")[-3] == "0.000000000"


MOMENTS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 4, 26))
USES = st.lists(
    st.tuples(
        st.sampled_from(("acme", "beta", "gamma")),
        MOMENTS,
        st.integers(0, 10**7),
        st.decimals(0, 5, places=9),
    ),
    max_size=25,
)


@given(USES, st.integers(1, 31), st.sampled_from(("UTC", "America/New_York", "Asia/Kathmandu")))
@settings(max_examples=examples(15), deadline=None)
def test_months_and_tenants_sum_up_to_the_whole(uses, day, zone):
    with stores.in_memory() as store:
        store.append(
            "tenants",
            [{"tenant_id": each, "billing_day": day, "timezone": zone} for each in ("acme", "beta")],
        )
        runs = [
            {
                "run_id": str(n),
                "tenant_id": whose,
                "occurred_at": at.replace(tzinfo=UTC),
                "duration_ms": us / 1000,
            }
            for n, (whose, at, us, _) in enumerate(uses)
        ]
        calls = [
            {
                "call_id": str(n),
                "tenant_id": whose,
                "occurred_at": at.replace(tzinfo=UTC),
                "cost_usd": str(usd),
            }
            for n, (whose, at, _, usd) in enumerate(uses)
        ]
        if uses:
            store.append("runs", runs)
            store.append("llm_calls", calls)
        scope = window("2026-01-01", "2026-05-02")  # no whole months: all that it touches
        found = usage.months(store, scope)
        assert found["executions"].sum() == usage.total(store, scope)["executions"][0] == len(uses)
        assert sum(round(seconds * 1_000_000) for seconds in found["execution_seconds"]) == sum(
            us for *_, us, _ in uses
        )
        spent = sum((usd for *_, usd in uses), Decimal(0))
        assert sum(found["ai_cost_usd"], Decimal(0)) == usage.total(store, scope)["ai_cost_usd"][0] == spent
        for tenant in ("acme", "beta", "gamma"):
            alone = usage.months(store.view(frozenset({tenant})), replace(scope, tenants=frozenset({tenant})))
            mine = found[found["tenant_id"] == tenant]
            assert rows(alone) == rows(mine)
