"""Leads and their scores, counted by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pandas as pd
import pytest

from analytics import leads
from tests.analytics.table import at, rows, table, window

EVENTS = """
    event_id  occurred_at           tenant_id  event_type           entity_id  lead_id  score
    1         2026-01-08T10:00:00Z  acme       lead_scored          l1         -        80
    # Scored again: the first score counts, both tell how much scores differ.
    2         2026-01-08T11:00:00Z  acme       LeadScored           l1         -        74
    3         2026-01-08T10:00:00Z  acme       lead_scored          -          l2       100
    4         2026-01-08T10:00:00Z  acme       lead_scored          l3         -        40
    # The same id of another tenant is another lead.
    5         2026-01-08T10:00:00Z  globex     lead_scored          l1         -        5
    6         2026-01-10T10:00:00Z  acme       opportunity_created  l3         -        -
    7         2026-01-20T10:00:00Z  acme       deal_won             l1         -        -
    8         2026-01-20T10:00:00Z  acme       deal_won             l3         -        -
    # Won before it was scored, and after the present: neither tells anything.
    9         2026-01-07T10:00:00Z  globex     deal_won             l1         -        -
    10        2026-03-01T10:00:00Z  acme       deal_won             l2         -        -
    11        2026-01-09T00:00:00Z  acme       lead_scored          l9         -        99
"""
CALLS = """
    call_id  occurred_at           tenant_id  feature       cost_usd
    1        2026-01-08T10:00:00Z  acme       lead_scoring  0.02
    2        2026-01-08T10:00:00Z  acme       lead-scoring  0.01
    3        2026-01-08T10:00:00Z  acme       chat          5
"""
DAY = window("2026-01-08", "2026-01-09", now=at("2026-02-01"))


@pytest.fixture
def scored(store):
    store.append("events", table(EVENTS))
    store.append("llm_calls", table(CALLS))
    return store


def test_first_scores_by_bins_of_five(scored):
    found = leads.distribution(scored, DAY)
    counted = found[found["count"] > 0]
    assert list(zip(counted["score"], counted["count"], strict=True)) == [(5, 1), (40, 1), (80, 1), (95, 1)]
    assert (len(found), found["mean"].iloc[0]) == (20, 56.25)


def test_high_scores_and_how_much_those_of_one_lead_differ(scored):
    # Two of four over 70; 80 and 74 lie 3 from their mean: the square root of 18 / 1.
    assert rows(leads.quality(scored, DAY)) == [(0.5, 4, round(18**0.5, 6), 1)]


def test_scores_against_what_became_of_leads(scored):
    # Won: 80 and 40; not: 100 and 5. Of the four pairs the won one is higher twice.
    assert rows(leads.accuracy(scored, DAY)) == [(0.5, 0.5, 0.5, 4)]


def test_a_young_lead_that_is_not_won_says_nothing_yet(scored):
    soon = window("2026-01-08", "2026-01-09", now=at("2026-01-20T11:00"))
    assert rows(leads.accuracy(scored, soon)) == [(None, 1.0, 1.0, 2)]
    assert soon.present - soon.start < timedelta(days=14)


def test_leads_by_band_and_by_how_far_they_got(scored):
    assert rows(leads.conversion(scored, DAY)) == [
        ("70 to 100", 1, "Lead", 2),
        ("70 to 100", 2, "Opportunity", 1),
        ("70 to 100", 3, "Won", 1),
        ("40 to 69", 1, "Lead", 1),
        ("40 to 69", 2, "Opportunity", 1),
        ("40 to 69", 3, "Won", 1),
        ("0 to 39", 1, "Lead", 1),
        ("0 to 39", 2, "Opportunity", 0),
        ("0 to 39", 3, "Won", 0),
    ]


def test_the_cost_of_scoring_by_leads(scored):
    assert rows(leads.cost(scored, DAY)) == [(Decimal("0.0075"), 4)]


def test_the_area_under_the_curve_counts_ties_half():
    assert leads.auc(pd.Series([1.0, 2.0, 2.0]), pd.Series([False, False, True])) == 0.75
