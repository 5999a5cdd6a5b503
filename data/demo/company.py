"""The tenants: who they are, how much they do, and what became of their subscriptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from data.demo import names, planted
from data.demo.story import DAY_US, HOUR_US, Story

FOUNDERS = 44
JOIN_EVERY_DAYS = 7.2
LIMITS = {"free": 600, "pro": 6_000, "enterprise": 200_000}
REGIONS = (
    ("us-east", "America/New_York"),
    ("eu-west", "Europe/Berlin"),
    ("us-west", "America/Los_Angeles"),
    ("eu-west", "Europe/London"),
    ("us-east", "America/Chicago"),
    ("us-east", "America/Toronto"),
    ("eu-west", "Europe/Warsaw"),
    ("apac", "Australia/Sydney"),
    ("eu-west", "Europe/Madrid"),
    ("apac", "Asia/Kolkata"),
)
OWNERS = ("mira.voss", "tom.adeyemi", "lucia.brandt", "ken.ishida")
LEAVING_REASONS = ("too expensive", "missing connector", "went to another vendor", "project ended")
_PEOPLE = {"free": (2, 5), "pro": (6, 15), "enterprise": (20, 46)}
_RUNS_A_DAY = {"free": (1.6, 0.7, 14.0), "pro": (3.75, 0.6, 140.0), "enterprise": (5.1, 0.45, 520.0)}
_PLANTED_RUNS = {
    planted.NOISY_TENANT: 170.0,
    planted.SILENT_TENANT: 60.0,
    planted.UPGRADED_TENANT: 14.0,
    planted.CROWDED_TENANT: planted.CROWDED_RUNS_A_DAY,
}
_MONTH_US = 30 * DAY_US
_STAYING = (
    planted.SILENT_TENANT,
    planted.UPGRADED_TENANT,
    planted.RETURNED_TENANT,
    planted.LATE_TENANT,
)


@dataclass(frozen=True)
class Change:
    """One change of a tenant's subscription."""

    at_us: int
    plan: str
    interval: str
    mrr_cents: int
    seats: int
    status: str
    reason: str
    renews_us: int | None = None


@dataclass(frozen=True)
class Tenant:
    """One customer of the demo company."""

    number: int
    tenant_id: str
    name: str
    slug: str
    region: str
    timezone: str
    owner: str
    billing_day: int
    created_us: int
    runs_a_day: float
    growth: float
    first_people: int
    lost_us: int | None
    changes: tuple[Change, ...]

    def limits(self, story: Story, plan: str) -> dict[str, int]:
        """What it may use in a billing month: what its plan may, but for one that has a limit of its own."""
        may = planted.OVER_LIMIT if self.number == planted.OVER_TENANT else LIMITS[plan]
        return {"executions": round(may * story.scale)}

    def plan_at(self, microseconds: int) -> str:
        """The plan that was held at a moment."""
        held = [change.plan for change in self.changes if change.at_us <= microseconds]
        return held[-1] if held else self.changes[0].plan


def joined_day(number: int) -> int:
    """The day on which a tenant that is not a founder signs up."""
    return int(3 + (number - FOUNDERS) * JOIN_EVERY_DAYS)


@lru_cache(maxsize=512)
def tenants(story: Story, day: int) -> tuple[Tenant, ...]:
    """Every tenant that has signed up by the end of a day, in order of signing up."""
    newcomers = 0
    while joined_day(FOUNDERS + newcomers) <= day:
        newcomers += 1
    return tuple(_tenant(story, number) for number in range(FOUNDERS + newcomers))


@lru_cache(maxsize=4096)
def _tenant(story: Story, number: int) -> Tenant:
    rng = story.rng("tenant", number)
    plan = _first_plan(number, rng)
    name, slug = names.company(number)
    region, timezone = REGIONS[number % len(REGIONS)]
    created = _created_us(story, number, rng)
    centre, spread, most = _RUNS_A_DAY[plan]
    lost = _lost_us(story, number, created, rng)
    few, many = _PEOPLE[plan]
    runs = min(float(rng.lognormal(centre, spread)), most)
    return Tenant(
        number=number,
        tenant_id=f"tenant_{slug}",
        name=name,
        slug=slug,
        region=region,
        timezone=timezone,
        owner=OWNERS[number % len(OWNERS)],
        billing_day=_billing_day(story, number, int(rng.integers(1, 29))),
        created_us=created,
        runs_a_day=_PLANTED_RUNS.get(number, runs),
        growth=float(rng.normal(0.0030, 0.003)),
        first_people=int(rng.integers(few, many)) if number < FOUNDERS else int(rng.integers(1, 4)),
        lost_us=lost,
        changes=_changes(story, number, plan, created, lost),
    )


def _billing_day(story: Story, number: int, drawn: int) -> int:
    began = planted.MONTH_BEGAN_DAYS_AGO.get(number)
    return drawn if began is None else story.date(story.before_opening(began)).day


def _first_plan(number: int, rng: np.random.Generator) -> str:
    if number == planted.UPGRADED_TENANT:
        return "free"
    if number < FOUNDERS:
        return "enterprise" if number < 9 else "pro" if number < 27 else "free"
    return str(rng.choice(("free", "pro", "enterprise"), p=(0.55, 0.35, 0.10)))


def _created_us(story: Story, number: int, rng: np.random.Generator) -> int:
    hour = int(rng.integers(7, 19) * HOUR_US + rng.integers(HOUR_US))
    if number >= FOUNDERS:
        return story.start_us(joined_day(number)) + hour
    age = int(rng.integers(20, 420) if number >= 9 else rng.integers(150, 640))
    return story.founded_us - age * DAY_US + hour


def _lost_us(story: Story, number: int, created: int, rng: np.random.Generator) -> int | None:
    days = int(rng.exponential(420.0)) + 30
    if number < 9 or number in _STAYING:
        return None
    return max(created, story.founded_us) + days * DAY_US + 10 * HOUR_US


def _changes(story: Story, number: int, plan: str, created: int, lost: int | None) -> tuple[Change, ...]:
    """Start, renewals (some with more or fewer seats), upgrade and end, for four years."""
    rng = story.rng("subscription", number)
    until = lost or max(created, story.founded_us) + 1_460 * DAY_US
    interval = "year" if plan == "enterprise" or (plan == "pro" and rng.random() < 0.3) else "month"
    seats, per_seat = _terms(plan, rng)
    upgrade = _upgrade_us(story, number, plan, created, rng)
    found = [_change(created, plan, interval, seats=seats, per_seat=per_seat, reason="signed up")]
    if upgrade is not None and upgrade < until:
        plan, (seats, per_seat) = "pro", _terms("pro", rng)
        found.append(_change(upgrade, plan, interval, seats=seats, per_seat=per_seat, reason="limit_reached"))
    while plan != "free" and (renewal := found[-1].renews_us or until) < until:
        seats, reason = _renewed_seats(seats, rng)
        found.append(_change(renewal, plan, interval, seats=seats, per_seat=per_seat, reason=reason))
    if lost is not None:
        found.append(Change(lost, plan, interval, 0, 0, "cancelled", str(rng.choice(LEAVING_REASONS))))
    return _told_otherwise(story, number, tuple(found))


def _told_otherwise(story: Story, number: int, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The changes of a tenant with what was planted among them: one leaves and comes back, one pays late."""
    if number == planted.RETURNED_TENANT:
        left, back = (_morning(story, days) for days in (planted.LEFT_DAYS_AGO, planted.RETURNED_DAYS_AGO))
        before = _before(changes, left)
        if before:
            ended = replace(before[-1], at_us=left, mrr_cents=0, seats=0, status="cancelled", renews_us=None)
            again = replace(before[-1], at_us=back, reason="came back", renews_us=back + _MONTH_US)
            after = (change for change in changes if change.at_us > back)
            return (*before, replace(ended, reason=LEAVING_REASONS[0]), again, *after)
    if number == planted.LATE_TENANT:
        late = _morning(story, planted.LATE_DAYS_AGO)
        before = _before(changes, late)
        if before:
            unpaid = replace(before[-1], at_us=late, status="past_due", reason="card declined")
            after = (change for change in changes if change.at_us > late + _MONTH_US)
            return (*before, unpaid, *after)
    return changes


def _morning(story: Story, days_ago: int) -> int:
    return story.start_us(story.before_opening(days_ago)) + 9 * HOUR_US


def _before(changes: tuple[Change, ...], at_us: int) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.at_us < at_us)


def _change(at_us: int, plan: str, interval: str, *, seats: int, per_seat: int, reason: str) -> Change:
    period = 365 * DAY_US if interval == "year" else _MONTH_US
    renews = None if plan == "free" else at_us + period
    return Change(at_us, plan, interval, seats * per_seat, seats, "active", reason, renews)


def _terms(plan: str, rng: np.random.Generator) -> tuple[int, int]:
    if plan == "free":
        return 5, 0
    if plan == "pro":
        return int(rng.integers(5, 16)), 1_900
    return int(rng.integers(25, 80)), 4_500


def _upgrade_us(story: Story, number: int, plan: str, created: int, rng: np.random.Generator) -> int | None:
    days = int(rng.integers(14, 60))
    if number == planted.UPGRADED_TENANT:
        return story.start_us(story.before_opening(planted.UPGRADE_DAYS_AGO)) + 11 * HOUR_US
    if plan != "free" or rng.random() > 0.3:
        return None
    return max(created, story.founded_us) + days * DAY_US


def _renewed_seats(seats: int, rng: np.random.Generator) -> tuple[int, str]:
    turn = rng.random()
    if turn < 0.08:
        return seats + int(rng.integers(1, 4)), "seats added"
    if turn < 0.11:
        return max(1, seats - int(rng.integers(1, 3))), "seats removed"
    return seats, "renewed"
