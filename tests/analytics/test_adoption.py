"""Adoption by hand: who uses what, who stays with it and without it, and what nobody uses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from analytics import adoption
from analytics.experiment_tests import two_proportions
from analytics.scope import Scope
from tests.analytics.table import at, rows

START = at("2026-01-05")
WINDOW = Scope(START, START + timedelta(days=70))


@pytest.fixture(scope="module")
def store(in_memory):
    """60 newcomers on the first day: 40 try `board`, of whom 30 stay; of the 20 others 5 stay. `old` was here before."""
    events = []

    def did(who, what, days):
        events.append(
            {
                "event_id": str(len(events)),
                "tenant_id": "acme",
                "user_id": who,
                "event_type": what,
                "occurred_at": START + timedelta(days=days),
            }
        )

    for n in range(60):
        did(f"p{n:02d}", "join", 0.1)
        if n < 40:
            did(f"p{n:02d}", "board", 6.9)
        elif n == 40:
            did("p40", "board", 7.2)  # a week and two hours later is no first week
        if n < 30 or 40 <= n < 45:
            did(f"p{n:02d}", "join", 30)
        elif n == 30:
            did("p30", "join", 27.9)  # neither is the day before the fifth week
    did("old", "join", -40)
    did("old", "board", 3)
    did("old", "export", -20)
    did("late", "board", 40)
    opened = in_memory()
    opened.append("events", events)
    calls = [("search", 10), ("draft", -9), ("search", -1)]
    opened.append(
        "llm_calls",
        [
            {
                "call_id": str(n),
                "tenant_id": "acme",
                "user_id": "p01",
                "tool": tool,
                "occurred_at": START + timedelta(days=days),
            }
            for n, (tool, days) in enumerate(calls)
        ],
    )
    return opened


def test_who_uses_a_feature_how_often_and_who_stays(store):
    found = adoption.features(store, WINDOW).set_index("feature").loc["board"]
    compared = two_proportions((30, 40), (5, 20))
    assert found.to_dict() == pytest.approx(
        {
            "users": 43, "share": 43 / 62, "share_of": 62, "a_week": 43 / 43 / 10, "tried": 40, "retained_with": 30 / 40,
            "left_out": 20, "retained_without": 5 / 20, "difference": 0.5, "low": compared.difference_low, "high": compared.difference_high,
            "goes_with": "staying",
        }
    )  # fmt: skip


def test_whom_a_feature_counts(store):
    def people(part):
        found = adoption.FeaturePeople("board", part)(store, WINDOW)
        return found["unit"].tolist(), int(found["stayed"].sum()) if "stayed" in found else None

    tried = [f"p{n:02d}" for n in range(40)]
    assert people("used") == (["late", "old", *tried, "p40"], None)
    assert people("with") == (tried, 30)
    assert people("without") == ([f"p{n}" for n in range(40, 60)], 5)


def test_of_too_few_nothing_is_said(store):
    found = adoption.features(store, WINDOW).set_index("feature").loc["join"]
    assert (found["tried"], found["goes_with"]) == (60, "too few to say")
    assert found[["retained_without", "difference", "low", "high"]].isna().all()


def test_what_hardly_anybody_uses_and_tools_that_were_not_called(store):
    assert rows(adoption.unused(store, WINDOW)) == [
        ("export", "Event", 0, 0.0, 62, "2025-12-16T00:00+00:00"),
        ("draft", "AI tool", 0, 0.0, 62, "2025-12-27T00:00+00:00"),
    ]


def test_a_tool_that_the_company_names_and_that_was_never_called(store, monkeypatch):
    monkeypatch.setattr(adoption, "KNOWN_TOOLS", ("search", "translate"))
    assert rows(adoption.unused(store, WINDOW))[0] == ("translate", "AI tool", 0, 0.0, 62, None)
