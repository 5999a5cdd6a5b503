"""What to make of an experiment, in a sentence: broken, too early, decided, likely, or no difference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pandas as pd

from analytics.experiment import holm

# Under this p-value of the split nobody should read the rest.
BROKEN_SPLIT = 0.01
# With fewer people in a variant, or fewer that converted in all, the approximations are not worth the name.
FEWEST, FEWEST_CONVERSIONS = 100, 10

Row = Mapping[str, Any]


def verdict(
    compared: pd.DataFrame, *, running: bool, waiting: int = 0, days: int = 0, significance: float = 0.05
) -> str:
    """What to make of the rows of `compare`, of which the one without a p-value is the control.

    Of `waiting` people the `days` that they are judged by are not over.
    """
    rows = cast("list[Row]", compared.to_dict("records"))
    found = unreadable(rows)
    if found:
        return found
    said = finding(rows, running=running, significance=significance)
    return said if running or not waiting else f"{said} {unsettled(waiting, days)}"


def unsettled(waiting: int, days: int) -> str:
    """Nobody new has seen it, but 855 people's 14 days are not over: the numbers still move."""
    whose = "one person has" if waiting == 1 else f"{waiting:,} people have"
    of = "the day" if days == 1 else f"all of their {days} days"
    return f"It ended, and {whose} not had {of} yet: the numbers still move."


def unreadable(rows: Sequence[Row]) -> str:
    """Why nobody should read a result yet, or at all; empty where one may."""
    if len(rows) < 2:
        return "Only one variant was seen: there is nothing to compare."
    if rows[0]["srm_p"] < BROKEN_SPLIT:
        return (
            f"Broken split ({odds(rows[0]['srm_p'])} by chance): mend the assignment, do not read the result."
        )
    if min(row["actors"] for row in rows) < FEWEST:
        return f"Too early: each variant needs {FEWEST} people."
    if "conversions" in rows[0] and sum(row["conversions"] for row in rows) < FEWEST_CONVERSIONS:
        return f"Too early: {FEWEST_CONVERSIONS} conversions are needed."
    return ""


def finding(rows: Sequence[Row], *, running: bool, significance: float) -> str:
    """What the variants did against the control."""
    control = next((str(row["variant"]) for row in rows if math.isnan(row["p_value"])), "the control")
    others = [row for row in rows if not math.isnan(row["p_value"])]
    if not others:
        return "Nobody's numbers differ: there is nothing to compare."
    sure = [row for row in others if row["always_low"] > 0 or row["always_high"] < 0]
    if sure:
        row = most_telling(sure)
        said = beside(row, control, ends=("always_low", "always_high"))
        return f"{said}. This holds however often one looks."
    safe = holm([row["p_value"] for row in others])
    likely = [row for row, p in zip(others, safe, strict=True) if p < significance]
    if likely:
        wait = (
            "holds if this is the planned end, else wait for it"
            if running
            else "holds if the end was planned"
        )
        return f"{beside(most_telling(likely), control)}: {wait}."
    least, most = min(row["low"] for row in others), max(row["high"] for row in others)
    range_ = f": {signed(least)} to {signed(most)} is possible" if math.isfinite(least + most) else ""
    return f"{'No difference so far' if running else 'No difference found'}{range_}."


def most_telling(rows: Sequence[Row]) -> Row:
    """The variant that is furthest ahead; where all are behind, the one that is furthest behind."""
    ahead = [row for row in rows if row["difference"] > 0]
    return max(ahead or rows, key=lambda row: abs(row["difference"]))


def beside(row: Row, control: str, ends: tuple[str, str] = ("low", "high")) -> str:
    """treatment is ahead of control by 48.2% (+19.9% to +90.2%)

    The interval is that of the planned end, unless `ends` names another.
    """
    place = "ahead of" if row["difference"] > 0 else "behind"
    by = "" if math.isnan(row["lift"]) else f" by {abs(row['lift']):.1%}"
    return f"{row['variant']} is {place} {control}{by}{interval(row[ends[0]], row[ends[1]])}"


def interval(low: float, high: float) -> str:
    """(+19.9% to +90.2%), (at least +19.9%); nothing where neither end is known."""
    if math.isfinite(low + high):
        return f" ({signed(low)} to {signed(high)})"
    if math.isfinite(low):
        return f" (at least {signed(low)})"
    return f" (at most {signed(high)})" if math.isfinite(high) else ""


def signed(value: float) -> str:
    """+4.1% · −0.6%"""
    return f"{value:+.1%}".replace("-", "−")


def odds(p: float) -> str:
    """1 in 20,000"""
    return "less than 1 in a million" if p < 1e-6 else f"1 in {round(1 / p):,}"
