"""Web vitals: which pages are slow, and how long people wait for the first live data."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping
from itertools import accumulate
from typing import Any

import pandas as pd

from analytics.analysis import analysis
from analytics.measures.web_vitals import MADE
from analytics.query import Query
from analytics.question import Behind, Column
from analytics.scope import Scope
from analytics.settings import FIRST_WIDGET_FIELDS
from analytics.sql import blocks, with_fields
from analytics.thresholds import Thresholds
from analytics.view import View

SQL = {name: with_fields(sql, first_widget=FIRST_WIDGET_FIELDS) for name, sql in blocks(__file__).items()}
# So many bins up to where 98 of 100 are; what took longer stands in the last.
BINS, SHOWN = 30, 0.98

# Of fewer measurements a 75th percentile is one page load more or less.
FEWEST = 20
# Google's limits, at the 75th percentile.
LIMITS = {
    "p75_lcp_ms": Thresholds(good=2_500, bad=4_000, less=True),
    "p75_inp_ms": Thresholds(good=200, bad=500, less=True),
    "p75_cls": Thresholds(good=0.1, bad=0.25, less=True),
}
WORST = ("bad", "warn", "good")
WORDS = {"bad": "Poor", "warn": "To be improved", "good": "Good"}
TOO_FEW = "Too few"
PAGES = Query((*LIMITS, "browser_timings"), by=("page", "country"), order="-browser_timings", limit=200)
VERDICT = Column(
    "verdict",
    "Verdict",
    "text",
    f"The worst of its three percentiles against their limits; too few are under {FEWEST} measurements.",
    worded=True,
)

START = Column("start", "From", "ms", "Where the bin begins.")
COUNT = Column(
    "count", "Live connections", "count", "Live connections whose first data point was drawn within the bin."
)
MEDIAN = Column("median_ms", "median", "ms", "Half of them took no longer, to the millisecond.")
P95 = Column("p95_ms", "p95", "ms", "95 of 100 took no longer, to the millisecond.")
OPEN = Column("open", "And longer", "flag", "Whether the bin holds all that took longer too.")

BEHIND = {"count": Behind(MADE, "r.first_widget_ms >= 0")}


@analysis(
    tables=("events",),
    columns=(*(column for column in PAGES.columns if column.name != "complete"), VERDICT),
    drawn_from={"browser_timings": Behind(MADE)},
)
def by_page(view: View, scope: Scope) -> pd.DataFrame:
    """The 75th percentiles of each page by country, slowest first, those of too few measurements last."""
    found = PAGES(view, scope).drop(columns="complete")
    found["verdict"] = pd.Series([verdict(row) for row in found.to_dict("records")], found.index, "str")
    found = found.assign(few=found["browser_timings"] < FEWEST)
    order = ["few", "p75_lcp_ms", "browser_timings", "page", "country"]
    ascending = [True, False, False, True, True]
    return found.sort_values(order, ascending=ascending, ignore_index=True).drop(columns="few")


def verdict(row: Mapping[Hashable, Any]) -> str:
    """What a page's percentiles deserve to be called: the worst of them, once there are enough."""
    if row["browser_timings"] < FEWEST:
        return TOO_FEW
    known = {limit.verdict(row[name]) for name, limit in LIMITS.items() if pd.notna(row[name])}
    return next((WORDS[each] for each in WORST if each in known), "")


@analysis(tables=("events",), columns=(START, COUNT, MEDIAN, P95, OPEN), drawn_from=BEHIND)
def time_to_first_widget(view: View, scope: Scope) -> pd.DataFrame:
    """From the opening of the live connection to the first data point drawn, in bins of one width."""
    found = view.frame(scope, SQL["first_widget"])
    times, counts = found["ms"].tolist(), found["count"].tolist()
    upto = list(accumulate(counts))
    if not upto:
        return _frame([], [], 0.0, 0.0)
    median, p95, most = (float(times[bisect_left(upto, share * upto[-1])]) for share in (0.5, 0.95, SHOWN))
    width = nice_width(most, BINS)
    last = max(1, int(most // width))
    bins = [0] * (last + 1)
    for ms, count in zip(times, counts, strict=True):
        bins[min(int(ms // width), last)] += count
    told = _frame([float(n * width) for n in range(last + 1)], bins, median, p95)
    told["open"] = [n == last and times[-1] >= (last + 1) * width for n in range(last + 1)]
    return told


def nice_width(most: float, bins: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50, … ms by which so many bins reach that far."""
    width, steps = 1, (2.0, 2.5, 2.0)
    for n in range(60):
        if width * bins >= most:
            break
        width = int(width * steps[n % 3])
    return width


def _frame(starts: list[float], counts: list[int], median: float, p95: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "start": pd.Series(starts, dtype="float64"),
            "count": pd.Series(counts, dtype="int64"),
            "median_ms": pd.Series([median] * len(starts), dtype="float64"),
            "p95_ms": pd.Series([p95] * len(starts), dtype="float64"),
            "open": pd.Series([False] * len(starts), dtype="bool"),
        }
    )
