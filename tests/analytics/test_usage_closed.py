"""Closed months: what was billed stays, what comes later is an adjustment that says why, and nothing is billed twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics import usage, usage_bills
from analytics.scope import Scope
from analytics.usage_closed import due
from data.store import StoreError
from service.access import LOCAL, NotAllowed, Principal
from service.closing import close
from tests.analytics.table import rows, table

RUNS = """
    run_id  tenant_id  occurred_at           duration_ms
    1       acme       2026-03-02T00:00:00Z  1000
    2       acme       2026-03-31T23:59:59Z  500
    3       acme       2026-04-01T00:00:00Z  7
    4       beta       2026-03-20T00:00:00Z  -
"""
LATE = """
    run_id  tenant_id  occurred_at           duration_ms
    5       acme       2026-03-15T00:00:00Z  250
    6       beta       2026-02-10T00:00:00Z  1
"""
SUBSCRIPTIONS = """
    change_id  tenant_id  subscription_id  occurred_at           status  mrr_usd  plan
    1          acme       a                2026-03-01T00:00:00Z  active  50       pro
"""
APRIL = datetime(2026, 4, 3, tzinfo=UTC)
MAY = datetime(2026, 5, 2, tzinfo=UTC)


def seen(now: datetime) -> Scope:
    """The first months of the year, as they are seen at a moment."""
    return Scope(datetime(2026, 1, 1, tzinfo=UTC), now)


def lines(store, now: datetime) -> list[tuple[object, ...]]:
    found = usage.months(store, seen(now))
    names = ["tenant_id", "month", "kind", "executions", "execution_seconds", "why"]
    return rows(found[found["executions"] != 0][names].sort_values(["tenant_id", "month"], kind="stable"))


@pytest.fixture
def closed(store):
    store.append("tenants", table("tenant_id name billing_day\nacme Acme 1\nbeta Beta 15"))
    store.append("runs", table(RUNS))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    assert close(LOCAL, store, APRIL) == 1
    return store


def test_months_that_are_over_are_closed_once(closed):
    # Beta's month goes on to 15 April.
    assert lines(closed, APRIL) == [
        ("acme", "2026-03", "closed", 2, 1.5, ""),
        ("acme", "2026-04", "open", 1, 0.007, ""),
        ("beta", "2026-03", "open", 1, 0.0, ""),
    ]
    assert close(LOCAL, closed, APRIL) == 0
    assert close(LOCAL, closed, MAY) == 2


def test_late_rows_change_no_bill_and_become_an_adjustment_that_says_why(closed):
    closed.append("runs", table(LATE))
    why = "rows arrived after it was closed on 3 April 2026"
    assert lines(closed, APRIL)[:2] == [
        ("acme", "2026-03", "closed", 2, 1.5, ""),
        ("acme", "2026-03", "adjustment, not closed yet", 1, 0.25, why),
    ]
    assert usage.billing(closed, seen(APRIL), "2026-03")["executions"].tolist() == [2, 1]
    # Beta's month of January was not closed, so its late row is in a month of its own.
    assert close(LOCAL, closed, APRIL + timedelta(days=1)) == 2
    later = APRIL + timedelta(days=2)
    assert lines(closed, later) == [
        ("acme", "2026-03", "closed", 2, 1.5, ""),
        ("acme", "2026-03", "adjustment", 1, 0.25, why),
        ("acme", "2026-04", "open", 1, 0.007, ""),
        ("beta", "2026-01", "closed", 1, 0.001, ""),
        ("beta", "2026-03", "open", 1, 0.0, ""),
    ]
    assert usage.billing(closed, seen(later), "2026-03")["executions"].tolist() == [2, 1]
    assert due(closed, seen(later), "x").empty


def test_all_lines_come_to_what_the_rows_come_to(closed):
    closed.append("runs", table(LATE))
    close(LOCAL, closed, MAY)
    found = usage.months(closed, seen(MAY))
    assert found["executions"].sum() == 6


def test_a_late_row_of_a_month_that_was_idle_is_billed_though_later_months_are_closed(closed):
    closed.append("runs", table("run_id tenant_id occurred_at duration_ms\n9 acme 2026-02-10T00:00:00Z 3000"))
    assert lines(closed, APRIL) == [
        ("acme", "2026-02", "open", 1, 3.0, ""),
        ("acme", "2026-03", "closed", 2, 1.5, ""),
        ("acme", "2026-04", "open", 1, 0.007, ""),
        ("beta", "2026-03", "open", 1, 0.0, ""),
    ]
    assert close(LOCAL, closed, APRIL + timedelta(days=1)) == 1
    assert lines(closed, APRIL + timedelta(days=2))[0] == ("acme", "2026-02", "closed", 1, 3.0, "")


def test_of_an_idle_month_that_a_changed_billing_day_moves_onto_a_closed_one_what_lies_before_is_open(closed):
    closed.append("tenants", table("tenant_id name billing_day\nacme Acme 20"))
    late = "9 acme 2026-02-19T23:59:59Z 1000\n10 acme 2026-02-28T23:59:59Z 2000\n11 acme 2026-03-01T00:00:00Z 4000"
    closed.append("runs", table(f"run_id tenant_id occurred_at duration_ms\n{late}"))
    # 20 January to 20 February, and 20 February to where March begins, which is closed.
    assert lines(closed, APRIL)[:4] == [
        ("acme", "2026-01", "open", 1, 1.0, ""),
        ("acme", "2026-02", "open", 1, 2.0, ""),
        ("acme", "2026-03", "closed", 2, 1.5, ""),
        (
            "acme",
            "2026-03",
            "adjustment, not closed yet",
            1,
            4.0,
            "rows arrived after it was closed on 3 April 2026",
        ),
    ]


def test_a_closed_month_is_looked_at_with_what_it_brought_in(closed):
    closed.append("runs", table(LATE))
    found = usage_bills.close(closed, seen(APRIL))
    names = ["tenant_id", "executions", "revenue_usd", "margin_usd", "executions_since", "closed_by"]
    # Nobody told what the infrastructure cost, so nothing is said of a margin.
    assert rows(found[names]) == [("acme", 2, Decimal(50), None, 1, "local")]
    names = ["figure", "billed", "use_now", "unbilled", "limit", "state"]
    assert rows(usage_bills.reconcile(closed, seen(APRIL))[names]) == [
        ("executions", 2, 3, 1, None, "used more than billed")
    ]


# Of Beta's month of March, which goes on to 15 April: a cost line of its own, and one that all runs share.
COSTS = """
    cost_id  tenant_id  occurred_at           amount_usd  category
    1        acme       2026-03-10T00:00:00Z  3.25  storage
    2        -          2026-03-11T00:00:00Z  9     compute
"""


def test_closed_months_add_up_to_what_is_shown_over_them_and_to_the_lines_of_the_bill(store):
    """Added by hand: Acme ran 1.5 of March's seconds and paid 50; Beta's execution took none."""
    store.append("tenants", table("tenant_id name billing_day\nacme Acme 1\nbeta Beta 1"))
    store.append("runs", table(RUNS))
    store.append("subscriptions", table(SUBSCRIPTIONS))
    store.append("costs", table(COSTS))
    store.append(
        "llm_calls", table("call_id tenant_id occurred_at cost_usd\nc beta 2026-03-09T00:00:00Z 1.004")
    )
    assert close(LOCAL, store, APRIL) == 2
    store.append("runs", table(LATE.replace("2026-02-10", "2026-03-10")))
    march = Scope(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), now=APRIL)
    names = [
        "executions",
        "ai_cost_usd",
        "revenue_usd",
        "infrastructure_usd",
        "margin_usd",
        "executions_since",
    ]
    listed = usage_bills.close(store, march)
    assert rows(listed[["tenant_id", *names]]) == [
        ("acme", 2, Decimal(0), Decimal(50), Decimal("12.25"), Decimal("37.75"), 1),
        ("beta", 1, Decimal("1.004"), Decimal(0), Decimal(0), Decimal("-1.004"), 1),
    ]
    whole = usage_bills.closed_total(store, march)
    assert rows(whole[["closed_months", *names]]) == [
        (2, 3, Decimal("1.004"), Decimal(50), Decimal("12.25"), Decimal("36.746"), 2)
    ]
    assert whole.attrs["notes"] == (
        "3 executions and $1.00 of AI as they were closed; 5 and $1.00 with what came to light since, "
        "as Billable use lists them.",
    )
    # The same by the bill: two lines as they were closed, and two adjustments of one execution each.
    assert usage.months(store, march)["executions"].tolist() == [2, 1, 1, 1]
    billed = usage.total(store, march)
    assert billed["executions"][0] == whole["executions"][0] + whole["executions_since"][0] == 5
    assert billed["ai_cost_usd"][0] == whole["ai_cost_usd"][0] + whole["ai_cost_since"][0] == Decimal("1.004")


def test_one_month_of_unknown_infrastructure_leaves_the_margin_of_all_unknown(closed):
    found = usage_bills.closed_total(closed, seen(APRIL))
    assert rows(found[["closed_months", "revenue_usd", "infrastructure_usd", "margin_usd"]]) == [
        (1, Decimal(50), None, None)
    ]


def test_who_pays_and_is_known_by_a_subscription_alone_has_lines_of_zeros_and_is_closed(in_memory):
    """Paper pays from 10 February on and uses nothing; Gone ceased to before March."""
    store = in_memory()
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  occurred_at           status     mrr_usd  plan
            1          paper      a                2026-02-10T00:00:00Z  active     50       pro
            2          gone       b                2026-01-05T00:00:00Z  active     9        pro
            3          gone       b                2026-02-01T00:00:00Z  cancelled  0        pro
        """),
    )
    window = Scope(datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC), now=APRIL)
    listed = usage.months(store, window)
    shown = ["tenant_id", "tenant", "plan", "month", "kind", "messages", "executions", "active_users"]
    assert rows(listed[shown]) == [
        ("paper", "paper", "pro", "2026-03", "open", 0, 0, 0),
        ("paper", "paper", "pro", "2026-02", "open", 0, 0, 0),
    ]
    assert usage.billing(store, window, "2026-03")["tenant_id"].tolist() == ["paper"]
    # 19 of 28 days of 50 a month, 27 of 31 days of 9.
    assert rows(due(store, window, "finance")[["tenant_id", "month", "revenue_usd"]]) == [
        ("gone", "2026-01", Decimal("7.838709677")),
        ("paper", "2026-03", Decimal(50)),
        ("paper", "2026-02", Decimal("33.928571429")),
    ]


def test_calls_that_are_priced_anew_and_subscriptions_that_change_say_so(closed):
    changed = table(SUBSCRIPTIONS)
    changed[0]["mrr_usd"] = "62"
    closed.append("subscriptions", changed)
    (adjustment,) = due(closed, seen(APRIL), "x").to_dict("records")
    assert (adjustment["line"], adjustment["revenue_usd"], adjustment["executions"]) == (1, Decimal(12), 0)
    assert adjustment["why"] == "subscriptions were changed after it was closed on 3 April 2026"


def test_where_the_billing_day_changes_the_next_month_begins_where_the_last_one_ended(closed):
    closed.append("tenants", table("tenant_id name billing_day\nacme Acme 20"))
    closed.append(
        "runs",
        table("run_id tenant_id occurred_at\n7 acme 2026-04-19T00:00:00Z\n8 acme 2026-04-21T00:00:00Z"),
    )
    close(LOCAL, closed, MAY)
    scope = Scope(datetime(2026, 4, 1, tzinfo=UTC), MAY)
    found = usage.months(closed, scope)
    assert rows(found[found["tenant_id"] == "acme"][["month", "starts_at", "kind", "executions"]]) == [
        ("2026-04", "2026-04-01T00:00+00:00", "open", 3)
    ]


def test_only_an_admin_who_sees_all_tenants_closes(closed):
    for somebody in (Principal("ann"), Principal("ben", frozenset({"acme"}), admin=True)):
        with pytest.raises(NotAllowed, match="closed by an admin"):
            close(somebody, closed, MAY)


def test_nobody_writes_bills_from_outside(closed):
    with pytest.raises(StoreError, match="There is no table 'closed_months'"):
        closed.append("closed_months", [{"tenant_id": "acme", "month": "2026-03", "line": 0}])


def test_a_tenant_sees_its_own_bills(closed):
    own = frozenset({"beta"})
    scope = replace(seen(MAY), tenants=own)
    assert usage_bills.close(closed.view(own), scope).empty
    close(LOCAL, closed, MAY)
    assert set(usage_bills.close(closed.view(own), scope)["tenant_id"]) == {"beta"}
