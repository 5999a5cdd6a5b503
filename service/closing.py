"""Closing billing months: who may, what is due, and writing it; by a click, a command or in the night."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from analytics.scope import Scope
from analytics.usage_closed import due
from analytics.usage_plans import in_force
from data.store import utc_now
from service.access import LOCAL, NotAllowed
from service.churn import NIGHT_HOUR

if TYPE_CHECKING:
    from datetime import date, datetime

    import pandas as pd

    from data.store import Store
    from service.access import Principal
    from service.stores import Stores

LOG = logging.getLogger("tenantscope.closing")
NIGHTLY = "the nightly run"
DAY = timedelta(days=1)


def lines_due(
    principal: Principal, store: Store, now: datetime, *, ended_by: datetime | None = None
) -> pd.DataFrame:
    """The lines that closing would write now. Raises NotAllowed."""
    if not (principal.admin and principal.sees_all):
        raise NotAllowed("billing months are closed by an admin who may see all tenants: ask one")
    return due(store, Scope(now - DAY, now), principal.name, ended_by=ended_by)


def close(principal: Principal, store: Store, now: datetime) -> int:
    """Write what is due by now; how many lines that were. What was written before stays as it is."""
    return store.admin.close_months(lines_due(principal, store, now))


def told(lines: pd.DataFrame) -> str:
    """What is due, in a sentence."""
    fresh, later = int((lines["line"] == 0).sum()), int((lines["line"] > 0).sum())
    if lines.empty:
        return "Every month that is over is closed, and agrees with its rows."
    tenants = lines["tenant_id"].nunique()
    said = [
        f"{count:,} {what}{'' if count == 1 else 's'}"
        for count, what in ((fresh, "billing month"), (later, "adjustment"))
        if count
    ]
    return f"{' and '.join(said)} of {tenants:,} tenant{'' if tenants == 1 else 's'} can be closed."


@dataclass
class Nightly:
    """Closes one's own months so many days after their end, once a night, where the configuration says so."""

    stores: Stores
    _done: date | None = None

    def __call__(self, now: datetime | None = None) -> int:
        """Close what is due tonight, adjustments along with the next month; how many lines that were."""
        moment, days, own = now or utc_now(), in_force().close_after_days, self.stores.own()
        night = (moment - timedelta(hours=NIGHT_HOUR)).date()
        if own is None or days is None or night == self._done:
            return 0
        who = replace(LOCAL, name=NIGHTLY)
        lines = lines_due(who, own, moment, ended_by=moment - days * DAY)
        count = own.admin.close_months(lines) if (lines["line"] == 0).any() else 0
        # What fails is tried again in the same night.
        self._done = night
        LOG.info("%s lines of billing months were closed", count)
        return count
