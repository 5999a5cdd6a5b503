"""The past of the demo company's small customers: one can learn from it who leaves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from analytics.churn import AHEAD, learnt
from analytics.churn_backtest import Fitted
from analytics.scope import Scope
from data.demo import resold
from data.demo.story import DAYS, Story, micros
from tests.stores import in_memory

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORY = Story.opened_at(NOW)


@pytest.fixture(scope="module")
def store():
    """Their rows alone."""
    until = micros(NOW)
    with in_memory() as opened:
        for name, table in (
            ("tenants", resold.tenants_table(STORY, 0, until)),
            ("people", resold.people_table(STORY, 0, until)),
            ("subscriptions", resold.subscriptions_table(STORY, 0, until)),
            *(("events", pa.concat_tables([resold.events_table(STORY, day) for day in range(DAYS)])),),
            *(("runs", pa.concat_tables([resold.runs_table(STORY, day) for day in range(DAYS)])),),
        ):
            assert opened.append(name, table, source="demo").rejected == 0
        yield opened


def test_a_short_story_does_without_them():
    assert resold.customers(Story.opened_at(NOW, days=DAYS - 1)) == ()
    assert resold.events_table(Story.opened_at(NOW, days=45), 0).num_rows == 0


def test_everybody_who_does_something_is_known(store):
    strangers = store.admin.frame(
        "select distinct f.user_id from raw.events as f anti join raw.people as p "
        "on p.tenant_id = f.tenant_id and p.person_id = f.user_id"
    )
    assert strangers.empty


def test_a_model_is_learnt_of_their_past_and_those_it_names_first_leave(store):
    trained = learnt(store, Scope(NOW - timedelta(days=1), NOW, now=NOW))
    assert isinstance(trained.outcome, Fitted)
    report = trained.outcome.report
    assert report.verdict == "better"
    assert report.model.low > 0.6
    first = sorted(trained.said, key=lambda each: -each.probability)[:8]
    leaving = {
        each.tenant_id
        for each in resold.customers(STORY)
        if each.lost_us and micros(NOW) <= each.lost_us < micros(NOW + AHEAD)
    }
    # Of those that leave in the weeks ahead there are few; most of those named first are among them.
    assert len(leaving) < 25
    assert sum(each.tenant_id in leaving for each in first) >= 5
    assert all(each.reasons for each in first)
