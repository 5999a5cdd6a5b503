"""What changed: milestones of a window beside those of the one before, seen as long after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from analytics.funnel import FunnelSpec, Step
from analytics.funnel_change import FunnelChange
from analytics.registry import question_form, question_of
from tests.analytics.table import at, rows, table, window

# The second week begins on the 12th and is looked at on the 20th; the first one as it stood on the 13th.
EVENTS = """
    tenant_id  user_id  event_type  occurred_at
    acme       ann      registered  2026-01-05T10:00Z
    acme       ann      paid        2026-01-12T10:00Z
    acme       bob      registered  2026-01-06T09:00Z
    acme       bob      paid        2026-01-14T09:00Z
    globex     cid      registered  2026-01-13T09:00Z
    globex     cid      connect     2026-01-13T10:00Z
    globex     cid      paid        2026-01-14T10:00Z
    acme       dan      registered  2026-01-14T09:00Z
    # the source goes on
    globex     zoe      seen        2026-01-20T11:59Z
"""
SPEC = FunnelSpec((Step("registered"), Step("connect"), Step("paid")), window=timedelta(days=10))
WEEK = window("2026-01-12", "2026-01-19", now=at("2026-01-20T12:00"))
SAID = ["breakdown", "name", "entered", "conversion", "entered_before", "conversion_before", "difference"]


@pytest.fixture(scope="module")
def store(in_memory):
    opened = in_memory()
    opened.append("events", table(EVENTS))
    return opened


def test_a_milestone_counts_without_those_before_and_the_week_before_as_it_stood_then(store):
    """Bob paid on the 14th, after the moment as which the first week is seen; ann's payment was in by then."""
    assert rows(FunnelChange(SPEC)(store, WEEK)[SAID]) == [
        ("Everybody", "connect", 2, 0.5, 2, 0.0, 0.5),
        ("Everybody", "paid", 2, 0.5, 2, 0.5, 0.0),
    ]


def test_the_values_of_a_breakdown_tell_of_the_last_milestone(store):
    spec = replace(SPEC, breakdown="tenant_id")
    assert rows(FunnelChange(spec)(store, WEEK)[SAID])[2:] == [
        ("acme", "paid", 1, 0.0, 2, 0.5, -0.5),
        ("globex", "paid", 1, 1.0, 0, None, None),
    ]


def test_what_few_did_may_be_chance_and_of_nobody_nothing_is_told(store):
    spec = replace(SPEC, breakdown="tenant_id")
    assert FunnelChange(spec)(store, WEEK)["verdict"].tolist() == [
        "may be chance", "may be chance", "may be chance", "too few to tell",
    ]  # fmt: skip
    assert FunnelChange(FunnelSpec((Step("registered"),)))(store, WEEK).empty


def test_it_has_a_json_form():
    assert question_of(question_form(FunnelChange(SPEC))) == FunnelChange(SPEC)
