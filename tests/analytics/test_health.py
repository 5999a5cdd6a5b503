"""Health: each part by hand, what makes a score and what does not, what changed, what renews."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from analytics import health
from analytics.features import COLUMNS
from analytics.health import PARTS, beside, scored
from analytics.scope import Scope
from tests.analytics.table import at, rows

NUMBERS = [column.name for column in COLUMNS if column.unit in ("count", "number", "ratio")]
WELL = dict.fromkeys(NUMBERS, 0.0) | {
    "tenure_days": 400,
    "executions": 100,
    "executions_before": 100,
    "executions_week": 25,
    "actions": 50,
    "actions_before": 50,
    "features": 5,
    "features_before": 5,
    "workflows": 3,
    "workflows_before": 3,
    "failure_rate": 0.02,
    "people": 12,
    "people_most": 12,
    "seats": 20,
}


def made(**features: float) -> pd.Series:
    """The parts and the score of a tenant that is well but for these features."""
    return scored(pd.DataFrame([WELL | features], dtype="float64")).iloc[0]


def test_the_parts_weigh_100():
    assert sum(part.weight for part in PARTS) == 100
    assert made()["score"] == 100


@pytest.mark.parametrize(
    ("features", "part", "value"),
    [
        ({"silent_days": 2}, "recency", 100),
        ({"silent_days": 8}, "recency", 50),
        ({"silent_days": 14}, "recency", 0),
        # 75 of 150 in four weeks, (0.5 - 0.2) / 0.6 of full marks, and a week like those before it.
        ({"executions": 40, "executions_week": 10, "actions": 35}, "activity", 75),
        ({"executions_week": 0}, "activity", 50),
        # Nothing ran ever: what people do says all.
        ({"executions": 0, "executions_before": 0, "executions_week": 0, "actions": 25}, "activity", 50),
        ({"features": 2, "workflows": 2}, "breadth", 50),
        ({"failure_rate": 0.15}, "reliability", 50),
        ({"failure_rate": 0.05}, "reliability", 100),
        ({"failure_rate": 0.3}, "reliability", 0),
        # 6 people, of 12 the most before and of 20 seats: a half each.
        ({"people": 6}, "seats_part", 50),
        ({"people": 6, "seats": np.nan}, "seats_part", 50),
        ({"people": 6, "tenure_days": 20}, "seats_part", 50),
    ],
)
def test_a_part(features, part, value):
    assert made(**features)[part] == pytest.approx(value)


def test_of_a_tenant_that_only_calls_ai_models_the_calls_say_how_active_it_is():
    nothing = dict.fromkeys(("executions", "executions_week", "actions", "features", "workflows"), 0)
    before = dict.fromkeys(("executions_before", "actions_before", "features_before", "workflows_before"), 0)
    found = made(**nothing, **before, ai_calls=50, ai_calls_before=100, failure_rate=np.nan)
    # Half of its past, (0.5 - 0.2) / 0.6 of full marks; of kinds of use nothing is known: 30, 12.5 and 20 of 75 points.
    assert (found["activity"], found["score"]) == (pytest.approx(50), 83)
    assert np.isnan(found["breadth"])
    silent = made(**nothing, **before)
    assert (silent["activity"], silent["breadth"]) == (0, 0)


def test_the_score_is_the_weighted_sum_of_its_parts():
    # 30 x 0.5 of recency and 15 x 0.5 of reliability are missing.
    assert made(silent_days=8, failure_rate=0.15)["score"] == 78


def test_what_is_not_known_leaves_the_score_to_the_others():
    found = made(failure_rate=np.nan, silent_days=8)
    assert np.isnan(found["reliability"])
    assert found["score"] == round(100 * (85 - 15) / 85)


def test_a_new_tenant_and_one_of_whom_little_is_known_have_no_score():
    assert np.isnan(made(tenure_days=13)["score"])
    assert made(tenure_days=14)["score"] == 100
    # Recency alone, 30 of 100 points.
    assert np.isnan(made(tenure_days=20, failure_rate=np.nan, seats=np.nan)["score"])


def test_peers_are_the_others_of_the_plan_where_there_are_five():
    plans = ["pro"] * 6 + ["free"] * 5
    frame = pd.DataFrame({"held_plan": plans, "score": [10.0, 20, 30, 40, 50, 60, 1, 2, 3, 4, 5]})
    assert beside(frame).tolist()[:6] == [40, 40, 40, 30, 30, 30]
    assert beside(frame)[6:].isna().all()


@pytest.mark.parametrize(
    ("features", "said"),
    [
        # 41 executions are more than 37: what fell is the last week, 2 against 13 a week.
        (
            {"executions": 41, "executions_before": 37, "executions_week": 2},
            "2 executions in the last week, 13 a week in the three before",
        ),
        (
            {"executions": 20, "executions_before": 20, "executions_week": 6, "actions": 10},
            "10 actions of people in four weeks, 50 in the four weeks before",
        ),
        (
            {"executions": 20, "executions_before": 100, "executions_week": 5},
            "20 executions in four weeks, 100 in the four weeks before",
        ),
    ],
)
def test_what_a_part_lost_is_told_by_the_number_that_fell(features, said):
    assert health._weakest(made(**features).to_dict()) == said


NOW = at("2026-03-01")
SCOPE = Scope(NOW - timedelta(days=7), NOW)


@pytest.fixture(scope="module")
def company(in_memory):
    """Three tenants at work for ten weeks; one stops ten days before the end, one is new, one is gone."""
    store = in_memory()
    names = ("well", "stopped", "gone", "new")
    store.append(
        "tenants",
        [
            {
                "tenant_id": name,
                "name": name.title(),
                "owner": "mira",
                "created_at": NOW - timedelta(days=days),
            }
            for name, days in zip(names, (90, 90, 90, 5), strict=True)
        ],
    )
    days = {"well": range(1, 70), "stopped": range(10, 70), "gone": range(40, 70), "new": range(1, 5)}
    store.append(
        "events",
        [
            {"event_id": f"{name}{day}{person}", "tenant_id": name, "user_id": person, "event_type": "opened"}
            | {"occurred_at": NOW - timedelta(days=day)}
            for name in names
            for day in days[name]
            for person in "ab"
        ],
    )
    held = {"plan": "pro", "status": "active", "mrr_usd": 30, "seats": 2, "interval": "month"}
    changes = [
        held
        | {
            "change_id": name,
            "tenant_id": name,
            "subscription_id": name,
            "occurred_at": NOW - timedelta(days=60),
        }
        | {"renews_at": NOW + timedelta(days=later)}
        for name, later in (("well", 90), ("stopped", 12), ("gone", 5))
    ]
    ended = {"change_id": "end", "occurred_at": NOW - timedelta(days=30), "status": "cancelled", "mrr_usd": 0}
    more = {"change_id": "more", "subscription_id": "second", "renews_at": NOW + timedelta(days=30)}
    store.append("subscriptions", [*changes, changes[2] | ended, changes[1] | more | {"plan": "team"}])
    return store


def test_the_worst_come_first_with_the_numbers_behind_it(company):
    found = health.scores(company, SCOPE).set_index("tenant")
    assert list(found.index) == ["Stopped", "Well", "New"]
    # Of 85 points, as nothing ran: recency 30 x 5/12, activity 25 x (38/56 - 0.2) / 0.6, breadth 10, and of
    # seats 20 x (1 + 2/4/0.6) / 2. A week before it was silent for two days, and its activity whole.
    assert found["score"].tolist()[:2] == [round(100 * (12.5 + 19.9405 + 10 + 18.3333) / 85), 100]
    assert found.loc["Stopped", "why"] == (
        "last used 9 days ago; 38 actions of people in four weeks, 56 in the four weeks before"
    )
    assert found.loc["Stopped", "changed"] == "Recency 100 to 42: last used 9 days ago"
    assert found[["change", "trend"]].iloc[:2].to_numpy().tolist() == [[-27, "falling"], [0, "steady"]]
    assert (found.loc["Well", "why"], found.loc["New", "why"]) == ("nothing to mend", "too new to tell")
    assert pd.isna(found.loc["New", "score"])


def test_health_by_week_counts_each_tenant_that_had_a_score(company):
    found = health.over_time(company, SCOPE)
    last = found[found["bucket"] == NOW]
    assert rows(last[["band", "tenants"]]) == [("watch", 1), ("well", 1)]
    # Of the three that were there 35 days before, two are in trouble neither and one is not gone yet.
    before = found[found["bucket"] == NOW - timedelta(days=35)]
    assert before["tenants"].sum() == 3


def test_what_renews_next(company):
    found = health.renewals(company, SCOPE)
    assert rows(found[["tenant", "held_plan", "term", "due_in_days", "mrr_usd", "score"]]) == [
        ("Stopped", "team", "month", 12, Decimal(60), 71),
    ]
    assert found["use"].tolist() == ["2 of 4 seats active, 2 in January; 0 executions in four weeks, 0 in the four "
                                     "weeks before"]  # fmt: skip


def test_plans_of_its_people_renew_in_a_line_of_their_own(company):
    own = {
        "change_id": "own",
        "tenant_id": "stopped",
        "subscription_id": "own",
        "user_id": "a",
        "plan": "plus",
    }
    paid = {"status": "active", "mrr_usd": 12, "interval": "month", "occurred_at": NOW - timedelta(days=9)}
    company.append("subscriptions", [own | paid | {"renews_at": NOW + timedelta(days=4)}])
    found = health.renewals(company, SCOPE)
    assert rows(found[["tenant", "held_plan", "held_by", "due_in_days", "mrr_usd"]]) == [
        ("Stopped", "plus", "one of its people", 4, Decimal(12)),
        ("Stopped", "team", "the customer", 12, Decimal(60)),
    ]
    late = health.renewals(company, replace(SCOPE, end=NOW + timedelta(hours=23)))
    assert late["due_in_days"].tolist() == [4, 12, 90]  # by the calendar, however late in the day


def test_nobody_at_all(store):
    for question in (health.scores, health.over_time, health.renewals):
        assert len(question(store, SCOPE)) == 0
