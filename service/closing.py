"""Closing billing months: who may, what is due, and writing it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from analytics.scope import Scope
from analytics.usage_closed import due
from service.access import NotAllowed

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from data.store import Store
    from service.access import Principal


def lines_due(principal: Principal, store: Store, now: datetime) -> pd.DataFrame:
    """The lines that closing would write now. Raises NotAllowed."""
    if not (principal.admin and principal.sees_all):
        raise NotAllowed("billing months are closed by an admin who may see all tenants: ask one")
    return due(store, Scope(now - timedelta(days=1), now), principal.name)


def close(principal: Principal, store: Store, now: datetime) -> int:
    """Write what is due by now; how many lines that were. What was written before stays as it is."""
    return store.admin.close_months(lines_due(principal, store, now))
