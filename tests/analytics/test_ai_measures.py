"""The measures of AI, counted by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pandas as pd
import pytest

from analytics.query import Query
from analytics.scope import Scope
from tests.analytics.table import rows, table

CALLS = """
    call_id  request_id  tenant_id  occurred_at           cost_usd
    1        r1          acme       2026-01-08T10:59:00Z  0.1
    2        r1          acme       2026-01-08T11:01:00Z  0.2
    3        r1          globex     2026-01-08T11:30:00Z  0.3
    4        -           acme       2026-01-08T11:30:00Z  0.000000001
    5        -           acme       2026-01-08T11:30:00Z  -
    6        r6          -          2026-01-08T12:30:00Z  -
    7        r7          acme       2026-01-09T10:00:00Z  5
"""


TOTALS = Query(("ai_queries", "ai_cost_usd", "ai_calls", "unpriced_calls"))
TREND = Query(("ai_queries", "ai_cost_usd"), grain="auto")


def hours(start: int, end: int, **fields) -> Scope:
    day = datetime(2026, 1, 8, tzinfo=UTC)
    return Scope(day.replace(hour=start), day.replace(hour=end), **fields)


@pytest.fixture
def asked(store):
    store.append("llm_calls", table(CALLS))
    return store


def test_calls_of_one_request_of_one_tenant_are_one_query(asked):
    # acme's r1, globex's r1, two calls without a request, r6.
    found = TOTALS(asked, hours(0, 23))
    assert rows(found) == [(5, Decimal("0.600000001"), 6, 2, True)]


def test_costs_are_decimals_to_the_last_digit(asked):
    call = {"occurred_at": "2026-01-08T20:00:00Z", "cost_usd": Decimal("0.1")}
    asked.append("llm_calls", [call | {"call_id": f"c{n}"} for n in range(10)])
    cost = TOTALS(asked, hours(20, 21))["ai_cost_usd"].iloc[0]
    assert isinstance(cost, Decimal)
    assert cost == Decimal(1)


def test_nothing_costs_nothing_and_unpriced_is_not_free(asked):
    assert rows(TOTALS(asked, hours(13, 14))) == [(0, Decimal(0), 0, 0, True)]
    assert rows(TOTALS(asked, hours(12, 13))) == [(1, None, 1, 1, True)]


def test_a_query_belongs_to_its_first_call_and_a_cost_to_its_own(asked):
    found = TREND(asked, hours(10, 19, now=datetime(2026, 1, 8, 18, 30, tzinfo=UTC)))
    assert rows(found)[:4] == [
        ("2026-01-08T10:00+00:00", 1, Decimal("0.1"), True),
        ("2026-01-08T11:00+00:00", 3, Decimal("0.500000001"), True),
        ("2026-01-08T12:00+00:00", 1, None, True),
        ("2026-01-08T13:00+00:00", 0, Decimal(0), True),
    ]
    assert found["complete"].tolist() == [True] * 8 + [False]


def test_the_trend_sums_up_to_the_totals(asked):
    window = hours(0, 23)
    totals, trend = TOTALS(asked, window), TREND(asked, window)
    assert trend["ai_queries"].sum() == totals["ai_queries"].iloc[0]
    assert sum(trend["ai_cost_usd"].dropna()) == totals["ai_cost_usd"].iloc[0]


def test_types_hold_without_rows(store):
    for ask in (TOTALS, TREND):
        found = ask(store, hours(0, 23))
        assert pd.api.types.is_integer_dtype(found["ai_queries"])
        assert all(isinstance(cost, Decimal) for cost in found["ai_cost_usd"])
