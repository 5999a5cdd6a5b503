"""Features at a cutoff: counted by hand, and never a row that was not known then."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from math import nan

import pandas as pd
import pytest

from analytics.feature_words import speaks_ill, told, told_ill
from analytics.features import COLUMNS, FEATURES, as_of, cutoffs, feature, features
from analytics.filters import field
from analytics.scope import Scope
from tests.analytics.table import at, table
from tests.stores import in_memory as opened

CUTOFF = at("2026-03-01")
TENANTS = """
    tenant_id  created_at
    acme       2025-09-01T00:00:00Z
    idle       2026-02-19T00:00:00Z
    later      2026-03-01T00:00:00Z
    undated    -
"""
# Blocks of four weeks: from 1 February, 4 January, 7 December, 9 November.
EVENTS = """
    event_id  tenant_id  user_id  occurred_at           event_type           received_at
    1         acme       ann      2026-02-28T23:59:59Z  opened               -
    2         acme       ann      2026-02-28T08:00:00Z  edited               -
    3         acme       a-bob    2026-02-01T00:00:00Z  opened               -
    4         acme       bob      2026-01-31T23:59:59Z  opened               -
    5         acme       ann      2026-01-30T00:00:00Z  opened               -
    6         acme       cleo     2025-12-20T00:00:00Z  shared               -
    7         acme       cleo     2025-12-20T01:00:00Z  shared               -
    8         acme       cleo     2025-12-20T02:00:00Z  shared               -
    9         acme       dan      2025-12-20T00:00:00Z  opened               -
    10        acme       ed       2025-12-21T00:00:00Z  opened               -
    11        acme       -        2026-02-27T00:00:00Z  message_ingested     -
    12        acme       ann      2026-02-10T00:00:00Z  plan_limit_reached   -
    # It happened before, and arrived after.
    13        acme       zoe      2026-02-20T00:00:00Z  exported             2026-03-01T00:00:00Z
    14        acme       zoe      2026-03-01T00:00:00Z  exported             -
    15        rowsonly   rex      2026-02-10T12:00:00Z  opened               -
    16        -          nobody   2026-02-10T12:00:00Z  opened               -
"""
RUNS = """
    run_id  tenant_id  occurred_at           workflow_name  status
    1       acme       2026-02-26T00:00:00Z  a              success
    2       acme       2026-02-20T00:00:00Z  a              failed
    3       acme       2026-02-20T00:00:00Z  b              timeout
    4       acme       2026-02-20T00:00:00Z  b              cancelled
    5       acme       2026-02-20T00:00:00Z  b              success
    6       acme       2026-01-20T00:00:00Z  c              success
    7       acme       2025-01-20T00:00:00Z  d              failed
"""
CALLS = """
    call_id  tenant_id  user_id  occurred_at
    1        acme       ann      2026-02-26T00:00:00Z
    2        acme       ann      2026-02-26T00:00:01Z
    3        acme       bob      2026-01-26T00:00:01Z
"""
CHANGES = """
    change_id  tenant_id  subscription_id  occurred_at           plan  status     mrr_usd  seats  renews_at
    1          acme       a1               2025-09-01T00:00:00Z  pro   active     100      20     -
    2          acme       a1               2026-01-01T00:00:00Z  pro   Past Due   80       20     2026-03-11T12:00:00Z
    3          acme       a2               2026-02-01T00:00:00Z  team  active     0        5      2026-03-02T00:00:00Z
    4          idle       i1               2026-02-19T00:00:00Z  free  active     0        -      -
    5          paidonce   p1               2025-02-01T00:00:00Z  pro   active     70       3      -
    6          paidonce   p1               2025-12-20T00:00:00Z  pro   cancelled  0        3      -
    7          acme       a1               2026-03-01T00:00:00Z  pro   cancelled  0        0      -
"""
IDENTITIES = """
    tenant_id  alias  person_id  since
    acme       a-bob  bob        2026-01-01T00:00:00Z
    acme       cleo   ann        2026-03-01T00:00:00Z
"""
ACME = {
    "state": "paying",
    "held_plan": "pro",
    "tenure_days": 180,
    "silent_days": 0,
    "person_silent_days": 0,
    "run_silent_days": 2,
    "champion_silent_days": 70,
    "active_days": 4,
    "active_days_before": 3,
    "actions": 6,
    "actions_before": 3,
    "people": 2,
    "people_before": 2,
    "people_most": 3,
    "seats": 25,
    "seats_used": 2 / 25,
    "executions_week": 1,
    "executions": 5,
    "executions_before": 1,
    "failure_rate": 0.5,
    "failure_rate_before": 0,
    "workflows": 2,
    "workflows_before": 1,
    "features": 2,
    "features_before": 1,
    "ai_calls": 2,
    "ai_calls_before": 1,
    "limit_hits": 1,
    "mrr_usd": 80,
    "mrr_before_usd": 100,
    "past_due": True,
    "renewal_days": 10,
}


@pytest.fixture(scope="module")
def company(in_memory):
    store = in_memory()
    for name, text in (("tenants", TENANTS), ("events", EVENTS), ("runs", RUNS), ("llm_calls", CALLS)):
        store.append(name, table(text))
    changes = table(CHANGES.replace("Past Due", "Past-Due"))
    store.append("subscriptions", changes)
    store.append("identities", table(IDENTITIES))
    return store


@pytest.fixture(scope="module")
def frame(company):
    return as_of(company, CUTOFF).set_index("tenant_id")


def test_what_was_known_of_a_tenant(frame):
    acme = frame.loc["acme"]
    assert {name: acme[name] for name in ACME} == pytest.approx(ACME)
    # Three people in the block whose middle is 21 December.
    assert acme["people_most_at"] == pd.Timestamp("2025-12-21", tz="UTC")


def test_who_is_known_at_a_cutoff(frame):
    states = frame["state"].to_dict()
    assert states == {"acme": "paying", "idle": "free", "paidonce": "gone", "rowsonly": "none"}


def test_who_never_did_anything_is_silent_since_it_signed_up(frame):
    names = ["tenure_days", "silent_days", "person_silent_days", "run_silent_days"]
    assert frame.loc["idle", names].tolist() == [9, 9, 9, 9]
    assert frame.loc["rowsonly", names].tolist() == [18, 18, 18, 18]
    assert frame.loc["paidonce", names].tolist() == [392, 392, 392, 392]


def test_what_cannot_be_known_is_nothing_and_what_did_not_happen_is_0(frame):
    idle = frame.loc["idle"]
    nothing = [name for name in idle.index if pd.isna(idle[name])]
    assert nothing == [
        "champion_silent_days", "seats", "seats_used", "failure_rate", "renewal_days", "failure_rate_before",
        "people_most_at",
    ]  # fmt: skip
    assert (idle["people"], idle["executions"], idle["mrr_usd"], idle["past_due"]) == (0, 0, 0, False)


def test_a_filter_and_a_tenant_narrow_what_is_read(company):
    scope = Scope(CUTOFF, CUTOFF + timedelta(1), tenants=frozenset({"acme"}), where=field("user_id") == "ann")
    found = features(company, scope, CUTOFF)
    assert found[["tenant_id", "people", "actions"]].to_numpy().tolist() == [["acme", 1, 5]]


def test_cutoffs_that_no_day_fits_between_are_refused(company):
    with pytest.raises(ValueError, match="whole days"):
        as_of(company, [CUTOFF, CUTOFF - timedelta(hours=1)])
    assert cutoffs(CUTOFF, 2) == (at("2026-02-01"), CUTOFF)


def test_a_feature_is_told_by_the_numbers_behind_it(frame):
    acme, idle = frame.loc["acme"], frame.loc["idle"]
    assert told("people", acme) == "2 of 25 seats active, 3 in December"
    assert told("people", idle) == "0 people active"
    assert told("silent_days", idle) == "last used 9 days ago"
    assert (
        told("failure_rate", acme)
        == "50.0% of executions failed in four weeks, 0.0% in the four weeks before"
    )
    assert told("failure_rate", idle) == ""
    assert told("mrr_usd", acme) == "pays $80 a month, $100 twelve weeks before"
    assert told("mrr_usd", idle) == "pays $0 a month"
    assert told("executions_week", acme) == "1 execution in the last week, 1 a week in the three before"
    assert all(told(each.name, acme) for each in FEATURES)


@pytest.mark.parametrize(
    ("numbers", "ill"),
    [
        ({"features": 3, "features_before": 3}, ()),
        ({"features": 2, "features_before": 3}, ("features",)),
        ({"silent_days": 2, "person_silent_days": 3}, ("person_silent_days",)),
        ({"people": 13, "people_most": 13, "seats": 13}, ()),
        ({"people": 12, "people_most": 13, "seats": 13}, ("people", "people_most", "seats", "seats_used")),
        # Nobody knows how many seats there are; nobody was more.
        ({"people": 2, "people_most": 2, "seats": nan}, ()),
        ({"people": 2, "people_most": 2, "seats": 20}, ("people", "people_most", "seats", "seats_used")),
        ({"mrr_usd": 247, "mrr_before_usd": 247}, ()),
        ({"mrr_usd": 200, "mrr_before_usd": 247}, ("mrr_usd",)),
        ({"tenure_days": 91}, ()),
        ({"tenure_days": 40, "renewal_days": 20}, ("tenure_days", "renewal_days")),
        ({"failure_rate": 0.3, "past_due": 1}, ("failure_rate", "past_due")),
        # 30 executions in the three weeks before are 10 a week.
        ({"executions": 39, "executions_before": 30, "executions_week": 9}, ("executions_week",)),
        ({"executions": 40, "executions_before": 30, "executions_week": 10}, ()),
    ],
)
def test_a_number_speaks_for_leaving_only_on_the_bad_side_of_its_own_past_or_of_what_is_usual(numbers, ill):
    """A caller who reads that all seats are active, or that somebody was there yesterday, reads of no risk."""
    usual = dict.fromkeys((column.name for column in COLUMNS if column.unit != "text"), 0.0)
    row = usual | {"tenure_days": 400, "renewal_days": 200, "people_most_at": None} | numbers
    assert tuple(sorted(each.name for each in FEATURES if speaks_ill(each.name, row))) == tuple(sorted(ill))
    assert all(bool(told_ill(each.name, row)) == (each.name in ill) for each in FEATURES)


def test_every_feature_has_a_unit_and_a_definition():
    assert [column.name for column in COLUMNS if not (column.unit and column.definition)] == []
    assert all(not each.before or each.before in {c.name for c in COLUMNS} for each in FEATURES)
    with pytest.raises(KeyError, match="there is no feature 'luck'"):
        feature("luck")


def anything(seed: int, until: datetime) -> dict[str, list[dict[str, object]]]:
    """Rows of every table at random moments around a cutoff, some received later than they happened."""
    rng = random.Random(seed)

    def moment() -> datetime:
        return until + timedelta(seconds=rng.randint(-160 * 86_400, 40 * 86_400))

    def row(n: int, name: str) -> dict[str, object]:
        at_moment = moment()
        late = timedelta(days=rng.choice((0, 0, 0, 1, 30)), seconds=rng.choice((0, 1)))
        tenant, person = f"t{rng.randrange(6)}", rng.choice(("", "p", "q", "r"))
        return {name: str(n), "tenant_id": tenant, "user_id": person, "occurred_at": at_moment} | (
            {"received_at": at_moment + late} if late else {"received_at": at_moment}
        )

    kinds, states = ("opened", "shared", "limit_hit", "sent"), ("active", "cancelled", "trialing", "past_due")
    return {
        "events": [row(n, "event_id") | {"event_type": rng.choice(kinds)} for n in range(400)],
        "llm_calls": [row(n, "call_id") for n in range(100)],
        "runs": [
            row(n, "run_id")
            | {"status": rng.choice(("success", "failed")), "workflow_name": rng.choice("ab")}
            for n in range(300)
        ],
        "subscriptions": [
            row(n, "change_id")
            | {"subscription_id": f"s{n % 9}", "status": rng.choice(states), "mrr_usd": n % 3, "seats": n % 5}
            | {"user_id": "", "plan": rng.choice(("a", "b")), "renews_at": moment()}
            for n in range(60)
        ],
        "tenants": [{"tenant_id": f"t{n}", "created_at": moment()} for n in range(8)],
        "identities": [
            {"tenant_id": f"t{n % 6}", "alias": alias, "person_id": "r", "since": moment()}
            for n, alias in enumerate("ppppppqqqqqq")
        ],
    }


WHEN = {"tenants": "created_at", "identities": "since"}


def known_by(rows: list[dict[str, object]], name: str, cutoff: datetime) -> list[dict[str, object]]:
    """Without all that happened or arrived after a cutoff."""
    happened = WHEN.get(name, "occurred_at")
    return [each for each in rows if max(each[happened], each.get("received_at", each[happened])) < cutoff]


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.heavy) for seed in range(1, 4))])
def test_without_all_that_came_after_the_cutoff_the_features_are_the_same_to_the_byte(seed):
    cutoff = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
    moments = cutoffs(cutoff, 3, timedelta(days=20 + seed))
    rows = anything(seed, cutoff)
    with opened() as whole:
        for name, each in rows.items():
            whole.append(name, each)
        together = as_of(whole, moments)
        for moment in moments:
            with opened() as before:
                for name, each in rows.items():
                    if kept := known_by(each, name, moment):
                        before.append(name, kept)
                alone = as_of(before, moment)
            expected = together[together["cutoff"] == moment].reset_index(drop=True)
            pd.testing.assert_frame_equal(alone, expected, check_exact=True)
            assert alone.to_csv().encode() == expected.to_csv().encode()
        assert len(together) >= 12


def test_an_empty_store_knows_nobody(store):
    found = as_of(store, CUTOFF)
    assert list(found.columns) == [column.name for column in COLUMNS]
    assert len(found) == 0


def test_an_ai_call_of_nobody_in_particular_is_use_and_an_event_of_nobody_is_none(in_memory):
    store = in_memory()
    store.append(
        "tenants", table("tenant_id  created_at\nbackend  2025-09-01T00:00:00Z\nfed  2025-09-01T00:00:00Z")
    )
    store.append(
        "llm_calls",
        table("""
            call_id  tenant_id  occurred_at           received_at
            1        backend    2026-02-26T12:00:00Z  -
            2        backend    2025-12-01T12:00:00Z  -
            3        backend    2026-02-28T12:00:00Z  2026-03-02T00:00:00Z
        """),
    )
    store.append(
        "events",
        table("event_id  tenant_id  occurred_at  event_type\n1  fed  2026-02-27T00:00:00Z  note_added"),
    )
    found = as_of(store, (CUTOFF - timedelta(days=28), CUTOFF)).set_index(["tenant_id", "cutoff"])
    # 64 days from 1 December to 1 February, less the half; two and a half to 1 March; never is since it signed up.
    assert found["silent_days"].unstack().loc[["backend", "fed"]].to_numpy().tolist() == [[61, 2], [152, 180]]
    assert found["run_silent_days"].unstack().loc["backend"].tolist() == [152, 180]
