"""What automation is worth: the time that people would have taken by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import BUCKET, COMPLETE
from analytics.measures.runs import SUCCEEDED
from analytics.query import AUTO, Query, answer
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import BY_HAND, ByHand
from analytics.view import View

SUCCESSES = Query(("succeeded",), by=("workflow_name",))
ROWS = Behind("runs", SUCCEEDED)

HOURS = Column(
    "hours_saved", "Hours saved", "hours", "Successful executions x the minutes that each takes by hand."
)
SUCCEEDED_RUNS = Column("succeeded", "Succeeded", "count", "Executions that ended in success.")


@analysis(
    tables=("runs",),
    columns=(HOURS, SUCCEEDED_RUNS),
    additive=("succeeded",),
    drawn_from={"hours_saved": ROWS},
)
def saved(view: View, scope: Scope) -> pd.DataFrame:
    """The hours that the successful executions of the window would have taken by hand."""
    by_workflow = answer(view, scope, SUCCESSES)
    found = {
        "hours_saved": [float(hours(by_workflow).sum())],
        "succeeded": [int(by_workflow["succeeded"].sum())],
    }
    return pd.DataFrame(found)


@analysis(tables=("runs",), columns=(BUCKET, HOURS, COMPLETE), drawn_from={"hours_saved": ROWS})
def saved_over_time(view: View, scope: Scope) -> pd.DataFrame:
    """The hours that the successful executions of each bucket would have taken by hand."""
    by_workflow = answer(view, scope, replace(SUCCESSES, grain=AUTO))
    hourly = by_workflow.assign(hours_saved=hours(by_workflow)).groupby("bucket", as_index=False)
    return hourly.agg({"hours_saved": "sum", "complete": "first"}).astype({"complete": bool})


def hours(by_workflow: pd.DataFrame, by_hand: ByHand = BY_HAND) -> pd.Series:
    """The hours that the successes of each row would have taken."""
    minutes = [by_hand.minutes_of(name) for name in by_workflow["workflow_name"]]
    return by_workflow["succeeded"] * pd.Series(minutes, by_workflow.index, "float64") / 60
