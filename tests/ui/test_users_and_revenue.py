"""The board of users and revenue: what is drawn of hand-counted subscriptions."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from analytics.request import Request
from data.store import open_store
from tests.ui.conftest import opened

FIRST = datetime(2025, 6, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def board(tmp_path_factory, one_house):
    """Twenty tenants come, one a week, and pay ten dollars each; the first leaves in December."""
    folder = tmp_path_factory.mktemp("revenue")
    store = open_store(folder / "tenantscope.duckdb")
    came = [
        {
            "change_id": f"c{n}",
            "tenant_id": f"t{n:02d}",
            "subscription_id": f"s{n}",
            "plan": "pro",
            "status": "active",
        }
        | {"mrr_usd": "10", "occurred_at": FIRST + timedelta(weeks=n, hours=12)}
        for n in range(20)
    ]
    left = came[0] | {
        "change_id": "left",
        "status": "cancelled",
        "occurred_at": datetime(2025, 12, 10, tzinfo=UTC),
    }
    store.append("subscriptions", [*came, left])
    seen = {"event_type": "opened", "tenant_id": "t01", "user_id": "ada"}
    store.append("events", [seen | {"event_id": "1", "occurred_at": datetime(2026, 1, 10, 12, tzinfo=UTC)}])
    store.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TENANTSCOPE_VAR", os.fspath(folder))
        patch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        return opened("product/user_analytics.py", scope=Request(window="2026-01-05~2026-01-11").text())


def drawn(board, title: str) -> dict[str, dict[str, object]]:
    """The traces of a chart that have a name, by it."""
    spec = next(each.proto.spec for each in board.get("plotly_chart") if each.proto.alt.startswith(title))
    return {trace["name"]: trace for trace in json.loads(spec)["data"] if "name" in trace}


def test_numbers_stand_side_by_side_with_what_they_did(board):
    assert not board.error
    said = {metric.label: metric for metric in board.metric}
    assert said["ARR"].value == "$2,280"
    assert said["ARPU"].value == "$10.00"
    assert (said["Paying tenants"].value, said["Paying tenants"].delta) == ("19", "0")
    assert said["Net retention"].value == "100.0%"


def test_movements_are_columns_and_the_line_is_what_they_come_to(board):
    traces = drawn(board, "MRR movements")
    months = [start[:7] for start in traces["New"]["x"]]
    at = {
        name: dict(zip(months, trace["y"], strict=True))
        for name, trace in traces.items()
        if len(trace["y"]) == len(months)
    }
    assert (at["New"]["2025-06"], at["New"]["2025-12"], at["Churned"]["2025-12"]) == (50, 0, -10)
    assert (at["Net"]["2025-06"], at["Net"]["2025-12"]) == (50, -10)
    assert traces["Net"]["mode"] == "lines+markers"
    # Words inside the columns would hide the small ones.
    assert traces["New"]["textposition"] == "none"


def test_a_forecast_is_a_line_in_a_field(board):
    traces = drawn(board, "MRR, next 3 months")
    assert {"MRR", "Expected", "at least", "at most"} <= traces.keys()
    assert traces["at most"]["fill"] == "tonexty"
    assert not any("previous" in name for name in traces)
