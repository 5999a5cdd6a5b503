"""Messages that counters tell of beyond those that events of the same tenant and day tell of.

- A counter's rise belongs to the moment of the later sample. The first sample of a series tells of no rise,
  nor does one after 31 days of silence; a counter that falls began anew.
- A day is one of the tenant's own clock, so that days make up billing months. It has as many messages as
  whichever tells of more: who sends both is billed once, and a late row never takes messages away.
- Counters are those that the configuration names; a sample without a tenant is on no invoice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from analytics.scope import Scope
from analytics.settings import MESSAGE_EVENTS
from analytics.sql import blocks
from analytics.usage_plans import in_force
from analytics.view import View
from analytics.zones import naive

SQL = blocks(__file__)
COLUMNS = ("tenant_id", "day", "last_at", "messages")


def counted_by_counters(
    view: View, scope: Scope, first: datetime, last: datetime, zones: Mapping[str, str]
) -> pd.DataFrame:
    """What counters tell of from `first` on: a row a tenant and quarter of an hour, with its local day."""
    named = in_force().message_counters
    if not named or first >= last:
        return pd.DataFrame(columns=list(COLUMNS))
    found = view.frame(
        scope,
        SQL["quarters"],
        counters=list(named),
        messages=list(MESSAGE_EVENTS),
        first=naive(first),
        last=naive(last),
    )
    found["day"] = ""
    clocks = found["tenant_id"].map(zones).fillna(in_force().terms.timezone)
    for clock, rows in found.groupby(clocks):
        found.loc[rows.index, "day"] = rows["quarter"].dt.tz_convert(str(clock)).dt.strftime("%Y-%m-%d")
    counted = found.assign(messages=_beyond_events(found))
    return counted.loc[(counted["messages"] > 0) & (counted["last_at"] >= first), list(COLUMNS)].reset_index(
        drop=True
    )


def _beyond_events(quarters: pd.DataFrame) -> pd.Series[int]:
    """What each quarter of an hour adds to events: what no event up to the end of its day makes up for."""
    day = [quarters["tenant_id"], quarters["day"]]
    sums = quarters.groupby(day, sort=False)[["risen", "told"]].cumsum()
    ahead = (sums["risen"] - sums["told"]).clip(lower=0)
    newest_first = slice(None, None, -1)
    lasting = ahead[newest_first].groupby([each[newest_first] for each in day], sort=False).cummin()
    lasting = lasting[newest_first]
    return lasting - lasting.groupby(day, sort=False).shift(fill_value=0)


def by_days(quarters: pd.DataFrame) -> pd.DataFrame:
    """The same by tenant and local day, at the last sample of the day."""
    found = quarters.groupby(["tenant_id", "day"], as_index=False).agg({"last_at": "max", "messages": "sum"})
    return found[list(COLUMNS)]


def as_values(counted: pd.DataFrame) -> dict[str, Any]:
    """The rows as values of a statement."""
    moments = [each.to_pydatetime() for each in counted["last_at"]]
    return {
        "counted_tenants": counted["tenant_id"].tolist(),
        "counted_at": [naive(each) for each in moments],
        "counted_messages": [int(each) for each in counted["messages"]],
    }
