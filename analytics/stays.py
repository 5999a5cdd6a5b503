"""Stays: what share of the customers of each segment is still there at each age, and how many were lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from analytics.columns import rate
from analytics.funnel_questions import wilson
from analytics.lifetimes import TABLES, lived, of_each
from analytics.question import Column
from analytics.scope import Scope
from analytics.segments import COHORT, NOT_TOLD, PLAN, checked, label, of_tenants
from analytics.specified import Specified
from analytics.survival import at, log_rank, median, survival
from analytics.view import View

# A curve of fewer customers, or its end where fewer are left, would be drawn by single ones.
FEWEST, FEWEST_LEFT, MOST_SEGMENTS, LONG_WEEKS = 10, 5, 6, 104
AGES = (1, 3, 6, 12, 24, 36, 48, 60, 72)
DAYS, MONTHS = "duration", "months"

WEEKS = Column("age_weeks", "Week", "count", "Whole weeks since signing up.")
AGE = Column("age_months", "Months", "count", "Months since signing up, of the page's calendar.")
SHARE = Column(
    "share", "Still there", "ratio", "The share that is still a customer at that age (Kaplan-Meier).", "up"
)
AT_RISK = Column("share_of", "At risk", "count", "Customers that were there until that age.")
LOW = Column("low", "At least", "ratio", "The lower end of its 95 % interval.")
HIGH = Column("high", "At most", "ratio", "The upper end of its 95 % interval.")
CUSTOMERS = Column("customers", "Customers", "count", "All customers of that segment, those lost included.")
GONE = Column("lost", "Lost", "count", "Those of them that were lost.")
RATE = Column("rate", "Share lost", "ratio", "Lost / customers, however long each was one.", "down")
STAYED = Column("stayed_months", "Months stayed", "number", "The months of all of them as customers, summed.")
A_MONTH = Column("a_month", "Lost a month", "ratio", "Lost / the months of all of them as customers.", "down")
MEDIAN = Column(
    "median_months", "Half stay, months", "number", "Months after which half are left; nothing before."
)


class OfSegments(Specified):
    """What is asked of customers by a segment."""

    by: str

    def __post_init__(self) -> None:
        checked(self.by)

    @property
    def tables(self) -> tuple[str, ...]:
        """What lives are told by, with or without a subscription."""
        return TABLES

    @property
    def segment(self) -> Column:
        """The column of the segment."""
        return segment_column(self.by, "The plan that the customer began with.")


def segment_column(by: str, of_plan: str) -> Column:
    """The column of a segment: what it is called, and what it means."""
    meant = {PLAN: of_plan, COHORT: "The quarter in which the customer signed up."}
    return Column(
        "segment", label(by), "text", meant.get(by, f"{label(by)}, as the tenant's row says today.")
    )


@dataclass(frozen=True)
class Stays(OfSegments):
    """The share of customers still there at each week of age, by segment."""

    kind: ClassVar[str] = "stays"

    by: str = PLAN

    @property
    def columns(self) -> tuple[Column, ...]:
        """segment, age_weeks, share, share_of, low, high."""
        return (self.segment, WEEKS, SHARE, AT_RISK, LOW, HIGH)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a segment and week; of many segments those with the most customers."""
        lives = segmented(view, scope, self.by)
        large = lives["segment"].value_counts().head(MOST_SEGMENTS).index
        shown = lives[lives["segment"].isin(large)]
        last = int(shown[DAYS].max() // 7) if len(shown) else 0
        weeks = np.arange(0, last + 1, 1 if last <= LONG_WEEKS else 4, dtype=np.float64)
        parts = [_read(own, DAYS, weeks * 7).assign(segment=name) for name, own in shown.groupby("segment")]
        frame = pd.concat([_nothing(), *parts], ignore_index=True)
        frame = frame.assign(age_weeks=(frame["age"] // 7).astype("int64"))
        return _noted(frame[[column.name for column in self.columns]], lives, shown)


@dataclass(frozen=True)
class StaysAt(OfSegments):
    """The share of customers still there after given months, by segment."""

    kind: ClassVar[str] = "stays_at"

    by: str = PLAN

    @property
    def columns(self) -> tuple[Column, ...]:
        """segment, age_months, share, share_of, low, high."""
        return (self.segment, AGE, SHARE, AT_RISK, LOW, HIGH)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a segment and age that anybody of it reached."""
        lives = segmented(view, scope, self.by)
        ages = np.array(AGES, dtype=np.float64)
        parts = [_read(own, MONTHS, ages).assign(segment=name) for name, own in lives.groupby("segment")]
        frame = pd.concat([_nothing(), *parts], ignore_index=True)
        frame = frame.assign(age_months=frame["age"].astype("int64"))
        return _noted(frame[[column.name for column in self.columns]], lives, lives)


@dataclass(frozen=True)
class LostOf(OfSegments):
    """How many customers there were up to the window's end, and what share of them was lost, by segment."""

    kind: ClassVar[str] = "lost_of"

    by: str = PLAN

    @property
    def columns(self) -> tuple[Column, ...]:
        """segment, customers, lost, rate, low, high, median_months, stayed_months, a_month."""
        return (self.segment, CUSTOMERS, GONE, RATE, LOW, HIGH, MEDIAN, STAYED, A_MONTH)

    @property
    def additive(self) -> tuple[str, ...]:
        """Each customer is of one segment."""
        return (CUSTOMERS.name, GONE.name, STAYED.name)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a segment, the largest first."""
        lives = segmented(view, scope, self.by)
        grouped = lives.groupby("segment")
        found = grouped.agg(
            customers=("lost", "size"), lost=("lost", "sum"), stayed_months=(MONTHS, "sum")
        ).reset_index()
        found = found.astype(
            {"segment": "str", "customers": "int64", "lost": "int64", "stayed_months": "float64"}
        )
        half = {name: _median(own) for name, own in grouped}
        low, high = wilson(found["lost"].to_numpy(dtype=float), found["customers"].to_numpy(dtype=float))
        found = found.assign(
            rate=rate(found["lost"], found["customers"]),
            low=low,
            high=high,
            median_months=found["segment"].map(half).astype("float64"),
            a_month=rate(found["lost"], found["stayed_months"]),
        )
        found = found.sort_values(["customers", "segment"], ascending=[False, True], ignore_index=True)
        return _noted(found[[column.name for column in self.columns]], lives, None)


def segmented(view: View, scope: Scope, by: str) -> pd.DataFrame:
    """Every customer's life, with its segment."""
    lives = lived(view, scope)
    if by == PLAN:
        return lives.assign(segment=lives["first_plan"])
    if by == COHORT:
        return lives.assign(segment=lives["cohort"])
    told = of_each(lives["tenant_id"], of_tenants(view, scope, by))
    return lives.assign(segment=told.fillna(NOT_TOLD).astype("str"))


def _median(own: pd.DataFrame) -> float:
    """After how many months half of a segment are left; nothing of too few customers."""
    if len(own) < FEWEST:
        return float("nan")
    return median(survival(_timed(own, MONTHS)))


def _timed(own: pd.DataFrame, unit: str) -> pd.DataFrame:
    """Lives whose duration is in days or in months."""
    return pd.DataFrame({"duration": own[unit], "lost": own["lost"]})


def _read(own: pd.DataFrame, unit: str, ages: np.ndarray) -> pd.DataFrame:
    """The curve of one segment at these ages; of too few customers only how many are left."""
    found = at(survival(_timed(own, unit)), ages).rename(columns={"at_risk": "share_of"})
    enough = (found["share_of"] >= FEWEST_LEFT) & (len(own) >= FEWEST)
    for name in ("share", "low", "high"):
        found[name] = found[name].where(enough)
    return found


def _nothing() -> pd.DataFrame:
    """No row, in the form of those that there may be."""
    return pd.DataFrame(
        {
            "segment": pd.Series(dtype="str"),
            "share_of": pd.Series(dtype="int64"),
            **{name: pd.Series(dtype="float64") for name in ("age", "share", "low", "high")},
        }
    )


def _noted(frame: pd.DataFrame, lives: pd.DataFrame, drawn: pd.DataFrame | None) -> pd.DataFrame:
    """The frame with what is left out of it, and whether the segments differ by more than chance."""
    sizes = lives["segment"].value_counts()
    few = sorted(sizes.index[sizes < FEWEST])
    lost = int(lives["lost"].sum())
    notes = [f"{len(lives):,} customers, {lost:,} of them lost ({lost / max(len(lives), 1):.1%})."]
    if few:
        named = [*few[:MOST_SEGMENTS], *([f"{len(few) - MOST_SEGMENTS} more"] * (len(few) > MOST_SEGMENTS))]
        notes.append(f"Too few to tell, with less than {FEWEST} customers: {', '.join(named)}.")
    if drawn is not None and len(drawn) < len(lives):
        notes.append(f"The {MOST_SEGMENTS} with the most customers are drawn, of {len(sizes)}.")
    if drawn is not None:
        notes.append(f"A curve ends where fewer than {FEWEST_LEFT} customers are left.")
    large = lives[lives["segment"].isin(sizes[sizes >= FEWEST].index)].rename(columns={"segment": "group"})
    tested = log_rank(large) if len(large) else None
    if tested is not None:
        said = "differ by more than chance" if tested.p_value < 0.05 else "do not differ by more than chance"
        p_value = "p < 0.001" if tested.p_value < 0.001 else f"p = {tested.p_value:.3f}"
        notes.append(f"The groups {said} (log-rank: chi2 = {tested.chi2:.1f}, {p_value}).")
    frame.attrs["notes"] = tuple(notes)
    return frame
