"""Who does too much: baselines by hand, people by any 60 minutes, and false alarms counted on ordinary series."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from analytics.usage_noise import growth, heavy_users, peers, usual
from tests.analytics.table import at, rows, window

NOW = at("2026-03-18T15:00")
PAGE = window("2026-03-17T15:00", "2026-03-18T15:00")


def messages(tenant: str, many: int, hours_ago: float) -> list[dict[str, object]]:
    """So many messages in the hour that begins so many hours before now."""
    begins = NOW - timedelta(hours=hours_ago)
    return [
        {
            "event_id": f"{tenant} {hours_ago} {n}",
            "tenant_id": tenant,
            "event_type": "message_ingested",
            "occurred_at": begins + timedelta(seconds=n * 3600 / many),
        }
        for n in range(many)
    ]


@pytest.fixture(scope="module")
def sent(in_memory):
    store = in_memory()
    for week in range(1, 9):
        # The hours beside it count too: 10, 12, 14 in every week, of which 12 is the median.
        for beside, many in ((-1, 10), (0, 12), (1, 14)):
            store.append("events", messages("busy", many, 1 + week * 168 + beside))
            store.append("events", messages("loud", many, 1 + week * 168 + beside))
    store.append("events", [*messages("busy", 60, 1), *messages("loud", 61, 1)])
    # Known for ten hours, and for thirty with one message in each.
    store.append("events", [*messages("new", 500, 1), *messages("new", 1, 10)])
    store.append("events", [each for ago in range(2, 32) for each in messages("young", 1, ago)])
    store.append("events", messages("young", 49, 1))
    return store


def test_an_hour_grows_past_five_times_the_usual_of_its_hour_of_the_week(sent):
    # A median of 12, a distance of 2 from it: 12 + 6 x 3.46 (of counts by chance) is less than 5 x 12, which is the usual yet.
    assert rows(growth(sent, PAGE).drop(columns="tenant")) == [
        ("loud", 61, 12, round(61 / 12, 6), 61, "grows"),
        ("new", 500, None, None, None, "too new to tell"),
        ("busy", 60, 12, 5, 61, "usual"),
        ("young", 49, 1, 49, 50, "usual"),
    ]


def test_an_hour_without_messages_is_no_growth(sent):
    assert growth(sent, window("2026-03-17T15:00", "2026-03-18T13:00"))["state"].tolist() == ["usual"]


@pytest.mark.parametrize(("mean", "at_most"), [(0.02, 0), (0.5, 0), (3, 0), (20, 0.01), (300, 0.01)])
def test_quiet_series_are_never_called_growth_and_irregular_busy_ones_hardly_ever(mean, at_most):
    rng = np.random.default_rng(11)
    hours, tries = 8 * 168 + 2, 400
    alike = [168 * week + beside for week in range(1, 9) for beside in (-1, 0, 1)]
    alarms = 0
    for _ in range(tries):
        # Hours differ by far more than chance, and one in a hundred is four times as large.
        rates = mean * rng.gamma(2, 1 / 2, hours) * np.where(rng.random(hours) < 0.01, 4, 1)
        hourly = rng.poisson(rates).astype(float).tolist()
        alarms += hourly[0] >= usual(peers(hourly, alike)).threshold
    assert alarms / tries <= at_most


def test_a_flood_is_found_wherever_it_comes():
    for before in (0.0, 1.0, 10.0, 200.0):
        assert usual([before] * 24).threshold <= max(50, 8 * before)


def asked(person: str, minutes: list[float], tenant: str = "acme") -> list[dict[str, object]]:
    return [
        {
            "call_id": f"{person} {n}",
            "request_id": f"{person} {n // 2}" if person == "twice" else "",
            "tenant_id": tenant,
            "user_id": person,
            "occurred_at": NOW - timedelta(minutes=minute),
            "cost_usd": "0.5",
        }
        for n, minute in enumerate(minutes)
    ]


def test_people_are_judged_by_their_busiest_sixty_minutes(in_memory):
    store = in_memory()
    # 51 queries across two hours of the clock, 50 within 59 minutes and one just too late, calls in pairs.
    store.append("llm_calls", asked("over", [90 - n for n in range(51)]))
    store.append("llm_calls", asked("under", [61, *(60 - n for n in range(49)), 1]))
    store.append("llm_calls", asked("twice", [10.0] * 60))
    store.append("people", [{"tenant_id": "acme", "person_id": "over", "name": "Olga"}])
    found = heavy_users(store, PAGE)
    assert rows(found[["person", "busiest", "until_at", "queries", "verdict"]]) == [
        ("Olga", 51, "2026-03-18T14:20+00:00", 51, "too many"),
        ("under", 50, "2026-03-18T14:48+00:00", 51, "usual"),
        ("twice", 30, "2026-03-18T14:50+00:00", 30, "usual"),
    ]
