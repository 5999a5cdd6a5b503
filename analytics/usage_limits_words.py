"""Limits in words: of which billing month they are told, and what a tenant that reaches one is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

import pandas as pd

from analytics.scope import Scope
from analytics.settings import AT_LIMIT
from analytics.usage_calendar import read_month
from analytics.zones import zone


class Told(Protocol):
    """A tenant's month that limits are told of."""

    @property
    def month(self) -> str: ...
    @property
    def now(self) -> datetime: ...
    @property
    def final(self) -> bool: ...


def of_which(known: Sequence[Told], scope: Scope) -> tuple[str, ...]:
    """Of which billing month a list speaks, up to when, and whether that is final."""
    if not known:
        return ()
    months = " and ".join(f"{read_month(each):%B %Y}" for each in sorted({each.month for each in known}))
    if all(each.final for each in known):
        return (f"Billing month {months}: it is over, so use is final and nothing is projected.",)
    now = max(each.now for each in known).astimezone(zone(scope.timezone))
    over = " Where it is over already, use is final." if any(each.final for each in known) else ""
    return (f"Billing month {months}, up to {now:%-d %B %Y, %H:%M}.{over}",)


def told(row: dict[str, Any], scope: Scope, *, over: bool) -> str:
    """What a tenant that reaches its limit is told; `over` where it has."""
    when, what, limit = row["passes_at"], row["figure"], worded(row["limit"])
    fits = f" The plan {row['fits']} would hold it." if row["fits"] else ""
    ends = row["ends_at"].tz_convert(scope.timezone)
    if over:
        ended = ends <= scope.present
        of = f" in its billing month of {read_month(row['month']):%B %Y}" if ended else ""
        since = "" if pd.isna(when) else f" since {when:%-d %B}"
        since += ", as in the month before" if row["share_before"] >= AT_LIMIT else ""
        was = "was" if ended else "is"
        return f"{row['tenant']} {was} over its limit of {limit} {what}{of}{since}.{fits}"
    return (
        f"{row['tenant']} will use about {worded(row['projected'])} of {limit} {what} by {ends:%-d %B}, "
        f"and reach the limit around {when:%-d %B}.{fits}"
    )


def worded(amount: float) -> str:
    """A number as it is said: 1,286, and 0.5 where whole ones would say too little."""
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.3g}"
