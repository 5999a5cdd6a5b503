"""The demo company: always the same, always alive, and what was planted can be found."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from genai_prices import Usage, calc_price

from data.demo import (
    PLANTED,
    Story,
    extend,
    fill,
    last_moment,
    own_plans,
    planted,
    rows,
    story_of,
    tokens,
)
from data.demo.company import tenants
from data.demo.landing import land
from data.store import open_store
from data.tables import FACTS, TABLES

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 18, 15, 7, 42, tzinfo=UTC)
DAYS, SCALE = 45, 0.3
OPENING = datetime(2026, 3, 18, tzinfo=UTC)

# Nearly all its tests ask one store that takes seconds to fill.
pytestmark = pytest.mark.heavy


def told(story: Story, since: datetime | None, until: datetime) -> dict[str, list[dict[str, object]]]:
    """Rows by table, the later of two states of one tenant in the place of the earlier."""
    found: dict[str, dict[tuple[object, ...], dict[str, object]]] = defaultdict(dict)
    for name, table in rows(story, since, until):
        key = tuple(column for column in TABLES[name].key if column in table.column_names)
        for row in table.to_pylist():
            found[name][*(row[column] for column in key), row.get("le")] = row
    return {name: sorted(kept.values(), key=repr) for name, kept in found.items()}


def joined(*parts: dict[str, list[dict[str, object]]]) -> dict[str, list[dict[str, object]]]:
    """Stretches put together: facts are added, states replaced."""
    tables: dict[str, list[dict[str, object]]] = {}
    for name in {name for part in parts for name in part}:
        whole = [row for part in parts for row in part.get(name, [])]
        if name == "tenants":
            whole = list({row["tenant_id"]: row for row in whole}.values())
        tables[name] = sorted(whole, key=repr)
    return tables


@pytest.fixture(scope="module")
def store():
    opened = open_store("duckdb://:memory:", clock=lambda: NOW)
    fill(opened, NOW, days=DAYS, scale=SCALE)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ask(store):
    def frame(sql: str, **values: object):
        return store.admin.frame(sql, **values)

    return frame


def day(days_ago: int) -> datetime:
    return (OPENING - timedelta(days=days_ago)).replace(tzinfo=None)


def name_of(number: int) -> str:
    return tenants(Story.opened_at(NOW, days=DAYS, scale=SCALE), DAYS)[number].tenant_id


LAST_HOURS = """
import hashlib
from datetime import UTC, datetime, timedelta
from data.demo import Story, rows

now = datetime(2026, 3, 18, 15, 7, tzinfo=UTC)
told = rows(Story.opened_at(now, days=20, scale=0.1), now - timedelta(hours=16), now)
print(hashlib.sha256(repr([(name, table.to_pylist()) for name, table in told]).encode()).hexdigest())
"""


def test_the_same_moment_tells_the_same_story_in_every_process():
    answers = {
        subprocess.run([sys.executable, "-c", LAST_HOURS], capture_output=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    }
    assert len(answers) == 1


@pytest.mark.parametrize(
    "middle",
    [
        datetime(2026, 3, 17, tzinfo=UTC),
        datetime(2026, 3, 16, 9, 41, 7, tzinfo=UTC),
        NOW - timedelta(seconds=1),
    ],
)
def test_two_stretches_that_meet_are_the_whole(middle: datetime):
    story = Story.opened_at(NOW, days=3, scale=0.05)
    assert joined(told(story, None, middle), told(story, middle, NOW)) == told(story, None, NOW)


def test_living_on_brings_what_filling_later_would_have_brought():
    later = NOW + timedelta(hours=30)
    with_two = open_store("duckdb://:memory:", clock=lambda: later)
    fill(with_two, NOW, days=2, scale=0.05)
    extend(with_two, last_moment(with_two), later)
    assert sum(extend(with_two, NOW, later).values()) == 0
    wanted = told(Story.opened_at(NOW, days=2, scale=0.05), None, later.replace(second=0))
    held = with_two.admin.tables().set_index("name")["rows"].to_dict()
    with_two.close()
    assert {name: held[name] for name in wanted} == {name: len(kept) for name, kept in wanted.items()}


def test_a_filling_cut_short_is_finished():
    story = Story.opened_at(NOW, days=2, scale=0.05)
    cut = open_store("duckdb://:memory:", clock=lambda: NOW)
    land(cut, "demo", islice(rows(story, None, NOW.replace(second=0)), 6))
    extend(cut, last_moment(cut), NOW)
    wanted = told(story, None, NOW.replace(second=0))
    held = cut.admin.tables().set_index("name")["rows"].to_dict()
    cut.close()
    assert {name: held[name] for name in wanted} == {name: len(kept) for name, kept in wanted.items()}


def test_a_store_remembers_its_story(store):
    assert story_of(store) == Story.opened_at(NOW, days=DAYS, scale=SCALE)


def test_a_store_without_the_demo_says_what_to_do():
    empty = open_store("duckdb://:memory:")
    with pytest.raises(LookupError, match=r"python -m data\.demo"):
        story_of(empty)
    empty.close()


@pytest.mark.parametrize(
    "now",
    [
        datetime(2026, 3, 15, 3, 0, tzinfo=UTC),
        datetime(2026, 3, 15, 0, 0, tzinfo=UTC),
        datetime(2025, 12, 25, 4, 30, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        datetime(2026, 11, 20, 15, 7, tzinfo=UTC),
    ],
    ids=["Sunday 3 a.m.", "Sunday midnight", "Christmas night", "summer time begins", "Friday afternoon"],
)
def test_the_last_hour_is_never_empty(now: datetime):
    story = Story.opened_at(now)
    live = {name for name, table in rows(story, now - timedelta(hours=1), now) if table.num_rows}
    assert {"events", "runs", "llm_calls", "logs", "spans", "metrics", "errors"} <= live


def test_every_table_has_rows(ask):
    held = ask("select name, rows from control.tables").set_index("name")["rows"]
    assert [name for name in TABLES if held.get(name, 0) == 0] == []


def test_a_whole_demo_has_two_million_rows():
    story = Story.opened_at(NOW)
    week = sum(
        table.num_rows for _, table in rows(story, OPENING - timedelta(days=63), OPENING - timedelta(days=56))
    )
    assert 1_700_000 < week * 120 / 7 < 2_400_000


def test_every_tenant_and_person_named_is_known(ask):
    for table in FACTS:
        unknown = ask(
            f"select distinct tenant_id from raw.{table} anti join raw.tenants using (tenant_id) "
            "where tenant_id <> ''"
        )
        assert unknown.empty, table
    for table in ("runs", "llm_calls", "events", "spans", "errors"):
        strangers = ask(
            f"select distinct f.user_id from raw.{table} as f anti join raw.people as p "
            "on p.tenant_id = f.tenant_id and p.person_id = f.user_id where f.user_id <> ''"
        )
        assert strangers.empty, table


def test_some_rows_have_no_tenant(ask):
    shares = ask(
        "select tenantless / rows as share from control.tables where name in ('runs', 'logs', 'spans')"
    )
    assert ((shares["share"] > 0.005) & (shares["share"] < 0.2)).all()


def test_tokens_follow_the_quantiles_of_the_trace(ask):
    for kind, fitted in (
        ("input_tokens + cache_read_tokens + cache_write_tokens", tokens.CONTEXT_TOKENS),
        ("output_tokens", tokens.GENERATED_TOKENS),
    ):
        points = (0.1, 0.25, 0.5, 0.75, 0.9)
        found = ask(f"select quantile_cont({kind}, {list(points)}) as q from raw.llm_calls")["q"].iloc[0]
        wanted = np.interp(points, tokens.QUANTILES, fitted)
        assert np.asarray(found, dtype=float) == pytest.approx(wanted, rel=0.12, abs=1)


def test_every_call_costs_what_genai_prices_says(ask):
    calls = ask("from raw.llm_calls where price_version like 'genai%' using sample 400 rows (reservoir, 1)")
    assert (calls["cache_read_tokens"] > 0).any()
    assert (calls["cache_write_tokens"] > 0).any()
    for call in calls.itertuples():
        usage = Usage(
            input_tokens=call.input_tokens + call.cache_read_tokens + call.cache_write_tokens,
            cache_read_tokens=call.cache_read_tokens,
            cache_write_tokens=call.cache_write_tokens,
            output_tokens=call.output_tokens,
        )
        moment = call.occurred_at.to_pydatetime().replace(tzinfo=UTC)
        price = calc_price(usage, call.model, provider_id=call.provider, genai_request_timestamp=moment)
        assert call.cost_usd == Decimal(price.total_price)


# What was planted, one test each.


def test_every_planted_fact_has_a_sentence():
    assert len(PLANTED) == 28
    assert all(fact.sentence.endswith(".") and fact.found_by for fact in PLANTED)


def test_the_outage_of_one_connector(ask):
    found = ask(
        "select occurred_at::date as day, hour(occurred_at) as hour, "
        "avg((status = 'failed')::int) as failing from raw.runs "
        "where action_type = 'hubspot_contact' group by all having count(*) >= 5 and failing > 0.6"
    )
    first, last = planted.OUTAGE_HOURS
    assert {str(value)[:10] for value in found["day"]} == {str(day(planted.OUTAGE_DAYS_AGO))[:10]}
    assert set(found["hour"]) <= set(range(first, last))
    assert len(found) >= 3


def test_the_tenant_that_went_silent(ask):
    found = ask(
        "select tenant_id, max(occurred_at) as last_at from raw.runs where tenant_id <> '' group by all "
        "having last_at < $week and tenant_id in "
        "(select tenant_id from raw.subscriptions group by all "
        "having arg_max(status, occurred_at) = 'active' and arg_max(plan, occurred_at) = 'pro')",
        week=day(7),
    )
    assert list(found["tenant_id"]) == [name_of(planted.SILENT_TENANT)]
    assert (
        day(18) < found["last_at"].iloc[0].to_pydatetime().replace(tzinfo=None) < day(planted.SILENT_DAYS_AGO)
    )


def test_the_upgrade_after_a_limit(ask):
    hits = ask(
        "select count(*) as n, min(occurred_at) as first_at from raw.events "
        "where event_type = 'plan_limit_reached' and tenant_id = $tenant "
        "and occurred_at >= $since and occurred_at < $until",
        tenant=name_of(planted.UPGRADED_TENANT),
        since=day(planted.LIMIT_DAYS_AGO),
        until=day(planted.UPGRADE_DAYS_AGO),
    )
    plans = ask(
        "select plan, occurred_at::date as day from raw.subscriptions "
        "where tenant_id = $tenant and reason = 'limit_reached'",
        tenant=name_of(planted.UPGRADED_TENANT),
    )
    assert hits["n"].iloc[0] >= 6
    assert [(row.plan, str(row.day)[:10]) for row in plans.itertuples()] == [
        ("pro", str(day(planted.UPGRADE_DAYS_AGO))[:10])
    ]


def test_the_customer_that_came_back():
    # The store of these tests is younger than that.
    story = Story.opened_at(NOW)
    (tenant,) = [each for each in tenants(story, story.days) if each.number == planted.RETURNED_TENANT]
    ended = [change for change in tenant.changes if change.status == "cancelled"]
    back = [change for change in tenant.changes if change.reason == "came back"]
    days = [story.days - story.day_of(change.at_us) for change in (*ended, *back)]
    assert days == [planted.LEFT_DAYS_AGO, planted.RETURNED_DAYS_AGO]
    assert [change.mrr_cents > 0 for change in (*ended, *back)] == [False, True]


def test_the_payment_that_is_late(ask):
    found = ask("select tenant_id, occurred_at from raw.subscriptions where status = 'past_due'")
    assert list(found["tenant_id"]) == [name_of(planted.LATE_TENANT)]
    assert str(found["occurred_at"].iloc[0])[:10] == str(day(planted.LATE_DAYS_AGO))[:10]


def test_the_feature_that_goes_with_upgrading():
    story, tried, bought = Story.opened_at(NOW), [], []
    for joined in range(story.days):
        came = own_plans.newcomers(story, joined)
        tried += (came.tried_us > 0).tolist()
        bought += (came.bought_us > 0).tolist()
    rates = [np.mean([b for t, b in zip(tried, bought, strict=True) if t == used]) for used in (True, False)]
    assert rates[0] > 2 * rates[1]
    assert sum(tried) > 100


def test_the_release_that_brought_an_error(ask):
    found = ask(
        "select type, min(release) as release, min(occurred_at) as first_at from raw.errors "
        "group by type having first_at > $since",
        since=day(planted.RELEASE_DAYS_AGO + 20),
    )
    assert list(found["type"]) == [planted.RELEASE_ERROR]
    released = day(planted.RELEASE_DAYS_AGO).replace(hour=planted.RELEASE_HOUR)
    assert found["first_at"].iloc[0].to_pydatetime().replace(tzinfo=None) >= released
    earlier = ask(
        "select count(*) as n from raw.errors where release = $r and occurred_at < $at",
        r=found["release"].iloc[0],
        at=released,
    )
    assert earlier["n"].iloc[0] == 0


def test_the_cost_spike(ask):
    found = ask(
        "with d as (select occurred_at::date as day, model, feature, sum(cost_usd)::double as cost "
        "from raw.llm_calls where cost_usd is not null group by all) "
        "select day, model, feature from d where cost > 1 "
        "qualify cost > 4 * median(cost) over (partition by model, feature)"
    )
    assert [(str(row.day)[:10], row.model, row.feature) for row in found.itertuples()] == [
        (str(day(planted.SPIKE_DAYS_AGO))[:10], planted.SPIKE_MODEL, planted.SPIKE_FEATURE)
    ]


def test_the_noisy_neighbour(ask):
    found = ask(
        "select tenant_id, sum(duration_ms) / sum(sum(duration_ms)) over () as time, "
        "count(*) / sum(count(*)) over () as share from raw.runs "
        "where kind = 'workflow' and occurred_at >= $since group by all order by time desc limit 1",
        since=day(planted.NOISY_DAYS_AGO),
    )
    assert found["tenant_id"].iloc[0] == name_of(planted.NOISY_TENANT)
    assert found["time"].iloc[0] > 5 * found["share"].iloc[0]


def test_the_slow_endpoint(ask):
    found = ask(
        "select http_route, quantile_cont(duration_ms, 0.95) as p95 from raw.spans "
        "where kind = 'server' group by all order by p95 desc limit 2"
    )
    assert found["http_route"].iloc[0] == planted.SLOW_ROUTE
    assert found["p95"].iloc[0] > 10 * found["p95"].iloc[1]


def test_calls_of_an_unknown_model_have_no_price(ask):
    found = ask(
        "select model, count(*) as n, sum(output_tokens) as tokens from raw.llm_calls "
        "where cost_usd is null group by all"
    )
    assert list(found["model"]) == [planted.UNPRICED_MODEL]
    assert found["tokens"].iloc[0] > 0


def test_the_service_that_is_wanted_most(ask):
    found = ask(
        "select regexp_extract(attributes.host::varchar, '[^.]+[.][a-z]+$') as service, count(*) as n "
        "from raw.runs where action_type = 'http_request' group by all having service <> '' order by n desc"
    )
    assert found["service"].iloc[0] == planted.WANTED_SERVICE
    assert len(found) > 2


def test_the_tool_that_the_ai_no_longer_calls(ask):
    last = ask(
        "select tool, max(occurred_at) as last_at from raw.llm_calls where tool like '%_workflow' group by tool"
    )
    by_tool = dict(zip(last["tool"], last["last_at"], strict=True))
    assert by_tool[planted.RETIRED_TOOL].date() < day(planted.RETIRED_DAYS_AGO).date()
    assert by_tool[planted.ITS_NEW_NAME].date() >= day(1).date()


def test_the_event_that_hardly_anybody_does(ask):
    people = ask(
        "select event_type, count(distinct user_id) as people from raw.events where user_id <> '' group by all"
    )
    by_type = dict(zip(people["event_type"], people["people"], strict=True))
    assert 0 < by_type[planted.RARE_EVENT] < 0.05 * by_type["app_opened"]
