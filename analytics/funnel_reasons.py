"""Why a funnel converts as it does: segments tested against the others, and what goes with converting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pandas as pd

from analytics.filters import label
from analytics.funnel_compare import EVENT, funnel_correlation, funnel_segments
from analytics.funnel_known import as_known
from analytics.funnel_questions import OfFunnel
from analytics.funnel_spec import FunnelSpec
from analytics.question import Column
from analytics.scope import Scope
from analytics.units import tables_for
from analytics.view import View

SURE = 0.05
SEGMENT = Column("breakdown", "Segment", "text", "The value that the people are split by.")
ENTERED = Column("entered", "Entered", "count", "Who entered.")
CONVERTED = Column("converted", "Converted", "count", "Who of them reached the last step.")
RATE = Column("conversion", "Conversion", "ratio", "Converted / entered.")
DIFFERENCE = Column("difference", "Against the others", "points", "Its conversion less that of the others.")
LOW = Column("low", "At least", "points", "The lower end of the difference's 95% interval.")
HIGH = Column("high", "At most", "points", "The upper end of the difference's 95% interval.")
VERDICT = Column("verdict", "Verdict", "text", "By the test of two shares, corrected for the number of rows.")
KIND = Column("kind", "Kind", "text", "Whether it was done, or a field that the first step had.")
VALUE = Column("value", "What", "text", "The event, or the value of the field.")
WITH = Column("with_it", "Have it", "count", "Who did it on the way, or has it, and is settled.")
CONVERTING = Column("converting", "Convert with it", "ratio", "Who of those completed the funnel.")
ODDS = Column("odds_ratio", "Odds ratio", "number", "Over 1 it goes with converting, under 1 with leaving.")
SHAKY = Column("skewed", "Shaky", "flag", "Whether so few are on one side that the ratio says little.")


COMPARED = (SEGMENT, ENTERED, CONVERTED, RATE, DIFFERENCE, LOW, HIGH, VERDICT)


@dataclass(frozen=True)
class FunnelSegments(OfFunnel):
    """How each segment of a funnel converts against all the others, and whether that is more than chance."""

    spec: FunnelSpec
    kind: ClassVar[str] = "funnel_segments"
    columns: ClassVar[tuple[Column, ...]] = COMPARED  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a segment, the largest first."""
        found = funnel_segments(view, scope, self.spec)
        if isinstance(self.spec.breakdown, tuple):
            found["breakdown"] = [" · ".join(each) for each in found["breakdown"]]
        said = [_verdict(*each) for each in zip(found["difference"], found["p_value"], strict=True)]
        kinds = {"breakdown": "str", "entered": "int64", "converted": "int64"}
        kinds |= dict.fromkeys(("conversion", "difference", "low", "high"), "float64")
        found = found.assign(verdict=pd.Series(said, found.index, dtype="str")).astype(kinds)
        return found[[column.name for column in self.columns]]


@dataclass(frozen=True)
class FunnelDrivers(OfFunnel):
    """Which events on the way, and which values at the first step, go with completing a funnel."""

    spec: FunnelSpec
    fields: tuple[str, ...] = ()
    kind: ClassVar[str] = "funnel_drivers"
    columns: ClassVar[tuple[Column, ...]] = (KIND, VALUE, WITH, CONVERTING, ODDS, SHAKY)  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", tuple(self.fields))

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables of the funnel, the events on the way, and what the fields are looked up in."""
        return tuple(dict.fromkeys((*super().tables, "events", *sorted(tables_for(self.fields)))))

    def to_dict(self) -> dict[str, object]:
        """The JSON form."""
        return {**super().to_dict(), "fields": list(self.fields)}

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """What says most comes first, whichever way it goes."""
        found = funnel_correlation(
            view, scope, self.spec, fields=self.fields, known=as_known(view, scope, self.spec.steps)
        )
        having = (found["converted"] + found["lost"]).astype("int64")
        share = found["converted"].astype("float64") / having.where(having > 0)
        kinds = ["done on the way" if each == EVENT else label(each) for each in found["kind"]]
        told = {"kind": pd.Series(kinds, found.index, dtype="str"), "with_it": having, "converting": share}
        found = found.assign(**told).astype({"value": "str", "odds_ratio": "float64", "skewed": "bool"})
        return found[[column.name for column in self.columns]]


def _verdict(difference: float | None, p_value: float | None) -> str:
    """A row in words: whether a segment does better, worse, or may be as good."""
    if difference is None or p_value is None or difference != difference or p_value != p_value:  # noqa: PLR0124
        return "too few to tell"
    if p_value >= SURE:
        return "no clear difference"
    return "converts better" if difference > 0 else "converts worse"
