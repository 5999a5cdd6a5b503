"""A tenant beside its peers: quartiles by hand, and nothing where they could tell of one of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from analytics.filters import field
from analytics.usage_peers import MEASURES, benchmark, quartiles
from analytics.view import NotFilterable
from service.access import Principal
from service.ask import Ask
from tests.analytics.table import rows, window

DAY = window("2026-03-02", "2026-03-03")
RUNS_OF = {"us": 7, "a": 2, "b": 4, "c": 6, "d": 8, "e": 10, "other": 1}


@pytest.fixture(scope="module")
def six(in_memory):
    """Six tenants on one plan, and one on another; each with so many executions."""
    store = in_memory()
    store.append(
        "tenants", [{"tenant_id": each, "plan": "free" if each == "other" else "pro"} for each in RUNS_OF]
    )
    store.append(
        "runs",
        [
            {
                "run_id": f"{tenant} {n}",
                "tenant_id": tenant,
                "occurred_at": "2026-03-02T12:00:00Z",
                "status": "success",
            }
            for tenant, many in RUNS_OF.items()
            for n in range(many)
        ],
    )
    return store


def own(scope, tenant: str = "us"):
    return replace(scope, tenants=frozenset({tenant}))


def test_a_tenant_stands_beside_the_quartiles_of_the_others_on_its_plan(six):
    found = benchmark(six, own(DAY)).drop(columns=["tenant_id", "tenant"])
    assert rows(found)[:2] == [
        ("Executions", 7, 4, 6, 8, 5, "above the median"),
        ("Success rate (%)", 100, 100, 100, 100, 5, "at the median"),
    ]


def test_times_are_in_seconds_and_a_volume_that_is_mostly_one_peers_says_so(store):
    """Each execution took as many thousands of ms as the peer ran; of 4 + 4 + 4 + 4 + 20, 20 is most."""
    many = {"us": 3, "a": 4, "b": 4, "c": 4, "d": 4, "e": 20}
    store.append("tenants", [{"tenant_id": each, "plan": "pro"} for each in many])
    store.append(
        "runs",
        [
            {"run_id": f"{tenant}{n}", "tenant_id": tenant, "status": "success", "duration_ms": 1000 * count}
            | {"occurred_at": "2026-03-02T12:00:00Z"}
            for tenant, count in many.items()
            for n in range(count)
        ],
    )
    found = benchmark(store, own(DAY)).set_index("figure")
    assert found["standing"]["Executions"] == "too few peers, or one has most of it"
    assert found.loc["Average duration (s)", ["own", "median", "third_quartile"]].tolist() == [3, 4, 4]


def test_who_sees_one_tenant_is_lent_the_quartiles_and_nothing_else(six):
    ask, ann = Ask(workers=1), Principal("ann", frozenset({"us"}))
    try:
        answer = ask.start(six, ann, own(DAY), benchmark).result()
    finally:
        ask.close()
    assert rows(answer.frame) == rows(benchmark(six, own(DAY)))
    assert all(f"'{other}'" not in answer.sql for other in "abcde")
    alone = benchmark(six.view(frozenset({"us"})), own(DAY))
    assert set(alone["peers"]) == {0}
    assert set(alone["standing"]) == {"too few peers to say"}


def test_who_sees_several_tenants_works_out_no_other_by_taking_away_its_own(six):
    """Of us, a, b, c and d together e alone would be left; a sixth of one's own leaves it in no quartile."""
    ask = Ask(workers=1)
    try:
        for mine, peers in (({"us"}, 5), ({"us", "a"}, 0), ({"us", "a", "b", "c", "d"}, 0)):
            bea, scope = Principal("bea", frozenset(mine)), replace(DAY, tenants=frozenset(mine))
            found = ask.start(six, bea, scope, benchmark).result().frame
            assert set(found["peers"]) == {peers, 0}
            assert found.loc[found["peers"] == 0, ["first_quartile", "median"]].isna().all(axis=None)
    finally:
        ask.close()


def test_of_fewer_than_five_peers_nothing_is_said(six):
    assert set(benchmark(six, own(DAY, "other"))["peers"]) == {0}


def peers(**values: list[float]) -> pd.DataFrame:
    many = len(next(iter(values.values())))
    return pd.DataFrame({name: values.get(name, [float("nan")] * many) for name in MEASURES})


def test_a_volume_of_which_one_peer_has_more_than_half_is_left_out():
    assert set(quartiles(peers(executions=[1, 1, 1, 1, 5], messages=[1, 1, 1, 1, 4]))) == {"messages"}
    assert quartiles(peers(success_rate=[0.1, 0.2, 0.3, 0.4, 0.9]))["success_rate"] == (5, (0.2, 0.3, 0.4))
    assert quartiles(peers(success_rate=[0.1, 0.2, 0.3, 0.4])) == {}


def test_no_filter_leaves_one_peer_alone(six):
    with pytest.raises(NotFilterable, match=r"the comparison with peers cannot be filtered by tenant\.name"):
        benchmark(six, own(replace(DAY, where=field("tenant.name") == "a")))
