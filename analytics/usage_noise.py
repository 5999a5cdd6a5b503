"""Who does much more than usual: tenants whose messages grow past their baseline, people who ask too much.

A tenant's last hour is measured against its own: the same hour of the week in the eight weeks before, with
the hours beside it. What is usual is their median; the spread is their median distance from it, as wide as a
bell curve's deviation, or what a tenth of them reach above it if that is more, and never less than chance
makes of counts. An hour is growth where it has more than
`GROWTH_TIMES` the median, lies `REACH` spreads above it, and has at least `GROWTH_FLOOR` messages. A tenant
that is younger than two weeks is measured against all of its hours; of less than a day nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from math import floor
from typing import Literal, cast

import numpy as np
import pandas as pd

from analytics import who
from analytics.analysis import analysis
from analytics.anomalies import AS_A_BELL, UPPER, UPPER_AS_A_BELL, WEEKS
from analytics.columns import TENANT, TENANT_ID
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import GROWTH_FLOOR, GROWTH_TIMES, HEAVY_QUERIES, MESSAGE_EVENTS
from analytics.sql import blocks
from analytics.units import PERSON
from analytics.usage_counted import AI_COST, customers
from analytics.view import View
from analytics.zones import EPOCH, naive, zone

SQL = blocks(__file__)
HOUR = timedelta(hours=1)
HOURS_A_WEEK, HOURS_A_DAY = 168, 24
# Peers of an hour that say anything; spreads above the median from which on an hour is out of the ordinary.
FEWEST_PEERS, REACH = 6, 6.0
MOST = 20
State = Literal["grows", "usual", "too new to tell"]

MESSAGES = Column("messages", "Messages", "count", "Messages in the last hour of the window.")
USUAL = Column("usual", "Usual", "number", "The median of the same hour of the week, of eight weeks.")
TIMES = Column("times", "Times the usual", "number", "Messages / what is usual; nothing where that is none.")
LIMIT = Column("threshold", "Out of the ordinary from", "number", "From so many messages on it is growth.")
STATE = Column("state", "State", "text", "Whether the tenant grows past its baseline.")
PERSON_ID = Column("person_id", "Person id", "text", "The person's id.")
NAME = Column("person", "Person", "text", "The person's name, or the id where it has none.")
BUSIEST = Column("busiest", "In the busiest hour", "count", "Most AI queries within 60 minutes.")
FROM = Column("until_at", "Hour ended", "time", "When that hour ended.")
QUERIES = Column("queries", "AI queries", "count", "All of the person's AI queries in the window.")
VERDICT = Column("verdict", "Verdict", "text", f"More than {HEAVY_QUERIES} queries in an hour are too many.")


@dataclass(frozen=True)
class Usual:
    """What is usual of an hour, and from how much on it is growth."""

    median: float
    threshold: float


def usual(peers: Sequence[float]) -> Usual:
    """What hours like this one lead to expect."""
    values = np.asarray(peers, dtype=np.float64)
    median = float(np.median(values))
    away = AS_A_BELL * float(np.median(np.abs(values - median)))
    above = (float(np.quantile(values, UPPER)) - median) / UPPER_AS_A_BELL
    spread = max(away, above, float(np.sqrt(max(median, 1.0))))
    return Usual(median, max(GROWTH_FLOOR, floor(GROWTH_TIMES * median) + 1, median + REACH * spread))


def peers(hourly: Sequence[float], alike: Sequence[int]) -> list[float]:
    """Those of a tenant's hours, the newest first, that the newest is measured against; none of too few."""
    same = [hourly[back] for back in alike if back < len(hourly)]
    if len(same) >= FEWEST_PEERS:
        return same
    return list(hourly[1:]) if len(hourly) > HOURS_A_DAY else []


@analysis(
    tables=("events", "tenants", "identities"),
    columns=(TENANT_ID, TENANT, MESSAGES, USUAL, TIMES, LIMIT, STATE),
)
def growth(view: View, scope: Scope) -> pd.DataFrame:
    """Messages of the last hour beside what is usual of each tenant, growth past five times that first."""
    until = min(scope.end, scope.present)
    frame = view.frame(
        replace(scope, now=until),
        SQL["hourly"],
        since=naive(until - (WEEKS * HOURS_A_WEEK + 2) * HOUR),
        until=naive(until),
        messages=list(MESSAGE_EVENTS),
    )
    alike, known = _alike(scope), customers(view, scope, subscribed=False)
    rows: list[dict[str, object]] = []
    for tenant, of_it in frame.groupby("tenant_id"):
        name = str(tenant)
        counts = np.zeros(int(of_it["back"].max()) + 1)
        counts[of_it["back"].to_numpy(dtype=np.int64)] = of_it["messages"].to_numpy()
        sent, before = int(counts[0]), peers(counts.tolist(), alike)
        found = usual(before) if before else None
        rows.append(
            {
                "tenant_id": name,
                "tenant": known[name].name if name in known else name,
                "messages": sent,
                "usual": found.median if found else None,
                "times": sent / found.median if found and found.median else None,
                "threshold": found.threshold if found else None,
                "state": _state(sent, found),
            }
        )
    names = [column.name for column in growth.columns]
    frame = pd.DataFrame(rows, columns=names).astype({"messages": "int64", "state": "str"})
    frame = frame.astype(dict.fromkeys(("usual", "times", "threshold"), "float64"))
    frame = frame.astype(dict.fromkeys(("tenant_id", "tenant"), "str"))
    order = frame.assign(grows=frame["state"] == "grows").sort_values(
        ["grows", "messages", "tenant", "tenant_id"], ascending=[False, False, True, True]
    )
    return order[names].head(MOST).reset_index(drop=True)


@analysis(
    tables=("llm_calls", "identities", "people", "tenants"),
    columns=(TENANT_ID, TENANT, PERSON_ID, NAME, BUSIEST, FROM, QUERIES, AI_COST, VERDICT),
)
def heavy_users(view: View, scope: Scope) -> pd.DataFrame:
    """People by the AI queries of their busiest hour, the twenty with the most."""
    frame = view.frame(scope, SQL["busiest"], most=MOST)
    names = who.named(view, replace(scope, where=None), frame[["tenant_id", "unit"]], PERSON)
    found = frame.merge(names, on=["tenant_id", "unit"], how="left")
    verdicts = ["too many" if busiest > HEAVY_QUERIES else "usual" for busiest in found["busiest"]]
    found = found.assign(verdict=pd.Series(verdicts, found.index, dtype="str"))
    found = found.rename(columns={"unit": "person_id", "name": "person"})
    return found[[column.name for column in heavy_users.columns]]


def _alike(scope: Scope) -> list[int]:
    """How many hours back the same hour of the week lies on the scope's clock, with those beside it."""
    until = min(scope.end, scope.present)
    local = until.astimezone(zone(scope.timezone))
    # From EPOCH, as a clock's wall time says nothing of the hours between two moments.
    backs = [
        round((until - EPOCH - ((local - timedelta(weeks=week)) - EPOCH)) / HOUR)
        for week in range(1, WEEKS + 1)
    ]
    return [back + beside for back in backs for beside in (-1, 0, 1)]


def _state(sent: int, found: Usual | None) -> State:
    if found is None:
        return "too new to tell"
    return cast("State", "grows" if sent >= found.threshold else "usual")
