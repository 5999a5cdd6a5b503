"""Visitors: those whose way through the pages looks automated, and the trail of one of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Any

import pandas as pd

from analytics.analysis import analysis
from analytics.filters import And, Comparison, Filter
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.sessions import sessions
from analytics.settings import (
    ADDRESS_FIELDS,
    AGENT_FIELDS,
    CAMPAIGN_FIELDS,
    PAGE_FIELDS,
    SUSPICION,
    Suspicion,
)
from analytics.sql import blocks, with_fields
from analytics.view import View

FIELDS = {"page": PAGE_FIELDS, "address": ADDRESS_FIELDS, "agent": AGENT_FIELDS, "campaign": CAMPAIGN_FIELDS}
SQL = {name: with_fields(sql, **FIELDS) for name, sql in blocks(__file__).items()}
MOST_VISITORS, MOST_EVENTS, LONGEST_NAME = 200, 1_000, 40
# Fields that name a visitor: a page narrowed by one of them is narrowed to a person.
NAMING = ("anonymous_id", "user_id")

VISITOR = Column("anonymous_id", "Visitor", "text", "The visitor's anonymous id.")
SCORE = Column(
    "score", "Score", "count", "How much looks automated, 0 to 100: the sum of what its reasons weigh."
)
REASONS = Column("reasons", "Why", "text", "Each reason with its numbers.")
EVENTS = Column("events", "Events", "count", "What the visitor did in the window.")
RATE = Column("in_a_minute", "Most a minute", "count", "The most events within 60 seconds.")
PAGES = Column("pages", "Pages", "count", "Different pages.")
RANGE = Column(
    "address_range", "Address range", "text", "The network that it came from: /24 of IPv4, /48 of IPv6."
)
FIRST_AT = Column("first_at", "First seen", "time", "Its first event in the window.")
LAST_AT = Column("last_at", "Last seen", "time", "Its last event in the window.")

WHEN = Column("occurred_at", "When", "time", "When it happened.")
AFTER = Column("after_ms", "After", "ms", "How long after the event before.")
VISIT = Column(
    "visit", "Visit", "count", "Which visit of the window, counted from 1; a pause of over 30 min begins one."
)
WHAT = Column("event_type", "Event", "text", "What happened.")
PAGE = Column("page", "Page", "text", "The page that it happened on.")
CAMPAIGN = Column("campaign", "Campaign", "text", "The campaign that the event names.")
WHOSE = Column("visitor", "Visitor", "text", "The person, or the anonymous id of who is not known.")


@dataclass(frozen=True)
class Reason:
    """Why a visitor looks automated: what it weighs, and the sentence with its numbers."""

    weight: int
    says: str


@analysis(
    tables=("events",),
    columns=(VISITOR, SCORE, REASONS, EVENTS, RATE, PAGES, RANGE, FIRST_AT, LAST_AT),
    drawn_from={"reasons": Behind("events", "r.anonymous_id <> ''")},
)
def suspicious(view: View, scope: Scope) -> pd.DataFrame:
    """Visitors whose way looks automated: by rate, breadth, order, rhythm, name, and others of their range.

    Every reason is a sentence with its numbers and weighs something; the score is their sum, at most 100.
    """
    return judged(view, scope, SUSPICION)


@analysis(
    tables=("events", "identities"),
    columns=(WHEN, AFTER, VISIT, WHAT, PAGE, CAMPAIGN, WHOSE),
    drawn_from={"event_type": Behind("events")},
)
def trail(view: View, scope: Scope) -> pd.DataFrame:
    """Every event of one visitor in the window, in order: of whom the page is narrowed to, or who did most.

    Whoever signed up is followed across it: events before as a visitor and after as a person.
    """
    longest = view.frame(scope, SQL["longest"])
    tenant, person = next(zip(longest["tenant_id"], longest["person"], strict=True), ("", "nobody"))
    # The visitor's filter holds for the rows that carry its id, and would cut off those under another.
    whole = replace(scope, where=_without(scope.where))
    found = view.frame(whole, SQL["trail"], tenant=tenant, person=person, most=MOST_EVENTS)
    visits = sessions(view, whole, of=[(tenant, person)])
    found = found.assign(
        visit=_visit_of(found, visits),
        after_ms=found["occurred_at"].diff().dt.total_seconds() * 1000,
    )
    told = found[[column.name for column in trail.columns]]
    if len(told) == MOST_EVENTS:
        told.attrs["notes"] = (
            f"The first {MOST_EVENTS} events are shown: choose a shorter window for the others.",
        )
    return told


def judged(view: View, scope: Scope, limits: Suspicion) -> pd.DataFrame:
    """The visitors whose score reaches the limit, highest first."""
    agents = "|".join(re.escape(word) for word in limits.agents)
    ways = view.frame(scope, SQL["ways"], fewest_events=limits.fewest_events, agents=agents)
    ways["address_range"] = pd.Series([network(address) for address in ways["address"]], dtype="str")
    rows: list[dict[Any, Any]] = ways.to_dict("records")
    own = [list(reasons(row, limits)) for row in rows]
    near = Counter(row["address_range"] for row, found in zip(rows, own, strict=True) if found)
    for row, found in zip(rows, own, strict=True):
        others = near[row["address_range"]]
        if found and row["address_range"] and others >= limits.neighbours:
            found.append(Reason(15, f"{others} such in its range"))
    ways["score"] = pd.Series([min(100, sum(each.weight for each in found)) for found in own], dtype="int64")
    ways["reasons"] = pd.Series(["; ".join(each.says for each in found) for found in own], dtype="str")
    listed = ways[ways["score"] >= limits.listed]
    # Of crawls that come every night the newest can still be met.
    order = ["score", "last_at", "anonymous_id"]
    listed = listed.sort_values(order, ascending=[False, False, True]).head(MOST_VISITORS)
    return listed[[column.name for column in suspicious.columns]].reset_index(drop=True)


def reasons(way: dict[Any, Any], limits: Suspicion) -> Iterator[Reason]:
    """Why one visitor looks automated, without regard to the others."""
    agent = str(way["agent"])
    if (called := own_name(agent, limits.agents)) is not None:
        yield Reason(50, f"calls itself {called}")
    if way["events"] < limits.fewest_events:
        return
    if way["in_a_minute"] >= limits.a_minute:
        yield Reason(25, f"{way['in_a_minute']} events within a minute")
    if way["pages"] >= limits.pages and way["pages"] >= limits.once * way["views"]:
        yield Reason(20, f"{way['pages']} pages in {way['views']} views")
    order = max(way["upwards"], way["steps"] - way["upwards"])
    enough = way["pages"] >= limits.fewest_pages and way["steps"] >= limits.fewest_pages
    if enough and order >= limits.in_sequence * way["steps"]:
        yield Reason(25, f"{order} of {way['steps']} steps in order")
    if way["unsteady"] <= limits.steady:
        yield Reason(25, f"every {way['pause_ms'] / 1000:.1f} s")


def own_name(agent: str, words: Sequence[str]) -> str | None:
    """What a program calls itself in its user agent: HarvestBot/2.1; None of a browser."""
    places = [place for word in words if (place := agent.lower().find(word)) >= 0]
    if not places:
        return None
    before, after = agent[: places[0]], agent[places[0] :]
    name = re.split(r"[\s();,]", before)[-1] + re.split(r"[\s();,]", after)[0]
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"


def network(address: str) -> str:
    """The range of an address: 203.0.113.0/24, 2001:db8:1::/48; nothing of what is none."""
    try:
        known = ip_address(address.strip())
    except ValueError:
        return ""
    return str(ip_network(f"{known}/{24 if known.version == 4 else 48}", strict=False))


def _visit_of(found: pd.DataFrame, visits: pd.DataFrame) -> pd.Series:
    """Which visit each event is in: the last of its session id that had begun."""
    numbered = visits.assign(visit=range(1, len(visits) + 1)).sort_values("began_at", kind="stable")
    kept = numbered[["began_at", "session_id", "visit"]]
    ordered = found[["occurred_at", "session_id"]]
    merged = pd.merge_asof(ordered, kept, left_on="occurred_at", right_on="began_at", by="session_id")
    return merged["visit"].astype("int64")


def _without(where: Filter | None) -> Filter | None:
    """The filter without the parts that name a visitor."""
    parts = where.parts if isinstance(where, And) else () if where is None else (where,)
    kept = tuple(part for part in parts if not _names(part))
    return And(kept) if len(kept) > 1 else kept[0] if kept else None


def _names(part: Filter) -> bool:
    return isinstance(part, Comparison) and part.field in NAMING and part.op in ("==", "in")
