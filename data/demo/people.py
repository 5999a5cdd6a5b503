"""The people of the tenants: who was there on a day, and who came by the website."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import names, planted
from data.demo.columns import Floats, Ints, times
from data.demo.company import Tenant, tenants
from data.demo.story import DAY_US, HOUR_US, Story

JOINERS_A_DAY = 6.0
FEWEST_JOINERS = 2
_ROLES = ("owner", "admin", "member", "member", "member", "viewer")
_JOB_TITLES = ("Operations", "Marketing", "Sales", "Engineering", "Finance", "Support")


@dataclass(frozen=True)
class Joiners:
    """People by tenant number, in order of joining; `anonymous` is who they were on the website."""

    tenant: Ints
    joined_us: Ints
    number: Ints
    person_id: tuple[str, ...]
    anonymous: tuple[str, ...]


@dataclass(frozen=True)
class Roster:
    """Who can act on a day, sorted by tenant, with the odds of being the one who acts."""

    person_id: tuple[str, ...]
    odds: Floats  # a running total that begins with 0
    first: Ints  # index of each tenant's first person

    def pick(self, tenant: Ints, chance: Floats) -> Ints:
        """One person of each tenant given, regulars more often than others."""
        low, high = self.odds[self.first[tenant]], self.odds[self.first[tenant + 1]]
        found = np.searchsorted(self.odds, low + chance * (high - low), side="right") - 1
        return np.clip(found, self.first[tenant], self.first[tenant + 1] - 1)


def founding(story: Story, tenant: Tenant) -> Joiners:
    """The people a tenant begins with: at signing up, or over the weeks after where that was before day 0."""
    rng = story.rng("people", tenant.number)
    spread = max(1, min(60 * DAY_US, story.founded_us - tenant.created_us))
    later = rng.integers(0, spread, tenant.first_people) if tenant.created_us < story.founded_us else None
    joined = np.full(tenant.first_people, tenant.created_us, dtype=np.int64)
    if later is not None:
        joined[1:] += later[1:]
    count = tenant.first_people
    return Joiners(
        tenant=np.full(count, tenant.number, dtype=np.int64),
        joined_us=joined,
        number=tenant.number * 97 + np.arange(count, dtype=np.int64) * 31,
        person_id=tuple(f"user_{tenant.number:03d}_{index:02d}" for index in range(count)),
        anonymous=("",) * count,
    )


@lru_cache(maxsize=512)
def joiners(story: Story, day: int) -> Joiners:
    """The people who sign up on a day by themselves, at a tenant that still is one."""
    rng = story.rng("joiners", day)
    customers = tenants(story, day - 1) if day > 0 else tenants(story, 0)[:1]
    wanted = np.array([_appeal(story, tenant, day) for tenant in customers])
    # Somebody joins on every day: boards of the last day would stand empty otherwise.
    count = (
        max(FEWEST_JOINERS, int(rng.poisson(JOINERS_A_DAY * _working(story, day)))) if wanted.sum() > 0 else 0
    )
    tenant = rng.choice(len(customers), count, p=wanted / wanted.sum()).astype(np.int64)
    hours = np.sort(rng.triangular(5, 13, 22, count))
    return Joiners(
        tenant=tenant,
        joined_us=story.start_us(day) + (hours * HOUR_US).astype(np.int64),
        number=rng.integers(0, 900, count),
        person_id=tuple(f"user_d{day:04d}_{index:02d}" for index in range(count)),
        anonymous=tuple(f"anon_d{day:04d}_{index:02d}" for index in range(count)),
    )


def _appeal(story: Story, tenant: Tenant, day: int) -> float:
    if tenant.number == planted.SILENT_TENANT:
        return 0.0
    if tenant.lost_us is not None and tenant.lost_us < story.start_us(day + 1):
        return 0.0
    return 1.0 + tenant.first_people**0.5


def _working(story: Story, day: int) -> float:
    return 0.45 if story.date(day).weekday() >= 5 else 1.0


@lru_cache(maxsize=160)
def roster(story: Story, day: int) -> Roster:
    """Who can act on a day: everybody who joined before it began."""
    customers = tenants(story, day)
    groups = [founding(story, tenant) for tenant in customers]
    groups += [joiners(story, earlier) for earlier in range(day)]
    tenant = np.concatenate([group.tenant for group in groups])
    joined = np.concatenate([group.joined_us for group in groups])
    number = np.concatenate([group.number for group in groups])
    person_id = [person for group in groups for person in group.person_id]
    order = np.argsort(tenant, kind="stable")
    first = np.searchsorted(tenant[order], np.arange(len(customers) + 1))
    odds = _odds(story, day, number[order], joined[order])
    return Roster(tuple(person_id[index] for index in order), np.concatenate([[0.0], np.cumsum(odds)]), first)


def _odds(story: Story, day: int, number: Ints, joined: Ints) -> Floats:
    """How likely each acts: a few regulars do most, and two in five fade in the weeks after joining."""
    rank = (number * 2_654_435_761 % 1_000) / 1_000.0
    age = np.maximum(0, story.start_us(day) - joined) / DAY_US
    fading = np.where(number % 5 < 2, np.exp(-age / 16.0), 1.0)
    return (0.03 + rank**3) * (0.02 + fading)


def people_table(customers: tuple[Tenant, ...], group: Joiners) -> pa.Table:
    """Rows of `people`."""
    parts = [names.person(int(number)) for number in group.number]
    tenant = [customers[index] for index in group.tenant]
    order = range(len(parts))
    return pa.table(
        {
            "tenant_id": pa.array([t.tenant_id for t in tenant], pa.string()),
            "person_id": pa.array(group.person_id, pa.string()),
            "name": pa.array([" ".join(part) for part in parts], pa.string()),
            "email": pa.array(
                [
                    f"{first}.{last}.{number}@{t.slug.replace('_', '-')}.example".lower()
                    for (first, last), number, t in zip(parts, group.number, tenant, strict=True)
                ],
                pa.string(),
            ),
            "role": pa.array([_role(group, index) for index in order], pa.string()),
            "created_at": times(group.joined_us),
            "department": pa.array(
                [_JOB_TITLES[int(number) % len(_JOB_TITLES)] for number in group.number], pa.string()
            ),
        }
    )


def _role(group: Joiners, index: int) -> str:
    if group.person_id[index].endswith("_00") and not group.anonymous[index]:
        return "owner"
    return _ROLES[1 + int(group.number[index]) % (len(_ROLES) - 1)]


def identities_table(customers: tuple[Tenant, ...], group: Joiners) -> pa.Table:
    """Rows of `identities`: who the website's anonymous visitors turned out to be."""
    return pa.table(
        {
            "tenant_id": pa.array([customers[index].tenant_id for index in group.tenant], pa.string()),
            "alias": pa.array(group.anonymous, pa.string()),
            "person_id": pa.array(group.person_id, pa.string()),
            "since": times(group.joined_us),
        }
    )
