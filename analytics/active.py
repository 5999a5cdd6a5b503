"""Active people: different people a day, within a week and a month up to it, exactly; and how that grows.

A week is 7 local days and a month 30, the day itself included. A person is who the identities say, within
their tenant. Days lie on the scope's clock; those before its window are read as far as the first value needs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pandas as pd

from analytics.analysis import analysis
from analytics.buckets import complete
from analytics.columns import BUCKET, COMPLETE
from analytics.question import Column
from analytics.scope import Scope
from analytics.settings import LIVE, SIGNUPS
from analytics.sql import blocks
from analytics.view import View
from analytics.zones import day_start, zone

SQL = blocks(__file__)
WEEK, MONTH = 7, 30
# Days whose bits are in one word, above those of the month before them.
WORD = 32

# A website's visitors are people too, as nobody knows yet that they are not.
VISITORS = ", visitors who never signed in too"

DAU = Column("dau", "A day", "count", f"Different people with an event on the day{VISITORS}.")
WAU = Column(
    "wau", "A week", "count", f"Different people with an event in the {WEEK} days up to the day{VISITORS}."
)
MAU = Column(
    "mau", "A month", "count", f"Different people with an event in the {MONTH} days up to the day{VISITORS}."
)
SIGNED_IN = (
    Column("dau", "A day", "count", "Different people who did something signed in on the day."),
    Column("wau", "A week", "count", f"The same in the {WEEK} days up to the day."),
    Column("mau", "A month", "count", f"The same in the {MONTH} days up to the day."),
)
DAU_OF_MAU = Column("dau_of_mau", "DAU / MAU", "ratio", "People of the day / people of the month up to it.")
DAU_OF_MAU_OF = Column("dau_of_mau_of", "People a month", "count", MAU.definition)
SIGNED_IN_OF = Column("dau_of_mau_of", "People a month", "count", SIGNED_IN[-1].definition)
SIGNUPS_WEEK = Column("signups_week", "Signups, week", "ratio", "Signups of 7 days / of the 7 before - 1.")
SIGNUPS_MONTH = Column(
    "signups_month", "Signups, month", "ratio", "Signups of 30 days / of the 30 before - 1."
)
ACTIVE_WEEK = Column(
    "active_week", "Users and visitors, week", "ratio", "Users and visitors of 7 days / of the 7 before - 1."
)
ACTIVE_MONTH = Column(
    "active_month",
    "Users and visitors, month",
    "ratio",
    "Users and visitors of 30 days / of the 30 before - 1.",
)
NAMES = (("signups", "Signups"), ("active", "Users and visitors"))
WHAT = Column("what", "What", "text", "What is counted.", worded=True)
LENGTH = Column("days", "In", "text", "In how many days up to the window's end.")
NOW = Column("now", "Now", "count", "How many in these days.")
BEFORE = Column("before", "Before", "count", "How many in as many days before.")
CHANGE = Column("change", "Change", "ratio", "Now / before - 1.")
COUNTS = tuple(
    Column(f"{name}_{when}", f"{label}, {days} days{before}", "count", f"{label} in the {said}.")
    for name, label in NAMES
    for days in (WEEK, MONTH)
    for when, before, said in (
        (f"{days}d", "", f"{days} days up to the day"),
        (f"{days}d_before", " before", f"{days} days before those"),
    )
)
# Days on which so many times fewer were there than usually say nothing of how many there are.
SPARSE = 10
PLAN = Column("plan", "Plan", "text", "The person's own plan, else that of its tenant.")
USERS = Column("users", "Users", "count", "Different people with an event in the window.")
SHARE = Column("share", "Share", "ratio", "The plan's part of them.")


@analysis(
    tables=("events", "identities"),
    columns=(BUCKET, DAU, WAU, MAU, DAU_OF_MAU, DAU_OF_MAU_OF, COMPLETE),
    grain="day",
)
def over_time(view: View, scope: Scope) -> pd.DataFrame:
    """Different people with an event on each day, and within the week and the month up to it."""
    return rolling(view, scope)


@analysis(
    tables=("events", "identities"),
    columns=(BUCKET, *SIGNED_IN, DAU_OF_MAU, SIGNED_IN_OF, COMPLETE),
    grain="day",
)
def signed_in(view: View, scope: Scope) -> pd.DataFrame:
    """Different people who did something signed in on each day, and within the week and the month up to it.

    So *Retention* counts too; what somebody did before signing in is a visitor's.
    """
    return rolling(view, scope, signed_in=True)


@analysis(
    tables=("events", "identities"),
    columns=(BUCKET, SIGNUPS_WEEK, SIGNUPS_MONTH, ACTIVE_WEEK, ACTIVE_MONTH, *COUNTS, COMPLETE),
    grain="day",
)
def growth(view: View, scope: Scope) -> pd.DataFrame:
    """Signups and active users of the 7 and the 30 days up to each day, against as many days before."""
    # The month before the month up to the first day begins so long ago.
    back = 2 * MONTH - 1
    active = counted(view, scope, back)
    signups = days_of(view, scope, "signups", back, {"signups": list(SIGNUPS)})
    found = active[["bucket"]].copy()
    # What lies before the first day of all was not counted, so nothing can be compared with it.
    known = {"signups": first_day(signups["signups"]), "active": first_day(active["dau"])}
    for days, people, rate in ((WEEK, active["wau"], "week"), (MONTH, active["mau"], "month")):
        signed_up = signups["signups"].rolling(days, min_periods=1).sum()
        for name, counts in (("signups", signed_up), ("active", people)):
            before = counts.shift(days).fillna(0)
            found[f"{name}_{days}d"] = counts.astype("int64")
            found[f"{name}_{days}d_before"] = before.astype("int64")
            whole = before.where((before > 0) & (active.index >= known[name] + 2 * days - 1))
            found[f"{name}_{rate}"] = (counts / whole - 1).astype("float64")
    found = of_window(found, scope)
    return found.assign(complete=complete(found["bucket"], scope, "day"))


@analysis(tables=("events", "identities"), columns=(WHAT, LENGTH, NOW, BEFORE, CHANGE))
def latest_growth(view: View, scope: Scope) -> pd.DataFrame:
    """Signups and active users of the 7 and the 30 days up to the window's last day, and of those before."""
    last = growth.run(view, scope).iloc[-1]
    rows = [
        (
            label,
            f"{days} days",
            last[f"{name}_{days}d"],
            last[f"{name}_{days}d_before"],
            last[f"{name}_{rate}"],
        )
        for name, label in NAMES
        for days, rate in ((WEEK, "week"), (MONTH, "month"))
    ]
    frame = pd.DataFrame(rows, columns=["what", "days", "now", "before", "change"])
    return frame.astype(
        {"what": "str", "days": "str", "now": "int64", "before": "int64", "change": "float64"}
    )


@analysis(tables=("events", "identities", "subscriptions", "tenants"), columns=(PLAN, USERS, SHARE))
def by_plan(view: View, scope: Scope) -> pd.DataFrame:
    """Different people with an event in the window, by the plan that they are on at its end."""
    frame = view.frame(scope, SQL["by_plan"], live=list(LIVE))
    total = frame["users"].sum()
    return frame.assign(share=(frame["users"] / total if total else frame["users"]).astype("float64"))


def first_day(counts: pd.Series) -> int:  # pyright: ignore[reportMissingTypeArgument]
    """The place of the first day that counts a tenth of what a day usually does: those before it are no base.

    Where the first day that was read does so there may be more before it: all days are whole.
    """
    usual = counts[counts > 0].median()
    there = counts.index[(counts > 0) & (counts * SPARSE >= usual)]
    return int(there[0]) if len(there) and there[0] > 0 else 1 - 2 * MONTH


def rolling(view: View, scope: Scope, *, signed_in: bool = False) -> pd.DataFrame:
    """bucket, dau, wau, mau, dau_of_mau and of how many, complete: of each day of the window."""
    frame = of_window(counted(view, scope, MONTH - 1, signed_in=signed_in), scope)
    share = (frame["dau"] / frame["mau"].where(frame["mau"] > 0)).astype("float64")
    return frame.assign(
        dau_of_mau=share, dau_of_mau_of=frame["mau"], complete=complete(frame["bucket"], scope, "day")
    )


def counted(view: View, scope: Scope, back: int, *, signed_in: bool = False) -> pd.DataFrame:
    """bucket, dau, wau, mau of each day from `back` days before the window's first; of all, or who signed in.

    In bits of days, as `active.sql` packs them: whoever has a bit within the last 7 counts in the week.
    """
    found = days_of(view, scope, "rolling", back, {"signed_in": signed_in})
    seen, people = found["seen"].to_numpy("uint64"), found["people"].to_numpy("int64")
    frame = found[["bucket"]].drop_duplicates()
    begins = [*frame.index, len(found)]
    counts: dict[str, list[int]] = {"dau": [], "wau": [], "mau": []}
    for day in range(len(frame)):
        word = day - day % WORD
        rows = slice(begins[word], begins[word + 1])
        # The day's bit becomes the highest; later ones fall out above, those too long ago below.
        latest = seen[rows] << np.uint64(63 - (MONTH - 1) - day % WORD)
        for name, length in (("dau", 1), ("wau", WEEK), ("mau", MONTH)):
            counts[name].append(int(people[rows] @ (latest >> np.uint64(64 - length) != 0)))
    return frame.reset_index(drop=True).assign(**counts)


def days_of(view: View, scope: Scope, block: str, back: int, values: dict[str, object]) -> pd.DataFrame:
    """The answer of a block day by day, from so many days before the window's first."""
    first = scope.start.astimezone(zone(scope.timezone)).date()
    longer = replace(scope, start=day_start(first - timedelta(days=back), scope.timezone))
    return view.frame(longer, SQL[block], grain="day", **values)  # pyright: ignore[reportArgumentType]


def of_window(frame: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """The days that the window touches."""
    first = scope.start.astimezone(zone(scope.timezone)).date()
    inside = frame["bucket"] >= day_start(first, scope.timezone)
    return frame[inside].reset_index(drop=True)
