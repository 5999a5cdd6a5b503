"""Adoption: who uses which feature, how often, whether those who do stay, and what nobody uses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, Literal, get_args

import pandas as pd

from analytics.analysis import analysis
from analytics.columns import rate
from analytics.experiment_tests import two_proportions
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import KNOWN_TOOLS, UNUSED_SHARE
from analytics.specified import Specified
from analytics.sql import blocks
from analytics.units import PERSON
from analytics.view import View
from analytics.who import COLUMNS, LOOKED_UP, named

SQL = blocks(__file__)
DAY_US = 86_400_000_000
# Of fewer newcomers on either side nothing is said: a difference would be chance.
FEWEST = 20

FEATURE = Column("feature", "Feature", "text", "A kind of event that people do.")
USERS = Column("users", "Users", "count", "Different people who used it in the window.")
SHARE = Column("share", "Of active users", "ratio", "Users / people with any event in the window.")
SHARE_OF = Column("share_of", "Active users", "count", "People with any event in the window, signed in.")
FREQUENCY = Column("a_week", "Times a week", "number", "Uses / users / weeks of the window.")
TRIED = Column("tried", "Newcomers with it", "count", "Newcomers who used it in their first 7 days.")
WITH = Column("retained_with", "Week 4 with it", "ratio", "Of those, who did anything on days 28 to 34.")
WITHOUT = Column(
    "retained_without", "Week 4 without", "ratio", "The same of the newcomers who did not use it."
)
LEFT_OUT = Column("left_out", "Newcomers without", "count", "Newcomers who did not use it in these days.")
DIFFERENCE = Column(
    "difference", "Difference", "points", "Week 4 with it - without it; it goes with it, no more."
)
LOW = Column("low", "At least", "points", "The lower end of the difference's 95 % interval.")
HIGH = Column("high", "At most", "points", "The upper end of the difference's 95 % interval.")
STAYED = Column("stayed", "Active in week 4", "flag", "Whether they did anything on days 28 to 34.")
Part = Literal["used", "with", "without"]
# Whose numbers are in a column.
PARTS: Mapping[str, Part] = {
    **dict.fromkeys(("feature", "users", "share", "a_week"), "used"),
    **dict.fromkeys(("tried", "retained_with"), "with"),
    **dict.fromkeys(("left_out", "retained_without"), "without"),
}
GOES_WITH = Column("goes_with", "Goes with", "text", "What the interval allows to say, and no cause.")

KIND = Column("kind", "Kind", "text", "An event that people do, or a tool that the AI calls.")
LAST = Column("last_used_at", "Last used", "time", "The newest use up to the window's end; nothing if never.")
UNUSED = Column("unused", "Feature", "text", "The kind of event, or the tool.")


@analysis(
    tables=("events", "identities"),
    columns=(
        FEATURE, USERS, SHARE, SHARE_OF, FREQUENCY, TRIED, WITH, LEFT_OUT, WITHOUT, DIFFERENCE, LOW, HIGH,
        GOES_WITH,
    ),
    people_of=lambda row, column: people_of(str(row["feature"]), column),
)  # fmt: skip
def features(view: View, scope: Scope) -> pd.DataFrame:
    """Who uses each feature, how often, and how many newcomers stay with it and without it.

    Only people who are signed in count. A newcomer's first event of all lies in the window, at least 35 days
    before its end; one stays who does anything on the days 28 to 34 after it. Those who use more stay longer
    anyway: the difference goes with the feature and does not say that it is the reason.
    """
    found = view.frame(scope, SQL["features"], day_us=DAY_US)
    weeks = (scope.end - scope.start) / timedelta(days=7)
    without, without_retained = (
        found[whole] - found[part]
        for whole, part in (("newcomers", "tried"), ("newcomers_retained", "tried_retained"))
    )
    compared = [
        two_proportions((kept, tried), (kept_without, left_out))
        for kept, tried, kept_without, left_out in zip(
            found["tried_retained"], found["tried"], without_retained, without, strict=True
        )
    ]
    enough = (found["tried"] >= FEWEST) & (without >= FEWEST)
    told = pd.DataFrame(
        [(each.difference, each.difference_low, each.difference_high) for each in compared],
        columns=["difference", "low", "high"],
        index=found.index,
        dtype="float64",
    ).where(enough)
    said = [_said(low, high) for low, high in zip(told["low"], told["high"], strict=True)]
    return pd.DataFrame(
        {
            "feature": found["feature"],
            "users": found["users"],
            "share": rate(found["users"], found["active"]),
            "share_of": found["active"],
            "a_week": rate(found["times"], found["users"]) / weeks,
            "tried": found["tried"],
            "retained_with": rate(found["tried_retained"], found["tried"]),
            "left_out": without,
            "retained_without": rate(without_retained, without),
            **told,
            "goes_with": pd.Series(said, found.index, dtype="str"),
        }
    )


@analysis(tables=("events", "llm_calls", "identities"), columns=(UNUSED, KIND, USERS, SHARE, SHARE_OF, LAST))
def unused(view: View, scope: Scope) -> pd.DataFrame:
    """Features that fewer than 1 % of the active people use, and known tools that the AI never called.

    Known are the events and tools of all history up to the window's end, and the tools that a setting names.
    """
    events = view.frame(scope, SQL["known_events"]).assign(kind="Event")
    active = int(events["active"].iloc[0]) if len(events) else 0
    tools = view.frame(scope, SQL["known_tools"]).assign(kind="AI tool")
    named = [tool for tool in KNOWN_TOOLS if tool not in set(tools["feature"])]
    never = pd.DataFrame(
        {"feature": pd.Series(named, dtype="str"), "users": 0, "calls": 0, "kind": "AI tool"}
    )
    called_never = pd.concat([tools, never]) if named else tools
    hardly = events[events["users"] < UNUSED_SHARE * max(active, 1)]
    found = pd.concat([hardly, called_never[called_never["calls"] == 0]], ignore_index=True)
    found = found.assign(share_of=active, share=rate(found["users"], pd.Series(active, found.index)))
    found = found.sort_values(["users", "last_used_at", "feature"], na_position="first", ignore_index=True)
    kinds = {"feature": "str", "kind": "str", "users": "int64", "share_of": "int64"}
    return found.rename(columns={"feature": "unused"})[[column.name for column in unused.columns]].astype(
        {("unused" if name == "feature" else name): kind for name, kind in kinds.items()}
    )


@dataclass(frozen=True)
class FeaturePeople(Specified):
    """Who used a feature in the window; or newcomers who did in their first week, or who did not."""

    kind: ClassVar[str] = "feature_people"

    feature: str
    part: Part = "used"

    def __post_init__(self) -> None:
        if self.part not in get_args(Part):
            raise ValueError(f"the people of a feature are one of {', '.join(get_args(Part))}")

    @property
    def columns(self) -> tuple[Column, ...]:
        """name, unit, tenant, tenant_id; of newcomers stayed too."""
        return COLUMNS if self.part == "used" else (*COLUMNS, STAYED)

    @property
    def tables(self) -> tuple[str, ...]:
        """Events, who their people are, and what they are called."""
        return (*features.tables, *LOOKED_UP)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a person, as many as the feature's row counts."""
        sql = SQL["feature_people"]
        found = view.frame(scope, sql, feature=self.feature, part=self.part, day_us=DAY_US)
        people = named(view, scope, found[["tenant_id", "unit"]], PERSON)
        whole = people.merge(found, on=["tenant_id", "unit"])
        return whole[[column.name for column in self.columns]]


def people_of(feature: str, column: str) -> FeaturePeople | None:
    """Whom a column counts of a feature; None where it counts nobody."""
    return FeaturePeople(feature, PARTS[column]) if column in PARTS else None


def _said(low: float, high: float) -> str:
    if math.isnan(low):
        return "too few to say"
    if low > 0:
        return "staying"
    return "leaving" if high < 0 else "neither"
