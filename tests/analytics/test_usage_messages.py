"""Messages of counters: rises counted by hand, no message billed twice, days that make up months."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from analytics import usage, usage_limits
from analytics.usage_plans import SHIPPED, in_force, put_in_force
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
    sent   acme       2026-03-20T00:00:00Z  counter  7      {"temporality":"delta"}   # a rise by itself, on a day with an event
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
        ("acme", "2026-03", 23),  # 3 + 4 + 9 + 6, and of the 20th its event in place of 7
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
    assert whole == sum(found["messages"].sum() for found in alone) == 30
    months = [replace(window(f"2026-0{n}-01", f"2026-0{n + 1}-01"), now=JUNE) for n in (2, 3, 4, 5)]
    assert sum(usage.total(counting, each)["messages"][0] for each in months) == whole


def test_a_limit_of_messages_is_reached_by_the_sample_that_made_it_so_much(counting, named):
    scope = window("2026-03-20", "2026-03-22")
    found = usage_limits.entitlements(counting, scope)
    # 3 + 4 + 9 are 80 % of 20 on the 17th; with the event of the 20th and the 6 of the 21st it is 23.
    assert rows(found[["tenant_id", "use", "near_at", "passes_at"]])[0] == (
        "acme",
        23.0,
        "2026-03-17T00:00+00:00",
        "2026-03-21T00:00+00:00",
    )


def test_what_counters_tell_of_is_projected(counting, named):
    known = {
        each.tenant.tenant_id: each
        for each in usage_limits.running(counting, window("2026-03-20", "2026-03-22"))
    }
    assert known["acme"].daily["messages"] == [6.0, 1.0, 0.0, 0.0, 9.0, 4.0, 0.0]
