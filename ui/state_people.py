"""A part of a column of a lifecycle that was clicked: who is new then, comes again, is back or stays away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from analytics.lifecycle import STATES, Lifecycle
from analytics.query import AUTO
from ui import drill
from ui import format as say

if TYPE_CHECKING:
    from analytics.board import Panel
    from analytics.lifecycle import StatePeople
    from ui.asked import Asked


@dataclass(frozen=True)
class State:
    """When a bucket begins, and which of the states it is."""

    bucket: datetime
    state: str

    def question(self, asked: Asked) -> StatePeople:
        """Who is counted there."""
        return lifecycle_of(asked.panel).people_in(self.bucket, self.state)

    def unit(self, asked: Asked) -> str:
        """What the lifecycle counts."""
        return lifecycle_of(asked.panel).unit

    def words(self, asked: Asked, count: str) -> str:
        """So many who were in that state then."""
        asks = lifecycle_of(asked.panel).grain
        grain = asked.scope.grain() if asks == AUTO else asks
        if grain == "hour":
            when = say.moment(self.bucket, asked.scope.timezone, asked.scope.now)
        else:
            when = say.day(self.bucket, asked.scope.present.astimezone(self.bucket.tzinfo))
        return f"**{count}** {self.state} in the {grain} of {when}"


def listable(panel: Panel) -> bool:
    """Whether the parts of a panel's columns know their people: those of a lifecycle."""
    return panel.chart == "stacked_bar" and not panel.click and isinstance(panel.question, Lifecycle)


def clicked(panel: Panel, key: str) -> State | None:
    """The part that was clicked; None where a click was taken back, or what the browser sent is none."""
    points = drill.selection(key, "points")
    sent = points[0].get("customdata") if points else None
    if not (listable(panel) and isinstance(sent, list) and len(sent) == 2 and sent[1] in STATES):
        return None
    try:
        bucket = datetime.fromisoformat(str(sent[0]))
    except ValueError:
        return None
    return State(bucket, sent[1]) if bucket.tzinfo is not None else None


def lifecycle_of(panel: Panel) -> Lifecycle:
    """The lifecycle that the panel draws."""
    return cast("Lifecycle", panel.question)
