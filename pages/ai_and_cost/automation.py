"""Automation: how much is automated, how well it goes without people, and what that saves."""

from __future__ import annotations

from analytics import value
from analytics.board import Board, Panel, Row
from analytics.filters import field
from analytics.measures.runs import RATE
from analytics.query import AUTO, Query
from analytics.settings import HOURLY_COST_USD
from ui import render

# Jobs of the platform itself automate nothing for anybody.
FLOWS = field("kind") != "job"
NOTHING = "Nothing ran in this window"

ACTIONS_PER_HOUR = Panel(
    id="automation.actions_per_hour",
    title="Actions an hour",
    explanation="Executions of workflows by hours, from `runs`; batch jobs are none.",
    question=Query(("executions_per_hour",), grain=AUTO, where=FLOWS),
    chart="area",
    value="executions_per_hour",
    x="bucket",
    good="up",
    empty=NOTHING,
)
SUCCESS_RATE = Panel(
    id="automation.success_rate",
    title="Success rate by flow",
    explanation="Successes / (successes + failures) of the six workflows that run most, from `runs`.",
    question=Query(("executions", "success_rate"), by=("workflow_name",), grain=AUTO, where=FLOWS, limit=6),
    chart="line",
    value="success_rate",
    x="bucket",
    by="workflow_name",
    good="up",
    empty=NOTHING,
)
HUMAN_INTERVENTION = Panel(
    id="automation.human_intervention",
    title="Human intervention",
    explanation="Executions that a person had to touch (an attribute such as `human_intervention` says so) "
    "/ executions of workflows, from `runs`.",
    question=Query(("intervention_rate",), grain=AUTO, where=FLOWS),
    chart="line",
    value="intervention_rate",
    x="bucket",
    good="down",
    empty="No execution says that a person had to touch it",
)
LATENCY = Panel(
    id="automation.latency",
    title="Average time",
    explanation="Mean duration of the executions of workflows, from `runs`.",
    question=Query(("avg_duration_ms",), grain=AUTO, where=FLOWS),
    chart="line",
    value="avg_duration_ms",
    x="bucket",
    good="down",
    empty=NOTHING,
)
OUTCOME = Panel(
    id="automation.outcome",
    title="Success and intervention",
    explanation="Success rate, human intervention and number of the executions of workflows, from `runs`.",
    question=Query(("executions", "success_rate", "intervention_rate"), where=FLOWS),
    chart="numbers",
    value="success_rate",
    show=("success_rate", "intervention_rate", "executions"),
    good="up",
    thresholds=RATE,
    empty=NOTHING,
)
SAVINGS = Panel(
    id="automation.savings",
    title="Money saved",
    explanation="Successful executions (`runs`) x minutes that each takes by hand x what an hour costs. "
    f"Both are yours to set; they begin with those of the settings and ${HOURLY_COST_USD:.0f} an hour.",
    question=value.saved,
    chart="calculator",
    value="hours_saved",
    empty=NOTHING,
)

BOARD = Board(
    id="automation",
    title="Automation",
    audience="leadership, product managers, customer success",
    rows=(
        Row((SAVINGS, OUTCOME)),
        Row((ACTIONS_PER_HOUR,)),
        Row((SUCCESS_RATE, HUMAN_INTERVENTION), (2, 1)),
        Row((LATENCY,)),
    ),
)

if __name__ == "__main__":
    render.show(BOARD)
