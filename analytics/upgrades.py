"""Upgrades: how many there are, how many follow a limit, who begins to pay, and what people do before.

An upgrade is a change to another plan that pays more, or to paying at all, of a tenant or of a person with a
plan of their own; or an event that says so (`settings.UPGRADES`). A tenant that begins with a plan that pays
is new, and one that comes back is reactivated: neither upgraded. All of a tenant count with its upgrade.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.experiment_tests import Comparison, two_proportions
from analytics.filters import fields
from analytics.measures.product import LIMITED
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import (
    FIRST_DAYS,
    FOLLOWING_DAYS,
    LIMIT_HITS,
    LIVE,
    PAYING,
    SIGNUPS,
    UPGRADE_DAYS,
    UPGRADES,
)
from analytics.sql import blocks
from analytics.view import NotFilterable, View
from analytics.whole_customers import of_whole_customers
from analytics.zones import EPOCH, MICROSECOND

SQL = blocks(__file__)
# Fewer people than this on either side say nothing of a feature.
FEWEST = 10
COUNTED = ("used_upgraded", "used", "others_upgraded", "others")
NOT_SURE = Comparison(*[float("nan")] * 7)
# What a filter may say of tenants without naming them.
OF_TENANTS = ("plan", "owner", "region", "billing_day")
TABLES = ("events", "identities", "subscriptions", "tenants")

UPGRADED = Column("upgrades", "Upgrades", "count", "Tenants and people that moved to a larger plan.")
HIT = Column("hit", "Hit a limit", "count", "Tenants that hit a limit of their plan in the window.")
HITS = Column("hits", "Limit hits", "count", "How often they hit one.")
TAKEN = Column("median_hours", "Median time", "hours", "From the hit to the upgrade that followed it.")
THEN = Column("upgraded", "Upgraded", "count", f"Those that upgraded within {UPGRADE_DAYS} days of a hit.")
STILL = Column(
    "still",
    "Still may",
    "count",
    f"Those that did not yet, and whose last hit is no {UPGRADE_DAYS} days old.",
)
SHARE = Column("share", "Upgraded after a limit", "ratio", "Upgraded / (hit a limit - still may).")
SHARE_OF = Column("share_of", "Tenants", "count", "Tenants that hit a limit, without those that still may.")
FREE = Column("free_to_paid_of", "Free tenants", "count", "Tenants that were free at the window's start.")
BECAME = Column("became_paying", "Became paying", "count", "Those of them that began to pay in the window.")
FREE_TO_PAID = Column("free_to_paid", "Free to paid", "ratio", "Became paying / free at the window's start.")
FEATURE = Column("feature", "Feature", "text", "The kind of event that its use is told by.")
USED = Column("used", "Used it", "count", f"People who used it in their first {FIRST_DAYS} days.")
USED_RATE = Column(
    "used_rate", "Of them upgraded", "ratio", f"What share upgraded in the {FOLLOWING_DAYS} days after."
)
OTHERS = Column("others", "Did not", "count", "People who did not use it then.")
OTHERS_RATE = Column("others_rate", "Of these upgraded", "ratio", "What share of the others upgraded.")
DIFFERENCE = Column("difference", "Difference", "points", "The one share - the other.")
LOW = Column("low", "From", "points", "The lower end of the difference's 95% interval.")
HIGH = Column("high", "To", "points", "The upper end of the difference's 95% interval.")
VERDICT = Column("verdict", "Goes with upgrading", "text", "Whether the interval leaves no difference open.")


@dataclass(frozen=True)
class Upgrades:
    """Who upgraded when, as lists beside each other; `person` is '' for a tenant."""

    tenants: list[str]
    people: list[str]
    moments: list[datetime]

    def values(self) -> dict[str, object]:
        """The parameters by which a statement reads them."""
        return {"tenants": self.tenants, "people": self.people, "moments": self.moments}


@analysis(tables=TABLES, columns=(UPGRADED,), additive=("upgrades",))
def count(view: View, scope: Scope) -> pd.DataFrame:
    """Tenants, and people with a plan of their own, that moved to a larger plan in the window; each once."""
    frame = upgraded(view, scope)
    inside = frame[(frame["upgraded_at"] >= scope.start) & (frame["upgraded_at"] < scope.end)]
    return pd.DataFrame({"upgrades": [len(inside[["tenant_id", "person"]].drop_duplicates())]})


@analysis(tables=TABLES, columns=(BUCKET, UPGRADED, COMPLETE), additive=("upgrades",))
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """The same in each bucket."""
    grain = scope.grain()
    frame = upgraded(view, scope)
    values = listed(
        frame[(frame["upgraded_at"] >= scope.start) & (frame["upgraded_at"] < scope.end)]
    ).values()
    found = view.frame(scope, SQL["over_time"], grain=grain, **values)  # pyright: ignore[reportArgumentType]
    return found.assign(complete=complete(found["bucket"], scope, grain))


@analysis(
    tables=TABLES,
    columns=(HIT, HITS, THEN, STILL, SHARE, SHARE_OF, TAKEN),
    additive=("hit", "hits", "upgraded", "still", "share_of"),
    drawn_from={"share": Behind("events", LIMITED)},
)
def after_limit(view: View, scope: Scope) -> pd.DataFrame:
    """Of tenants that hit a limit, the share that upgraded within 7 days of a hit; who still may is apart."""
    frame = view.frame(
        scope,
        SQL["after_limit"],
        limits=list(LIMIT_HITS),
        within_us=timedelta(days=UPGRADE_DAYS) // MICROSECOND,
        present_us=(scope.present - EPOCH) // MICROSECOND,
        **listed(upgraded(view, scope)).values(),  # pyright: ignore[reportArgumentType]
    )
    decided = frame["hit"] - frame["still"]
    return frame.assign(share=part(frame["upgraded"], decided), share_of=decided)


@analysis(
    tables=("subscriptions", "tenants"),
    columns=(FREE_TO_PAID, FREE, BECAME),
    additive=("free_to_paid_of", "became_paying"),
)
def free_to_paid(view: View, scope: Scope) -> pd.DataFrame:
    """Of the tenants that were free at the window's start, the share that began to pay in it."""
    # A filter that leaves out subscriptions would make their tenants free.
    for name in sorted(fields(scope.where)):
        if not name.startswith("tenant.") and name not in OF_TENANTS:
            raise NotFilterable(name, "free to paid")
    frame = view.frame(of_whole_customers(scope), SQL["free_to_paid"], paying=list(PAYING), live=list(LIVE))
    share = part(frame["became_paying"], frame["free"])
    return frame.assign(free_to_paid=share).rename(columns={"free": "free_to_paid_of"})


@analysis(
    tables=(*TABLES, "people"),
    columns=(FEATURE, USED, USED_RATE, OTHERS, OTHERS_RATE, DIFFERENCE, LOW, HIGH, VERDICT),
)
def drivers(view: View, scope: Scope) -> pd.DataFrame:
    """By feature: how many upgrade of those who used it in their first 14 days, and of those who did not."""
    first, until = timedelta(days=FIRST_DAYS), timedelta(days=FIRST_DAYS + FOLLOWING_DAYS)
    frame = view.frame(
        scope,
        SQL["first_days"],
        signups=list(SIGNUPS),
        leave_out=[*SIGNUPS, *UPGRADES],
        first_us=first // MICROSECOND,
        until_us=until // MICROSECOND,
        present_us=(scope.present - EPOCH) // MICROSECOND,
        **listed(upgraded(view, scope)).values(),  # pyright: ignore[reportArgumentType]
    )
    counts = cast("list[list[int]]", frame[list(COUNTED)].to_numpy().tolist())
    compared = [
        two_proportions((x1, n1), (x0, n0)) if min(n1, n0) >= FEWEST else NOT_SURE
        for x1, n1, x0, n0 in counts
    ]
    frame = frame.assign(
        used_rate=part(frame["used_upgraded"], frame["used"]),
        others_rate=part(frame["others_upgraded"], frame["others"]),
        difference=floats([each.difference for each in compared], frame),
        low=floats([each.difference_low for each in compared], frame),
        high=floats([each.difference_high for each in compared], frame),
        verdict=pd.Series([said(each) for each in compared], frame.index, dtype="str"),
    )
    chosen = frame.sort_values(["difference", "feature"], ascending=[False, True], na_position="last")
    return chosen.drop(columns=["used_upgraded", "others_upgraded"]).reset_index(drop=True)


def upgraded(view: View, scope: Scope) -> pd.DataFrame:
    """tenant_id, person ('' for a tenant), upgraded_at: every upgrade until the scope's present."""
    return view.frame(scope, SQL["upgraded"], paying=list(PAYING), upgrades=list(UPGRADES))


def listed(frame: pd.DataFrame) -> Upgrades:
    """Upgrades as a statement reads them."""
    moments = frame["upgraded_at"].dt.tz_convert("UTC").dt.tz_localize(None)
    return Upgrades(
        frame["tenant_id"].tolist(),
        frame["person"].tolist(),
        [moment.to_pydatetime() for moment in moments],
    )


def part(some: pd.Series, of: pd.Series) -> pd.Series[float]:
    """One count by another; nothing where the other is nothing."""
    return (some / of.where(of > 0)).astype("float64")


def floats(values: list[float], frame: pd.DataFrame) -> pd.Series[float]:
    """Numbers beside the rows of a frame."""
    return pd.Series(values, frame.index, dtype="float64")


def said(compared: Comparison) -> str:
    """more often, less often, or that neither is sure."""
    if compared is NOT_SURE:
        return "too few people"
    if compared.difference_low > 0:
        return "more often"
    return "less often" if compared.difference_high < 0 else "not told apart"
