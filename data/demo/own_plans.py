"""Plans of people's own: who uses a template in the first days, and who buys `plus` in the weeks after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.columns import Floats, Ints, facts, same
from data.demo.company import Change, tenants
from data.demo.people import joiners
from data.demo.story import DAY_US, HOUR_US, Story

_TRYING = 0.35
_TRY_HOURS = (1.0, 12 * 24.0)
_BUY_DAYS = (15.0, 42.0)
_CENTS = 1_200
_MONTH_US = 30 * DAY_US


@dataclass(frozen=True)
class Newcomers:
    """Those who joined on a day: when each used a template and when each buys, 0 for never."""

    tried_us: Ints
    bought_us: Ints


# A tenant, a person, what their subscription is called, and which change of it this is.
OwnChange = tuple[str, str, str, int, Change]


@lru_cache(maxsize=512)
def newcomers(story: Story, joined: int) -> Newcomers:
    """What becomes of those who joined on a day."""
    rng, group = story.rng("own plans", joined), joiners(story, joined)
    count = len(group.tenant)
    tries = rng.random(count) < _TRYING
    tried = group.joined_us + (rng.uniform(*_TRY_HOURS, count) * HOUR_US).astype(np.int64)
    rates: Floats = np.where(tries, planted.DRIVER_RATES[1], planted.DRIVER_RATES[0])
    buys = rng.random(count) < rates
    bought = group.joined_us + (rng.uniform(*_BUY_DAYS, count) * DAY_US).astype(np.int64)
    return Newcomers(np.where(tries, tried, 0), np.where(buys, bought, 0))


def templates_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: the templates that newcomers used on a day."""
    start, customers = story.start_us(day), tenants(story, day)
    found: list[tuple[int, str, str]] = []
    for joined in range(max(0, day - 13), day + 1):
        group, tried = joiners(story, joined), newcomers(story, joined).tried_us
        for who in np.flatnonzero((tried >= start) & (tried < start + DAY_US)):
            tenant = customers[group.tenant[who]].tenant_id
            found.append((int(tried[who]), tenant, group.person_id[who]))
    return facts(
        np.array([moment for moment, _, _ in found], dtype=np.int64),
        {
            "tenant_id": pa.array([tenant for _, tenant, _ in found], pa.string()),
            "event_id": pa.array([f"ev_template_{person}" for _, _, person in found], pa.string()),
            "event_type": same(planted.DRIVER, len(found)),
            "user_id": pa.array([person for _, _, person in found], pa.string()),
        },
    )


def changes(story: Story, day: int, since_us: int, until_us: int) -> Iterator[OwnChange]:
    """The changes of people's own subscriptions in a stretch of time that ends on a day."""
    customers = tenants(story, day)
    for joined in range(day + 1):
        group, bought = joiners(story, joined), newcomers(story, joined).bought_us
        for who in np.flatnonzero(bought):
            tenant, at = customers[group.tenant[who]], int(bought[who])
            lost = tenant.lost_us
            if lost is not None and lost <= at:
                continue
            began = Change(at, planted.OWN_PLAN, "month", _CENTS, 1, "active", "own plan", at + _MONTH_US)
            told = [began]
            if lost is not None:
                # What a person bought ends with the tenant, a moment before it.
                told.append(Change(lost - 1, planted.OWN_PLAN, "month", 0, 0, "cancelled", "own plan"))
            person = group.person_id[who]
            for index, change in enumerate(told):
                if since_us <= change.at_us < until_us:
                    yield tenant.tenant_id, person, person, index, change
