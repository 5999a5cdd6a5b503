"""Messages of counters: rises counted by hand, no message billed twice, none lost by a late row, days that make up months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics import usage, usage_limits
from analytics.usage_plans import SHIPPED, in_force, put_in_force
from service.access import LOCAL
from service.closing import close
from tests.analytics.table import rows, table, window

TENANTS = """
    tenant_id  name   billing_day  timezone       limits
    acme       Acme   15           Asia/Kolkata   {"messages":20}
    beta       Beta   1            UTC            {"messages":1000}
"""
# Acme's day and month begin at 18:30 in UTC: its March goes from 14 March 18:30 to 14 April 18:30.
SAMPLES = """
    name   tenant_id  occurred_at           kind     value  attributes
    sent   acme       2026-03-14T18:00:00Z  counter  100    {"pod":"a"}   # the first of its series tells of no rise
    sent   acme       2026-03-14T18:29:59Z  counter  105    {"pod":"a"}   # 5 of the month before
    sent   acme       2026-03-14T18:30:00Z  counter  108    {"pod":"a"}   # 3
    sent   acme       2026-03-16T00:00:00Z  counter  4      {"pod":"a"}   # it fell, so it began anew: 4
    sent   acme       2026-03-16T00:00:00Z  counter  50     {"pod":"b"}   # another series
    sent   acme       2026-03-17T00:00:00Z  counter  59     {"pod":"b"}   # 9
    sent   acme       2026-03-20T00:00:00Z  counter  7      {"temporality":"delta"}   # a rise by itself, on a day with an event: 6 beyond it
    sent   acme       2026-03-21T00:00:00Z  counter  6      {"temporality":"delta"}   # 6
    other  acme       2026-03-21T00:00:00Z  counter  500    {"temporality":"delta"}   # of no name that counts
    sent   acme       2026-03-22T00:00:00Z  gauge    500    {"pod":"c"}
    sent   acme       2026-03-23T00:00:00Z  gauge    900    {"pod":"c"}
    sent   beta       2026-03-01T00:00:00Z  counter  10     {"pod":"a"}
    sent   beta       2026-05-02T00:00:00Z  counter  90     {"pod":"a"}   # after more than 31 days: told of by nothing
    sent   beta       2026-05-02T00:01:00Z  counter  92     {"pod":"a"}   # 2
    sent   -          2026-03-20T00:00:00Z  counter  30     {"temporality":"delta"}   # of no tenant, on no invoice
"""
# Of Acme's 20 March, which goes on until 18:30 in UTC.
EVENTS = """
    event_id  tenant_id  occurred_at           event_type
    e1        acme       2026-03-20T18:29:59Z  message_ingested
    e2        acme       2026-03-21T00:00:00Z  opened
"""
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
SPRING = window("2026-03-01", "2026-05-20")


@pytest.fixture(scope="module")
def counting(in_memory):
    store = in_memory()
    for name, text in (("tenants", TENANTS), ("metrics", SAMPLES), ("events", EVENTS)):
        store.append(name, table("\n".join(line.partition("   #")[0] for line in text.splitlines())))
    return store


@pytest.fixture
def named():
    """The counter is named, as in `[billing]`."""
    put_in_force(replace(SHIPPED, message_counters=("sent",)))
    yield
    put_in_force(SHIPPED)


def messages(store, scope) -> list[tuple[object, ...]]:
    found = usage.months(store, scope)
    return rows(found.loc[found["messages"] > 0, ["tenant_id", "month", "messages"]])


def test_counters_are_billed_where_they_are_named(counting, named):
    assert messages(counting, SPRING) == [
        ("beta", "2026-05", 2),
        ("acme", "2026-03", 29),  # 3 + 4 + 9 + 7 + 6: of the 20th one of the seven is its event
        ("acme", "2026-02", 5),
    ]


def test_counters_that_are_not_named_are_not_billed(counting):
    assert in_force().message_counters == ()
    assert messages(counting, SPRING) == [("acme", "2026-03", 1)]


def test_months_and_tenants_sum_up_to_the_whole(counting, named):
    whole = usage.total(counting, SPRING)["messages"][0]
    alone = [
        usage.months(counting.view(frozenset({each})), replace(SPRING, tenants=frozenset({each})))
        for each in ("acme", "beta")
    ]
    assert whole == sum(found["messages"].sum() for found in alone) == 36
    months = [replace(window(f"2026-0{n}-01", f"2026-0{n + 1}-01"), now=JUNE) for n in (2, 3, 4, 5)]
    assert sum(usage.total(counting, each)["messages"][0] for each in months) == whole


def test_a_limit_of_messages_is_reached_by_the_sample_that_made_it_so_much(counting, named):
    scope = window("2026-03-20", "2026-03-22")
    found = usage_limits.entitlements(counting, scope)
    # 3 + 4 + 9 are 80 % of 20 on the 17th; of the 7 of the 20th six are no event, and with them it is 22.
    assert rows(found[["tenant_id", "use", "near_at", "passes_at"]])[0] == (
        "acme",
        29.0,
        "2026-03-17T00:00+00:00",
        "2026-03-20T00:00+00:00",
    )


def test_what_counters_tell_of_is_projected(counting, named):
    known = {
        each.tenant.tenant_id: each
        for each in usage_limits.running(counting, window("2026-03-20", "2026-03-22"))
    }
    assert known["acme"].daily["messages"] == [6.0, 7.0, 0.0, 0.0, 9.0, 4.0, 0.0]


# Of Beta's March, by days: counters tell of 50 on the 2nd, of 8 + 4 on the 3rd; events of 1 on the 2nd, later of more.
BETAS = """
    name   tenant_id  occurred_at           kind     value  attributes
    sent   beta       2026-03-02T09:00:00Z  counter  50     {"temporality":"delta"}
    sent   beta       2026-03-03T09:00:00Z  counter  8      {"temporality":"delta"}
    sent   beta       2026-03-03T21:00:00Z  counter  4      {"temporality":"delta"}
"""
ONE_LATE = "event_id tenant_id occurred_at event_type\nl beta 2026-03-02T10:00:00Z message_ingested"
APRIL = datetime(2026, 4, 3, tzinfo=UTC)


@pytest.fixture
def closed(store, named):
    store.append("tenants", table("tenant_id name billing_day\nbeta Beta 1"))
    store.append("metrics", table(BETAS))
    assert close(LOCAL, store, APRIL) == 1
    return store


def march(store) -> list[tuple[object, ...]]:
    found = usage.months(store, replace(window("2026-03-01", "2026-04-01"), now=APRIL))
    return rows(found[["kind", "messages", "why"]])


def test_a_late_event_on_a_day_of_counters_takes_nothing_from_a_closed_month(closed):
    assert march(closed) == [("closed", 62, "")]
    closed.append("events", table(ONE_LATE))
    assert march(closed) == [("closed", 62, "")]  # it is one of the fifty


def test_late_events_beyond_what_counters_told_of_are_an_adjustment(closed):
    told = [f"e{n} beta 2026-03-03T{n:02}:30:00Z message_ingested" for n in range(8, 23)]
    closed.append("events", table("event_id tenant_id occurred_at event_type\n" + "\n".join(told)))
    # Fifteen on the 3rd, of which counters told of twelve.
    assert march(closed) == [
        ("closed", 62, ""),
        ("adjustment, not closed yet", 3, "rows arrived after it was closed on 3 April 2026"),
    ]


def test_a_late_sample_that_moves_a_rise_to_another_month_says_so(store, named):
    store.append("tenants", table("tenant_id name billing_day\nbeta Beta 1"))
    samples = "name tenant_id occurred_at kind value\nsent beta {} counter {}"
    for moment, value in (("2026-02-27T00:00:00Z", 10), ("2026-03-01T00:00:00Z", 60)):
        store.append("metrics", table(samples.format(moment, value)))
    assert close(LOCAL, store, APRIL) == 1
    assert march(store) == [("closed", 50, "")]
    store.append("metrics", table(samples.format("2026-02-28T23:00:00Z", 45)))
    # 35 of the 50 came in February.
    assert march(store) == [
        ("closed", 50, ""),
        (
            "adjustment, not closed yet",
            -35,
            "rows were removed, or samples of counters arrived, after it was closed on 3 April 2026",
        ),
    ]


def test_no_event_lowers_what_a_day_comes_to(in_memory, named):
    """Whatever comes of events, in whatever order: a day has as many messages as whichever tells of more."""
    store = in_memory()
    store.append("tenants", table("tenant_id name\nbeta Beta"))
    store.append("metrics", table(BETAS))
    seen = list[int]()
    for hour in (22, 8, 9, 10, 20, 21, 7, 6, 5, 4, 3, 2, 1, 0):
        line = f"h{hour} beta 2026-03-03T{hour:02}:00:00Z message_ingested"
        store.append("events", table("event_id tenant_id occurred_at event_type\n" + line))
        seen.append(int(usage.total(store, window("2026-03-03", "2026-03-04"))["messages"][0]))
    assert seen == [62] * 12 + [63, 64]
