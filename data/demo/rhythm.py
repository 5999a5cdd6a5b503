"""When things happen: the week and the day of each tenant's region, its growth, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

from data.demo import planted
from data.demo.columns import Floats, Ints
from data.demo.company import Tenant, tenants
from data.demo.story import DAY_US, HOUR_US, Story

# Share of a day's work by local hour: machines run through the night, people sleep.
_MACHINES = np.array(
    [4, 4, 5, 4, 4, 5, 8, 12, 17, 19, 18, 16, 14, 16, 18, 17, 15, 12, 9, 7, 6, 6, 5, 4], dtype=np.float64
)
_PEOPLE = np.array(
    [2, 1, 1, 1, 1, 2, 5, 9, 15, 19, 20, 18, 14, 17, 19, 18, 16, 12, 8, 6, 5, 4, 3, 2], dtype=np.float64
)
_MACHINE_WEEK = (1.03, 1.07, 1.08, 1.06, 1.0, 0.62, 0.58)
_PEOPLE_WEEK = (1.1, 1.2, 1.2, 1.15, 1.0, 0.30, 0.27)
_GROWING_DAYS = 150
_FADING_DAYS = 24


@dataclass(frozen=True)
class Rates:
    """What to expect of a day: runs of machines, deeds of people; a row a tenant, a column an hour."""

    machines: Floats
    people: Floats


@lru_cache(maxsize=160)
def rates(story: Story, day: int) -> Rates:
    """The day's rates, with the day's own ups and downs in them."""
    customers = tenants(story, day)
    rng = story.rng("level", day)
    level = np.array([_level(story, tenant, day) for tenant in customers])
    level *= rng.lognormal(0.0, 0.18, len(customers)) * rng.lognormal(0.0, 0.03)
    ups = rng.lognormal(0.0, 0.10, (len(customers), 24))
    local = np.array([_local(story, tenant.timezone, day) for tenant in customers])
    hours, weekday = local[:, :24], local[:, 24:]
    machines = (_MACHINES / _MACHINES.sum())[hours] * np.array(_MACHINE_WEEK)[weekday]
    people = (_PEOPLE / _PEOPLE.sum())[hours] * np.array(_PEOPLE_WEEK)[weekday]
    return Rates(level[:, None] * machines * ups, level[:, None] ** 0.62 * people * ups)


def _level(story: Story, tenant: Tenant, day: int) -> float:
    """Runs that a tenant would do on an ordinary weekday."""
    start = story.start_us(day)
    if _is_silent(story, tenant, day) or tenant.created_us > start:
        return 0.0
    age = max(0, start - tenant.created_us) // DAY_US
    level = tenant.runs_a_day * float(np.exp(tenant.growth * min(day, _GROWING_DAYS))) * story.scale
    level *= min(1.0, (age + 2) / 14)
    if tenant.lost_us is None:
        return level
    left = (tenant.lost_us - start) / DAY_US
    return 0.0 if left < 1 else level * min(1.0, 0.1 + 0.9 * left / _FADING_DAYS)


def _is_silent(story: Story, tenant: Tenant, day: int) -> bool:
    silent_since = story.before_opening(planted.SILENT_DAYS_AGO)
    return tenant.number == planted.SILENT_TENANT and day >= silent_since


@lru_cache(maxsize=2048)
def _local(story: Story, timezone: str, day: int) -> Ints:
    """Local hour of each UTC hour of a day, then local weekday of each."""
    zone = ZoneInfo(timezone)
    noon = story.date(day).replace(hour=12).astimezone(zone)
    offset = int((noon.utcoffset() or noon - noon).total_seconds() // 3600)
    hour = np.arange(24) + offset
    return np.concatenate([hour % 24, (story.date(day).weekday() + hour // 24) % 7]).astype(np.int64)


def draw(rng: np.random.Generator, story: Story, day: int, expected: Floats) -> tuple[Ints, Ints]:
    """Tenant number and moment of each happening of a day, in order of time."""
    counts = rng.poisson(expected)
    tenant, hour = np.divmod(np.repeat(np.arange(counts.size), counts.ravel()), 24)
    moment = story.start_us(day) + hour * HOUR_US + rng.integers(0, HOUR_US, len(hour))
    order = np.argsort(moment, kind="stable")
    return tenant[order].astype(np.int64), moment[order].astype(np.int64)


def hours_flat(day_total: float) -> Floats:
    """A day without rhythm: the same rate every hour, for what has no tenant."""
    return np.full((1, 24), day_total / 24)
