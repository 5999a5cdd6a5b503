"""Campaigns by hand: which touches count, who is credited, what became of whom and what it cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import acquisition
from analytics.acquisition import FIRST, LAST, LINEAR, SQL, credit, parts, touched
from analytics.filters import field
from analytics.scope import Scope
from data.contract import faults
from tests.analytics.table import rows, table

WEEK = Scope(
    datetime(2026, 5, 4, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC), now=datetime(2026, 6, 1, tzinfo=UTC)
)

# Ann came by three campaigns, one of them twice in a visit; Bob by one that is too long ago, Cid by none.
EVENTS = """
    event_id  occurred_at           tenant_id  anonymous_id  user_id  event_type    utm_campaign
    a1        2026-04-01T10:00:00Z  -          a             -        page_viewed   spring
    a2        2026-04-01T10:05:00Z  -          a             -        page_viewed   spring
    a3        2026-04-20T10:00:00Z  -          a             -        page_viewed   search
    a4        2026-05-05T10:00:00Z  -          a             -        page_viewed   -
    a5        2026-05-06T10:00:00Z  -          a             -        page_viewed   mail
    a6        2026-05-06T10:05:00Z  acme       a             ann      registered    -
    a7        2026-05-06T10:09:00Z  acme       -             ann      page_viewed   search
    a8        2026-05-20T10:09:00Z  acme       -             ann      FlowExecuted  -
    b1        2026-02-05T09:59:00Z  -          b             -        page_viewed   spring
    b2        2026-05-06T11:00:00Z  acme       b             bob      registered    -
    c1        2026-05-07T10:00:00Z  globex     c             cid      signed_up     -
    # Dee signed up the week before, so that her second signup is none.
    d1        2026-05-01T10:00:00Z  acme       d             dee      registered    mail
    d2        2026-05-07T10:00:00Z  acme       d             dee      registered    mail
    e1        2026-05-08T10:00:00Z  -          e             -        page_viewed   mail
    e2        2026-05-08T12:00:00Z  -          e             -        page_viewed   mail
    f1        2026-05-11T00:00:00Z  -          f             -        page_viewed   mail
"""
IDENTITIES = """
    tenant_id  alias  person_id
    acme       a      ann
    acme       b      bob
    globex     c      cid
    acme       d      dee
"""
CHANGES = """
    change_id  tenant_id  subscription_id  occurred_at           status  mrr_usd
    1          acme       a                2026-01-01T00:00:00Z  active  100
    2          globex     g                2026-05-20T00:00:00Z  active  50
"""
COSTS = """
    cost_id  occurred_at           amount_usd  campaign
    1        2026-05-04T23:00:00Z  30          mail
    2        2026-05-05T23:00:00Z  15.50       mail
    3        2026-05-05T23:00:00Z  12          radio
    4        2026-05-05T23:00:00Z  99          -
    5        2026-05-11T23:00:00Z  99          mail
"""


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    given_rows = {"events": EVENTS, "identities": IDENTITIES, "subscriptions": CHANGES, "costs": COSTS}
    for name, text in given_rows.items():
        assert opened.append(name, table(text)).rejected == 0
    return opened


@pytest.mark.parametrize("sql", SQL.values(), ids=SQL.keys())
def test_a_statement_with_its_fields_keeps_to_the_door(sql):
    assert faults(sql) == ()


def test_campaigns_by_their_last_touch(store):
    # Visits of the week: Ann's without a campaign, by mail and, after signing up, by search; Bob's, Cid's; Dee's and
    # two of e's by mail. Acme paid before any of them signed up; globex pays only later.
    no, mail = "Cost without a signup", "Signups, none of a new paying customer yet"
    assert rows(acquisition.campaigns(store, WEEK)) == [
        # campaign, verdict, visitors, visits, signups, activated, paying, mrr, cost, a signup, a paying one
        ("radio", no, 0, 0, 0, 0, 0, Decimal(0), Decimal(12), None, None),
        ("no campaign", "", 3, 3, 2, 0, 0, Decimal(0), None, None, None),
        ("mail", mail, 3, 4, 1, 1, 0, Decimal(0), Decimal("45.5"), Decimal("45.5"), None),
        ("search", "", 1, 1, 0, 0, 0, Decimal(0), None, None, None),
    ]


JOINED = """
    event_id  occurred_at           tenant_id  anonymous_id  user_id  event_type  utm_campaign
    i1        2026-05-05T10:00:00Z  initech    i             ivy      registered  mail
    i2        2026-05-06T10:00:00Z  initech    j             jon      registered  search
    k1        2026-05-06T10:00:00Z  hooli      k             kim      registered  search
    l1        2026-04-01T10:00:00Z  umbrella   l             lea      registered  -
    l2        2026-05-06T10:00:00Z  umbrella   m             max      registered  search
    n1        2026-05-06T10:00:00Z  vandelay   n             nia      registered  search
"""
PAID = """
    change_id  tenant_id  subscription_id  occurred_at           status     mrr_usd
    1          initech    i                2026-05-07T00:00:00Z  active     80
    2          hooli      k                2026-03-01T00:00:00Z  active     8066
    3          umbrella   l                2026-05-07T00:00:00Z  active     30
    4          vandelay   n                2026-03-01T00:00:00Z  active     40
    5          vandelay   n                2026-04-01T00:00:00Z  cancelled  0
    6          vandelay   n                2026-05-07T00:00:00Z  active     40
"""


def test_revenue_is_of_customers_that_began_with_the_signup(in_memory):
    """Initech began with ivy and paid two days later: by mail. Jon joined her; kim joined a customer of long
    standing; umbrella began with lea a month before max; vandelay had paid before and came back."""
    store = in_memory()
    for name, text in {"events": JOINED, "subscriptions": PAID, "costs": COSTS}.items():
        assert store.append(name, table(text)).rejected == 0
    found = acquisition.campaigns(store, WEEK).set_index("campaign")
    columns = ["signups", "paying", "revenue_usd", "customer_cost_usd", "verdict"]
    assert rows(found.loc[["mail", "search"], columns]) == [
        (1, 1, Decimal(80), Decimal("45.5"), "Its MRR is its cost within a month"),
        (4, 0, Decimal(0), None, ""),
    ]


@pytest.mark.parametrize(
    ("cost", "signups", "paying", "revenue", "says"),
    [
        (None, 3, 1, 10, ""),
        (0, 3, 1, 10, ""),
        (231, 0, 0, 0, "Cost without a signup"),
        (231, 3, 0, 0, "Signups, none of a new paying customer yet"),
        (231, 3, 1, 231, "Its MRR is its cost within a month"),
        (231, 3, 1, 77, "Its MRR is its cost in 3 months"),
        (231, 3, 1, 100, "Its MRR is its cost in 3 months"),
    ],
)
def test_what_came_of_a_cost_is_said_in_words(cost, signups, paying, revenue, says):
    spent = None if cost is None else Decimal(cost)
    assert acquisition.verdict(spent, signups, paying, Decimal(revenue)) == says


def test_an_event_after_now_has_activated_nobody(store):
    found = acquisition.campaigns(store, replace(WEEK, now=WEEK.end)).set_index("campaign")
    assert found.loc["mail", "activated"] == 0


def test_signups_by_first_and_last_touch_and_in_equal_parts(store):
    assert rows(acquisition.attribution(store, WEEK)) == [
        ("no campaign", FIRST, 2.0, 0.666667),
        ("no campaign", LAST, 2.0, 0.666667),
        ("no campaign", LINEAR, 2.0, 0.666667),
        ("mail", FIRST, 0.0, 0.0),
        ("mail", LAST, 1.0, 0.333333),
        ("mail", LINEAR, 0.333333, 0.111111),
        ("spring", FIRST, 1.0, 0.333333),
        ("spring", LAST, 0.0, 0.0),
        ("spring", LINEAR, 0.333333, 0.111111),
        ("search", FIRST, 0.0, 0.0),
        ("search", LAST, 0.0, 0.0),
        ("search", LINEAR, 0.333333, 0.111111),
    ]


def test_a_tenant_sees_its_visitors_and_no_costs_of_the_company(store):
    own = replace(WEEK, tenants=frozenset({"globex"}))
    assert rows(acquisition.campaigns(store.view(frozenset({"globex"})), own)) == [
        ("no campaign", "", 1, 1, 1, 0, 0, Decimal(0), None, None, None)
    ]


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        (field("campaign") == "mail", ["mail"]),
        (field("attributes.utm_campaign").isin(["mail", "radio"]), ["mail", "radio"]),
        (~field("campaign").exists(), ["no campaign"]),
        (field("campaign").isin(["mail", "spring"]), ["mail"]),
        ((field("campaign") == "mail") & (field("campaign") != "mail"), []),
        (~(field("campaign") != "search"), ["search"]),
    ],
)
def test_a_filter_by_campaign_keeps_lines_with_all_that_they_brought(store, where, kept):
    """No signup names a campaign: kept by their rows, all of them would be gone."""
    everything = acquisition.campaigns(store, WEEK)
    found = acquisition.campaigns(store, replace(WEEK, where=where))
    assert sorted(found["campaign"]) == kept
    assert rows(found) == rows(everything[everything["campaign"].isin(kept)])
    credited, every = (
        acquisition.attribution(store, replace(WEEK, where=where)),
        acquisition.attribution(store, WEEK),
    )
    # Spring brought ann long before the week, and no visit of it.
    touched_by = [*kept, "spring"] if "spring" in str(where) else kept
    assert rows(credited) == rows(every[every["campaign"].isin(touched_by)])


def test_what_cannot_be_filtered_is_left_out_and_said(store):
    found = acquisition.campaigns(store, replace(WEEK, where=field("event_type") != "x"))
    assert (found["cost_usd"].isna().all(), set(found["paying"])) == (True, {0})
    assert [note.partition(" cannot")[0] for note in found.attrs["notes"]] == [
        "Left out: costs",
        "Left out: subscriptions",
    ]


def at(day: float) -> pd.Timestamp:
    return pd.Timestamp(WEEK.start) + timedelta(days=day)


def frames(visits: list[tuple[str, float, str]], signups: list[tuple[str, float]]):
    """Visits (who, on which day, by which campaign) and signups of one tenant."""
    return (
        pd.DataFrame(
            [("acme", who, at(day), campaign) for who, day, campaign in visits],
            columns=["tenant_id", "person", "began_at", "campaign"],
        ).astype({"began_at": "datetime64[us, UTC]"}),
        pd.DataFrame(
            [("acme", who, at(day), False) for who, day in signups],
            columns=["tenant_id", "person", "signed_up_at", "activated"],
        ),
    )


def test_touches_are_numbered_and_those_after_the_signup_or_too_long_before_are_none():
    visits, signups = frames(
        [("ann", 3, "b"), ("ann", 1, "a"), ("ann", 5, "c"), ("ann", 2, ""), ("ann", 5.1, "d"), ("bob", -90, "z"), ("bob", 0, "y")],
        [("ann", 5), ("bob", 0.5), ("cid", 1)],
    )  # fmt: skip
    found = touched(visits, signups)[["person", "campaign", "place", "touches"]]
    assert rows(found) == [
        ("bob", "y", 1, 1),
        ("cid", "", 1, 1),
        ("ann", "a", 1, 3),
        ("ann", "b", 2, 3),
        ("ann", "c", 3, 3),
    ]
    longer = touched(visits, signups, timedelta(days=90, hours=12))
    assert sorted(longer[longer["person"] == "bob"]["campaign"]) == ["y", "z"]


VISITS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(-100, 7), st.sampled_from(["", "x", "y", "z"])), max_size=20
)


@settings(max_examples=40, deadline=None)
@given(visits=VISITS, people=st.sets(st.sampled_from("abcd"), min_size=1))
def test_in_every_way_the_credits_add_up_to_the_signups(visits, people):
    found = touched(
        *frames(
            [(who, float(day), name) for who, day, name in visits], [(who, 6.0) for who in sorted(people)]
        )
    )
    for model in (FIRST, LAST, LINEAR):
        of_each = credit(found, model).groupby(found["person"]).sum()
        assert of_each.to_dict() == pytest.approx(dict.fromkeys(people, 1.0))


@given(amount=st.decimals(0, 10**9, places=9), count=st.integers(1, 50))
def test_an_amount_is_split_to_the_last_billionth(amount, count):
    found = parts(amount, count)
    assert sum(found) == amount
    assert max(found) - min(found) <= Decimal("2e-9")
