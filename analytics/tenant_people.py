"""The people of a tenant: who is active, who fell silent, and how many seats are in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.features import BLOCK, features
from analytics.filters import OF_COHORT, And, fields
from analytics.person import PERSON, PERSON_ID, ROLE
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import NotFilterable, View
from analytics.zones import naive

SQL = blocks(__file__)
MOST = 500
PAST = 3 * BLOCK
# A champion that did nothing for so long has gone silent.
SILENT = timedelta(days=14)
CHAMPION_SILENT, ACTIVE, QUIET, NEVER = "champion silent", "active", "silent", "never seen"
# What rows of tenants and people tell of themselves, beside fields that say whose they are.
WHO = ("tenant_id", "plan", "owner", "region", "role", "email")
# In this order somebody is to be looked after.
ORDER = {state: place for place, state in enumerate((CHAMPION_SILENT, ACTIVE, QUIET, NEVER))}

STATE = Column(
    "state",
    "State",
    "text",
    "active: did something in the last four weeks; champion silent: did the most in the twelve weeks before, "
    "and nothing for two weeks.",
)
LAST = Column("last_at", "Last active", "time", "When the person last did something: an event or an AI call.")
ACTS = Column("actions", "Actions", "count", "Events and AI calls of the last four weeks.")
BEFORE = Column("actions_before", "Before", "count", "Those of the twelve weeks before.")


@analysis(
    tables=("events", "llm_calls", "people", "identities", "tenants", "subscriptions", "runs"),
    columns=(TENANT_ID, PERSON_ID, PERSON, TENANT, ROLE, STATE, LAST, ACTS, BEFORE),
)
def people(view: View, scope: Scope) -> pd.DataFrame:
    """The people of tenants up to the window's end: champions gone silent first, then by activity."""
    scope, left_out = _of_people(scope)
    since = scope.end - BLOCK
    found = view.frame(scope, SQL["people"], since=naive(since), past=naive(since - PAST))
    most = found.groupby("tenant_id")["acts_before"].transform("max")
    champion = (found["acts_before"] == most) & (most > 0)
    gone = champion & (found["last_at"] < scope.end - SILENT)
    state = np.select(
        [gone, found["acts"] > 0, found["last_at"].notna()], [CHAMPION_SILENT, ACTIVE, QUIET], NEVER
    )
    found = found.rename(
        columns={"person_id": "person.person_id", "acts": "actions", "acts_before": "actions_before"}
    ).assign(state=pd.Series(state, found.index, dtype="str"))
    order = found.assign(place=found["state"].map(ORDER)).sort_values("place", kind="stable").index
    listed = found.loc[order].head(MOST)[[column.name for column in people.columns]].reset_index(drop=True)
    listed.attrs["notes"] = (*left_out, *_notes(view, scope, len(found)))
    return listed


def _of_people(scope: Scope) -> tuple[Scope, tuple[str, ...]]:
    """The scope with filters by who somebody is alone: by single rows all others would read as never seen."""
    where = scope.where
    parts = where.parts if isinstance(where, And) else () if where is None else (where,)
    kept = tuple(part for part in parts if all(map(_tells_who, fields(part))))
    left = {name for part in parts if part not in kept for name in fields(part) if not _tells_who(name)}
    notes = tuple(f"Left out: {NotFilterable(name, 'people')}." for name in sorted(left))
    return replace(scope, where=And(kept) if len(kept) > 1 else next(iter(kept), None)), notes


def _tells_who(name: str) -> bool:
    """Whether a field is one of tenants or of people, and not of what they did."""
    return name in WHO or name.startswith(("tenant.", "person.", OF_COHORT))


def _notes(view: View, scope: Scope, many: int) -> tuple[str, ...]:
    """How many seats are in use, where a subscription says how many there are; and what is left out."""
    known = features(view, scope, scope.end)
    sold = known[known["seats"].notna()]
    notes: list[str] = []
    if len(sold):
        active, seats = int(sold["people"].sum()), int(sold["seats"].sum())
        notes.append(f"Active people in four weeks: {active:,}; seats paid: {seats:,}.")
    if many > MOST:
        notes.append(f"The first {MOST} of {many:,}.")
    return tuple(notes)
