"""Recurring revenue: what tenants pay a month, and what became of it: new, more, less, lost, come back.

What counts, and how (docs/revenue.md says it for people):

- A tenant's MRR is the sum over its subscriptions, those of its people included: of each what its last
  change up to a moment leaves it at, where the state is one of `settings.PAYING` and the price is above
  nothing. Past due counts until it is cancelled, and is shown apart; trials, paused and unpaid subscriptions
  pay nothing.
- `mrr_usd` is a month's part: a year's price / 12 is what the source writes there. Nothing is divided again.
- Rows without a tenant belong to no customer, and count nowhere.
- A movement compares what a tenant pays at the two ends of a stretch: of months, cut on the scope's clock and
  by its window. Nothing before and something after is new, or reactivated where any change before left it
  paying; something before and nothing after is churned; all else is expansion or contraction. So cancelling
  one of several subscriptions is contraction, and what comes and goes within a stretch is no movement.
- NRR = (start + expansion - contraction - churned) / start, GRR = the same without expansion; what came from
  tenants that paid nothing at the start is in neither. Quick ratio = (new + expansion + reactivated) /
  (contraction + churned). Logo churn = tenants churned / tenants paying at the start.
- By plan a tenant stands under the plan of its largest subscription at the start, or at the end where it
  paid nothing before; by cohort under the month in which it signed up: `tenants.created_at`, else its first
  change.

Money is exact: Decimal from the store to the answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal, cast

import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE, TENANT, TENANT_ID
from analytics.customers import known
from analytics.question import Column
from analytics.scope import Grain, Scope
from analytics.settings import PAST_DUE, PAYING
from analytics.sql import blocks
from analytics.view import View
from analytics.zones import bucket_end, bucket_starts, day_start, naive

SQL = blocks(__file__)

By = Literal["", "tenant", "plan", "cohort"]
ZERO = Decimal(0)
MONTHS_A_YEAR = 12
TOP = 10
# Nobody signed up for software before: the first month that a cohort can have.
FIRST_MONTH = date(1990, 1, 1)
# What adds to MRR and what takes from it, as they are stacked.
GAINS, LOSSES = ("new", "expansion", "reactivated"), ("contraction", "churned")
MOVEMENTS, KEPT = (*GAINS, *LOSSES), "kept"


def usd(name: str, label: str, definition: str) -> Column:
    """A column of dollars a month."""
    return Column(name, label, "usd", definition)


MRR = usd("mrr_usd", "MRR", "Monthly recurring revenue at the end of the window.")
LATE = usd("past_due_usd", "Past due", "The part of it whose last payment is late.")
ARR = Column("arr_usd", "ARR", "usd", "MRR x 12.", "up")
ARPU = Column("arpu_usd", "ARPU", "usd", "MRR / paying tenants.", "up")
PAYING_TENANTS = Column(
    "paying_tenants", "Paying tenants", "count", "Tenants that pay at the window's end.", "up"
)
START = usd("start_usd", "MRR at the start", "What tenants paid at the start.")
END = usd("end_usd", "MRR at the end", "What tenants paid at the end.")
NET = usd("net_usd", "Net", "MRR at the end - MRR at the start.")
MOVED = (
    usd("new_usd", "New", "Paid by tenants that had never paid before."),
    usd("expansion_usd", "Expansion", "What tenants that paid before pay more."),
    usd("reactivated_usd", "Reactivated", "Paid by tenants that had paid once, but nothing at the start."),
    usd("contraction_usd", "Contraction", "What tenants that still pay, pay less; below nothing."),
    usd("churned_usd", "Churned", "What tenants that no longer pay had paid; below nothing."),
)
NRR = Column(
    "nrr", "Net retention", "ratio", "Of revenue: (start + expansion - contraction - churned) / start.", "up"
)
GRR = Column("grr", "Gross retention", "ratio", "Of revenue: (start - contraction - churned) / start.", "up")
LOGO_CHURN = Column(
    "logo_churn", "Logo churn", "ratio", "Tenants churned / tenants paying at the start.", "down"
)
QUICK_RATIO = Column(
    "quick_ratio", "Quick ratio", "number", "(New + expansion + reactivated) / (contraction + churned).", "up"
)
START_TENANTS = Column("start_tenants", "Paying at the start", "count", "Tenants that paid at the start.")
CHURNED_TENANTS = Column("churned_tenants", "Churned tenants", "count", "Tenants that no longer pay.")
NEW_TENANTS = Column("new_tenants", "New tenants", "count", "Tenants that pay and had never paid before.")
TOP_SHARE = Column("top_share", "Top 10", "ratio", "MRR of the ten tenants that pay the most / all MRR.")
MRR_OF_ALL = usd("top_share_of", "MRR", "What all tenants pay.")
TOP_USD = usd("top_usd", "MRR of the top 10", "What the ten tenants pay that pay the most.")
PLAN = Column(
    "plan", "Plan", "text", "The plan of the tenant's largest subscription at the start, or of its first."
)
COHORT = Column("cohort", "Signed up", "text", "The month in which the tenants signed up.")
MOVEMENT = Column("movement", "Movement", "text", "What became of the tenant's MRR.")
BEFORE = usd("before_usd", "Before", "What the tenant paid at the start.")
AFTER = usd("after_usd", "After", "What the tenant pays at the end.")
CHANGE = usd("change_usd", "Change", "After - before.")

FLOWS = (START, *MOVED, NET, END, NEW_TENANTS, CHURNED_TENANTS, START_TENANTS)
RATES = (NRR, GRR, LOGO_CHURN)
ADDITIVE = tuple(column.name for column in FLOWS)
TABLES = ("subscriptions", "tenants")


@analysis(
    tables=TABLES,
    columns=(MRR, ARR, ARPU, PAYING_TENANTS, LATE),
    additive=("mrr_usd", "arr_usd", "paying_tenants", "past_due_usd"),
)
def total(view: View, scope: Scope) -> pd.DataFrame:
    """What tenants pay a month at the window's end, a year of it, and the mean of a paying tenant."""
    found = moved(view, scope, [scope.start], [scope.end])
    paid = found[found["movement"] != "churned"]
    mrr, tenants = summed(paid["new_usd"]), int(paid["tenants"].sum())
    row = {
        "mrr_usd": mrr,
        "arr_usd": mrr * MONTHS_A_YEAR,
        "arpu_usd": mrr / tenants if tenants else None,
        "paying_tenants": tenants,
        "past_due_usd": summed(paid["past_due_usd"]),
    }
    return pd.DataFrame([row]).astype({"arpu_usd": object})


@analysis(tables=("subscriptions",), columns=(BUCKET, MRR, COMPLETE), additive=("mrr_usd",))
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """What tenants pay a month at the end of each bucket."""
    return paid(view, scope, scope.grain())


@analysis(tables=TABLES, columns=(TOP_SHARE, MRR_OF_ALL, TOP_USD))
def top_share(view: View, scope: Scope) -> pd.DataFrame:
    """What part of the MRR at the window's end the ten tenants pay that pay the most."""
    found = moved(view, scope, [scope.start], [scope.end], "tenant")
    every = sorted((cast("Decimal", value) for value in found["new_usd"]), reverse=True)
    top, whole = sum(every[:TOP], ZERO), sum(every, ZERO)
    row = {"top_share": float(top / whole) if whole else float("nan"), "top_share_of": whole, "top_usd": top}
    return pd.DataFrame([row])


def paid(view: View, scope: Scope, grain: Grain) -> pd.DataFrame:
    """What tenants pay a month at the end of each bucket of a grain: bucket, mrr_usd, complete."""
    sql = "select distinct bucket from calendar order by bucket"
    buckets = view.frame(scope, sql, grain=grain)["bucket"]
    starts = [naive(bucket.to_pydatetime()) for bucket in buckets]
    values = {"paying": list(PAYING), "buckets": starts, "first": starts[0]}
    frame = view.frame(scope, SQL["over_time"], **values)  # pyright: ignore[reportArgumentType]
    return frame.assign(complete=complete(frame["bucket"], scope, grain))


@analysis(tables=TABLES, columns=(BUCKET, *FLOWS, *RATES, COMPLETE), additive=ADDITIVE, grain="month")
def by_month(view: View, scope: Scope) -> pd.DataFrame:
    """What was added to and taken from the MRR in each month, cut on the scope's clock and by its window."""
    last = scope.end.astimezone(UTC)
    starts = [each for each in bucket_starts(scope.start, scope.end, "month", scope.timezone) if each < last]
    begins = [max(start, scope.start) for start in starts]
    ends = [min(bucket_end(start, "month", scope.timezone), scope.end) for start in starts]
    found = moved(view, scope, begins, ends)
    moments = pd.DatetimeIndex(starts).tz_convert(scope.timezone).as_unit("us")
    rows = [flows(found[found["begins"] == begin]) for begin in begins]
    frame = rated(pd.DataFrame(rows)).assign(bucket=moments)
    return frame.assign(complete=complete(frame["bucket"], scope, "month"))


@analysis(
    tables=TABLES,
    columns=(*FLOWS, *RATES, QUICK_RATIO),
    additive=ADDITIVE,
)
def retention(view: View, scope: Scope) -> pd.DataFrame:
    """What became, over the whole window, of the revenue and of the tenants that were there at its start."""
    frame = rated(pd.DataFrame([flows(moved(view, scope, [scope.start], [scope.end]))]))
    gained = [sum((row[f"{name}_usd"] for name in GAINS), ZERO) for _, row in frame.iterrows()]
    lost = [-sum((row[f"{name}_usd"] for name in LOSSES), ZERO) for _, row in frame.iterrows()]
    ratios = [float(up / down) if down else float("nan") for up, down in zip(gained, lost, strict=True)]
    return frame.assign(quick_ratio=pd.Series(ratios, dtype="float64"))


@analysis(tables=TABLES, columns=(PLAN, *FLOWS, *RATES), additive=ADDITIVE)
def by_plan(view: View, scope: Scope) -> pd.DataFrame:
    """What became of the MRR over the window by plan, the largest first."""
    grouped = of_keys(moved(view, scope, [scope.start], [scope.end], "plan"))
    frame = grouped.rename(columns={"key": "plan"})
    return ordered(frame, "plan")


@analysis(tables=TABLES, columns=(COHORT, *FLOWS, *RATES), additive=ADDITIVE)
def by_cohort(view: View, scope: Scope) -> pd.DataFrame:
    """What became of the MRR over the window by the month in which tenants signed up."""
    grouped = of_keys(moved(view, scope, [scope.start], [scope.end], "cohort"))
    months = pd.to_datetime(grouped["key"], format="%Y-%m-%dT%H:%M:%S", utc=True)
    named = months.dt.tz_convert(scope.timezone).dt.strftime("%Y-%m")
    frame = grouped.assign(cohort=named.astype("str")).drop(columns="key")
    return frame.sort_values("cohort").reset_index(drop=True)


@analysis(tables=TABLES, columns=(TENANT_ID, TENANT, MOVEMENT, BEFORE, AFTER, CHANGE))
def movers(view: View, scope: Scope) -> pd.DataFrame:
    """The tenants whose MRR at the window's end differs from that at its start, the largest change first."""
    found = moved(view, scope, [scope.start], [scope.end], "tenant")
    found = found[found["movement"] != KEPT]
    frame = pd.DataFrame(
        {
            "tenant_id": found["key"],
            "movement": found["movement"],
            "before_usd": found["old_usd"],
            "after_usd": found["new_usd"],
            "change_usd": found["new_usd"] - found["old_usd"],
        }
    )
    names = known(view, scope)[["tenant_id", "tenant"]]
    frame = frame.merge(names, on="tenant_id", how="left")
    frame["tenant"] = frame["tenant"].fillna(frame["tenant_id"])
    frame["size"] = [abs(change) for change in frame["change_usd"]]
    order = ["size", "tenant", "tenant_id"]
    frame = frame.sort_values(order, ascending=[False, True, True]).drop(columns="size")
    return frame.astype({"change_usd": object}).reset_index(drop=True)


def moved(
    view: View, scope: Scope, begins: Sequence[datetime], ends: Sequence[datetime], by: By = ""
) -> pd.DataFrame:
    """What became of MRR in stretches of time: a row for each of them, key and movement."""
    values = {
        "begins": [naive(each) for each in begins],
        "ends": [naive(each) for each in ends],
        "months": months_until(scope),
        "paying": list(PAYING),
        "late": list(PAST_DUE),
        "by": by,
    }
    return view.frame(scope, SQL["moved"], **values)  # pyright: ignore[reportArgumentType]


def flows(found: pd.DataFrame) -> dict[str, object]:
    """One row of what became of some MRR: `FLOWS`, from rows of `moved`."""
    gained = dict.fromkeys((*MOVEMENTS, KEPT), ZERO)
    tenants = dict.fromkeys(gained, 0)
    start = end = ZERO
    # Row by row: a frame cut five times for each of many cohorts took longer than the query.
    for movement, old, new, count in zip(
        *(found[name].tolist() for name in ("movement", "old_usd", "new_usd", "tenants")), strict=True
    ):
        gained[movement] += new - old
        tenants[movement] += count
        start, end = start + old, end + new
    return {
        "start_usd": start,
        **{f"{name}_usd": gained[name] for name in MOVEMENTS},
        "net_usd": end - start,
        "end_usd": end,
        "new_tenants": tenants["new"],
        "churned_tenants": tenants["churned"],
        "start_tenants": sum(tenants.values()) - tenants["new"] - tenants["reactivated"],
    }


def rated(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rows with their rates; nothing where nobody paid at the start."""
    rows = [cast("dict[str, Decimal]", row) for row in frame.to_dict("records")]
    kept = [row["start_usd"] + row["contraction_usd"] + row["churned_usd"] for row in rows]
    net = [left + row["expansion_usd"] for left, row in zip(kept, rows, strict=True)]
    starts = [row["start_usd"] for row in rows]
    return frame.assign(
        nrr=shares(net, starts),
        grr=shares(kept, starts),
        logo_churn=shares([row["churned_tenants"] for row in rows], [row["start_tenants"] for row in rows]),
    )


def of_keys(found: pd.DataFrame) -> pd.DataFrame:
    """A row of flows and rates for each key; the columns also where there is none."""
    rows = [{"key": key, **flows(part)} for key, part in found.groupby("key", sort=True)]
    counts = dict.fromkeys(("new_tenants", "churned_tenants", "start_tenants"), "int64")
    names = ["key", *(column.name for column in FLOWS)]
    return rated(pd.DataFrame(rows, columns=names).astype({**dict.fromkeys(names, object), **counts})).astype(
        {"key": "str"}
    )


def ordered(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The rows with the most at the end first, ties by their name."""
    return frame.sort_values(["end_usd", name], ascending=[False, True]).reset_index(drop=True)


def shares(parts: Sequence[Decimal | int], wholes: Sequence[Decimal | int]) -> pd.Series[float]:
    """Part / whole; nothing where the whole is nothing."""
    found = [
        float(part / whole) if whole else float("nan") for part, whole in zip(parts, wholes, strict=True)
    ]
    return pd.Series(found, dtype="float64")


def summed(values: pd.Series) -> Decimal:
    """The exact sum of decimals."""
    return sum((cast("Decimal", value) for value in values), ZERO)


def months_until(scope: Scope) -> list[datetime]:
    """When every month up to the scope's end begins on its clock."""
    first = day_start(FIRST_MONTH, scope.timezone)
    return [naive(each) for each in bucket_starts(first, scope.end, "month", scope.timezone)]
