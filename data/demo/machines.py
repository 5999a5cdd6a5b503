"""Samples of the machines' gauges and counters, every quarter of an hour."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo.columns import Floats, Ints, facts, numbers
from data.demo.releases import EVERY_DAYS, first_release_us
from data.demo.rhythm import rates
from data.demo.story import DAY_US, HOUR_US, Story

QUARTER_US = HOUR_US // 4
QUARTERS = 96
HOSTS = ("app-1", "app-2", "db-1", "worker-1", "worker-2", "worker-3")
_BUCKETS_MS = (10.0, 50.0, 100.0, 500.0, float("inf"))


@dataclass(frozen=True)
class Series:
    """One series: name, kind, unit, who measures, labels, and its values over a day."""

    name: str
    kind: str
    unit: str
    service: str
    host: str
    values: Callable[[Story, int, np.random.Generator], Floats]
    bucket: str = ""

    @property
    def number(self) -> int:
        """The same for the same series, another for any other."""
        return zlib.crc32(f"{self.name}/{self.service}/{self.host}/{self.bucket}".encode())


def moments(story: Story, day: int) -> Ints:
    """The quarters of a day."""
    return story.start_us(day) + np.arange(QUARTERS, dtype=np.int64) * QUARTER_US


def _busy(story: Story, day: int) -> Floats:
    """How busy the platform is in each quarter, about 1 on an ordinary working hour."""
    hourly = rates(story, day).machines.sum(axis=0) / max(story.scale, 1e-9) / 240.0
    return np.interp(np.arange(QUARTERS) / 4, np.arange(24) + 0.5, hourly)


def gauge(
    base: float, load: float, noise: float, most: float = 100.0
) -> Callable[[Story, int, np.random.Generator], Floats]:
    """A gauge that follows how busy the platform is."""

    def values(story: Story, day: int, rng: np.random.Generator) -> Floats:
        return np.round(np.clip(base + load * _busy(story, day) + rng.normal(0, noise, QUARTERS), 0, most), 2)

    return values


def filling(start: float, a_day: float) -> Callable[[Story, int, np.random.Generator], Floats]:
    """A disk that fills and is cleaned every six weeks."""

    def values(story: Story, day: int, rng: np.random.Generator) -> Floats:  # noqa: ARG001  every series has one shape
        return np.round(start + a_day * (day % 42 + np.arange(QUARTERS) / QUARTERS), 3)

    return values


def growing(start: float, a_day: float) -> Callable[[Story, int, np.random.Generator], Floats]:
    """What is stored: it only grows, each day a little more than the day before."""

    def values(story: Story, day: int, rng: np.random.Generator) -> Floats:  # noqa: ARG001  every series has one shape
        days = day + np.arange(QUARTERS) / QUARTERS
        return np.floor(start + a_day * days * (1 + 0.001 * days))

    return values


def counter(a_second: float) -> Callable[[Story, int, np.random.Generator], Floats]:
    """A counter that starts from nothing with every release, faster by day than by night."""

    def values(story: Story, day: int, rng: np.random.Generator) -> Floats:  # noqa: ARG001  every series has one shape
        at = moments(story, day)
        period = EVERY_DAYS * DAY_US
        since = (at - first_release_us(story)) % period
        wave = np.sin(2 * np.pi * at / DAY_US) - np.sin(2 * np.pi * (at - since) / DAY_US)
        # The wave is gentler than the slope, so the counter never falls between resets.
        return np.floor(a_second * (since / 1e6 - 0.5 * 86_400 / (2 * np.pi) * wave))

    return values


SERIES: tuple[Series, ...] = (
    *(Series("cpu_percent", "gauge", "percent", "infrastructure", host, gauge(16, 26, 4)) for host in HOSTS),
    *(
        Series("memory_percent", "gauge", "percent", "infrastructure", host, gauge(48, 9, 1.5))
        for host in HOSTS
    ),
    *(
        Series("disk_used_percent", "gauge", "percent", "infrastructure", host, filling(38, 0.7))
        for host in HOSTS[:3]
    ),
    *(
        Series("network_bytes_total", "counter", "bytes", "infrastructure", host, counter(84_000))
        for host in HOSTS[:2]
    ),
    *(
        Series("memory_used_bytes", "gauge", "bytes", "api-gateway", host, gauge(2.1e9, 9e8, 4e7, 8e9))
        for host in HOSTS[:2]
    ),
    Series("stored_bytes", "gauge", "bytes", "database", "db-1", growing(310e9, 1.3e9)),
    Series("ingested_bytes_total", "counter", "bytes", "device-gateway", "app-1", counter(31_000)),
    Series("active_connections", "gauge", "connections", "device-gateway", "app-1", gauge(60, 190, 9, 5_000)),
    Series("broadcast_queue_length", "gauge", "messages", "device-gateway", "app-1", gauge(2, 40, 8, 5_000)),
    Series("db_pool_in_use_percent", "gauge", "percent", "database", "db-1", gauge(18, 24, 4)),
    Series("replication_lag_seconds", "gauge", "seconds", "database", "db-1", gauge(0.08, 0.1, 0.03)),
    Series("http_requests_total", "counter", "requests", "api-gateway", "app-1", counter(9.2)),
    Series("messages_ingested_total", "counter", "messages", "device-gateway", "app-1", counter(3.1)),
    *(
        Series(
            "http_request_duration_ms",
            "histogram",
            "requests",
            "api-gateway",
            "app-1",
            counter(9.2 * share),
            str(bound),
        )
        for bound, share in zip(_BUCKETS_MS, (0.31, 0.86, 0.95, 0.993, 1.0), strict=True)
    ),
)


def metrics_table(story: Story, day: int) -> pa.Table:
    """Rows of `metrics`."""
    rng = story.rng("metrics", day)
    values = np.stack([series.values(story, day, rng) for series in SERIES])
    texts = {
        "name": [series.name for series in SERIES],
        "kind": [series.kind for series in SERIES],
        "unit": [series.unit for series in SERIES],
        "service": [series.service for series in SERIES],
        "host": [series.host for series in SERIES],
        "le": [series.bucket or None for series in SERIES],
    }
    # All series at one quarter, then at the next: in order of time.
    turn = pa.array(np.tile(np.arange(len(SERIES)), QUARTERS))
    return facts(
        np.repeat(moments(story, day), len(SERIES)),
        {
            **{name: pa.array(column, pa.string()).take(turn) for name, column in texts.items()},
            "series": pa.array([series.number for series in SERIES], pa.int64()).take(turn),
            "value": numbers(values.T.ravel()),
        },
    )
