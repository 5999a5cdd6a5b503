"""Two experiments of a shop: one that found something, and an older one whose split is broken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAYS = [datetime(2026, 1, day, 15, tzinfo=UTC) for day in (9, 10, 11)]
SECOND = timedelta(seconds=1)
# Of each day's people the first so many buy; 40 of the control's come a day, and 50 of the other's.
BOUGHT = {"control": (40, 4), "treatment": (50, 15)}


def told(experiment: str, variant: str, who: str, at: datetime, goal: str = "bought") -> dict[str, object]:
    return {
        "event_id": f"seen-{experiment}-{variant}-{who}-{at:%d}",
        "occurred_at": at,
        "tenant_id": "acme",
        "user_id": who,
        "event_type": "experiment_exposed",
        "properties": {"experiment": experiment, "variant": variant, "goal": goal},
    }


def did(event: str, who: str, at: datetime) -> dict[str, object]:
    return {
        "event_id": f"{event}-{who}-{at:%d%H}",
        "occurred_at": at,
        "tenant_id": "acme",
        "user_id": who,
        "event_type": event,
        "properties": {"amount": 5.0},
    }


def events():
    for day in DAYS:
        for variant, (people, buyers) in BOUGHT.items():
            for n in range(people):
                who = f"{variant}-{day:%d}-{n}"
                yield told("price", variant, who, day + n * SECOND)
                if n < buyers:
                    yield did("bought", who, day + timedelta(hours=1) + n * SECOND)
    # An older one, whose second variant lost half of its people; and somebody who saw both.
    for n in range(300):
        yield told(
            "layout", "a" if n < 200 else "b", f"old-{n}", DAYS[0] - timedelta(days=1) + n * SECOND, ""
        )
    yield told("layout", "b", "old-0", DAYS[0] - timedelta(hours=20), "")
