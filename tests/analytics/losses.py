"""Tenants that leave for a reason that is known, or for none, as rows that a model of losses reads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

FIRST = pd.Timestamp("2025-01-06", tz="UTC")
STEP = pd.Timedelta(days=28)


@dataclass(frozen=True)
class Known:
    """A column as a model is told of it."""

    name: str
    before: str = ""
    scale: str = "log"


FEATURES = (
    Known("silent_days"),
    Known("people", "people_before"),
    Known("workflows"),
    Known("failure_rate", scale="plain"),
)


def world(
    seed: int, *, effect: float, tenants: int = 500, months: int = 14, base: float = -3.6
) -> pd.DataFrame:
    """Rows of tenants by month until they leave; `effect` is what a fall of people adds to the log odds.

    Days silent, workflows and failures are noise.
    """
    random = np.random.default_rng(seed)
    size = random.lognormal(3, 0.5, tenants)
    before, alive = np.round(size), np.ones(tenants, dtype=bool)
    found: list[pd.DataFrame] = []
    for month in range(months):
        fall = np.where(random.random(tenants) < 0.15, random.uniform(0.3, 1.0, tenants), 0.0)
        people = np.round(size * (1 - fall)).astype(float)
        odds = base + effect * fall
        lost = random.random(tenants) < 1 / (1 + np.exp(-odds))
        rows = pd.DataFrame(
            {
                "tenant_id": [f"tenant-{n}" for n in range(tenants)],
                "cutoff": FIRST + month * STEP,
                "lost": lost.astype(float),
                "silent_days": random.geometric(0.4, tenants).astype(float),
                "people": people,
                "people_before": before,
                "workflows": random.poisson(4, tenants).astype(float),
                "failure_rate": random.random(tenants),
            }
        )
        found.append(rows[alive])
        before, alive = np.round(size), alive & ~lost
    return pd.concat(found, ignore_index=True)
