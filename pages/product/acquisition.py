"""Acquisition: which campaigns bring whom at what cost, and which visitors are no people."""

from __future__ import annotations

from analytics import acquisition, visitors
from analytics.board import Board, Panel, Row
from ui import render

CAMPAIGNS = Panel(
    id="acquisition.campaigns",
    title="Campaigns",
    explanation="Visitors by the campaign of their visits, and of whom it was the last touch before signing "
    "up: who was activated, who began a paying customer, what MRR, at what cost, with a verdict; from "
    "`events`, `subscriptions` and `costs`. A click narrows the page to a campaign.",
    question=acquisition.campaigns,
    chart="table",
    value="signups",
    click=("campaign",),
    empty="Nobody visited in this window",
)
ATTRIBUTION = Panel(
    id="acquisition.attribution",
    title="Signups by attribution",
    explanation="Signups of the window, put down to the first or to the last campaign by which a person came "
    "in the 90 days before, or to all of them in equal parts; from `events`.",
    question=acquisition.attribution,
    chart="bar",
    value="signups",
    x="campaign",
    by="model",
    good="up",
    empty="Nobody signed up in this window",
)
SUSPICIOUS = Panel(
    id="acquisition.suspicious",
    title="Suspicious visitors",
    explanation="Visitors that look automated, or like a competitor's crawl: by rate, breadth, order of "
    "pages, steady pauses, what they call themselves, and others of their address range; from `events`. A "
    "click shows the visitor's trail.",
    question=visitors.suspicious,
    chart="table",
    value="reasons",
    show=("anonymous_id", "score", "reasons", "events", "address_range", "last_at"),
    click=("anonymous_id",),
    empty="No visitor looks automated",
)
VISIT = Panel(
    id="acquisition.visit",
    title="Trail of one visitor",
    explanation="Every event of one visitor in order, before and after signing up: of the one that the page "
    "is narrowed to, else of the one who did most; from `events`.",
    question=visitors.trail,
    chart="table",
    value="event_type",
    show=("occurred_at", "after_ms", "visit", "event_type", "page", "campaign", "visitor"),
    empty="Nobody visited in this window",
)

BOARD = Board(
    id="acquisition",
    title="Acquisition",
    audience="product managers, marketing, security",
    rows=(Row((CAMPAIGNS,)), Row((ATTRIBUTION,)), Row((SUSPICIOUS,)), Row((VISIT,))),
)

if __name__ == "__main__":
    render.show(BOARD)
