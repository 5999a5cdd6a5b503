"""The past of the demo company's small customers: one can learn from it who leaves."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from analytics.churn import AHEAD, learnt
from analytics.churn_backtest import Fitted
from analytics.scope import Scope
from data.demo import resold, rows
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


def test_board_numbers_look_like_a_company():
    """Of the whole demo: its last full weekday."""
    story = Story.opened_at(datetime(2026, 3, 18, 15, tzinfo=UTC))  # after a Tuesday
    day_before = story.opening - timedelta(days=1)
    tables: dict[str, list[pa.Table]] = defaultdict(list)
    for name, table in rows(story, day_before, story.opening):
        tables[name].append(table)
    runs = pa.concat_tables(tables["runs"], promote_options="default").to_pandas()
    calls = pa.concat_tables(tables["llm_calls"], promote_options="default").to_pandas()
    done = runs[runs["status"] != "cancelled"]
    assert 3_000 < len(runs) < 9_000
    assert 0.955 < (done["status"] == "success").mean() < 0.975
    assert 2_000 < runs["duration_ms"].mean() < 4_000
    resold_to = {customer.tenant_id for customer in resold.customers(story)}
    active = set(runs["tenant_id"].dropna())
    assert 40 <= len(active - resold_to) <= 54
    assert 40 <= len(active & resold_to) <= 80
    assert 400 < calls["request_id"].nunique() < 1_500
    assert 10 < calls["cost_usd"].sum() < 50
