"""Losses: who cancelled and why, and how many of those who paid do so a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE, TENANT, TENANT_ID, rate
from analytics.customers import OWNER, known
from analytics.features import DAY_US
from analytics.labels import ends
from analytics.lifetimes import SQL, TABLES, lived, of_each
from analytics.mrr import flows, moved
from analytics.once import once
from analytics.question import Column
from analytics.scope import Grain, Scope
from analytics.segments import NOT_TOLD, PLAN
from analytics.settings import PAYING
from analytics.stays import OfSegments, segment_column, segmented
from analytics.view import View
from analytics.whole_customers import of_whole_customers
from analytics.zones import bucket_end, bucket_starts, naive

LOST_AT = Column("lost_at", "Lost", "time", "When its last live subscription ended.")
HELD_PLAN = Column("held_plan", "Plan", "text", "The plan that it held until then.")
MRR = Column("mrr_usd", "MRR lost", "usd", "What it paid a month until then.")
AGE = Column("age_days", "Age in days", "count", "Whole days from signing up until then.")
REASON = Column("reason", "Stated reason", "text", "The reason that the cancelling change names.")
LAST_USED = Column("last_used_at", "Last used", "time", "Its last use of any kind before.")
FAILURES = Column("failures", "Failures felt", "count", "Failed executions of the four weeks before.")
EXECUTIONS = Column("executions", "Executions", "count", "Executions of the four weeks before.")
LOST = Column("lost", "Lost", "count", "Tenants lost in the window that state it.")
WHAT = Column("what", "Of what", "text", "Tenants, people who pay for themselves, or MRR.", worded=True)
RATE = Column("rate", "Lost", "ratio", "What was lost in the month / what paid at its start.", "down")
RATE_OF = Column("rate_of", "Paying at the start", "number", "What paid at the month's start.")
GONE = Column("gone", "Lost", "number", "What of it paid nothing at the month's end.")
# A share of fewer is all or nothing, and would flatten every other line.
FEWEST_PAYING, MOST_SAID = 5, 6
DRAWN = Column(
    "drawn", "Lost", "ratio", f"The same; nothing where fewer than {FEWEST_PAYING} paid at the start.", "down"
)
UNSTATED = "not stated"


@analysis(
    tables=TABLES,
    columns=(
        TENANT_ID, TENANT, OWNER, LOST_AT, HELD_PLAN, MRR, AGE, REASON, LAST_USED, EXECUTIONS, FAILURES,
    ),
)  # fmt: skip
def lost(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants whose last live subscription ended in the window, the newest first."""
    whole = of_whole_customers(scope)
    return once(view, "lost", whole, TABLES, lambda: _lost(view, whole))


def _lost(view: View, scope: Scope) -> pd.DataFrame:
    gone = ends(view, scope)
    inside = (gone["ended_at"] >= scope.start) & (gone["ended_at"] < scope.end)
    gone = gone[(gone["state"] == "free") & inside]
    found = view.frame(
        scope,
        SQL["gone"],
        lost=gone["tenant_id"].tolist(),
        moments=[naive(each.to_pydatetime()) for each in gone["ended_at"]],
        paying=list(PAYING),
        day_us=DAY_US,
    )
    began = lived(view, scope).set_index("tenant_id")["began"]
    people = known(view, scope).set_index("tenant_id")
    since = of_each(found["tenant_id"], began)
    return found.assign(
        tenant=of_each(found["tenant_id"], people["tenant"]).fillna(found["tenant_id"]).astype("str"),
        owner=of_each(found["tenant_id"], people["owner"]).fillna("").astype("str"),
        reason=found["reason"].replace("", UNSTATED),
        age_days=((found["lost_at"] - since).dt.days).astype("int64"),
    )


@analysis(tables=TABLES, columns=(REASON, LOST, MRR), additive=("lost", "mrr_usd"))
def reasons(view: View, scope: Scope) -> pd.DataFrame:
    """The reasons that lost tenants stated, the most frequent first, with what they had paid."""
    found = lost(view, scope)
    grouped = found.groupby("reason").agg(lost=("tenant_id", "size"), mrr_usd=("mrr_usd", "sum"))
    grouped = grouped.reset_index().astype({"lost": "int64", "reason": "str", "mrr_usd": object})
    return grouped.sort_values(["lost", "reason"], ascending=[False, True], ignore_index=True)


@analysis(
    tables=("subscriptions", "tenants"), columns=(BUCKET, WHAT, RATE, RATE_OF, GONE, COMPLETE), grain="month"
)
def by_month(view: View, scope: Scope) -> pd.DataFrame:
    """What share of the tenants, of the people and of the MRR that paid at a month's start was lost in it."""
    scope = of_whole_customers(scope)
    starts, begins, finishes = _months(scope)
    found = moved(view, scope, begins, finishes)
    payers = view.frame(
        scope,
        SQL["payers"],
        begins=[naive(each) for each in begins],
        ends=[naive(each) for each in finishes],
        paying=list(PAYING),
    ).set_index("begins")
    rows: list[dict[str, object]] = []
    for start, begin in zip(starts, begins, strict=True):
        flow = flows(found[found["begins"] == begin])
        people = payers.loc[begin] if begin in payers.index else {"paying": 0, "lost": 0}
        for what, whole, gone in (
            ("Tenants", flow["start_tenants"], flow["churned_tenants"]),
            ("MRR", flow["start_usd"], -flow["churned_usd"]),  # pyright: ignore[reportOperatorIssue]
            ("People", people["paying"], people["lost"]),
        ):
            rows.append({"start": start, "what": what, "rate_of": float(whole), "gone": float(gone)})  # pyright: ignore[reportArgumentType]
    return _rated(rows, "what", scope)


@dataclass(frozen=True)
class LossRate(OfSegments):
    """What share of the tenants that paid at a month's start was lost in it, by segment."""

    kind: ClassVar[str] = "loss_rate"
    grain: ClassVar[Grain] = "month"

    by: str = PLAN

    @property
    def segment(self) -> Column:
        """The column of the segment."""
        return segment_column(self.by, "The plan of the tenant's largest subscription at the month's start.")

    @property
    def columns(self) -> tuple[Column, ...]:
        """bucket, segment, rate, drawn, rate_of, gone, complete."""
        return (BUCKET, self.segment, RATE, DRAWN, RATE_OF, GONE, COMPLETE)

    def __call__(self, view: View, scope: Scope) -> pd.DataFrame:
        """A row a month and segment in which anything paid at the month's start or end."""
        scope = of_whole_customers(scope)
        starts, begins, finishes = _months(scope)
        if self.by == PLAN:
            found = moved(view, scope, begins, finishes, "plan")
        else:
            found = moved(view, scope, begins, finishes, "tenant")
            lives = segmented(view, scope, self.by).set_index("tenant_id")["segment"]
            found = found.assign(key=found["key"].map(lives).fillna(NOT_TOLD))
        rows: list[dict[str, object]] = []
        for start, begin in zip(starts, begins, strict=True):
            for segment, part in found[found["begins"] == begin].groupby("key"):
                flow = cast("dict[str, int]", flows(part))
                whole, gone = float(flow["start_tenants"]), float(flow["churned_tenants"])
                rows.append({"start": start, "segment": segment, "rate_of": whole, "gone": gone})
        rated = _rated(rows, "segment", scope)
        frame = rated.assign(drawn=rated["rate"].where(rated["rate_of"] >= FEWEST_PAYING))
        frame = frame[[column.name for column in self.columns]]
        frame.attrs["notes"] = counts_said(frame)
        return frame


def counts_said(frame: pd.DataFrame) -> tuple[str, ...]:
    """How many were lost of how many: in the last month that is over, and where too few paid to draw it."""
    over, few = frame[frame["complete"]], frame["rate_of"] < FEWEST_PAYING
    last = over[over["bucket"] == over["bucket"].max()]
    left_out = frame[few & (frame["gone"] > 0)].sort_values("bucket", ascending=False, kind="stable")
    said = [f"Lost in {each.bucket:%B}: {_counted(last)}." for each in last.head(1).itertuples()]  # pyright: ignore[reportAttributeAccessIssue]
    if len(left_out):
        told = _counted(left_out, "{0.segment} in {0.bucket:%B}")
        said.append(f"Not drawn, as fewer than {FEWEST_PAYING} paid: {told}.")
    return tuple(said)


def _counted(rows: pd.DataFrame, name: str = "{0.segment}") -> str:
    """free 1 of 4, pro 3 of 120; of many the first, and how many more there are."""
    parts = [f"{name.format(each)} {each.gone:.0f} of {each.rate_of:.0f}" for each in rows.itertuples()]  # pyright: ignore[reportAttributeAccessIssue]
    more = [f"and {len(parts) - MOST_SAID} more"] if len(parts) > MOST_SAID else []
    return ", ".join([*parts[:MOST_SAID], *more])


def _months(scope: Scope) -> tuple[list[datetime], list[datetime], list[datetime]]:
    """The months of the window on its clock: when each begins, and from when to when the window holds it."""
    starts = [
        each for each in bucket_starts(scope.start, scope.end, "month", scope.timezone) if each < scope.end
    ]
    begins = [max(start, scope.start) for start in starts]
    return starts, begins, [min(bucket_end(start, "month", scope.timezone), scope.end) for start in starts]


def _rated(rows: list[dict[str, object]], of: str, scope: Scope) -> pd.DataFrame:
    """The rows with what was lost by what was there, and whether their months are over."""
    frame = pd.DataFrame(rows, columns=["start", of, "rate_of", "gone"])
    moments = pd.DatetimeIndex(frame.pop("start"), tz="UTC").tz_convert(scope.timezone).as_unit("us")
    frame = frame.astype({of: "str", "rate_of": "float64", "gone": "float64"})
    frame = frame.assign(bucket=moments, rate=rate(frame["gone"], frame["rate_of"]))
    return frame.assign(complete=complete(frame["bucket"], scope, "month"))
