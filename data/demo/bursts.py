"""Who overdoes it since the opening: a device that sends all the time, and a person who asks all too much."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.ai import MODELS, UNPRICED
from data.demo.columns import facts, numbers, same
from data.demo.company import tenants
from data.demo.people import founding, people_table
from data.demo.story import DAY_US, Story

_SECOND_US, _MINUTE_US = 1_000_000, 60_000_000


def device_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: on the day of the opening a device sends a message every half a minute."""
    every = planted.LOUD_SECONDS * _SECOND_US if day == story.days else DAY_US * 2
    moments = story.start_us(day) + np.arange(15 * _SECOND_US, DAY_US, every, dtype=np.int64)
    moments = moments if day == story.days else moments[:0]
    count = len(moments)
    return facts(
        moments,
        {
            "tenant_id": same(_tenant(story, planted.LOUD_TENANT), count),
            "event_id": pa.array([f"loud_{day:04d}_{n:04d}" for n in range(count)], pa.string()),
            "event_type": same("message_ingested", count),
            "entity_id": same("device_13", count),
            "messages": numbers(np.ones(count)),
        },
    )


def questions_table(story: Story, day: int) -> pa.Table:
    """Rows of `llm_calls`: before and after the opening one person asks twice a minute for 35 minutes."""
    asks = day in (story.days - 1, story.days)
    count = planted.HEAVY_QUERIES if asks else 0
    moments = story.start_us(day) + 5 * _MINUTE_US + np.arange(count, dtype=np.int64) * 30 * _SECOND_US
    provider, model = MODELS[UNPRICED]
    numbered = [f"heavy_{day:04d}_{n:03d}" for n in range(count)]
    return facts(
        moments,
        {
            "tenant_id": same(_tenant(story, planted.HEAVY_TENANT), count),
            "call_id": pa.array(numbered, pa.string()),
            "request_id": pa.array(numbered, pa.string()),
            "user_id": same(_person(story), count),
            "feature": same("assistant_chat", count),
            "provider": same(provider, count),
            "model": same(model, count),
            "input_tokens": numbers(np.full(count, 400, dtype=np.int64)),
            "output_tokens": numbers(np.full(count, 90, dtype=np.int64)),
            "duration_ms": numbers(np.full(count, 1_800.0)),
            "status": same("success", count),
        },
    )


def _tenant(story: Story, number: int) -> str:
    return next(each.tenant_id for each in tenants(story, 0) if each.number == number)


def _person(story: Story) -> str:
    """The first person of the tenant."""
    customers = tenants(story, 0)
    joined = founding(story, next(each for each in customers if each.number == planted.HEAVY_TENANT))
    return str(people_table(customers, joined)["person_id"][0])
