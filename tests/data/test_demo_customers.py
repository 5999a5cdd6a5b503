"""What was planted among the demo company's customers, found as a reader of its boards finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from analytics import usage_limits
from analytics.scope import Scope
from data.demo import Story, planted
from data.demo.books import tenants_table
from data.demo.company import tenants
from data.demo.landing import land
from data.demo.runs import runs, runs_table
from data.demo.story import micros

DAYS, LAST = 120, 30
STORY = Story(datetime(2026, 3, 1, tzinfo=UTC), DAYS, 0.2)
LAST_DAY = Scope(STORY.opening - timedelta(days=1), STORY.opening)


@pytest.fixture(scope="module")
def store(held):
    executions = [runs_table(runs(STORY, day)) for day in range(DAYS - LAST, DAYS)]
    customers = tenants_table(STORY, DAYS, 0, micros(STORY.opening))
    tables = [("tenants", customers), ("runs", pa.concat_tables(executions, promote_options="default"))]
    assert land(held, "demo", tables)["tenants"] == customers.num_rows
    return held


def name_of(number: int) -> str:
    return next(each.tenant_id for each in tenants(STORY, DAYS) if each.number == number)


def test_a_limit_is_passed_and_another_will_be(store):
    states = usage_limits.entitlements(store, LAST_DAY).set_index("tenant_id")["state"]
    assert states[name_of(planted.CROWDED_TENANT)] == "will pass it"
    assert states[name_of(planted.OVER_TENANT)] == "over the limit"
    told = usage_limits.upsell(store, LAST_DAY)["tenant_id"]
    assert set(told) == {name_of(planted.CROWDED_TENANT), name_of(planted.OVER_TENANT)}
