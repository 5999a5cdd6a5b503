"""How often a quiet series is called unusual, and a planted spike is found: simulated from a seed.

Each series is twelve weeks of hours with a daily and a weekly rhythm, of which the last four are judged.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analytics.anomalies import Bars, Floats, episodes, ranges

SERIES, WEEKS, JUDGED_WEEKS, SEED = 40, 12, 4, 7
HOURS = WEEKS * 7 * 24
SPIKE_HOURS, SPIKE_FACTOR = 6, 5
KINDS = (
    "counts of 4 an hour",
    "counts of 40 an hour",
    "costs of 5 calls an hour",
    "costs of 50 calls an hour",
)


def quiet(rng: np.random.Generator, kind: str) -> Floats:
    """One quiet series: counts by chance, or the sum of dear and cheap calls."""
    hour = np.arange(HOURS)
    rhythm = 1 + 0.7 * np.sin(2 * np.pi * (hour % 24 - 8) / 24)
    rhythm *= np.where(hour // 24 % 7 < 5, 1.15, 0.6)
    mean = float(kind.split(" of ")[1].split(maxsplit=1)[0])
    calls = rng.poisson(mean * rhythm)
    if kind.startswith("counts"):
        return calls.astype(np.float64)
    return np.array([rng.lognormal(-4.0, 1.0, count).sum() for count in calls])


def tried(kind: str) -> tuple[float, float, float]:
    """False alarms in a thousand hours, shares of quiet series without any, and of planted spikes found."""
    rng = np.random.default_rng([SEED, KINDS.index(kind)])
    buckets = pd.date_range("2026-01-05", periods=HOURS, freq="h", tz="UTC")
    judged = np.arange(HOURS) >= (WEEKS - JUDGED_WEEKS) * 7 * 24
    alarms = clean = found = 0
    for _ in range(SERIES):
        values = quiet(rng, kind)
        counts = kind.startswith("counts")
        bars = Bars(3.0 if counts else 0.01, counts=counts)
        count = len(episodes(values, ranges(buckets, values, "hour", judged=judged, bars=bars)))
        alarms += count
        clean += count == 0
        start = HOURS - 7 * 24 + 10
        values[start : start + SPIKE_HOURS] *= SPIKE_FACTOR
        spiked = ranges(buckets, values, "hour", judged=judged, bars=bars)
        found += bool(spiked.unusual[start : start + SPIKE_HOURS].any())
    return 1000 * alarms / (SERIES * int(judged.sum())), clean / SERIES, found / SERIES


def main() -> None:
    """One line a kind of series."""
    for kind in KINDS:
        alarms, clean, found = tried(kind)
        print(f"{kind}\t{alarms:.2f} in 1000 hours\t{clean:.0%} had none\t{found:.0%} of spikes found")


if __name__ == "__main__":
    main()
