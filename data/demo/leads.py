"""Leads that the AI scores, and what becomes of them: opportunities, and deals that are won."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from data.demo import ai
from data.demo.columns import Floats, Ints, facts, ids, numbers, same
from data.demo.story import DAY_US, Story

FEATURE = next(place for place, feature in enumerate(ai.FEATURES) if feature.name == "lead_scoring")
# Of a lead whose odds are one, so many become an opportunity, and of these so many are won.
OPPORTUNITIES, WON = 0.8, 0.55
OPPORTUNITY_DAYS, WON_DAYS = 2, 9
NOISE, AGAIN = 5.0, 0.12


@dataclass(frozen=True)
class Leads:
    """A day's scorings; `lead` says which of the day's leads each was of, and `odds` are those of a lead."""

    scored_us: Ints
    lead: Ints
    score: Floats
    odds: Floats
    chance: Floats
    lead_id: pa.Array
    tenant_id: pa.Array

    @property
    def opportunity(self) -> Ints:
        """The scorings that were the first of a lead that became an opportunity."""
        first = np.unique(self.lead, return_index=True)[1]
        return first[self.chance[self.lead[first]] < OPPORTUNITIES * self.odds[self.lead[first]]]

    @property
    def won(self) -> Ints:
        """Those of them that were won."""
        chosen = self.opportunity
        lead = self.lead[chosen]
        return chosen[self.chance[lead] < WON * OPPORTUNITIES * self.odds[lead]]


@lru_cache(maxsize=WON_DAYS + 2)
def leads(story: Story, day: int) -> Leads:
    """The scorings of a day: one for each query of lead scoring, some of a lead that was scored before."""
    rng = story.rng("leads", day)
    calls = ai.calls(story, day)
    asked = np.flatnonzero((calls.feature == FEATURE) & (np.diff(calls.query, prepend=-1) != 0))
    count = len(asked)
    lead = np.arange(count)
    tenant = calls.tenant[asked]
    for place in np.flatnonzero(rng.random(count) < AGAIN):
        before = np.flatnonzero(tenant[:place] == tenant[place])
        if len(before):
            lead[place] = lead[before[-1]]
    odds = rng.beta(2.0, 2.6, count)
    score = np.clip(100 * odds[lead] + rng.normal(0, NOISE, count), 0, 100).round(1)
    return Leads(
        scored_us=calls.started_us[asked],
        lead=lead,
        score=score,
        odds=odds,
        chance=rng.random(count),
        lead_id=ids("lead_", rng, count),
        tenant_id=calls.tenant_id.take(pa.array(asked)),
    )


def scored_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: leads that were scored."""
    today = leads(story, day)
    return _rows(story, day, "lead_scored", today, np.arange(len(today.lead)), later_us=0)


def outcomes_table(story: Story, day: int) -> pa.Table:
    """Rows of `events`: what became of leads that were scored some days before."""
    found = []
    for name, days in (("opportunity_created", OPPORTUNITY_DAYS), ("deal_won", WON_DAYS)):
        if day >= days:
            then = leads(story, day - days)
            chosen = then.opportunity if days == OPPORTUNITY_DAYS else then.won
            found.append(_rows(story, day, name, then, chosen, later_us=days * DAY_US))
    return pa.concat_tables(found) if found else scored_table(story, day).slice(0, 0)


def _rows(story: Story, day: int, name: str, of: Leads, chosen: Ints, *, later_us: int) -> pa.Table:
    rng = story.rng(name, day)
    return facts(
        of.scored_us[chosen] + later_us,
        {
            "event_id": ids("ev_", rng, len(chosen)),
            "event_type": same(name, len(chosen)),
            "tenant_id": of.tenant_id.take(pa.array(chosen)),
            "entity_id": of.lead_id.take(pa.array(of.lead[chosen])),
            "score": numbers(of.score[chosen], np.full(len(chosen), name == "lead_scored")),
        },
    )
