"""The running month, its projection and its budgets, from days that can be counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics import budgets, month
from analytics.budgets import Budget
from analytics.scope import Scope
from tests.analytics.table import rows

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 17, 12, tzinfo=UTC)
MARCH = Scope(NOON - timedelta(days=1), NOON)


def calls(weekday: str = "2", weekend: str = "1") -> list[dict[str, object]]:
    """One call at 06:00 of each day since January: dearer on working days. One tenant asks by two features."""
    return [
        {
            "call_id": str(day),
            "occurred_at": FIRST + timedelta(days=day, hours=6),
            "tenant_id": "acme",
            "feature": "chat" if day % 2 else "build",
            "model": "m",
            "cost_usd": Decimal(weekend if (FIRST + timedelta(days=day)).weekday() > 4 else weekday),
        }
        for day in range(90)
    ]


@pytest.fixture
def asked(store):
    store.append("llm_calls", calls())
    return store


def test_a_month_of_the_same_weeks_ends_where_its_days_of_the_week_say(asked):
    found = month.ai(asked, MARCH)
    # March 2026 has 22 working days and 9 of weekends: 53. Up to the 17th: 12 and 5. February: 20 and 8.
    # Of the last of the days that are counted on from noon half is left, which is taken as half of a day: 1.
    assert rows(found)[0] == (
        Decimal(29), Decimal(54), *found.iloc[0][["projected_usd_low", "projected_usd_high"]], Decimal(48), 0.125
    )  # fmt: skip
    assert found["projected_usd_low"].iloc[0] <= 54 <= found["projected_usd_high"].iloc[0]
    # Half of the Saturday that ends February is half a dollar of 48.
    assert "were off by 1.0% on average; 83% ended in such a range" in found.attrs["notes"][0]


def test_a_day_that_has_begun_moves_nothing(asked):
    ends = [
        month.ai(asked, Scope(NOON - timedelta(days=1), NOON + timedelta(hours=hours)))["projected_usd"].iloc[
            0
        ]
        for hours in (-7, -5, 0, 11)
    ]
    assert all(abs(end - 53) < 2 for end in ends)


def test_after_two_days_nothing_is_said_of_the_end(store):
    store.append("llm_calls", [row for row in calls() if row["occurred_at"] > NOON - timedelta(days=2)])
    found = month.ai(store, MARCH)
    assert found["projected_usd"].iloc[0] is None
    assert found.attrs["notes"] == (
        "It takes three whole days to say where the month will end.",
        "Known until 17 Mar 06:00, the newest row.",
    )


@pytest.fixture
def held():
    yield budgets.put_in_force
    budgets.put_in_force(budgets.SHIPPED)


def test_budgets_run_out_on_a_day_or_last(asked, held):
    held(
        (
            Budget(Decimal(40)),
            Budget(Decimal(60)),
            Budget(Decimal(29), feature="chat"),
            Budget(Decimal(20), tenant="acme"),
            # Nobody sees a budget of a tenant without any row here.
            Budget(Decimal(1), tenant="globex"),
            Budget(Decimal(1), category="storage"),
        )
    )
    found = month.ai_budgets(asked, MARCH)
    shown = found[["what", "spent_usd", "projected_usd", "state"]]
    assert rows(shown) == [
        ("All AI", Decimal(29), Decimal(54), "will run out"),
        ("All AI", Decimal(29), Decimal(54), "lasts"),
        # Every second day is of this feature, in four weeks two of each weekday: half of 25 to come.
        ("feature chat", Decimal(15), Decimal("27.50"), "lasts"),
        ("tenant acme", Decimal(29), Decimal(54), "spent"),
    ]
    # 11 are left from the 17th on: 2 a day until Friday, 1 and 1, so the last of them on Tuesday the 24th.
    assert found["runs_out_at"].iloc[0].date().isoformat() == "2026-03-24"
    assert found["runs_out_at"].isna().tolist() == [False, True, True, True]


def test_categories_of_the_platform(store, held):
    store.append(
        "costs",
        [
            {"cost_id": f"{day}{category}", "occurred_at": FIRST + timedelta(days=day), "category": category,
             "amount_usd": Decimal(1)}
            for day in range(80)
            for category in ("storage", "compute", "marketing")
        ],
    )  # fmt: skip
    held((Budget(Decimal(100), category=""), Budget(Decimal(34), category="storage"), Budget(Decimal(5))))
    found = month.platform_budgets(store, MARCH)
    assert rows(found[["what", "spent_usd", "projected_usd", "used"]]) == [
        ("Platform", Decimal(34), Decimal("63.00"), 0.34),
        ("storage", Decimal(17), Decimal("31.50"), 0.5),
    ]


@pytest.mark.parametrize("minutes", [0, 7, 67, 733])
@pytest.mark.parametrize("days", [5, 27, 28, 40])
def test_the_month_and_its_budget_say_the_same(store, held, days, minutes):
    until = NOON + timedelta(minutes=minutes)
    ends = until - timedelta(days=days)
    store.append(
        "costs",
        [
            {"cost_id": str(hour), "occurred_at": ends + timedelta(minutes=61 * hour), "category": "storage",
             "amount_usd": Decimal(1 + hour % 7)}
            for hour in range(days * 24)
        ],
    )  # fmt: skip
    held((Budget(Decimal(100), category=""),))
    scope = Scope(until - timedelta(days=1), until)
    whole, of_budget = month.platform(store, scope), month.platform_budgets(store, scope)
    both = ["spent_usd", "projected_usd"]
    assert rows(whole[both]) == rows(of_budget[both])
    assert whole.attrs["notes"][1] == of_budget.attrs["notes"][0]


@pytest.mark.parametrize(
    ("used", "runs_out", "projected", "said"),
    [
        (1.0, False, True, "spent"),
        (0.5, True, True, "will run out"),
        (0.82, False, True, "lasts"),
        (0.82, False, False, "nearly spent"),
        (0.5, False, False, "lasts"),
    ],
)
def test_a_budget_that_is_projected_to_last_is_not_nearly_spent(used, runs_out, projected, said):
    assert month.state(used, runs_out=runs_out, projected=projected) == said
