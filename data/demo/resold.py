"""Small customers that came by a reseller, from a year and more before the company's first day on.

They are many and some of them leave: most use less and less before they do or fall silent at once, others
leave as they are, and some who stay have a weak fortnight. So there is a past to learn from. A short story
does without them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import names
from data.demo.columns import Floats, Ints, facts, numbers, pick, same, times, usd
from data.demo.company import LEAVING_REASONS, LIMITS, OWNERS, REGIONS
from data.demo.story import DAY_US, DAYS, HOUR_US, Story

CUSTOMERS = 200
# Numbers of companies that no other tenant gets.
_FIRST_NAME = 210
_JOINED, _HORIZON = (-430, 30), 1_460
_LEAVING, _FADING, _SILENT = 0.62, 0.5, 0.35
_SIZES = (0.4, 9.0)
_CENTS = 1_900
_DEEDS = ("dashboard_viewed", "report_opened", "workflow_edited")
_WORKFLOWS = (("Sync contacts", "google_sheets"), ("Post to the team", "slack_message"))
_CENT_NANO = 10**7
_MONTH_US, _FOR_US = 30 * DAY_US, _HORIZON * DAY_US


@dataclass(frozen=True)
class Customer:
    """One of them: when it came and goes, and how busy it is on each of its days."""

    number: int
    tenant_id: str
    name: str
    joined_us: int
    lost_us: int | None
    seats: int
    size: float
    busy: Floats


@dataclass(frozen=True)
class Deeds:
    """All that they ever do, in order of time: whose it is, which of its people, and what."""

    at_us: Ints
    customer: Ints
    person: Ints
    what: Ints


@lru_cache(maxsize=4)
def customers(story: Story) -> tuple[Customer, ...]:
    """All of them, those too that are yet to come; none in a story that is shorter than the usual."""
    return tuple(_customer(story, number) for number in range(CUSTOMERS)) if story.days >= DAYS else ()


def _customer(story: Story, number: int) -> Customer:
    rng = story.rng("resold", number)
    joined = int(rng.integers(*_JOINED))
    days = _HORIZON - joined
    busy = np.full(days, float(rng.uniform(0.45, 0.95)))
    life = 110 + int(rng.exponential(150.0))
    leaves, how = rng.random() < _LEAVING and life < days, rng.random()
    if leaves and how < _FADING:
        long = int(rng.integers(40, 75))
        busy[life - long : life] *= np.linspace(0.55, 0.04, long)
    elif leaves and how < _FADING + _SILENT:
        busy[life - int(rng.integers(18, 55)) : life] = 0.0
    weak = int(rng.integers(30, days - 30))
    busy[weak : weak + 14] *= 0.4
    if leaves:
        busy[life:] = 0.0
    name, slug = names.company(_FIRST_NAME + number)
    size = float(np.clip(rng.lognormal(0.0, 1.0), *_SIZES))
    start = story.start_us(joined) + 9 * HOUR_US
    return Customer(
        number=number,
        tenant_id=f"tenant_{slug}",
        name=name,
        joined_us=start,
        lost_us=start + life * DAY_US if leaves else None,
        seats=int(rng.integers(2, 5)) + int(size),
        size=size,
        busy=busy,
    )


@lru_cache(maxsize=2)
def deeds(story: Story) -> Deeds:
    """What they do: on the days on which they do anything a few deeds, and a run at night."""
    at: list[Ints] = []
    whose: list[Ints] = []
    person: list[Ints] = []
    what: list[Ints] = []
    for customer in customers(story):
        rng = story.rng("resold deeds", customer.number)
        days = np.arange(len(customer.busy))
        weekday = (story.day_of(customer.joined_us) + days + story.date(0).weekday()) % 7
        usual = np.where(weekday < 5, 1.0, 0.12)
        active = days[rng.random(len(days)) < customer.busy * usual]
        count = 1 + rng.poisson(0.8 * customer.size, len(active))
        day = np.repeat(active, count)
        ran = np.repeat(active, 1 + rng.poisson(0.3 * customer.size, len(active)))
        moment = customer.joined_us + day * DAY_US + rng.integers(0, 9 * HOUR_US, len(day))
        night = rng.integers(10 * HOUR_US, 14 * HOUR_US, len(ran))
        at += [moment, customer.joined_us + ran * DAY_US + night]
        whose.append(np.full(len(day) + len(ran), customer.number))
        person += [rng.integers(0, customer.seats, len(day)), np.zeros(len(ran), dtype=np.int64)]
        what += [rng.integers(0, len(_DEEDS), len(day)), np.full(len(ran), len(_DEEDS))]
    if not at:
        nothing = np.zeros(0, dtype=np.int64)
        return Deeds(nothing, nothing, nothing, nothing)
    moments = np.concatenate(at)
    order = np.argsort(moments, kind="stable")
    return Deeds(
        moments[order],
        np.concatenate(whose)[order],
        np.concatenate(person)[order],
        np.concatenate(what)[order],
    )


def _of_day(story: Story, day: int, *, runs: bool) -> Ints:
    """The places of a day's deeds or runs; day 0 brings all from before."""
    found = deeds(story)
    first = 0 if day == 0 else int(np.searchsorted(found.at_us, story.start_us(day)))
    last = int(np.searchsorted(found.at_us, story.start_us(day + 1)))
    kinds = found.what[first:last]
    return first + np.flatnonzero(kinds == len(_DEEDS) if runs else kinds < len(_DEEDS))


def events_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: what their people did on a day."""
    here, found = _of_day(story, day, runs=False), deeds(story)
    whose = found.customer[here]
    people = [_person(int(one), int(who)) for one, who in zip(whose, found.person[here], strict=True)]
    return facts(
        found.at_us[here],
        {
            "tenant_id": pick(_ids(story), whose),
            "event_id": pa.array([f"ev_resold_{place}" for place in here], pa.string()),
            "event_type": pick(_DEEDS, found.what[here]),
            "user_id": pa.array(people, pa.string()),
        },
    )


def runs_table(story: Story, day: int) -> pa.Table:
    """Rows of `runs`: what their workflows did on a day."""
    here, found = _of_day(story, day, runs=True), deeds(story)
    whose, count = found.customer[here], len(here)
    workflow, actions = (tuple(each[n] for each in _WORKFLOWS) for n in (0, 1))
    return facts(
        found.at_us[here],
        {
            "tenant_id": pick(_ids(story), whose),
            "run_id": pa.array([f"run_resold_{place}" for place in here], pa.string()),
            "workflow_id": pa.array([f"wf_resold_{one:03d}" for one in whose], pa.string()),
            "workflow_name": pick(workflow, whose % 2),
            "action_type": pick(actions, whose % 2),
            "kind": same("workflow", count),
            "status": same("success", count),
            "duration_ms": numbers((400 + 90 * (whose % 17)).astype(np.float64)),
        },
    )


def _ids(story: Story) -> tuple[str, ...]:
    return tuple(customer.tenant_id for customer in customers(story)) or ("",)


def tenants_table(story: Story, since_us: int, until_us: int) -> pa.Table:
    """Rows of `tenants`: those that came in a stretch of time."""
    came = [each for each in customers(story) if since_us <= each.joined_us < until_us]
    places = [REGIONS[each.number % len(REGIONS)] for each in came]
    return pa.table(
        {
            "tenant_id": pa.array([each.tenant_id for each in came], pa.string()),
            "name": pa.array([each.name for each in came], pa.string()),
            "owner": pa.array([OWNERS[each.number % len(OWNERS)] for each in came], pa.string()),
            "region": pa.array([region for region, _ in places], pa.string()),
            "timezone": pa.array([timezone for _, timezone in places], pa.string()),
            "plan": same("pro", len(came)),
            "created_at": times(np.array([each.joined_us for each in came], dtype=np.int64)),
            "billing_day": pa.array([1 + each.number % 28 for each in came], pa.int64()),
            "limits": pa.array([f'{{"executions": {LIMITS["pro"]}}}' for _ in came], pa.string()),
        }
    )


def people_table(story: Story, since_us: int, until_us: int) -> pa.Table:
    """Rows of `people`: who works where, from the day on which the customer came."""
    came = [each for each in customers(story) if since_us <= each.joined_us < until_us]
    who = [(each, seat) for each in came for seat in range(each.seats)]
    called = [names.person(each.number * 7 + seat) for each, seat in who]
    ids = [_person(each.number, seat) for each, seat in who]
    return pa.table(
        {
            "tenant_id": pa.array([each.tenant_id for each, _ in who], pa.string()),
            "person_id": pa.array(ids, pa.string()),
            "name": pa.array([f"{first} {last}" for first, last in called], pa.string()),
            "role": pa.array(["admin" if seat == 0 else "member" for _, seat in who], pa.string()),
            "created_at": times(np.array([each.joined_us for each, _ in who], dtype=np.int64)),
        }
    )


def _paid(customer: Customer) -> range:
    """When it came, and when each month that it pays for begins."""
    return range(customer.joined_us, customer.lost_us or customer.joined_us + _FOR_US, _MONTH_US)


def _person(number: int, seat: int) -> str:
    return f"reseller_user_{number:03d}_{seat}"


def subscriptions_table(story: Story, since_us: int, until_us: int) -> pa.Table:
    """Rows of `subscriptions`: who came, and who left, in a stretch of time."""
    found = [(at, each, True) for each in customers(story) for at in _paid(each)]
    found += [(each.lost_us, each, False) for each in customers(story) if each.lost_us is not None]
    kept = [change for change in found if since_us <= change[0] < until_us]
    began = [start for *_, start in kept]
    cents = np.array([each.seats * _CENTS if start else 0 for _, each, start in kept], dtype=np.int64)
    reasons = [LEAVING_REASONS[each.number % len(LEAVING_REASONS)] for _, each, _ in kept]
    return facts(
        np.array([at for at, *_ in kept], dtype=np.int64),
        {
            "tenant_id": pa.array([each.tenant_id for _, each, _ in kept], pa.string()),
            "change_id": pa.array(
                [f"change_resold_{each.number:03d}_{at}_{start:d}" for at, each, start in kept], pa.string()
            ),
            "subscription_id": pa.array(
                [f"sub_resold_{each.number:03d}" for _, each, _ in kept], pa.string()
            ),
            "plan": same("pro", len(kept)),
            "interval": same("month", len(kept)),
            "status": pa.array(["active" if start else "cancelled" for start in began], pa.string()),
            "reason": pa.array(
                [
                    why if not start else "signed up" if at == each.joined_us else "renewed"
                    for (at, each, start), why in zip(kept, reasons, strict=True)
                ],
                pa.string(),
            ),
            "mrr_usd": usd(cents * _CENT_NANO),
            "renews_at": pa.array(
                [at + _MONTH_US if start else None for at, _, start in kept], pa.int64()
            ).cast(pa.timestamp("us", tz="UTC")),
            "seats": pa.array([each.seats if start else 0 for _, each, start in kept], pa.int64()),
        },
    )
