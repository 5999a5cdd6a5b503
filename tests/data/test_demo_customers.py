"""What was planted among the demo company's customers, found as a reader of its boards finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from analytics import usage_bills, usage_limits, usage_noise
from analytics.scope import Scope
from data.demo import Story, bills, bursts, planted
from data.demo.books import tenants_table
from data.demo.company import tenants
from data.demo.landing import land
from data.demo.product import messages_table
from data.demo.runs import runs, runs_table
from data.demo.story import micros

# All its tests ask one store that takes seconds to fill.
pytestmark = pytest.mark.heavy

DAYS, LAST = 120, 30
STORY = Story(datetime(2026, 3, 1, tzinfo=UTC), DAYS, 0.2)
LAST_DAY = Scope(STORY.opening - timedelta(days=1), STORY.opening)


@pytest.fixture(scope="module")
def store(held):
    executions = [runs_table(runs(STORY, day)) for day in range(DAYS - LAST, DAYS)]
    customers = tenants_table(STORY, DAYS, 0, micros(STORY.opening))
    tables = [("tenants", customers), ("runs", pa.concat_tables(executions, promote_options="default"))]
    assert land(held, "demo", tables)["tenants"] == customers.num_rows
    days = range(DAYS - LAST, DAYS + 1)
    land(held, "demo", [("events", messages_table(STORY, day)) for day in days])
    land(held, "demo", [("events", bursts.device_table(STORY, day)) for day in days])
    land(held, "demo", [("llm_calls", bursts.questions_table(STORY, day)) for day in days])
    bills.close(held, STORY)
    land(held, "demo", bills.late_rows(STORY))
    return held


def name_of(number: int) -> str:
    return next(each.tenant_id for each in tenants(STORY, DAYS) if each.number == number)


def test_a_limit_is_passed_and_another_will_be(store):
    states = usage_limits.entitlements(store, LAST_DAY).set_index("tenant_id")["state"]
    assert states[name_of(planted.CROWDED_TENANT)] == "will pass it"
    assert states[name_of(planted.OVER_TENANT)] == "over the limit"
    told = usage_limits.upsell(store, LAST_DAY)["tenant_id"]
    assert set(told) == {name_of(planted.CROWDED_TENANT), name_of(planted.OVER_TENANT)}


def test_rows_that_came_after_the_bill_are_an_adjustment(store):
    found = usage_bills.close(store, LAST_DAY).set_index("tenant_id")["executions_since"]
    assert found[found > 0].to_dict() == {name_of(planted.LATE_ROWS_TENANT): planted.LATE_ROWS}


def test_a_device_sends_too_much_and_somebody_asks_too_much(store):
    day = Scope(STORY.opening, STORY.opening + timedelta(hours=12))
    grows = usage_noise.growth(store, day)
    assert grows[grows["state"] == "grows"]["tenant_id"].tolist() == [name_of(planted.LOUD_TENANT)]
    heavy = usage_noise.heavy_users(store, day)
    too_many = heavy[heavy["verdict"] == "too many"]
    assert too_many[["tenant_id", "busiest"]].to_numpy().tolist() == [
        [name_of(planted.HEAVY_TENANT), planted.HEAVY_QUERIES]
    ]
