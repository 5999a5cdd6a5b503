"""The model of losses from 10,000 tenants over 24 months: tried on the past, fitted, told of each now.

The frames are made here, with all the columns that features have; reading them from a store is not in it.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from analytics.churn import AHEAD
from analytics.churn_backtest import Fitted, trained
from analytics.churn_model import columns
from analytics.churn_reasons import reasons
from analytics.feature_words import told
from analytics.features import BLOCK, FEATURES
from bench.report import Line

TENANTS, MONTHS, BUDGET_SECONDS = 10_000, 24, 60.0


def world() -> pd.DataFrame:
    """Rows of tenants by month until they leave: who falls to less use leaves more often."""
    random = np.random.default_rng(11)
    size = random.lognormal(3, 1, TENANTS)
    alive, found = np.ones(TENANTS, dtype=bool), list[pd.DataFrame]()
    for month in range(MONTHS):
        fall = np.where(random.random(TENANTS) < 0.1, random.uniform(0.2, 1.0, TENANTS), 0.0)
        lost = random.random(TENANTS) < 1 / (1 + np.exp(4.4 - 3.5 * fall))
        rows = {
            "tenant_id": [f"tenant-{n}" for n in range(TENANTS)],
            "cutoff": pd.Timestamp("2024-01-01", tz="UTC") + month * BLOCK,
            "lost": lost.astype(np.float64),
            "people_most_at": pd.Timestamp("2024-01-01", tz="UTC"),
        }
        for each in FEATURES:
            for name in filter(None, (each.name, each.before)):
                used = 1 - fall if name == each.name else 1.0
                values = random.poisson(size * used).astype(np.float64)
                rows[name] = values if each.scale == "log" else values / (values.max() + 1)
        rows["silent_days"] = random.geometric(1 / (1.5 + 6 * fall)) - 1.0
        found.append(pd.DataFrame(rows)[alive])
        alive &= ~lost
    return pd.concat(found, ignore_index=True)


def main() -> None:
    """Time it once: a night learns once."""
    rows = world()
    begun, worked = time.perf_counter(), time.process_time()
    fitted = trained(rows, FEATURES, AHEAD)
    assert isinstance(fitted, Fitted)
    learnt, busy = time.perf_counter() - begun, time.process_time() - worked
    now = rows[rows["cutoff"] == rows["cutoff"].max()].reset_index(drop=True)
    begun = time.perf_counter()
    chance = fitted.model.probability(columns(now, FEATURES))
    why = reasons(fitted.model, now, FEATURES, told)
    scored = time.perf_counter() - begun
    report = fitted.report
    print(f"{len(rows):,} rows, {int(rows['lost'].sum()):,} losses; {report.method}. {report.sentence}")
    print(f"{len(why):,} tenants told of, risks from {chance.min():.2%} to {chance.max():.2%}")
    Line(
        f"churn: {TENANTS:,} tenants x {MONTHS} months learnt and tried",
        f"{learnt:.1f} s",
        reference=f"{busy:.1f} s of CPU",
        budget=f"<= {BUDGET_SECONDS:.0f} s with scoring",
        met=learnt + scored <= BUDGET_SECONDS,
    ).say()
    Line(f"churn: risk and reasons of {len(now):,} tenants", f"{scored:.1f} s").say()


if __name__ == "__main__":
    main()
