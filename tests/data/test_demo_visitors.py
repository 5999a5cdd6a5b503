"""What was planted among the demo company's visitors, found as a reader of its boards finds it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from analytics import acquisition, visitors
from analytics.acquisition import FIRST, LAST, NO_CAMPAIGN
from analytics.activation import SIGNUP_TO_VALUE
from analytics.experiment import sample_ratio
from analytics.funnel_why import FunnelWhy
from analytics.query import Query
from analytics.scope import Scope
from data.demo import Story, planted
from data.demo.books import newcomers
from data.demo.campaigns import campaign_costs_table
from data.demo.product import first_steps_table
from data.demo.visitors import visitors_table

DAYS = 40
STORY = Story(datetime(2026, 3, 1, tzinfo=UTC), DAYS, 0.05)
LAST_MONTH = Scope(STORY.date(DAYS - 30), STORY.date(DAYS))


@pytest.fixture(scope="module")
def store(held):
    told = {
        "events": [table(STORY, day) for day in range(DAYS) for table in (visitors_table, first_steps_table)],
        "identities": [newcomers(STORY, day)[1] for day in range(DAYS)],
        "costs": [campaign_costs_table(STORY, day) for day in range(DAYS)],
    }
    for name, tables in told.items():
        assert held.append(name, pa.concat_tables(tables, promote_options="default")).rejected == 0
    return held


def test_the_campaign_that_costs_most_activates_hardly_anybody(store):
    found = acquisition.campaigns(store, LAST_MONTH).set_index("campaign")
    costly, others = found.loc[planted.COSTLY_CAMPAIGN], found.drop(planted.COSTLY_CAMPAIGN)
    assert costly["cost_usd"] > sum(others["cost_usd"].dropna())
    assert costly["visitors"] > 200
    assert costly["activated"] * 4 < others.drop(NO_CAMPAIGN)["activated"].min()


def test_the_first_and_the_last_touch_of_many_differ(store):
    found = acquisition.attribution(store, LAST_MONTH).set_index("model")
    first, last = (
        dict(zip(found.loc[each, "campaign"], found.loc[each, "signups"], strict=True))
        for each in (FIRST, LAST)
    )
    assert sum(abs(first[each] - last[each]) for each in first) > 4


def test_activation_fell_on_phones_alone(store):
    week = Scope(STORY.date(DAYS - planted.STUCK_DAYS_AGO), STORY.date(DAYS))
    found = FunnelWhy(SIGNUP_TO_VALUE)(store, week)
    everybody, first = found.iloc[0], found.iloc[1]
    assert (first["split"], first["breakdown"]) == ("attributes.device", planted.STUCK_DEVICE)
    assert (first["conversion"], first["verdict"]) == (0, "fell")
    assert first["conversion_before"] > 0.4
    assert everybody["difference"] < 0 < found.set_index("breakdown")["difference"]["desktop"]


def test_the_crawlers_are_told_every_night_and_no_person_is(store):
    found = visitors.suspicious(store, LAST_MONTH)
    by_range = found.groupby("address_range").size().to_dict()
    assert by_range == {f"{planted.CRAWLER_RANGE}0/24": 90, "192.0.2.0/24": 30}
    day = Scope(LAST_MONTH.end - timedelta(days=1), LAST_MONTH.end)
    assert visitors.suspicious(store, day)["reasons"].tolist()[0] == (
        "24 pages in 24 views; 23 of 23 steps in order; every 4.0 s; 3 such in its range"
    )


def test_the_page_that_is_slow_in_one_country(store):
    found = Query(("p75_lcp_ms",), by=("page", "country"))(store, LAST_MONTH)
    found = found[found["country"] != ""]
    assert tuple(found.iloc[0][["page", "country"]]) == (planted.SLOW_PAGE, planted.SLOW_COUNTRY)
    assert found["p75_lcp_ms"].iloc[0] > 2 * found["p75_lcp_ms"].median()


@pytest.mark.parametrize(
    ("name", "goal", "has_effect"),
    [(planted.EXPERIMENT, "trial_started", True), (planted.NULL_EXPERIMENT, "contact_requested", False)],
)
def test_the_experiments(store, name: str, goal: str, *, has_effect: bool):
    found = store.admin.frame(
        "select attributes.variant::varchar as variant, count(*) as seen, count(*) filter (anonymous_id in "
        "(select anonymous_id from raw.events where event_type = $goal)) as reached from raw.events "
        "where event_type = 'experiment_exposed' and attributes.experiment::varchar = $name "
        "group by all order by variant",
        goal=goal,
        name=name,
    )
    assert list(found["variant"]) == ["control", "treatment"]
    share = found["reached"] / found["seen"]
    error = float(np.sqrt((share * (1 - share) / found["seen"]).sum()))
    z = float(share[1] - share[0]) / error
    assert z > 3 if has_effect else abs(z) < 2


def test_the_experiment_with_a_broken_split(store):
    found = store.admin.frame(
        "select attributes.variant::varchar as variant, count(*) as seen from raw.events "
        "where event_type = 'experiment_exposed' and attributes.experiment::varchar = $name "
        "group by all order by variant",
        name=planted.BROKEN_EXPERIMENT,
    )
    assert list(found["variant"]) == ["control", "treatment"]
    assert sample_ratio(found["seen"].tolist()) < 1e-6
