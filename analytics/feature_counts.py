"""What people and workflows did before cutoffs: counted from cells of a few days, a cutoff after the other.

The engine makes a cell of who or what, when, and when that was known; it would repeat each for all the
cutoffs that see it. Here a cutoff is a slice of the cells by age, and counting is adding up over numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.scope import Scope
from analytics.settings import LIMIT_HITS
from analytics.sql import blocks
from analytics.view import View
from analytics.zones import naive

SQL = blocks(__file__)
Array = npt.NDArray[Any]
Counts = dict[str, Array]

DAY_US = 86_400_000_000
BLOCK_DAYS, WEEK_DAYS = 28, 7
# People are looked at in four blocks, all else in two.
PEOPLE_DAYS, OTHER_DAYS = 4 * BLOCK_DAYS, 2 * BLOCK_DAYS
# Further back than any row.
EVER = 2**40


@dataclass(frozen=True)
class Cells:
    """Cells, the youngest first."""

    columns: Mapping[str, Array]
    step: int

    @classmethod
    def of(cls, found: pd.DataFrame, step: int, age: str) -> Cells:
        """These rows, in the order of the column that says their age."""
        ages = found[age].to_numpy()
        # Small numbers are put in order by counting.
        small = ages.astype(np.int16) if ages.max(initial=0) < 2**15 else ages
        order = np.argsort(small, kind="stable")
        return cls({str(name): found[name].to_numpy()[order] for name in found.columns}, step)

    def at(self, back: int, days: int) -> tuple[Mapping[str, Array], Array]:
        """The cells of so many days before a cutoff that were known by then, and the age of each in days."""
        cut = back // self.step
        first, last = np.searchsorted(self.columns["place"], (cut, cut + days // self.step))
        seen = {name: values[first:last] for name, values in self.columns.items()}
        if (late := seen["known"] < cut).any():
            seen = {name: values[~late] for name, values in seen.items()}
        return seen, (seen["place"] - cut) * self.step


@dataclass(frozen=True)
class Tenants:
    """Of whom is counted: names in order, by the numbers of their hashes; and before which cutoffs."""

    numbers: pd.Index
    back: tuple[int, ...]

    def of(self, numbers: Array) -> Array:
        """The places of these numbers among the names."""
        return self.numbers.get_indexer(pd.Index(numbers))

    def sums(self, places: Array, weights: Array) -> Array:
        """What each tenant's rows come to."""
        return np.bincount(places, weights, len(self.numbers))

    def different(self, places: Array, owners: Array) -> Array:
        """How many different things each tenant has, of those at these places, which belong to owners."""
        seen = np.bincount(places, minlength=len(owners)) > 0
        return np.bincount(owners[seen], minlength=len(self.numbers)).astype(np.float64)


def counted(view: View, scope: Scope, names: Sequence[str], back: Sequence[int]) -> Counts:
    """What each of these tenants did before each cutoff, `back` days before the end: a row a cutoff."""
    step = gcd(BLOCK_DAYS, *back)
    # A week is whole steps, or the first of the days of one.
    step = step if step % WEEK_DAYS == 0 else 1
    tenants = Tenants(pd.Index(view.frame(scope, SQL["tenants"], names=list(names))["tenant"]), tuple(back))

    def read(name: str, days: int, **values: object) -> pd.DataFrame:
        since = naive(scope.end - timedelta(days=max(back) + days))
        return view.frame(scope, SQL[name], since=since, day_us=DAY_US, **values)  # pyright: ignore[reportArgumentType]

    people, acts = read("people", PEOPLE_DAYS, ever=EVER), read("acts", PEOPLE_DAYS, step=step)
    return {
        **_people(People.of(people, tenants), Cells.of(acts, step, "newest"), tenants),
        **_runs(Cells.of(read("runs", OTHER_DAYS, step=step), step, "place"), tenants),
        **_kinds(
            Cells.of(read("kinds", OTHER_DAYS, step=step, limits=list(LIMIT_HITS)), step, "place"), tenants
        ),
    }


@dataclass(frozen=True)
class People:
    """Names that did something and whose they are; persons are numbered in order of tenant and person."""

    who: pd.Index
    own: Array
    person: Array
    named_since: Array
    tenant_of: Array

    @classmethod
    def of(cls, found: pd.DataFrame, tenants: Tenants) -> People:
        """These names."""
        own, person = (found[name].to_numpy() for name in ("own", "person"))
        tenant_of = np.zeros(max(own.max(initial=-1), person.max(initial=-1)) + 1, dtype=np.int64)
        tenant_of[own] = tenant_of[person] = tenants.of(found["tenant"].to_numpy())
        return cls(pd.Index(found["who"]), own, person, found["named_since"].to_numpy(), tenant_of)

    def at(self, places: Array, back: int) -> Array:
        """The persons of names at these places, as was known at a cutoff."""
        return np.where(self.named_since >= back, self.person, self.own)[places]


def _people(people: People, cells: Cells, tenants: Tenants) -> Counts:
    """Who was active in each block, on how many days, and since when the one is silent who did the most."""
    persons, owners = len(people.tenant_of), people.tenant_of
    names = ("actions", "actions_before", "people", "people_before", "people_3", "people_4")
    found = _nothing((*names, "active_days", "active_days_before", "champion_silent_days"), tenants)
    places = people.who.get_indexer(pd.Index(cells.columns["who"]))
    cells = replace(cells, columns={**cells.columns, "who": places})
    for row, back in enumerate(tenants.back):
        seen, ages = cells.at(back, PEOPLE_DAYS)
        person = people.at(seen["who"], back)
        block = ages // BLOCK_DAYS
        acts = np.bincount(person * 4 + block, seen["acts"], 4 * persons).reshape(persons, 4)
        for number, name in enumerate(names[:2]):
            found[name][row] = tenants.sums(owners, acts[:, number])
        for number, name in enumerate(names[2:]):
            found[name][row] = tenants.sums(owners, acts[:, number] > 0)
        # Of a person the youngest cell comes first, and what is assigned last remains.
        newest = np.zeros(persons)
        newest[person[::-1]] = seen["newest"][::-1]
        champion = _champions(acts[:, 1:].sum(axis=1), owners, len(tenants.numbers))
        has = champion >= 0
        found["champion_silent_days"][row] = np.nan
        found["champion_silent_days"][row, has] = newest[champion[has]] - back
        late = ages < OTHER_DAYS
        days = _days(owners[person[late]], seen["days"][late], ages[late], len(tenants.numbers))
        found["active_days"][row], found["active_days_before"][row] = days
    return found


def _days(owners: Array, days: Array, ages: Array, tenants: int) -> tuple[Array, Array]:
    """On how many days of both blocks each tenant had somebody, by the days of the steps of cells."""
    every = np.zeros(tenants, dtype=np.int64)
    np.bitwise_or.at(every, owners, days.astype(np.int64) << ages.astype(np.int64))
    return np.bitwise_count(every & ((1 << BLOCK_DAYS) - 1)), np.bitwise_count(every >> BLOCK_DAYS)


def _champions(did: Array, owners: Array, tenants: int) -> Array:
    """Of each tenant the person who did the most, of those alike the last by name; -1 where nobody did."""
    most = np.zeros(tenants)
    np.maximum.at(most, owners, did)
    best = np.flatnonzero((did > 0) & (did == most[owners]))
    found = np.full(tenants, -1)
    found[owners[best]] = best
    return found


def _runs(cells: Cells, tenants: Tenants) -> Counts:
    """Executions, how they ended, and different workflows, of both blocks."""
    numbers = ("executions", "failed", "judged")
    both = [f"{name}{before}" for name in (*numbers, "workflows") for before in ("", "_before")]
    found = _nothing(("executions_week", *both), tenants)
    cells, owners = _owned(cells, "workflow", tenants)
    for row, back in enumerate(tenants.back):
        seen, ages = cells.at(back, OTHER_DAYS)
        found["executions_week"][row] = tenants.sums(seen["tenant"], seen["week"] * (ages < WEEK_DAYS))
        for before, inside in (("", ages < BLOCK_DAYS), ("_before", ages >= BLOCK_DAYS)):
            places = seen["tenant"][inside]
            for name in numbers:
                found[f"{name}{before}"][row] = tenants.sums(places, seen[name][inside])
            found[f"workflows{before}"][row] = tenants.different(seen["workflow"][inside], owners)
    return found


def _kinds(cells: Cells, tenants: Tenants) -> Counts:
    """Kinds of things that people did, and AI calls, of both blocks; hits of a limit of the newest."""
    names = ("features", "features_before", "ai_calls", "ai_calls_before", "limit_hits")
    found = _nothing(names, tenants)
    cells, owners = _owned(cells, "kind", tenants)
    for row, back in enumerate(tenants.back):
        seen, ages = cells.at(back, OTHER_DAYS)
        of_people, limits, calls = (seen["what"] == what for what in range(3))
        for before, inside in (("", ages < BLOCK_DAYS), ("_before", ages >= BLOCK_DAYS)):
            found[f"features{before}"][row] = tenants.different(seen["kind"][inside & of_people], owners)
            here = inside & calls
            found[f"ai_calls{before}"][row] = tenants.sums(seen["tenant"][here], seen["times"][here])
        here = limits & (ages < BLOCK_DAYS)
        found["limit_hits"][row] = tenants.sums(seen["tenant"][here], seen["times"][here])
    return found


def _owned(cells: Cells, thing: str, tenants: Tenants) -> tuple[Cells, Array]:
    """The cells with places for numbers, of tenants and of what they have; and whose each of these is."""
    owner = tenants.of(cells.columns["tenant"])
    places, different = pd.factorize(cells.columns[thing])
    owners = np.zeros(len(different), dtype=np.int64)
    owners[places] = owner
    return replace(cells, columns={**cells.columns, "tenant": owner, thing: places}), owners


def _nothing(names: Sequence[str], tenants: Tenants) -> Counts:
    return {name: np.zeros((len(tenants.back), len(tenants.numbers))) for name in names}
