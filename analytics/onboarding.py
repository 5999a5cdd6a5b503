"""Onboarding: how far a tenant has come on its first steps, and where it stands still."""

from __future__ import annotations

import pandas as pd

from analytics.activation import FIRST_STEPS
from analytics.analysis import analysis
from analytics.columns import TENANT, TENANT_ID
from analytics.customers import known
from analytics.question import Column
from analytics.scope import Scope
from analytics.sql import blocks
from analytics.view import View

SQL = blocks(__file__)
STEPS = {step.label: frozenset(step.events) for step in FIRST_STEPS.steps}
DONE, NEXT, LATER, LEFT_OUT = "done", "next", "later", "left out"

PLACE = Column("place", "Step", "count", "The place of the step among the first ones.")
STEP = Column("step", "What", "text", "The step.")
STATE = Column(
    "state", "State", "text", "done; next: the one after the last that was done; left out: none of these."
)
DONE_AT = Column("done_at", "Done", "time", "When it was first done.")
SINCE = Column("since", "Stuck since", "time", "Of the next step: when the one before was done.")


@analysis(tables=("events", "tenants"), columns=(TENANT_ID, TENANT, PLACE, STEP, STATE, DONE_AT, SINCE))
def steps(view: View, scope: Scope) -> pd.DataFrame:
    """The first steps of each tenant that did one by the window's end: done, next, later or left out."""
    of_type = {event: step for step, events in STEPS.items() for event in events}
    found = view.frame(scope, SQL["steps"], steps=sorted(of_type))
    found = found.assign(step=found["event_type"].map(of_type))
    firsts = found.groupby(["tenant_id", "step"])["first_at"].min()
    names = known(view, scope).set_index("tenant_id")["tenant"]
    rows: list[tuple[object, ...]] = []
    for tenant in sorted({str(each) for each in found["tenant_id"]}):
        done = [firsts.get((tenant, step), pd.NaT) for step in STEPS]
        rows += _of(tenant, str(names.get(tenant, tenant)), done)
    return _typed(rows, scope)


def _of(tenant: str, name: str, done: list[pd.Timestamp]) -> list[tuple[object, ...]]:
    """The steps of one tenant, each with its state."""
    furthest = max(place for place, moment in enumerate(done) if not pd.isna(moment))
    rows: list[tuple[object, ...]] = []
    for place, (step, moment) in enumerate(zip(STEPS, done, strict=True)):
        was = not pd.isna(moment)
        state = DONE if was else LEFT_OUT if place < furthest else NEXT if place == furthest + 1 else LATER
        since = done[furthest] if state == NEXT else pd.NaT
        rows.append((tenant, name, place + 1, step, state, moment, since))
    return rows


def _typed(rows: list[tuple[object, ...]], scope: Scope) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=[column.name for column in steps.columns])
    texts = dict.fromkeys(("tenant_id", "tenant", "step", "state"), "str")
    frame = frame.astype({**texts, "place": "int64"})
    for name in ("done_at", "since"):
        frame[name] = pd.to_datetime(frame[name], utc=True).dt.tz_convert(scope.timezone).dt.as_unit("us")
    return frame
