"""Who may buy more, by signs counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from analytics.expansion import ready
from analytics.scope import Scope

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
SCOPE = Scope(NOW - timedelta(days=1), NOW, now=NOW)


def contract(tenant: str, usd: str, status: str, ends: datetime | None = None) -> dict[str, object]:
    return {
        "change_id": tenant,
        "subscription_id": tenant,
        "tenant_id": tenant,
        "occurred_at": NOW - timedelta(days=100),
        "plan": "pro",
        "mrr_usd": usd,
        "status": status,
        "trial_ends_at": ends,
    }


def events(tenant: str, count: int, days_ago: int, kind: str = "opened") -> list[dict[str, object]]:
    at = NOW - timedelta(days=days_ago)
    ids = (f"{tenant} {kind} {days_ago} {n}" for n in range(count))
    return [
        {"event_id": each, "tenant_id": tenant, "occurred_at": at, "event_type": kind, "user_id": "u"}
        for each in ids
    ]


def test_signs_are_counted_and_told_and_who_pays_is_listed_at_its_limit_alone(store):
    store.append(
        "subscriptions",
        [
            contract("free and growing", "0", "active"),
            contract("free and idle", "0", "active"),
            contract("on trial", "0", "trialing", NOW + timedelta(days=14)),
            contract("trial ends later", "0", "trialing", NOW + timedelta(days=15)),
            contract("pays", "50", "active"),
            contract("pays at its limit", "50", "active"),
            contract("gone", "0", "cancelled"),
        ],
        source="t",
    )
    store.append(
        "events",
        [
            # 28 after 20 less one in the four weeks before: half as many again.
            *events("free and growing", 28, 2),
            *events("free and growing", 1, 3, "plan_limit_reached"),
            *events("free and growing", 19, 40),
            # 27 after 19 are not.
            *events("free and idle", 27, 2),
            *events("free and idle", 19, 40),
            *events("pays at its limit", 2, 3, "limit_hit"),
            *events("pays", 90, 3),
        ],
        source="t",
    )
    found = ready(store, SCOPE)
    told = found[["tenant_id", "signs", "why", "limit_hits", "actions", "actions_before"]]
    assert list(told.itertuples(index=False, name=None)) == [
        ("free and growing", 2, "hit a limit, grew by half or more", 1, 29, 19),
        ("pays at its limit", 1, "hit a limit", 2, 2, 0),
        ("on trial", 1, "trial ends within 14 days", 0, 0, 0),
        ("free and idle", 0, "", 0, 27, 19),
        ("trial ends later", 0, "", 0, 0, 0),
    ]
    assert found["trial_ends_at"].notna().tolist() == [False, False, True, False, True]


def test_a_limit_that_was_hit_before_an_upgrade_is_none_any_more(store):
    first = contract("upgraded", "50", "active")
    larger = first | {
        "change_id": "larger",
        "occurred_at": NOW - timedelta(days=3),
        "plan": "max",
        "mrr_usd": "90",
    }
    store.append("subscriptions", [first, larger, contract("stays", "50", "active")], source="t")
    store.append(
        "events",
        [
            *events("upgraded", 5, 4, "limit_hit"),
            *events("upgraded", 2, 2, "limit_hit"),
            *events("stays", 3, 4, "limit_hit"),
        ],
        source="t",
    )
    found = ready(store, SCOPE)
    told = (
        found[["tenant_id", "limit_hits", "upgraded_at"]]
        .astype(object)
        .where(lambda each: each.notna(), None)
    )
    assert list(told.itertuples(index=False, name=None)) == [
        ("stays", 3, None),
        ("upgraded", 2, NOW - timedelta(days=3)),
    ]
