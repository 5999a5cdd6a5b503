"""Campaigns: which of them bring whom to the website, what they cost, and the visits long before a signup."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo import planted
from data.demo.columns import Floats, Ints, facts, pick, pick_some, same, usd, within_day
from data.demo.people import joiners
from data.demo.story import HOUR_US, Story

_CENT_NANO = 10**7
_BEFORE_DAYS = 20
_COMES_BACK = 0.45
_HALF_A_MINUTE_US = HOUR_US // 120


@dataclass(frozen=True)
class Campaign:
    """A campaign: its part of the passers-by, of those who sign up, and what it costs a day."""

    name: str
    of_visitors: float
    of_newcomers: float
    usd_a_day: float


CAMPAIGNS = (
    Campaign("", 0.52, 0.40, 0.0),
    Campaign("autumn-webinar", 0.12, 0.22, 38.0),
    Campaign("search-brand", 0.18, 0.22, 61.0),
    Campaign("partner-newsletter", 0.08, 0.15, 12.0),
    Campaign(planted.COSTLY_CAMPAIGN, 0.10, 0.01, 240.0),
)
NAMES = tuple(campaign.name for campaign in CAMPAIGNS)
_OF_VISITORS = np.cumsum([campaign.of_visitors for campaign in CAMPAIGNS])
_OF_NEWCOMERS = np.cumsum([campaign.of_newcomers for campaign in CAMPAIGNS])


def came_by(chance: Floats, passers_by: int) -> Ints:
    """The campaign of each visit, first those of passers-by, then those of newcomers."""
    first = np.searchsorted(_OF_VISITORS, chance[:passers_by] * _OF_VISITORS[-1], side="right")
    then = np.searchsorted(_OF_NEWCOMERS, chance[passers_by:] * _OF_NEWCOMERS[-1], side="right")
    return np.concatenate([first, then]).astype(np.int64)


def earlier_visits_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: two page views each of those who will sign up within the next weeks."""
    moments, who, by = list[int](), list[str](), list[int]()
    for joined in range(day + 1, day + _BEFORE_DAYS + 1):
        group, rng = joiners(story, joined), story.rng("earlier visits", joined)
        count = len(group.anonymous)
        ahead, returning = rng.integers(1, _BEFORE_DAYS + 1, count), rng.random(count) < _COMES_BACK
        at, campaign = rng.triangular(6, 14, 22, count), came_by(rng.random(count), count)
        for index in np.flatnonzero((ahead == joined - day) & returning):
            moments.append(story.start_us(day) + int(at[index] * HOUR_US))
            who.append(group.anonymous[index])
            by.append(int(campaign[index]))
    count = len(moments)
    twice, step = np.repeat(np.arange(count), 2), np.tile(np.arange(2), count)
    at_us = np.array(moments, dtype=np.int64)[twice] + step * _HALF_A_MINUTE_US
    campaign = np.array(by, dtype=np.int64)[twice]
    return facts(
        within_day(at_us, story.start_us(day)),
        {
            "event_id": pa.array(
                [f"ev_before_{who[n]}_{s}" for n, s in zip(twice, step, strict=True)], pa.string()
            ),
            "event_type": same("page_viewed", len(twice)),
            "anonymous_id": pa.array([who[n] for n in twice], pa.string()),
            "page": pick(("/", "/pricing"), step),
            "campaign": pick_some(NAMES, campaign, campaign > 0),
        },
    )


def campaign_costs_table(story: Story, day: int) -> pa.Table:
    """Rows of `costs`: what each campaign cost on a day, written in its last hour."""
    paid = [campaign for campaign in CAMPAIGNS if campaign.usd_a_day]
    rng = story.rng("campaign costs", day)
    cents = [round(campaign.usd_a_day * rng.lognormal(0.0, 0.1) * 100) for campaign in paid]
    label = story.date(day).date().isoformat()
    return facts(
        np.full(len(paid), story.start_us(day) + 23 * HOUR_US, dtype=np.int64),
        {
            "cost_id": pa.array([f"{label}/campaign/{campaign.name}" for campaign in paid], pa.string()),
            "category": same("marketing", len(paid)),
            "service": same("advertising", len(paid)),
            "provider": same("several", len(paid)),
            "amount_usd": usd(np.array(cents, dtype=np.int64) * _CENT_NANO),
            "campaign": pa.array([campaign.name for campaign in paid], pa.string()),
        },
    )
