"""Visitors of the website: anonymous, without a tenant, counted in experiments, and some of them sign up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from data.demo import browsers, campaigns, planted
from data.demo.columns import Flags, Ints, facts, ids, pick, pick_some, same, within_day
from data.demo.people import joiners
from data.demo.story import HOUR_US, Story

VISITORS_A_DAY = 110.0
_PAGES = ("/", "/pricing", "/connectors", "/docs", "/customers", "/blog/automating-reports")
_VARIANTS = ("control", "treatment")
_MINUTE_US = HOUR_US // 60


@dataclass(frozen=True)
class Trial:
    """An experiment: its name, the event it is about, the share of each variant that gets there, and when.

    `lost` is the share of the second variant's visitors who leave before anything is told of them.
    """

    name: str
    goal: str
    rates: tuple[float, float]
    days_ago: tuple[int, int]
    lost: float = 0.0


NO_EFFECT = (planted.NULL_RATE, planted.NULL_RATE)
TRIALS = (
    Trial(planted.EXPERIMENT, "trial_started", planted.EXPERIMENT_RATES, planted.EXPERIMENT_DAYS_AGO),
    Trial(planted.NULL_EXPERIMENT, "contact_requested", NO_EFFECT, planted.NULL_DAYS_AGO),
    Trial(
        planted.BROKEN_EXPERIMENT,
        "plan_chosen",
        NO_EFFECT,
        planted.BROKEN_DAYS_AGO,
        lost=planted.BROKEN_SHARE_LOST,
    ),
)


@dataclass(frozen=True)
class _Visits:
    passers_by: int
    anonymous: pa.Array
    arrived_us: Ints
    pages: Ints


def visitors_table(story: Story, day: int) -> pa.Table:
    """Rows of `events` by visitors: page views, exposures to experiments, what they did after."""
    rng = story.rng("visitors", day)
    today = _visits(rng, story, day)
    return pa.concat_tables(
        [
            _page_views(rng, story, day, today),
            campaigns.earlier_visits_table(story, day),
            browsers.crawlers_table(story, day),
            *(rows for trial in TRIALS for rows in _experiment(rng, story, day, today, trial)),
        ],
        promote_options="default",
    )


def _visits(rng: np.random.Generator, story: Story, day: int) -> _Visits:
    """Who came: passers-by, and those of the day's newcomers who looked around before signing up."""
    count = int(rng.poisson(VISITORS_A_DAY * (0.6 if story.date(day).weekday() >= 5 else 1.0)))
    arrived = story.start_us(day) + (rng.triangular(0, 15, 23.5, count) * HOUR_US).astype(np.int64)
    joining = joiners(story, day)
    before = joining.joined_us - rng.integers(4 * _MINUTE_US, 30 * _MINUTE_US, len(joining.joined_us))
    return _Visits(
        passers_by=count,
        anonymous=pa.concat_arrays([ids("anon_", rng, count, 6), pa.array(joining.anonymous, pa.string())]),
        arrived_us=np.concatenate([arrived, before]),
        pages=rng.geometric(0.45, count + len(before)),
    )


def _page_views(rng: np.random.Generator, story: Story, day: int, today: _Visits) -> pa.Table:
    visitor = np.repeat(np.arange(len(today.pages)), today.pages)
    count = len(visitor)
    step = np.arange(count) - np.repeat(np.cumsum(today.pages) - today.pages, today.pages)
    campaign = campaigns.came_by(rng.random(len(today.pages)), today.passers_by)[visitor]
    page = pick(
        _PAGES, np.where((step == 0) & (rng.random(count) < 0.6), 0, rng.integers(0, len(_PAGES), count))
    )
    return facts(
        within_day(today.arrived_us[visitor] + step * _MINUTE_US // 2, story.start_us(day)),
        {
            "event_id": ids("ev_", rng, count),
            "event_type": same("page_viewed", count),
            "anonymous_id": today.anonymous.take(pa.array(visitor)),
            "page": page,
            "campaign": pick_some(campaigns.NAMES, campaign, campaign > 0),
            **browsers.of_visitors(story.rng("browsers", day), len(today.pages), visitor, page),
        },
    )


def _experiment(
    rng: np.random.Generator,
    story: Story,
    day: int,
    today: _Visits,
    trial: Trial,
) -> tuple[pa.Table, ...]:
    first, last = (story.before_opening(ago) for ago in trial.days_ago)
    if not first <= day < last:
        return ()
    count = len(today.arrived_us)
    variant = rng.integers(0, 2, count)
    reached = rng.random(count) < np.array(trial.rates)[variant]
    seen = within_day(today.arrived_us + 2_000_000, story.start_us(day))
    done = within_day(seen + rng.integers(_MINUTE_US, 3 * _MINUTE_US, count), story.start_us(day))
    told = np.ones(count, dtype=np.bool_)
    if trial.lost:
        told = (variant == 0) | (rng.random(count) >= trial.lost)
    exposed = _rows(rng, today, seen, "experiment_exposed", told)
    exposed = exposed.append_column("experiment", same(trial.name, exposed.num_rows))
    exposed = exposed.append_column("variant", pick(_VARIANTS, variant[told]))
    exposed = exposed.append_column("goal", same(trial.goal, exposed.num_rows))
    return exposed, _rows(rng, today, done, trial.goal, reached & told)


def _rows(rng: np.random.Generator, today: _Visits, moment: Ints, event_type: str, chosen: Flags) -> pa.Table:
    kept = np.flatnonzero(chosen)
    return facts(
        moment[kept],
        {
            "event_id": ids("ev_", rng, len(kept)),
            "event_type": same(event_type, len(kept)),
            "anonymous_id": today.anonymous.take(pa.array(kept)),
        },
    )
