"""A cell of a table that was clicked: whom it counts, where the question of the table knows that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from analytics.adoption import FeaturePeople
from analytics.paths import PathPeople
from analytics.units import PERSON
from ui import drill
from ui import format as say

if TYPE_CHECKING:
    import pandas as pd

    from analytics.analysis import PeopleOf
    from analytics.board import Panel
    from analytics.question import Question
    from ui.asked import Asked

FEATURES = {
    "used": "used",
    "with": "newcomers used in their first week",
    "without": "newcomers did not use in their first week",
}


@dataclass(frozen=True)
class Counted:
    """Whom the cell counts."""

    whom: Question

    def question(self, asked: Asked) -> Question:  # noqa: ARG002  it was asked of the row
        """Who they are."""
        return self.whom

    def unit(self, asked: Asked) -> str:  # noqa: ARG002  tables count people
        """What is counted."""
        return PERSON

    def words(self, asked: Asked, count: str) -> str:  # noqa: ARG002  the row says it all
        """So many, and what they did."""
        whom = self.whom
        if isinstance(whom, FeaturePeople):
            return f"**{count}** {FEATURES[whom.part]} {say.plain(whom.feature)}"
        if isinstance(whom, PathPeople):
            return f"**{count}** went from {say.plain(whom.source)} to {say.plain(whom.target)}"
        return f"**{count}** people"


def people_of(panel: Panel) -> PeopleOf | None:
    """What tells whom the rows of a panel's table count, where its question knows."""
    return getattr(panel.question, "people_of", None) if panel.chart == "table" and not panel.click else None


def clicked(panel: Panel, frame: pd.DataFrame, key: str) -> Counted | None:
    """The people of the cell that was clicked; None where a click was taken back, or it counts nobody."""
    find, place = people_of(panel), drill.cell(key)
    if find is None or place is None or not 0 <= place < len(frame):
        return None
    whom = find(frame.iloc[place].to_dict(), drill.cell_column(key))
    return None if whom is None else Counted(whom)
