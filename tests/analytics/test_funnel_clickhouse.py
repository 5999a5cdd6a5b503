"""Funnels of random journeys against ClickHouse's own function, and of a shop's real events."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.filters import field
from analytics.funnel import FunnelSpec, Step, funnel, funnel_people
from analytics.funnel_kernel import Journeys, Terms, solve
from analytics.scope import Scope


@pytest.mark.heavy
@pytest.mark.parametrize(("steps", "rows", "window"), [(3, 12, 5), (4, 30, 20), (6, 60, 40)])
def test_random_journeys_end_where_the_other_engine_says(steps, rows, window, tmp_path):
    """Many people, instants shared by several rows, each row of one step."""
    chdb = pytest.importorskip("chdb")
    random = np.random.default_rng(steps)
    people = 2000
    units = np.repeat(np.arange(people), rows)
    times = random.integers(0, 3 * rows, len(units))
    kinds = random.integers(0, steps, len(units))
    masks = (np.uint32(1) << kinds.astype(np.uint32)).astype(np.uint32)
    found = solve(
        Journeys(units.astype(np.uint64), times, masks), Terms(steps, "ordered", window, (0, 10**6))
    )
    levels = np.zeros(people, np.int64)
    levels[units[found.rows[:, 0]]] = found.levels
    file = tmp_path / "rows.csv"
    pd.DataFrame({"u": units, "t": times, "k": kinds}).to_csv(file, index=False, header=False)
    conditions = ", ".join(f"k = {step}" for step in range(steps))
    answer = chdb.query(
        f"select u, windowFunnel({window})(t, {conditions}) as level"
        f" from file('{file}', CSV, 'u UInt32, t UInt32, k UInt8') group by u order by u",
        "CSV",
    )
    theirs = [int(line.split(",")[1]) for line in str(answer).split()]
    assert levels.tolist() == theirs


@pytest.fixture(scope="module")
def shop(shared, in_memory):
    """A shop's events."""
    opened = in_memory()
    with gzip.open(shared / "data" / "events" / "ecom.csv.gz") as file:
        frame = pd.read_csv(file, dtype="str")
    frame = frame.rename(columns={"event": "event_type", "timestamp": "occurred_at"}).assign(tenant_id="shop")
    receipt = opened.append("events", frame, timezone="UTC")
    assert (receipt.accepted, receipt.rejected) == (31_106, 0)
    return opened


EVER = Scope(datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC))
SHOP = (Step("catalog"), Step("add_to_cart"), Step("purchase"))


@pytest.mark.parametrize(("order", "counts"), [("ordered", [600, 511, 285]), ("unordered", [600, 522, 328])])
def test_a_shop_s_published_funnel(shop, order, counts):
    spec = FunnelSpec(SHOP, order=order, window=timedelta(days=3650))
    assert funnel(shop, EVER, spec)["count"].tolist() == counts
    assert len(funnel_people(shop, EVER, spec, step=3)) == counts[2]


def test_breakdowns_by_a_value_that_people_keep_sum_up_to_the_whole(shop):
    spec = FunnelSpec(SHOP, window=timedelta(days=3650), breakdown="attributes.user_cohort")
    frame = funnel(shop, EVER, spec)
    assert frame.groupby("step")["count"].sum().tolist() == [600, 511, 285]


def test_widening_the_window_never_lowers_a_count_and_filters_never_raise_one(shop):
    spans = [timedelta(hours=hours) for hours in (1, 24, 24 * 7, 24 * 90)]
    counts = [funnel(shop, EVER, FunnelSpec(SHOP, window=span))["count"].tolist() for span in spans]
    assert all(np.diff(np.array(counts), axis=0).ravel() >= 0)
    narrowed = funnel(shop, EVER.narrowed(field("attributes.platform") == "desktop"), FunnelSpec(SHOP))
    assert (narrowed["count"] <= funnel(shop, EVER, FunnelSpec(SHOP))["count"]).all()
