"""Use against limits, by tables counted by hand: shares, the moments of 80 % and 100 %, and where a month will end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics import usage, usage_limits, usage_plans
from analytics.usage_plans import Plan, Sold, own_limits
from tests.analytics.table import at, rows, table, window

TENANTS = """
    tenant_id  name   plan        billing_day  limits
    over       Over   small       1            {"executions":10}
    soon       Soon   small       1            -
    near       Near   unheard-of  1            {"messages":10}
    quiet      Quiet  large       1            {"executions":1000,"wishes":3}
    free       Free   unheard-of  1            -
"""
NOW = at("2026-03-15T00:00")
PAGE = window("2026-03-14", "2026-03-15")
SOLD = Sold(
    (
        Plan("small", {"executions": 25}),
        Plan("medium", {"executions": 40}),
        Plan("large", {"executions": 9_000}),
    )
)


@pytest.fixture(autouse=True, scope="module")
def sold():
    usage_plans.put_in_force(SOLD)
    yield
    usage_plans.put_in_force(usage_plans.SHIPPED)


def each_day(tenant: str, days: int, name: str = "run_id", **more: object) -> list[dict[str, object]]:
    """One row a day at noon, the last one on 14 March."""
    moments = [at("2026-03-14T12:00") - timedelta(days=n) for n in range(days)]
    return [
        {name: f"{tenant}-{n}", "tenant_id": tenant, "occurred_at": each, **more}
        for n, each in enumerate(moments)
    ]


@pytest.fixture(scope="module")
def month(in_memory):
    return filled(in_memory())


def filled(store):
    store.append("tenants", table(TENANTS))
    store.append("runs", [*each_day("over", 40), *each_day("soon", 30), *each_day("quiet", 30)])
    store.append("events", each_day("near", 8, "event_id", event_type="message_ingested"))
    store.append("events", each_day("over", 20, "event_id", event_type="plan_limit_reached"))
    return store


def found(store, *names: str, scope=PAGE) -> list[tuple[object, ...]]:
    return rows(usage_limits.entitlements(store, scope)[["tenant_id", *names]])


def test_use_since_the_month_began_against_the_limit_the_fullest_first(month):
    # 14 days of March, each with one.
    assert found(month, "figure", "use", "limit", "share", "limit_hits") == [
        ("over", "executions", 14, 10, 1.4, 14),
        ("near", "messages", 8, 10, 0.8, 0),
        ("soon", "executions", 14, 25, 0.56, 0),
        ("quiet", "executions", 14, 1000, 0.014, 0),
    ]


def test_a_limit_of_its_own_is_said_as_such_and_what_share_of_it_the_month_before_took(month):
    # Since 3 February 26 of the tenant that is over, since 13 February 16 of the others; near used nothing then.
    assert found(month, "plan", "share_before") == [
        ("over", "small, own limit", 2.6),
        ("near", "unheard-of, own limit", 0),
        ("soon", "small", 0.64),
        ("quiet", "large, own limit", 0.016),
    ]


def test_a_tenant_that_is_gone_has_no_limit_to_reach(in_memory):
    """Each ran three times of two; one left for good, one left its first contract for a second, one has none."""
    store = in_memory()
    names = ("left", "moved", "never")
    store.append(
        "tenants", [{"tenant_id": each, "name": each, "limits": {"executions": 2}} for each in names]
    )
    store.append("runs", [row for each in names for row in each_day(each, 3)])
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  status     mrr_usd  occurred_at
            1          left       a                active     9        2026-01-01T00:00Z
            2          left       a                cancelled  0        2026-03-10T00:00Z
            3          moved      b                active     9        2026-01-01T00:00Z
            4          moved      b                cancelled  0        2026-03-10T00:00Z
            5          moved      c                active     9        2026-03-11T00:00Z
        """),
    )
    assert [name for (name,) in found(store)] == ["moved", "never"]
    assert len(usage_limits.upsell(store, PAGE)) == 2


def test_what_is_made_of_it_and_when(month):
    # The 8th and the 10th execution of the tenant that is over; 25 on the 25th, half a day after 24 days of use.
    assert found(month, "state", "near_at", "passes_at", "fits") == [
        ("over", "over the limit", "2026-03-08T12:00+00:00", "2026-03-10T12:00+00:00", "medium"),
        ("near", "will pass it", "2026-03-14T12:00+00:00", "2026-03-17T00:00+00:00", ""),
        ("soon", "will pass it", None, "2026-03-26T00:00+00:00", "medium"),
        ("quiet", "within", None, None, ""),
    ]


def test_the_month_ends_where_the_last_weeks_lead(month):
    assert found(month, "projected", "low", "high", "ends_at")[2] == (
        "soon", 31, 31, 31, "2026-04-01T00:00+00:00"
    )  # fmt: skip


def test_it_speaks_of_the_month_that_holds_the_windows_end_all_of_it_once_it_is_over(month):
    february = window("2026-02-20", "2026-02-21", now=NOW)
    # Since 3 February; the eighth and the tenth of them.
    assert found(month, "use", "month", "projected", "near_at", "passes_at", scope=february)[0] == (
        *("over", 26, "2026-02", None, "2026-02-10T12:00+00:00", "2026-02-12T12:00+00:00"),
    )


def test_a_month_that_is_over_is_what_was_billed_of_it_and_nothing_is_projected(in_memory):
    """From the 20th the billing month named February is 20 February to 19 March: half of it on 15 March."""
    month = filled(in_memory())
    month.append("tenants", table("tenant_id name plan billing_day\nsoon Soon small 20"))
    chosen = window("2026-02-01", "2026-03-01", now=NOW)
    billed = usage.months(month, chosen).set_index("tenant_id")["executions"]
    told = usage_limits.entitlements(month, chosen)
    assert rows(told[["tenant_id", "month", "use", "state", "projected", "low", "passes_at"]]) == [
        ("over", "2026-02", 26, "over the limit", None, None, "2026-02-12T12:00+00:00"),
        ("soon", "2026-02", 23, "will pass it", 28, 28, "2026-03-17T00:00+00:00"),
        ("quiet", "2026-02", 16, "within", None, None, None),
        ("near", "2026-02", 0, "within", None, None, None),
    ]
    assert [billed[name] for name in ("over", "soon", "quiet")] == [26, 23, 16]
    assert told.attrs["notes"] == (
        "Billing month February 2026, up to 15 March 2026, 00:00. Where it is over already, use is final.",
    )
    later = replace(chosen, now=at("2026-03-25T00:00"))
    assert usage_limits.plan_usage(month, later).attrs["notes"] == (
        "Billing month February 2026: it is over, so use is final and nothing is projected.",
    )
    assert usage_limits.upsell(month, later)["said"].tolist()[0] == (
        "Over was over its limit of 10 executions in its billing month of February 2026 since 12 February. "
        "The plan medium would hold it."
    )


def test_all_executions_that_are_limited_of_all_their_limits(month):
    assert rows(usage_limits.plan_usage(month, PAGE)) == [(42, 1035, round(42 / 1035, 6))]
    one = replace(PAGE, tenants=frozenset({"free"}))
    assert rows(usage_limits.plan_usage(month.view(frozenset({"free"})), one)) == [(0, 0, None)]


def test_who_reaches_a_limit_is_told_when_and_what_would_hold_it(month):
    assert usage_limits.upsell(month, PAGE)["said"].tolist() == [
        "Over is over its limit of 10 executions since 10 March, as in the month before. "
        "The plan medium would hold it.",
        "Near will use about 25 of 10 messages by 1 April, and reach the limit around 17 March.",
        "Soon will use about 31 of 25 executions by 1 April, and reach the limit around 26 March. "
        "The plan medium would hold it.",
    ]


def test_money_parts_of_seconds_and_people_reach_a_limit_at_the_very_row(in_memory):
    store = in_memory()
    limits = '{"ai_cost_usd":1,"execution_seconds":0.3,"active_users":3}'
    store.append("tenants", table(f"tenant_id name limits\na A {limits}"))
    times = [f"2026-03-05T00:{minute:02}Z" for minute in range(10)]
    who = ("ann", "-", "a-ann", "bob", "ann", "ann", "cleo", "dan", "dan", "dan")
    calls = [
        f"{n} a {person} {moment} 0.1" for n, (moment, person) in enumerate(zip(times, who, strict=True))
    ]
    store.append("llm_calls", table("\n".join(["call_id tenant_id user_id occurred_at cost_usd", *calls])))
    store.append(
        "runs",
        table(
            "\n".join(
                ["run_id tenant_id occurred_at duration_ms", *(f"{n} a {times[n]} 100" for n in range(3))]
            )
        ),
    )
    store.append("identities", table("tenant_id alias person_id\na a-ann ann"))
    # Ten times 0.1 is 1; 80 % of three people are three, of whom one goes by two names.
    assert found(store, "figure", "near_at", "passes_at") == [
        ("a", "active users", "2026-03-05T00:06+00:00", "2026-03-05T00:06+00:00"),
        ("a", "USD of AI", "2026-03-05T00:07+00:00", "2026-03-05T00:09+00:00"),
        ("a", "execution seconds", "2026-03-05T00:02+00:00", "2026-03-05T00:02+00:00"),
    ]
    assert (
        "A is over its limit of 0.3 execution seconds since 5 March."
        in usage_limits.upsell(store, PAGE)["said"].tolist()
    )


def test_days_without_use_count_of_a_tenant_that_used_something_before_them(in_memory):
    store = in_memory()
    store.append(
        "tenants", table('tenant_id name limits\nidle Idle {"executions":99}\nnew New {"executions":99}')
    )
    store.append("runs", table("run_id tenant_id occurred_at\nlong-ago idle 2025-12-01T00:00Z"))
    for tenant in ("idle", "new"):
        for day in (11, 13):
            runs = [f"{tenant}{day}{n} {tenant} 2026-03-{day}T12:00Z" for n in range(28)]
            store.append("runs", table("\n".join(["run_id tenant_id occurred_at", *runs])))
    # 56 so far. Of four Wednesdays and Fridays one of each has 28: 7 on each of the two that come until April. The new
    # one is known for three whole days, and one of these has 28; 17 days are to come.
    assert found(store, "projected") == [("idle", 84.0), ("new", round(56 + 17 * 28 / 3, 6))]


def test_a_plan_fits_that_is_larger_and_holds_all_of_the_use():
    use = {"executions": 39, "messages": 7}
    assert SOLD.fitting("Small", {}, use) == SOLD.plan("medium")
    assert SOLD.fitting("small", {}, {"executions": 41}) == SOLD.plan("large")
    assert SOLD.fitting("large", {}, {"executions": 1}) is None
    assert SOLD.fitting("unheard-of", {}, use) is None


def test_plans_that_are_only_shipped_bind_nobody():
    shipped = usage_plans.SHIPPED
    assert shipped.limits("pro", "") == {}
    assert shipped.limits("pro", '{"executions": 6000}') == {"executions": 6000}
    assert shipped.fitting("pro", {"executions": 6000}, {"executions": 7000}).name == "enterprise"
    assert shipped.fitting("pro", {"executions": 500}, {"executions": 700}) is None


@pytest.mark.parametrize(
    "text", ["", "nothing", "[1]", '{"executions": "many"}', '{"executions": -1}', '{"x": 1}']
)
def test_what_is_no_limit_is_none(text):
    assert own_limits(text) == {}


def test_the_limits_of_a_plan_are_those_of_its_tenants_without_their_own():
    assert SOLD.limits("small", '{"messages": 5}') == {"executions": 25, "messages": 5}
    assert SOLD.limits("small", '{"executions": 5}') == {"executions": 5}
