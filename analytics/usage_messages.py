"""Messages that counters tell of: on a day on which events tell of messages of the same tenant, none.

- A counter's rise belongs to the moment of the later sample. The first sample of a series tells of no rise,
  nor does one after 31 days of silence; a counter that falls began anew.
- A day is one of the tenant's own clock, so that days make up billing months, and a company that sends both
  events and counters is billed by its events alone.
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
    clocks = found["tenant_id"].map(zones).fillna(in_force().terms.timezone)
    found["day"] = ""
    for clock, rows in found.groupby(clocks):
        found.loc[rows.index, "day"] = rows["quarter"].dt.tz_convert(str(clock)).dt.strftime("%Y-%m-%d")
    told = pd.MultiIndex.from_frame(found.loc[found["told"], ["tenant_id", "day"]])
    counted = found[~found["told"]]
    by_events = pd.MultiIndex.from_frame(counted[["tenant_id", "day"]]).isin(told)
    return counted.loc[~by_events, list(COLUMNS)].reset_index(drop=True)


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
