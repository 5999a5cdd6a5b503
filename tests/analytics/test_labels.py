"""What became of tenants after a cutoff: lost, kept, not asked about, not to be told yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.filters import field
from analytics.labels import ends, labels
from analytics.scope import Scope
from analytics.view import NotFilterable
from tests.analytics.table import at, rows, table, window

CUTOFF = at("2026-03-01")
GAP, HORIZON = timedelta(days=7), timedelta(days=30)
BEGIN, END = at("2026-03-08"), at("2026-04-07")
CHANGES = """
    change_id  tenant_id  subscription_id  occurred_at           status     mrr_usd
    1          kept       s1               2026-01-01T00:00:00Z  active     50
    2          lost       s1               2026-01-01T00:00:00Z  active     50
    3          lost       s1               2026-03-08T00:00:00Z  cancelled  0
    # In the gap, and a moment after the horizon.
    4          gap        s1               2026-01-01T00:00:00Z  active     50
    5          gap        s1               2026-03-07T23:59:59Z  cancelled  0
    6          after      s1               2026-01-01T00:00:00Z  active     50
    7          after      s1               2026-04-07T00:00:00Z  cancelled  0
    # Who paid is lost by paying nothing, who did not by holding nothing.
    8          down       s1               2026-01-01T00:00:00Z  active     50
    9          down       s1               2026-03-20T00:00:00Z  active     0
    10         free       s1               2026-01-01T00:00:00Z  active     0
    11         free       s1               2026-03-21T12:00:00Z  cancelled  0
    # One of two subscriptions, and one that another follows at once.
    12         one        s1               2026-01-01T00:00:00Z  active     50
    13         one        s2               2026-01-01T00:00:00Z  active     20
    14         one        s2               2026-03-20T00:00:00Z  cancelled  0
    15         other      s1               2026-01-01T00:00:00Z  active     50
    16         other      s1               2026-03-20T00:00:00Z  cancelled  0
    17         other      s2               2026-03-20T00:00:00Z  active     90
    # Gone before, not there yet, and back after having been lost.
    18         gone       s1               2026-01-01T00:00:00Z  active     50
    19         gone       s1               2026-02-01T00:00:00Z  cancelled  0
    20         new        s1               2026-03-02T00:00:00Z  active     50
    21         back       s1               2026-01-01T00:00:00Z  active     50
    22         back       s1               2026-03-10T00:00:00Z  cancelled  0
    23         back       s1               2026-03-15T00:00:00Z  active     50
"""
# Without subscriptions: in use or not before the cutoff, in the gap, in the horizon.
USE = """
    event_id  tenant_id  occurred_at
    1         busy       2026-02-01T00:00:00Z
    2         busy       2026-04-06T23:59:59Z
    3         silent     2026-02-28T23:59:59Z
    4         silent     2026-03-07T23:59:59Z
    5         silent     2026-04-07T00:00:00Z
    6         long       2026-01-31T23:59:59Z
    7         long       2026-03-20T00:00:00Z
"""


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    store.append("subscriptions", table(CHANGES))
    store.append("events", table(USE))
    return store


def told(company, now, cutoff=CUTOFF):
    found = labels(company, Scope(now - timedelta(days=1), now), cutoff, GAP, HORIZON)
    return {(row[1]): (row[2], row[3]) for row in rows(found)}


def test_what_became_of_whom(company):
    assert told(company, at("2026-06-01")) == {
        "after": ("kept", None),
        "back": ("lost", "2026-03-10T00:00+00:00"),
        "busy": ("kept", None),
        "down": ("lost", "2026-03-20T00:00+00:00"),
        "free": ("lost", "2026-03-21T12:00+00:00"),
        "kept": ("kept", None),
        "lost": ("lost", "2026-03-08T00:00+00:00"),
        "one": ("kept", None),
        "other": ("kept", None),
        "silent": ("lost", None),
    }


def test_before_the_horizon_is_over_all_are_censored_those_too_that_are_lost(company):
    found = told(company, END - timedelta(microseconds=1))
    assert set(found.values()) == {("censored", None)}
    assert found.keys() == told(company, at("2026-06-01")).keys() - {"gap"}
    assert told(company, END)["lost"] == ("lost", "2026-03-08T00:00+00:00")


def test_who_just_came_is_censored_and_never_lost(company):
    assert told(company, at("2026-04-07"), at("2026-03-03"))["new"] == ("censored", None)


def test_rows_that_stop_arriving_are_no_silence(company):
    # The newest row is of 7 April 2026: what came of use after it, nobody can tell.
    found = told(company, at("2026-09-01"), at("2026-03-08"))
    assert found == {
        name: ("censored" if name in ("busy", "silent") else state, moment)
        for name, (state, moment) in found.items()
    }
    assert found["kept"] == ("kept", None)


def test_several_cutoffs_are_as_each_alone(company):
    now = at("2026-06-01")
    cutoffs = [at("2026-02-01"), at("2026-02-15"), CUTOFF]
    scope = Scope(now - timedelta(days=1), now)
    together = labels(company, scope, cutoffs, GAP, HORIZON)
    alone = [row for cutoff in cutoffs for row in rows(labels(company, scope, cutoff, GAP, HORIZON))]
    assert rows(together) == alone


def test_an_empty_store_has_nobody_to_lose(store):
    assert rows(labels(store, Scope(CUTOFF, END), CUTOFF, GAP, HORIZON)) == []


def test_days_are_whole(company):
    with pytest.raises(ValueError, match="whole days"):
        labels(company, Scope(CUTOFF, END), CUTOFF, timedelta(hours=3), HORIZON)


def test_who_leaves_a_plan_for_another_is_not_lost_under_a_filter_by_plan(store):
    store.append(
        "subscriptions",
        table("""
            change_id  tenant_id  subscription_id  occurred_at           plan        status     mrr_usd
            1          acme       a1               2026-01-01T00:00:00Z  pro         active     100
            2          acme       a1               2026-02-01T00:00:00Z  enterprise  active     300
            3          brisk      b1               2026-01-01T00:00:00Z  pro         active     60
            4          brisk      b1               2026-02-01T00:00:00Z  pro         cancelled  0
        """),
    )
    store.append("tenants", table("tenant_id plan\nacme enterprise\nbrisk pro"))
    scope = window("2026-01-01", "2026-03-01")
    assert sorted(set(ends(store, replace(scope, where=field("plan") == "pro"))["tenant_id"])) == ["brisk"]
    assert ends(store, replace(scope, where=field("plan") == "enterprise")).empty
    with pytest.raises(NotFilterable, match=r"losses cannot be filtered by plan_then: .* or filter by plan"):
        ends(store, replace(scope, where=field("plan_then") == "pro"))
    with pytest.raises(NotFilterable, match="losses cannot be filtered by status"):
        ends(store, replace(scope, where=field("status") == "active"))
