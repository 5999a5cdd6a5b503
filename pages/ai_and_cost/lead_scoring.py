"""Lead scoring: how many leads are scored, how well, how fast, and for how much."""

from __future__ import annotations

from analytics import leads
from analytics.board import Board, Panel, Row, Thresholds
from analytics.filters import field
from analytics.query import AUTO, Query
from analytics.settings import HIGH_SCORE, LEAD_FEATURES, LEAD_SCORED
from ui import render

NOTHING = "No lead was scored in this window"
LONG = "No lead was scored in these 90 days"

PER_HOUR = Panel(
    id="lead-scoring.per_hour",
    title="Scorings an hour",
    explanation="Events in `events` that score a lead, such as `lead_scored`, by hours. Target: over 100.",
    question=Query(("events_per_hour",), grain=AUTO, where=field("event_type").isin(list(LEAD_SCORED))),
    chart="line",
    value="events_per_hour",
    x="bucket",
    good="up",
    thresholds=Thresholds(good=100, bad=100),
    empty=NOTHING,
)
SCORE_DISTRIBUTION = Panel(
    id="lead-scoring.score_distribution",
    title="Scores",
    explanation="Leads by their first score in the window, from `events`; the average is marked.",
    question=leads.distribution,
    chart="histogram",
    value="count",
    x="score",
    show=("mean",),
    empty=NOTHING,
)
HIGH_QUALITY = Panel(
    id="lead-scoring.high_quality",
    title="High scores",
    explanation=f"Leads with a first score over {HIGH_SCORE} / leads that were scored, from `events`. "
    "Target: over 30%.",
    question=leads.quality,
    chart="number",
    value="high_share",
    good="up",
    thresholds=Thresholds(good=0.3, bad=0.3),
)
RELIABILITY = Panel(
    id="lead-scoring.reliability",
    title="Spread of repeat scores",
    explanation="The standard deviation of the scores of one lead, pooled over leads that were scored more "
    "than once, from `events`: the lower, the more a score can be relied on.",
    question=leads.quality,
    chart="number",
    value="deviation",
    good="down",
)
COST_PER_LEAD = Panel(
    id="lead-scoring.cost_per_lead",
    title="Cost a lead",
    explanation="What the model calls of lead scoring cost (`llm_calls`) / leads that were scored "
    "(`events`). Target: under 1 cent.",
    question=leads.cost,
    chart="number",
    value="cost_per_lead_usd",
    good="down",
    thresholds=Thresholds(good=0.01, bad=0.01, less=True),
)
ACCURACY = Panel(
    id="lead-scoring.accuracy",
    title="Scores against outcomes",
    explanation="How well the first scores of leads foretold which were won, from `events`; those not won "
    "count once they are two weeks old.",
    question=leads.accuracy,
    chart="numbers",
    value="auc",
    show=("auc", "precision", "base_rate", "known"),
    window="90d",
    empty=LONG,
)
LATENCY = Panel(
    id="lead-scoring.latency",
    title="How long a scoring takes",
    explanation="95 and 99 of 100 AI queries of lead scoring took no longer, from `llm_calls`.",
    question=Query(
        ("p95_ai_response_ms", "p99_ai_response_ms"),
        grain=AUTO,
        where=field("feature").isin(list(LEAD_FEATURES)),
    ),
    chart="line",
    value="p95_ai_response_ms",
    x="bucket",
    show=("p95_ai_response_ms", "p99_ai_response_ms"),
    good="down",
    empty=NOTHING,
)
CONVERSION = Panel(
    id="lead-scoring.conversion",
    title="From lead to won, by score",
    explanation="Leads of 90 days by the band of their first score: how many became an opportunity, and "
    "how many were won up to now; from `events`.",
    question=leads.conversion,
    chart="funnel",
    value="count",
    x="name",
    by="band",
    window="90d",
    empty=LONG,
)

BOARD = Board(
    id="lead-scoring",
    title="Lead scoring",
    audience="sales, leadership, who builds the scoring",
    rows=(
        Row((HIGH_QUALITY, RELIABILITY, COST_PER_LEAD)),
        Row((SCORE_DISTRIBUTION, ACCURACY), (2, 1)),
        Row((CONVERSION,)),
        Row((PER_HOUR, LATENCY)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
